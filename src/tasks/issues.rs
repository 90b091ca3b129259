//! Exports and imports of issues, which Bitbucket does in the background.

use std::ops::ControlFlow;

use bytes::Bytes;
use http::{Method, header::LOCATION};
use reqwest::Request;
use url::Url;

use super::{Polling, poll};
use crate::{
    ByteStream, Client, Error, JsonOrBytes, Operation, Response,
    builder::{ExportIssues, GetIssueExport, GetIssueImportStatus, ImportIssues},
    handle,
    types::{IssueJobState, IssueJobStatus},
};

impl ExportIssues {
    /// Starts the export; the answer is where it can be asked after.
    ///
    /// # Errors
    ///
    /// As [`send`](Self::send), and if Bitbucket does not say where.
    pub async fn start(self) -> Result<IssueExport, Error> {
        let client = self.client.clone();
        let operation = &Self::OPERATION;
        let request = self.request()?;
        let asked = request.url().clone();
        let answer = client.send_empty(operation, request).await?;
        let location = answer
            .headers()
            .get(LOCATION)
            .and_then(|location| location.to_str().ok())
            .and_then(|location| asked.join(location).ok())
            .and_then(|location| client.own_address(operation, location.as_str()).ok());
        match location {
            Some(location) => Ok(IssueExport { client, location }),
            None => Err(Error::decode(
                operation,
                answer.status(),
                answer.headers().clone(),
                &Bytes::new(),
                "Bitbucket exports the issues, but does not say where they will be",
                None,
            )),
        }
    }

    /// Exports the issues and waits for the zip file of them.
    ///
    /// ```no_run
    /// # #![allow(deprecated)]
    /// use bitbucket::Polling;
    ///
    /// # async fn export(client: bitbucket::Client) -> Result<(), bitbucket::Error> {
    /// let repository = client.repository("acme", "website");
    /// let zip = repository.export_issues().send_and_wait(Polling::default()).await?;
    /// println!("{} bytes", zip.bytes().await?.len());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`start`](Self::start); if the export fails, or is not done in time.
    pub async fn send_and_wait(self, polling: Polling) -> Result<ByteStream, Error> {
        self.start().await?.wait(polling).await
    }
}

impl Client {
    /// An export that was started, by [`IssueExport::location`]. Sends nothing.
    ///
    /// # Errors
    ///
    /// If the address is not one of the client's origin.
    #[deprecated(note = "removed by Bitbucket since 2026-08-20; there is nothing to use instead")]
    pub fn issue_export(&self, location: &str) -> Result<IssueExport, Error> {
        Ok(IssueExport {
            location: self.own_address(&GetIssueExport::OPERATION, location)?,
            client: self.clone(),
        })
    }
}

/// An export of issues that Bitbucket does in the background.
///
/// ```no_run
/// # #![allow(deprecated)]
/// use bitbucket::{JsonOrBytes, Polling};
///
/// # async fn export(client: bitbucket::Client) -> Result<(), bitbucket::Error> {
/// let export = client.repository("acme", "website").export_issues().start().await?;
/// match export.status().await?.into_inner() {
///     JsonOrBytes::Json(status) => println!("{:?} %", status.pct),
///     JsonOrBytes::Bytes(zip) => println!("{} bytes", zip.bytes().await?.len()),
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct IssueExport {
    client: Client,
    location: Url,
}

impl IssueExport {
    /// Where it can be asked after, for instance by another process.
    pub fn location(&self) -> &str {
        self.location.as_str()
    }

    /// How far it is, or the zip file.
    ///
    /// # Errors
    ///
    /// If Bitbucket does not say.
    pub async fn status(&self) -> Result<Response<JsonOrBytes<IssueJobStatus>>, Error> {
        let request = Request::new(Method::GET, self.location.clone());
        let operation = &GetIssueExport::OPERATION;
        self.client.send_json_or_bytes(operation, request).await
    }

