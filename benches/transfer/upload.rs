//! The ways to upload.

use std::{error::Error, path::Path};

use bitbucket::{Client, Part};
use tokio::io::AsyncReadExt as _;

/// Hardly an upload: what a client's process takes at all.
pub(crate) const LITTLE: &str = "upload-little";

/// The name of a way, and what it is called in the table.
pub(crate) const WAYS: [(&str, &str); 4] = [
    (LITTLE, "upload of 1 KiB, to compare"),
    ("upload-file", "upload from a file"),
    ("upload-reader", "upload from a reader"),
    ("upload-chunked", "upload of unknown length"),
];

pub(crate) async fn run(
    way: &str,
    client: &Client,
    path: &Path,
    length: u64,
) -> Result<(), Box<dyn Error>> {
    let upload = client.repository("acme", "website").upload_downloads();
    let reader = || tokio::io::repeat(b'x').take(length);
    let upload = match way {
        LITTLE => upload.content("little.bin", vec![0; 1024]),
        "upload-file" => upload.file(path),
        "upload-reader" => upload.content("big.bin", Part::reader(reader(), Some(length))),
        "upload-chunked" => upload.content("big.bin", Part::reader(reader(), None)),
        other => return Err(format!("there is no way {other}").into()),
    };
    match upload.send().await {
        // The server refuses it, having read it.
        Err(error) if way == LITTLE && error.is_bad_request() => Ok(()),
        result => {
            result?;
            Ok(())
        }
    }
}
