//! Pipelines, from their start to their end.

use std::ops::ControlFlow;

use bytes::Bytes;
use http::Method;
use reqwest::Request;
use url::Url;

use super::{Polling, poll};
use crate::{
    Client, Error, ItemStream, Page, Response,
    builder::{CreatePipeline, GetPipeline, ListPipelineSteps},
    handle,
    paging::Numbering,
    path,
    types::{
        Pipeline, PipelineState, PipelineStateCompletedResult, PipelineStep, PipelineStepState,
    },
};

/// A pipeline that came to its end, well or not, and its steps.
///
/// ```no_run
/// use bitbucket::Polling;
///
/// # async fn wait(client: bitbucket::Client) -> Result<(), bitbucket::Error> {
/// let pipeline = client.repository("acme", "website").pipeline("{3f1c0b6e}");
/// let run = pipeline.wait(Polling::default()).await?.into_successful()?;
/// for step in &run.steps {
///     println!("{:?} took {:?} s", step.name, step.duration_in_seconds);
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct PipelineRun {
    /// The pipeline as it ended.
    pub pipeline: Pipeline,
    /// Its steps, in their order.
    pub steps: Vec<PipelineStep>,
}

impl PipelineRun {
    /// How it ended.
    pub fn result(&self) -> Option<&PipelineStateCompletedResult> {
        match self.pipeline.state.as_ref()? {
            PipelineState::Completed(completed) => completed.result.as_ref(),
            _ => None,
        }
    }

    /// Whether it ended with success.
    pub fn is_successful(&self) -> bool {
        matches!(
            self.result(),
            Some(PipelineStateCompletedResult::Successful(_))
        )
    }

    /// The run itself if it ended with success, otherwise an error that says how
    /// it ended and at which steps.
    ///
    /// # Errors
    ///
    /// If the pipeline ended with anything but success:
    /// [`Error::is_task_failed`].
    pub fn into_successful(self) -> Result<Self, Error> {
        if self.is_successful() {
            return Ok(self);
        }
        let number = self.pipeline.build_number;
        let number = number.map(|number| format!(" {number}"));
        let result = self.result().and_then(name_of);
        let steps: String = self.steps.iter().filter_map(failure).collect();
        let message = format!(
            "the pipeline{} ended with {}{steps}",
            number.unwrap_or_default(),
            result.as_deref().unwrap_or("no result")
        );
        Err(Error::task_failed(&GetPipeline::OPERATION, message))
    }
}

const SUCCESSFUL: &str = "SUCCESSFUL";
const NOT_RUN: &str = "NOT_RUN";

/// What a member of a family calls itself.
fn name_of(member: &impl serde::Serialize) -> Option<String> {
    let json = serde_json::to_value(member).ok()?;
    Some(json.get("name")?.as_str()?.to_owned())
}

/// What is to be said of a step that did not go well.
fn failure(step: &PipelineStep) -> Option<String> {
    let Some(PipelineStepState::Completed(completed)) = &step.state else {
        return None;
    };
    let result = completed.result.as_ref().and_then(name_of)?;
    if result == SUCCESSFUL || result == NOT_RUN {
        return None;
    }
    let name = step.name.as_deref().unwrap_or("without a name");
    Some(format!(", the step {name:?} with {result}"))
}

