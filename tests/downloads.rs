//! Downloads: whole or not at all, taken up where they broke off, and logs
//! followed as they grow.

#[path = "downloads/files.rs"]
mod files;
#[path = "downloads/kept.rs"]
mod kept;
#[path = "downloads/logs.rs"]
mod logs;
#[path = "downloads/ranges.rs"]
mod ranges;
#[path = "downloads/resumption.rs"]
mod resumption;
#[path = "downloads/store.rs"]
mod store;
mod support;

use std::{path::Path, time::Duration};

use bitbucket::{Client, RetryPolicy, builder::GetDownload};

/// As [`support::client`], which tries again often and soon.
fn persistent(base_url: &str) -> Client {
    support::client(base_url).with_retry(
        RetryPolicy::new()
            .max_retries(3)
            .first_delay(Duration::from_millis(1)),
    )
}

/// As [`persistent`], without an end and without pauses: for the many cases of a
/// property, which one client serves. Making one takes longer than most cases.
fn tireless(base_url: &str) -> Client {
    Client::builder()
        .base_url(base_url)
        .auth(support::credentials())
        .retry(
            RetryPolicy::new()
                .max_retries(30)
                .first_delay(Duration::ZERO),
        )
        .retry_budget(None)
        .build()
        .expect("the base URL is one")
}

fn release(client: &Client) -> GetDownload {
    client
        .repository("w", "r")
        .get_download()
        .filename("release.bin")
}

/// The names of the files that are there.
fn names(directory: &Path) -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir(directory)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}
