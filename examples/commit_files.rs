//! Commits files to a branch of their own, without a clone of the repository.
//!
//! ```sh
//! cargo run --example commit_files
//! ```
//!
//! With credentials in the environment the commit is made in the real Bitbucket:
//!
//! ```sh
//! export BITBUCKET_EMAIL=kim@example.com BITBUCKET_API_TOKEN=…  # or BITBUCKET_ACCESS_TOKEN
//! export BITBUCKET_WORKSPACE=acme BITBUCKET_REPOSITORY=website
//! cargo run --example commit_files
//! ```

mod upload_server;

use std::error::Error;

use bitbucket::Part;
use upload_server::Visit;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let Visit {
        client,
        workspace,
        repository,
    } = upload_server::visit().await?;
    let commit = client
        .repository(workspace, repository)
        .commit_files()
        .message("Show what a commit can be made of")
        .branch("example/commit-files")
        .file("example/notes.md", "# Notes\n\nWritten by an example.\n")
        .file("example/manifest.toml", Part::file("Cargo.toml"))
        .executable("example/hello.sh", "#!/bin/sh\necho Hello\n")
        .symlink("example/README.md", "notes.md")
        .send()
        .await?;
    println!("Committed {} to example/commit-files.", *commit);
    Ok(())
}
