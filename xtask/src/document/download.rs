//! Downloads a document, within limits of time and size.

use std::time::Duration;

use anyhow::{Context, Result, bail};
use indicatif::{ProgressBar, ProgressStyle};
use reqwest::header::CONTENT_TYPE;
use reqwest::{Client, Response};
use url::Url;

/// How long a download may take and how large it may be.
#[derive(Debug, Clone)]
pub(crate) struct Limits {
    /// To reach the server.
    pub(crate) connect: Duration,
    /// For everything, the last byte included.
    pub(crate) total: Duration,
    /// Bytes of the document.
    pub(crate) size: u64,
}

impl Default for Limits {
    /// The documents known have about one mebibyte.
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(15),
            total: Duration::from_secs(180),
            size: 32 * 1024 * 1024,
        }
    }
}

/// Downloads what `url` answers.
pub(crate) fn download(url: &Url, limits: &Limits) -> Result<Vec<u8>> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime
        .block_on(fetch(url, limits))
        .with_context(|| format!("cannot download {url}"))
}

async fn fetch(url: &Url, limits: &Limits) -> Result<Vec<u8>> {
    let client = Client::builder()
        .connect_timeout(limits.connect)
        // Counts until the last byte of the body.
        .timeout(limits.total)
        .user_agent(concat!("bitbucket-xtask/", env!("CARGO_PKG_VERSION")))
        .build()?;
    let sent = client.get(url.clone()).send().await;
    let response = sent.map_err(|error| explain(error, limits))?;
    check(&response, limits)?;
    receive(response, limits).await
}

/// Refuses an answer that cannot be a document before reading it.
fn check(response: &Response, limits: &Limits) -> Result<()> {
    let status = response.status();
    if !status.is_success() {
        bail!("the server answered {status}");
    }
    let content_type = response.headers().get(CONTENT_TYPE);
    let content_type = content_type
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    if content_type.starts_with("text/html") {
        bail!("the server answered with HTML instead of a document");
    }
    if response
        .content_length()
        .is_some_and(|length| length > limits.size)
    {
        bail!("the document is larger than {}", size(limits.size));
    }
    Ok(())
}

async fn receive(mut response: Response, limits: &Limits) -> Result<Vec<u8>> {
    let progress = progress_bar(response.content_length());
    let mut bytes = Vec::new();
    while let Some(chunk) = response
        .chunk()
        .await
        .map_err(|error| explain(error, limits))?
    {
        bytes.extend_from_slice(&chunk);
        if bytes.len() as u64 > limits.size {
            bail!("the document is larger than {}", size(limits.size));
        }
        progress.set_position(bytes.len() as u64);
    }
    progress.finish_and_clear();
    Ok(bytes)
}

/// Drawn on standard error, and only where that is a terminal.
fn progress_bar(length: Option<u64>) -> ProgressBar {
    let (bar, template) = match length {
        Some(length) => (
            ProgressBar::new(length),
            "{bar:40} {bytes}/{total_bytes} {eta}",
        ),
        None => (ProgressBar::new_spinner(), "{spinner} {bytes}"),
    };
    match ProgressStyle::with_template(template) {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}

/// Says which of the limits was met, or that the connection broke.
fn explain(error: reqwest::Error, limits: &Limits) -> anyhow::Error {
    let what = if error.is_connect() && error.is_timeout() {
        format!(
            "the server could not be reached within {:?}",
            limits.connect
        )
    } else if error.is_timeout() {
        format!("it took longer than {:?}", limits.total)
    } else if error.is_connect() {
        "the server could not be reached".to_owned()
    } else if error.is_body() || error.is_decode() {
        "the connection ended before the document did".to_owned()
    } else {
        "the request failed".to_owned()
    };
    anyhow::Error::new(error).context(what)
}

/// `32 MiB`, `10 bytes`.
pub(crate) fn size(bytes: u64) -> String {
    match bytes / (1024 * 1024) {
        0 => format!("{bytes} bytes"),
        mebibytes => format!("{mebibytes} MiB"),
    }
}

#[cfg(test)]
#[path = "download_tests.rs"]
mod tests;