    /// The zip file, as soon as it is there.
    ///
    /// # Errors
    ///
    /// If the export fails, or is not done in time.
    pub async fn wait(&self, polling: Polling) -> Result<ByteStream, Error> {
        let operation = &GetIssueExport::OPERATION;
        poll(
            operation,
            &polling,
            || self.status(),
            |answer| {
                match answer.into_inner() {
                    JsonOrBytes::Bytes(zip) => Ok(ControlFlow::Break(zip)),
                    // The file follows: this is not yet the end.
                    JsonOrBytes::Json(status) => {
                        has_ended(operation, "export", &status)?;
                        Ok(ControlFlow::Continue(()))
                    }
                }
            },
        )
        .await
    }
}

impl ImportIssues {
    /// Imports the issues and waits until they are there. The answer is the last
    /// status, with how many there were.
    ///
    /// ```no_run
    /// # #![allow(deprecated)]
    /// use bitbucket::{Form, Polling};
    ///
    /// # async fn import(client: bitbucket::Client, zip: Vec<u8>) -> Result<(), bitbucket::Error> {
    /// let repository = client.repository("acme", "website");
    /// let import = repository.import_issues().body(Form::new().bytes("archive", "issues.zip", zip));
    /// let status = import.send_and_wait(Polling::default()).await?;
    /// println!("{:?} issues", status.count);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`send`](Self::send); if the import fails, or is not done in time.
    pub async fn send_and_wait(self, polling: Polling) -> Result<IssueJobStatus, Error> {
        let client = self.client.clone();
        let request = self.request()?;
        let address = request.url().clone();
        let operation = &Self::OPERATION;
        let answer: Response<IssueJobStatus> = client.send_json(operation, request).await?;
        if has_ended(operation, "import", &answer)? {
            return Ok(answer.into_inner());
        }
        wait_for_import(&client, &address, &polling).await
    }
}

impl handle::Repository {
    /// Waits for the end of the import of issues that is under way. The answer
    /// is the last status.
    ///
    /// # Errors
    ///
    /// If there is none, if it fails, or is not done in time.
    #[deprecated(note = "removed by Bitbucket since 2026-08-20; there is nothing to use instead")]
    #[allow(deprecated, reason = "it goes with the operation that it calls")]
    pub async fn wait_for_issue_import(&self, polling: Polling) -> Result<IssueJobStatus, Error> {
        let request = self.get_issue_import_status().request()?;
        wait_for_import(&self.client, request.url(), &polling).await
    }
}

async fn wait_for_import(
    client: &Client,
    address: &Url,
    polling: &Polling,
) -> Result<IssueJobStatus, Error> {
    let operation = &GetIssueImportStatus::OPERATION;
    let ask = || {
        let request = Request::new(Method::GET, address.clone());
        client.send_json::<IssueJobStatus>(operation, request)
    };
    poll(operation, polling, ask, |answer| {
        let status = answer.into_inner();
        Ok(if has_ended(operation, "import", &status)? {
            ControlFlow::Break(status)
        } else {
            ControlFlow::Continue(())
        })
    })
    .await
}

/// Whether the job has succeeded; an error if it has failed.
fn has_ended(
    operation: &'static Operation,
    job: &str,
    status: &IssueJobStatus,
) -> Result<bool, Error> {
    let failed = match &status.status {
        Some(IssueJobState::Success) => return Ok(true),
        Some(IssueJobState::Failure) => true,
        Some(IssueJobState::Unknown(state)) => super::is_failure(state),
        _ => false,
    };
    if !failed {
        return Ok(false);
    }
    let phase = status.phase.as_ref();
    let phase = phase.map(|phase| format!(" in the phase {phase:?}"));
    let done = status.count.zip(status.total);
    let done = done.map(|(count, total)| format!(", {count} of {total} done"));
    let message = format!(
        "the {job} of the issues failed{}{}",
        phase.unwrap_or_default(),
        done.unwrap_or_default()
    );
    Err(Error::task_failed(operation, message))
}
