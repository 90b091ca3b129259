//! Uploads a file to the downloads of a repository, with a progress bar.
//!
//! ```sh
//! cargo run --example upload_download -- target/release.tar.gz
//! ```
//!
//! Without a file, 200 MB that are made while they are sent. With credentials in
//! the environment the upload goes to the real Bitbucket:
//!
//! ```sh
//! export BITBUCKET_EMAIL=kim@example.com BITBUCKET_API_TOKEN=…  # or BITBUCKET_ACCESS_TOKEN
//! export BITBUCKET_WORKSPACE=acme BITBUCKET_REPOSITORY=website
//! cargo run --example upload_download -- target/release.tar.gz
//! ```

mod upload_server;

use std::error::Error;

use bitbucket::Part;
use indicatif::{ProgressBar, ProgressStyle};
use tokio::io::AsyncReadExt as _;
use upload_server::Visit;

const MADE_UP: u64 = 200_000_000;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let file = std::env::args_os().nth(1);
    let Visit {
        client,
        workspace,
        repository,
    } = upload_server::visit().await?;
    let upload = client.repository(workspace, repository).upload_downloads();
    let upload = match file {
        Some(path) => upload.file(path),
        None => {
            let zeros = tokio::io::repeat(0).take(MADE_UP);
            upload.content("zeros.bin", Part::reader(zeros, Some(MADE_UP)))
        }
    };
    let style = "{bar:40} {bytes} of {total_bytes}, {bytes_per_sec}, {eta} to go";
    let bar = ProgressBar::no_length().with_style(ProgressStyle::with_template(style)?);
    let progress = bar.clone();
    upload
        .on_progress(move |sent, total| {
            if let Some(total) = total {
                progress.set_length(total);
            }
            progress.set_position(sent);
        })
        .send()
        .await?;
    bar.finish();
    println!("Uploaded {} bytes.", bar.position());
    Ok(())
}