impl CreatePipeline {
    /// Starts the pipeline and waits for its end.
    ///
    /// How it ended is in the answer: a pipeline that fails is no error until
    /// [`PipelineRun::into_successful`] makes it one. To follow it meanwhile,
    /// [`send`](Self::send) it and wait with [`handle::Pipeline::wait_until`].
    ///
    /// ```no_run
    /// use std::time::Duration;
    /// use bitbucket::Polling;
    ///
    /// # async fn run(client: bitbucket::Client) -> Result<(), bitbucket::Error> {
    /// let run = client
    ///     .repository("acme", "website")
    ///     .create_pipeline()
    ///     .body(serde_json::from_value::<bitbucket::types::Pipeline>(serde_json::json!({
    ///         "target": {"type": "pipeline_ref_target", "ref_type": "branch", "ref_name": "main"},
    ///     })).expect("a pipeline"))
    ///     .send_and_wait(Polling::default().time_limit(Duration::from_secs(2 * 60 * 60)))
    ///     .await?
    ///     .into_successful()?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`send`](Self::send), and if the pipeline has no end in time. It then
    /// runs on at Bitbucket's.
    pub async fn send_and_wait(self, polling: Polling) -> Result<PipelineRun, Error> {
        let client = self.client.clone();
        let request = self.request()?;
        let mut address = request.url().clone();
        let operation = &Self::OPERATION;
        let started: Response<Pipeline> = client.send_json(operation, request).await?;
        let Some(uuid) = started.uuid.as_deref() else {
            return Err(Error::decode(
                operation,
                started.status(),
                started.headers().clone(),
                &Bytes::new(),
                "Bitbucket started the pipeline, but does not say which it is",
                None,
            ));
        };
        let uuid = path::segment(operation, "uuid", uuid)?;
        address.set_path(&format!("{}/{uuid}", address.path().trim_end_matches('/')));
        wait(&client, address, &polling).await
    }
}

impl handle::Pipeline {
    /// Waits for the end of the pipeline.
    ///
    /// A pipeline that waits for somebody, at a step that is started by hand,
    /// has no end before that.
    ///
    /// # Errors
    ///
    /// If Bitbucket does not say how it goes, or it has no end in time.
    pub async fn wait(&self, polling: Polling) -> Result<PipelineRun, Error> {
        let request = self.get_pipeline().request()?;
        wait(&self.client, request.url().clone(), &polling).await
    }

    /// Waits for the end of the pipeline, or until `enough` says so of what was
    /// seen of it last.
    ///
    /// ```no_run
    /// use bitbucket::{Polling, types::PipelineState};
    ///
    /// # async fn wait(client: bitbucket::Client) -> Result<(), bitbucket::Error> {
    /// let pipeline = client.repository("acme", "website").pipeline("{3f1c0b6e}");
    /// let begun = |pipeline: &bitbucket::types::Pipeline| {
    ///     matches!(pipeline.state, Some(PipelineState::InProgress(_)))
    /// };
    /// let pipeline = pipeline.wait_until(Polling::default(), begun).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`wait`](Self::wait).
    pub async fn wait_until(
        &self,
        polling: Polling,
        enough: impl FnMut(&Pipeline) -> bool,
    ) -> Result<Pipeline, Error> {
        let request = self.get_pipeline().request()?;
        wait_until(&self.client, request.url(), &polling, enough).await
    }
}

async fn wait(client: &Client, address: Url, polling: &Polling) -> Result<PipelineRun, Error> {
    let pipeline = wait_until(client, &address, polling, |_| false).await?;
    let mut steps = address;
    steps.set_path(&format!("{}/steps", steps.path()));
    let steps: ItemStream<Page<PipelineStep>> = ItemStream::new(
        client.clone(),
        &ListPipelineSteps::OPERATION,
        Ok(Request::new(Method::GET, steps)),
        Numbering::Link,
    );
    let steps = futures_util::TryStreamExt::try_collect(steps).await?;
    Ok(PipelineRun { pipeline, steps })
}

async fn wait_until(
    client: &Client,
    address: &Url,
    polling: &Polling,
    mut enough: impl FnMut(&Pipeline) -> bool,
) -> Result<Pipeline, Error> {
    let operation = &GetPipeline::OPERATION;
    let ask = || {
        let request = Request::new(Method::GET, address.clone());
        client.send_json::<Pipeline>(operation, request)
    };
    poll(operation, polling, ask, |answer| {
        let pipeline = answer.into_inner();
        Ok(if enough(&pipeline) || has_ended(&pipeline) {
            ControlFlow::Break(pipeline)
        } else {
            ControlFlow::Continue(())
        })
    })
    .await
}

/// A state that this version does not know is the end if there is a time of it.
fn has_ended(pipeline: &Pipeline) -> bool {
    match &pipeline.state {
        Some(PipelineState::Completed(_)) => true,
        Some(PipelineState::Pending(_) | PipelineState::InProgress(_)) => false,
        _ => pipeline.completed_on.is_some(),
    }
}
