//! Merges, which Bitbucket does at once or in the background.

use std::ops::ControlFlow;

use bytes::Bytes;
use http::Method;
use reqwest::Request;
use url::Url;

use super::{Polling, poll};
use crate::{
    Client, Completion, Error, Response,
    builder::{GetPullRequest, GetPullRequestMergeTaskStatus, MergePullRequest},
    types::{PullRequest, PullRequestMergeTask, PullRequestMergeTaskStatus},
};

impl MergePullRequest {
    /// Merges, and waits where Bitbucket does it in the background.
    ///
    /// Bitbucket itself decides which it is, unless `async_(true)` asks for the
    /// background, where a large merge does not run into a timeout.
    ///
    /// ```no_run
    /// use bitbucket::Polling;
    ///
    /// # async fn merge(client: bitbucket::Client) -> Result<(), bitbucket::Error> {
    /// let pull_request = client.repository("acme", "website").pull_request(7);
    /// let merged = pull_request
    ///     .merge_pull_request()
    ///     .async_(true)
    ///     .send_and_wait(Polling::default())
    ///     .await?;
    /// println!("{:?}", merged.merge_commit.as_ref().and_then(|commit| commit.hash.as_ref()));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`send`](Self::send), also where the merge fails in the background;
    /// and if it is not done in time. It then goes on at Bitbucket's.
    pub async fn send_and_wait(self, polling: Polling) -> Result<PullRequest, Error> {
        let client = self.client.clone();
        let answer = self.send().await?;
        let (status, headers) = (answer.status(), answer.headers().clone());
        match answer.into_inner() {
            Completion::Completed(merged) => Ok(merged),
            Completion::Accepted {
                location: Some(location),
            } => client.merge_task(&location)?.wait(polling).await,
            Completion::Accepted { location: None } => {
                let fault = "Bitbucket merges in the background, but says nowhere how it goes";
                let body = Bytes::new();
                let operation = &Self::OPERATION;
                Err(Error::decode(
                    operation, status, headers, &body, fault, None,
                ))
            }
        }
    }
}

impl Client {
    /// A merge in the background, by the address that
    /// [`Completion::Accepted`] has of it. Sends nothing.
    ///
    /// # Errors
    ///
    /// If the address is not one of the client's origin.
    pub fn merge_task(&self, location: &str) -> Result<MergeTask, Error> {
        Ok(MergeTask {
            location: self.own_address(&GetPullRequestMergeTaskStatus::OPERATION, location)?,
            client: self.clone(),
        })
    }
}

/// A merge that Bitbucket does in the background.
///
/// ```no_run
/// use bitbucket::{Completion, Polling};
///
/// # async fn merge(client: bitbucket::Client) -> Result<(), bitbucket::Error> {
/// let pull_request = client.repository("acme", "website").pull_request(7);
/// let merge = pull_request.merge_pull_request().async_(true).send().await?;
/// if let Completion::Accepted { location: Some(location) } = merge.into_inner() {
///     let task = client.merge_task(&location)?;
///     println!("{:?}", task.status().await?.task_status);
///     let merged = task.wait(Polling::default()).await?;
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct MergeTask {
    client: Client,
    location: Url,
}

impl MergeTask {
    /// Where it can be asked after, for instance by another process.
    pub fn location(&self) -> &str {
        self.location.as_str()
    }

    /// How far it is.
    ///
    /// # Errors
    ///
    /// If Bitbucket does not say, or answers that the merge has failed.
    pub async fn status(&self) -> Result<Response<PullRequestMergeTask>, Error> {
        let request = Request::new(Method::GET, self.location.clone());
        let operation = &GetPullRequestMergeTaskStatus::OPERATION;
        self.client.send_json(operation, request).await
    }

    /// The merged pull request, as soon as it is merged.
    ///
    /// # Errors
    ///
    /// If the merge fails, or is not done in time.
    pub async fn wait(&self, polling: Polling) -> Result<PullRequest, Error> {
        let operation = &GetPullRequestMergeTaskStatus::OPERATION;
        let merged = poll(
            operation,
            &polling,
            || self.status(),
            |answer| {
                let task = answer.into_inner();
                match task.task_status {
                    Some(PullRequestMergeTaskStatus::Success) => {
                        Ok(ControlFlow::Break(task.merge_result))
                    }
                    Some(PullRequestMergeTaskStatus::Unknown(status))
                        if super::is_failure(&status) =>
                    {
                        let message = format!("the merge ended with {status}");
                        Err(Error::task_failed(operation, message))
                    }
                    _ => Ok(ControlFlow::Continue(())),
                }
            },
        )
        .await?;
        match merged {
            Some(merged) => Ok(*merged),
            None => self.pull_request().await,
        }
    }

    /// The pull request itself, where the status does not have it.
    async fn pull_request(&self) -> Result<PullRequest, Error> {
        let mut address = self.location.clone();
        let operation = &GetPullRequest::OPERATION;
        let Some((path, _)) = self.location.path().split_once("/merge/task-status/") else {
            let fault = "merged, but the pull request is neither in the answer nor beside it";
            return Err(Error::task_failed(operation, fault));
        };
        address.set_path(path);
        address.set_query(None);
        let request = Request::new(Method::GET, address);
        let answer: Response<PullRequest> = self.client.send_json(operation, request).await?;
        Ok(answer.into_inner())
    }
}
