//! From the first byte to the last, over as many answers as it takes.

use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderValue, Method, StatusCode, header};
use reqwest::Request;

use super::{Progress, kept::Begun, range::Asked, target::Target, validator::Validator};
use crate::{ByteStream, Client, Error, Operation, Response};

pub(super) struct Transfer {
    client: Client,
    operation: &'static Operation,
    request: Request,
    asked: Option<Asked>,
    target: Target,
    progress: Option<Arc<Progress>>,
    begun: Option<Begun>,
    /// Bytes that the target has.
    received: u64,
    /// How many requests it has taken so far.
    sent: u32,
}

impl Transfer {
    pub(super) fn new(
        client: Client,
        operation: &'static Operation,
        mut request: Request,
        asked: Option<Asked>,
        target: Target,
        progress: Option<Arc<Progress>>,
    ) -> Self {
        // The places of compressed bytes are others than those of the file.
        let identity = HeaderValue::from_static("identity");
        request
            .headers_mut()
            .insert(header::ACCEPT_ENCODING, identity);
        Self {
            client,
            operation,
            request,
            asked,
            target,
            progress,
            begun: None,
            received: 0,
            sent: 0,
        }
    }

    pub(super) async fn run(mut self) -> Result<u64, Error> {
        let outcome = match self.until_all_is_here().await {
            Ok(()) => self.target.finish().await,
            Err(error) => Err(error),
        };
        match outcome {
            Ok(()) => Ok(self.received),
            Err(error) => Err(error.after_attempts(self.sent)),
        }
    }

    async fn until_all_is_here(&mut self) -> Result<(), Error> {
        self.recall().await?;
        let client = self.client.clone();
        let mut attempts = client.attempts();
        let mut furthest = self.received;
        loop {
            let mut bytes = self.ask().await?;
            let Err(error) = self.copy(&mut bytes).await else {
                return Ok(());
            };
            // The connection is of no more use.
            drop(bytes);
            if self.received > furthest {
                furthest = self.received;
                attempts = client.attempts();
            }
            let wait = if error.is_cut() {
                attempts.after(&Method::GET, &error)
            } else {
                None
            };
            let Some(wait) = wait else {
                // For the next run, if it is kept. There is an error already.
                let _ = self.target.flush().await;
                return Err(error);
            };
            tokio::time::sleep(wait).await;
        }
    }

    /// Looks for what an earlier run has left.
    async fn recall(&mut self) -> Result<(), Error> {
        let Some(description) = self.target.description() else {
            return Ok(());
        };
        if let Some(begun) = Begun::read(&description).await
            && begun.is_of(&self.request)
        {
            self.received = self.target.seek_end().await?;
            self.begun = Some(begun);
        }
        Ok(())
    }

    async fn copy(&mut self, bytes: &mut ByteStream) -> Result<(), Error> {
        let length = self.begun.as_ref().and_then(|begun| begun.length);
        while let Some(part) = bytes.try_next().await? {
            self.target.write(&part).await?;
            self.received += part.len() as u64;
            if let Some(report) = &self.progress {
                report(self.received, length);
            }
        }
        Ok(())
    }

    /// The bytes that are missing, or all of them if what is there is of no use.
    async fn ask(&mut self) -> Result<ByteStream, Error> {
        if let Some(rest) = self.ask_for_rest().await? {
            return Ok(rest);
        }
        let answer = self.send(None).await?;
        self.begin(answer).await
    }

    /// Nothing if it has to begin anew.
    async fn ask_for_rest(&mut self) -> Result<Option<ByteStream>, Error> {
        let Some(begun) = self.begun.clone() else {
            return Ok(None);
        };
        let Some((length, validator)) = begun.resumption(self.received) else {
            return Ok(None);
        };
        // If all is there, the last byte again: whoever has it says so, and
        // whoever has another file by now sends that.
        let from = self.received.min(length - 1);
        let (first, last) = (begun.first + from, begun.first + length - 1);
        let answer = match self.send(Some((first, last, validator))).await {
            Err(error) if error.is_range_not_satisfiable() => return Ok(None),
            answer => answer?,
        };
        if answer.status() != StatusCode::PARTIAL_CONTENT {
            // It has changed, or parts are not known.
            return match self.asked {
                None => Ok(Some(self.begin(answer).await?)),
                Some(_) => Ok(None),
            };
        }
        let is_rest = answer.content_range().is_some_and(|part| {
            let totals = part.total().zip(begun.total);
            let is_same = totals.is_none_or(|(told, before)| told == before);
            is_same && part.first() == first && part.last() == last
        });
        if !is_rest || validator.is_denied_by(answer.headers()) {
            return Ok(None);
        }
        if from < self.received {
            self.target.cut(from).await?;
            self.received = from;
        }
        Ok(Some(answer.into_inner()))
    }

    async fn send(
        &mut self,
        rest: Option<(u64, u64, &Validator)>,
    ) -> Result<Response<ByteStream>, Error> {
        let request = self.request.try_clone();
        let mut request = request
            .ok_or_else(|| Error::invalid_request(self.operation, "its body is a stream"))?;
        if let Some((first, last, validator)) = rest {
            let refused =
                |_| Error::invalid_request(self.operation, "the rest cannot be asked for");
            let range = HeaderValue::try_from(format!("bytes={first}-{last}")).map_err(refused)?;
            let condition = validator.to_header().map_err(refused)?;
            let headers = request.headers_mut();
            headers.insert(header::RANGE, range);
            headers.insert(header::IF_RANGE, condition);
        }
        let outcome = self.client.send_bytes(self.operation, request).await;
        self.sent += match &outcome {
            Ok(answer) => answer.attempts(),
            Err(error) => error.attempts(),
        };
        outcome
    }

    /// Starts with the first byte of an answer.
    async fn begin(&mut self, answer: Response<ByteStream>) -> Result<ByteStream, Error> {
        let (first, length, total) = match (self.asked, answer.content_range()) {
            (None, None) if answer.status() != StatusCode::PARTIAL_CONTENT => {
                (0, answer.content_length(), answer.content_length())
            }
            (Some(asked), Some(part)) if asked.is_answered_by(&part) => {
                (part.first(), Some(part.length()), part.total())
            }
            (None, _) => return Err(self.unasked(&answer, "a part came in place of the whole")),
            (Some(_), None) => {
                return Err(self.unasked(&answer, "the whole came in place of a part"));
            }
            (Some(_), Some(_)) => {
                return Err(self.unasked(&answer, "another part came than was asked for"));
            }
        };
        let validator = Validator::read(answer.headers());
        let begun = Begun::new(&self.request, first, length, total, validator);
        let description = self.target.description();
        // In this order, so that no description is of other bytes.
        if let Some(path) = &description {
            let removed = Begun::remove(path).await;
            removed.map_err(|error| self.target.failed(error))?;
        }
        if self.received > 0 || description.is_some() {
            self.target.cut(0).await?;
        }
        if let Some(path) = &description {
            let written = begun.write(path).await;
            written.map_err(|error| self.target.failed(error))?;
        }
        self.received = 0;
        self.begun = Some(begun);
        Ok(answer.into_inner())
    }

    fn unasked(&self, answer: &Response<ByteStream>, message: &str) -> Error {
        let (status, headers) = (answer.status(), answer.headers().clone());
        Error::decode(
            self.operation,
            status,
            headers,
            &Bytes::new(),
            message,
            None,
        )
    }
}
