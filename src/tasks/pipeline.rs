//! Pipelines, from their start to their end.

use std::ops::ControlFlow;

use bytes::Bytes;

use super::{Polling, poll};
use crate::{
    Error,
    builder::{CreatePipeline, GetPipeline, GetPipelineStepLog},
    handle,
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
/// let run = pipeline.wait(Polling::default()).await?;
/// for (number, step) in run.steps.iter().enumerate() {
///     println!("{:?} took {:?} s", step.name, step.duration_in_seconds);
///     run.log(step).save_to(format!("step-{number}.log")).await?;
/// }
/// run.into_successful()?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct PipelineRun {
    handle: handle::Pipeline,
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

    /// Asks for the log of one of its steps. A step that was not run has none:
    /// Bitbucket then answers 404.
    pub fn log(&self, step: &PipelineStep) -> GetPipelineStepLog {
        let log = self.handle.get_pipeline_step_log();
        log.step_uuid(step.uuid.as_deref().unwrap_or_default())
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
        let operation = &Self::OPERATION;
        let invalid = |fault| Error::invalid_request(operation, fault);
        let repository = handle::Repository {
            client: self.client.clone(),
            workspace: self.workspace.clone().map_err(invalid)?,
            repo_slug: self.repo_slug.clone().map_err(invalid)?,
        };
        let started = self.send().await?;
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
        repository.pipeline(uuid).wait(polling).await
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
        let pipeline = self.wait_until(polling, |_| false).await?;
        let mut listed = self.list_pipeline_steps().stream();
        let mut steps = Vec::new();
        while let Some(step) = listed.try_next().await? {
            steps.push(step);
        }
        Ok(PipelineRun {
            handle: self.clone(),
            pipeline,
            steps,
        })
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
        mut enough: impl FnMut(&Pipeline) -> bool,
    ) -> Result<Pipeline, Error> {
        let operation = &GetPipeline::OPERATION;
        poll(
            operation,
            &polling,
            || self.get_pipeline().send(),
            |answer| {
                let pipeline = answer.into_inner();
                Ok(if enough(&pipeline) || has_ended(&pipeline) {
                    ControlFlow::Break(pipeline)
                } else {
                    ControlFlow::Continue(())
                })
            },
        )
        .await
    }
}

/// A state that this version does not know is the end if there is a time of it.
fn has_ended(pipeline: &Pipeline) -> bool {
    match &pipeline.state {
        Some(PipelineState::Completed(_)) => true,
        Some(PipelineState::Pending(_) | PipelineState::InProgress(_)) => false,
        _ => pipeline.completed_on.is_some(),
    }
}
