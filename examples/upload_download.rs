//! Uploads a file to the downloads of a repository and downloads it again, with
//! a progress bar for each.
//!
//! ```sh
//! cargo run --example upload_download -- target/release.tar.gz
//! ```
//!
//! Without a file, 200 MB that are made while they are sent. With credentials in
//! the environment the file goes to the real Bitbucket, and stays there:
//!
//! ```sh
//! export BITBUCKET_EMAIL=kim@example.com BITBUCKET_API_TOKEN=…  # or BITBUCKET_ACCESS_TOKEN
//! export BITBUCKET_WORKSPACE=acme BITBUCKET_REPOSITORY=website
//! cargo run --example upload_download -- target/release.tar.gz
//! ```

mod upload_server;

use std::{error::Error, path::PathBuf};

use bitbucket::Part;
use indicatif::{ProgressBar, ProgressStyle};
use tokio::io::AsyncReadExt as _;
use upload_server::Visit;

const MADE_UP: u64 = 200_000_000;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let file = std::env::args_os().nth(1).map(PathBuf::from);
    let Visit {
        client,
        workspace,
        repository,
    } = upload_server::visit().await?;
    let repository = client.repository(workspace, repository);
    let name = match &file {
        Some(path) => path.file_name().ok_or("no file")?.to_string_lossy(),
        None => "zeros.bin".into(),
    };
    let content = match &file {
        Some(path) => Part::file(path),
        None => Part::reader(tokio::io::repeat(0).take(MADE_UP), Some(MADE_UP)),
    };

    let bar = bar()?;
    repository
        .upload_downloads()
        .content(&*name, content)
        .on_progress(report(&bar))
        .send()
        .await?;
    bar.finish();
    println!("Uploaded {} bytes.", bar.position());

    let directory = tempfile::tempdir()?;
    let bar = self::bar()?;
    let length = repository
        .get_download()
        .filename(&*name)
        .download()
        .on_progress(report(&bar))
        .save_to(directory.path().join(&*name))
        .await?;
    bar.finish();
    println!("Downloaded {length} bytes.");
    Ok(())
}

fn bar() -> Result<ProgressBar, Box<dyn Error>> {
    let style = "{bar:40} {bytes} of {total_bytes}, {bytes_per_sec}, {eta} to go";
    Ok(ProgressBar::no_length().with_style(ProgressStyle::with_template(style)?))
}

fn report(bar: &ProgressBar) -> impl Fn(u64, Option<u64>) + Send + Sync + 'static {
    let bar = bar.clone();
    move |done, total| {
        if let Some(total) = total {
            bar.set_length(total);
        }
        bar.set_position(done);
    }
}
