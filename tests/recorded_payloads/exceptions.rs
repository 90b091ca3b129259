//! What the recordings lose, and why that is right.

use crate::values::Exception;

pub(crate) const EXCEPTIONS: &[Exception] = &[];
