//! JSON values made from the schemas of the effective document, and the
//! comparison of what went into a type with what came out of it.
//!
//! Shared by the tests that hold the generated types against the document.

#![allow(
    dead_code,
    unused_imports,
    reason = "each test takes the part that it needs"
)]

mod attribution;
mod difference;
mod document;
mod exceptions;
mod places;
mod sample;
mod types;

pub(crate) use attribution::answers;
pub(crate) use difference::{Difference, Nulls, differences};
pub(crate) use document::{
    Shape, effective, error_type, operation, read, request, response, schema, schemas,
};
pub(crate) use exceptions::{Exception, Findings, ReadAs};
pub(crate) use places::{Places, places};
pub(crate) use sample::{deep_sample, sample, samples};
pub(crate) use types::{names, write_back, write_back_shape};
