//! The log of a step, followed while it grows.

use std::time::Duration;

use bytes::{Buf as _, Bytes};
use futures_util::stream;
use http::{Method, StatusCode};
use tokio::time::{Instant, sleep, timeout_at};

use super::Polling;
use crate::{
    ByteStream, Error, Response,
    builder::GetPipelineStepLog,
    handle,
    types::{PipelineStep, PipelineStepState},
};

impl handle::Pipeline {
    /// The log of a step, from its beginning, as it grows: the stream ends when
    /// the step has ended and all of its log was read.
    ///
    /// Only what is new is asked for. A step that has not begun is waited for,
    /// and so is its log. The pauses are short again after each news; the time
    /// limit is that of the whole log. A connection that breaks off is taken up
    /// as the client's [`RetryPolicy`](crate::RetryPolicy) says. Whoever has
    /// read enough drops the stream.
    ///
    /// ```no_run
    /// use std::{io::Write as _, time::Duration};
    /// use bitbucket::Polling;
    ///
    /// # async fn follow(client: bitbucket::Client) -> Result<(), Box<dyn std::error::Error>> {
    /// let pipeline = client.repository("acme", "website").pipeline("{3f1c0b6e}");
    /// let patient = Polling::default().time_limit(Duration::from_secs(2 * 60 * 60));
    /// let mut log = pipeline.follow_log("{5d2a7e10}", patient);
    /// while let Some(part) = log.try_next().await? {
    ///     std::io::stdout().write_all(&part)?;
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// The stream ends with an error if there is no such step, if Bitbucket does
    /// not answer, or if the step has not ended in time
    /// ([`Error::is_unfinished`]).
    pub fn follow_log(&self, step_uuid: impl Into<String>, polling: Polling) -> ByteStream {
        let follower = Follower {
            pipeline: self.clone(),
            step: step_uuid.into(),
            pauses: Box::new(polling.pauses()),
            polling,
            deadline: None,
            given: 0,
            part: None,
            has_news: true,
            has_ended: false,
        };
        let operation = &GetPipelineStepLog::OPERATION;
        ByteStream::of(
            operation,
            stream::try_unfold(follower, async |mut follower| {
                let next = follower.next_in_time().await?;
                Ok(next.map(|bytes| (bytes, follower)))
            }),
        )
    }
}

struct Follower {
    pipeline: handle::Pipeline,
    step: String,
    polling: Polling,
    pauses: Box<dyn Iterator<Item = Duration> + Send + Sync>,
    deadline: Option<Instant>,
    /// How many bytes were handed out.
    given: u64,
    part: Option<Part>,
    /// Something has come since the step was asked after.
    has_news: bool,
    /// The step had ended before the log was asked for the last time.
    has_ended: bool,
}

/// What there is of the log beyond what was handed out.
struct Part {
    bytes: ByteStream,
    /// Bytes at its beginning that were handed out before.
    known: u64,
}

impl Follower {
    async fn next_in_time(&mut self) -> Result<Option<Bytes>, Error> {
        let Some(limit) = self.polling.time_limit else {
            return self.next().await;
        };
        let now = Instant::now();
        let Some(ends) = now.checked_add(limit) else {
            return self.next().await;
        };
        let deadline = *self.deadline.get_or_insert(ends);
        timeout_at(deadline, self.next()).await.unwrap_or_else(|_| {
            let message = format!("the step has not ended after {limit:?}");
            Err(Error::unfinished(&GetPipelineStepLog::OPERATION, message))
        })
    }

    async fn next(&mut self) -> Result<Option<Bytes>, Error> {
        loop {
            if let Some(bytes) = self.read_on().await? {
                self.has_news = true;
                self.pauses = Box::new(self.polling.pauses());
                return Ok(Some(bytes));
            }
            if self.has_ended {
                return Ok(None);
            }
            // While there is news, there is no need to ask.
            if !std::mem::take(&mut self.has_news) && self.has_step_ended().await? {
                // What was written last is still to be read.
                self.has_ended = true;
                continue;
            }
            sleep(self.pauses.next().unwrap_or_default()).await;
        }
    }

    /// As [`read`](Self::read), again where an answer broke off.
    async fn read_on(&mut self) -> Result<Option<Bytes>, Error> {
        let client = self.pipeline.client.clone();
        let mut attempts = client.attempts();
        let mut sent = 0;
        loop {
            let error = match self.read().await {
                Err(error) => error,
                read => return read,
            };
            sent += error.attempts();
            let wait = if error.is_cut() {
                attempts.after(&Method::GET, &error)
            } else {
                None
            };
            match wait {
                Some(wait) => sleep(wait).await,
                None => return Err(error.after_attempts(sent)),
            }
        }
    }

    /// The next bytes that are new; nothing if there are none at present.
    async fn read(&mut self) -> Result<Option<Bytes>, Error> {
        let mut part = match self.part.take() {
            Some(part) => part,
            None => match self.ask().await? {
                Some(part) => part,
                None => return Ok(None),
            },
        };
        while let Some(mut bytes) = part.bytes.try_next().await? {
            let length = bytes.len();
            let known = usize::try_from(part.known).map_or(length, |known| known.min(length));
            bytes.advance(known);
            part.known -= known as u64;
            if !bytes.is_empty() {
                self.given += bytes.len() as u64;
                self.part = Some(part);
                return Ok(Some(bytes));
            }
        }
        Ok(None)
    }

    /// Asks for what was not handed out yet.
    async fn ask(&self) -> Result<Option<Part>, Error> {
        let log = self.pipeline.get_pipeline_step_log();
        let answer = match log.step_uuid(&*self.step).range(self.given..).send().await {
            Ok(answer) => answer,
            Err(error) if has_nothing_new(&error) => return Ok(None),
            Err(error) => return Err(error),
        };
        let first = answer.content_range().map_or(0, |part| part.first());
        let Some(known) = self.given.checked_sub(first) else {
            return Err(gap(&answer, self.given, first));
        };
        Ok(Some(Part {
            bytes: answer.into_inner(),
            known,
        }))
    }

    async fn has_step_ended(&self) -> Result<bool, Error> {
        let step = self.pipeline.get_pipeline_step();
        let step = step.step_uuid(&*self.step).send().await?;
        Ok(has_ended(&step))
    }
}

/// No log yet (404), or nothing after what was read (416, and 304 of some).
fn has_nothing_new(error: &Error) -> bool {
    error.is_not_found() || error.is_range_not_satisfiable() || error.is_not_modified()
}

fn gap(answer: &Response<ByteStream>, asked: u64, first: u64) -> Error {
    let message = format!("the log was asked for from byte {asked}, but came from byte {first}");
    Error::decode(
        &GetPipelineStepLog::OPERATION,
        StatusCode::PARTIAL_CONTENT,
        answer.headers().clone(),
        &Bytes::new(),
        message,
        None,
    )
}

/// A state that this version does not know is the end if there is a time of it.
fn has_ended(step: &PipelineStep) -> bool {
    match &step.state {
        Some(PipelineStepState::Completed(_)) => true,
        Some(
            PipelineStepState::Pending(_)
            | PipelineStepState::Ready(_)
            | PipelineStepState::InProgress(_),
        ) => false,
        _ => step.completed_on.is_some(),
    }
}
