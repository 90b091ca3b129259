//! A tour of the crate, in well under a minute.
//!
//! ```sh
//! cargo run --example tour
//! ```
//!
//! Without credentials it visits a Bitbucket that it starts itself on loopback.
//! With credentials in the environment it makes the reading half of the tour
//! through the real one, and changes nothing there:
//!
//! ```sh
//! export BITBUCKET_EMAIL=kim@example.com BITBUCKET_API_TOKEN=…  # or BITBUCKET_ACCESS_TOKEN
//! export BITBUCKET_WORKSPACE=acme BITBUCKET_REPOSITORY=website
//! cargo run --example tour
//! ```

mod data;
mod environment;
mod listing;
mod loopback;
mod pull_request;
mod reading;
mod writing;

use std::{
    error::Error,
    process::ExitCode,
    sync::atomic::{AtomicUsize, Ordering},
};

use bitbucket::{Auth, Client};

use environment::Destination;
use loopback::Bitbucket;

#[tokio::main]
async fn main() -> ExitCode {
    match tour().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn tour() -> Result<(), Box<dyn Error>> {
    match environment::destination()? {
        Some(Destination {
            auth,
            workspace,
            repository,
        }) => {
            let client = Client::builder().auth(auth).user_agent("tour/1").build()?;
            println!(
                "Visiting Bitbucket Cloud with the credentials in the environment, to look only."
            );
            read(&client, &workspace, &repository).await?;
        }
        None => {
            let bitbucket = Bitbucket::start().await?;
            let client = Client::builder()
                .base_url(bitbucket.base_url())
                .auth(Auth::api_token("kim@example.com", "any token will do here"))
                .build()?;
            println!("No credentials in the environment: visiting a Bitbucket on loopback,");
            println!("{}", bitbucket.base_url());
            let (workspace, repository) = (data::WORKSPACE, data::REPOSITORY);
            if let Some(id) = read(&client, workspace, repository).await? {
                write(&client, workspace, repository, id).await?;
            }
        }
    }
    println!("\nThat was it.");
    Ok(())
}

/// Gives the number of an open pull request, if there is one.
async fn read(
    client: &Client,
    workspace: &str,
    repository: &str,
) -> Result<Option<i64>, bitbucket::Error> {
    reading::repositories(client, workspace).await?;
    let first = reading::pull_requests(client, workspace, repository).await?;
    reading::three_fields(client, workspace, repository).await?;
    if let Some(id) = first {
        reading::pull_request(client, workspace, repository, id).await?;
        reading::diff(client, workspace, repository, id).await?;
    }
    reading::missing(client, workspace, repository).await?;
    Ok(first)
}

async fn write(
    client: &Client,
    workspace: &str,
    repository: &str,
    id: i64,
) -> Result<(), bitbucket::Error> {
    writing::comment(client, workspace, repository, id).await?;
    writing::approve(client, workspace, repository, id).await?;
    reading::pull_request(client, workspace, repository, id).await?;
    writing::refused(client, workspace, repository).await
}

/// Says what comes next.
fn step(what: &str) {
    static NUMBER: AtomicUsize = AtomicUsize::new(1);
    println!("\n{}. {what}", NUMBER.fetch_add(1, Ordering::Relaxed));
}
