//! What `build.rs` generates from `spec/data-center/openapi.json`.

#![allow(
    missing_docs,
    clippy::all,
    clippy::pedantic,
    unreachable_pub,
    reason = "the texts and shapes of the generated code are the document's"
)]

include!(concat!(env!("OUT_DIR"), "/data_center.rs"));
