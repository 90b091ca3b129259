//! The ways to download.

use std::{error::Error, path::Path};

use bitbucket::Client;

/// The name of a way, and what it is called in the table.
pub(crate) const WAYS: [(&str, &str); 2] = [
    ("download-stream", "download of a stream"),
    ("download-file", "download to a file"),
];

pub(crate) async fn run(
    way: &str,
    client: &Client,
    path: &Path,
    length: u64,
) -> Result<(), Box<dyn Error>> {
    let repository = client.repository("acme", "website");
    let download = repository.get_download().filename("big.bin");
    let received = match way {
        "download-stream" => {
            let mut bytes = download.bytes_stream().await?;
            let mut received = 0;
            while let Some(part) = bytes.try_next().await? {
                received += part.len() as u64;
            }
            received
        }
        "download-file" => download.save_to(path).await?,
        other => return Err(format!("there is no way {other}").into()),
    };
    if received != length {
        return Err(format!("{received} of {length} bytes").into());
    }
    Ok(())
}
