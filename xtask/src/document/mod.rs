//! `OpenAPI` documents: where they come from and what is in them.

pub(crate) mod download;
pub(crate) mod load;
pub(crate) mod recognise;
pub(crate) mod schemas;
