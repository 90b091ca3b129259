//! What the documentation's examples lose, and why that is right.

use crate::values::Exception;

pub(crate) const EXCEPTIONS: &[Exception] = &[];
