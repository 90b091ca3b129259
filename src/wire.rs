//! The HTTP client with limits of time of this crate's own.
//!
//! The HTTP library has a read timeout too, but it runs while a request is still
//! being sent, so that an upload could not last longer, and while nobody asks for
//! the next part of an answer, so that a slow reader would lose the rest. This one
//! runs only while Bitbucket is waited for.

use std::{
    pin::{Pin, pin},
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll, ready},
    time::Duration,
};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use reqwest::Request;
use tokio::time::{Instant, Sleep};

/// As much of a request's body as is handed over at a time. What is handed over
/// counts as progress, so that a large text in one piece would show none.
const PIECE: usize = 64 * 1024;

/// The HTTP client and the limits of time that every request keeps to.
#[derive(Clone)]
pub(crate) struct Wire {
    pub(crate) http: reqwest::Client,
    /// How long Bitbucket may be silent.
    pub(crate) read_timeout: Option<Duration>,
    /// How long one attempt may take, as far as its answer is not a stream.
    pub(crate) timeout: Option<Duration>,
}

/// Why an answer did not come, or not whole.
#[derive(Debug)]
pub(crate) enum Broken {
    Silent,
    Failed(reqwest::Error),
}

impl From<reqwest::Error> for Broken {
    fn from(error: reqwest::Error) -> Self {
        Self::Failed(error)
    }
}

impl Wire {
    /// Sends a request once. Bitbucket may be silent for as long as it may be,
    /// counted from when it was last sent something.
    pub(crate) async fn send(&self, mut request: Request) -> Result<reqwest::Response, Broken> {
        let Some(limit) = self.read_timeout else {
            return Ok(self.http.execute(request).await?);
        };
        let sent = Sent::default();
        if let Some(body) = request.body_mut().take() {
            *request.body_mut() = Some(watched(body, &sent));
        }
        let mut answer = pin!(self.http.execute(request));
        loop {
            let Some(deadline) = sent.last().checked_add(limit) else {
                return Ok(answer.await?);
            };
            if let Ok(answer) = tokio::time::timeout_at(deadline, &mut answer).await {
                return Ok(answer?);
            }
            if sent.last() + limit <= Instant::now() {
                return Err(Broken::Silent);
            }
        }
    }

    /// The next part of an answer's body.
    pub(crate) async fn chunk(
        &self,
        answer: &mut reqwest::Response,
    ) -> Result<Option<Bytes>, Broken> {
        within(self.read_timeout, answer.chunk()).await
    }

    /// How long the whole of an exchange may take that has little to carry.
    pub(crate) fn brief(&self) -> Option<Duration> {
        let limits = [self.read_timeout, self.timeout];
        limits.into_iter().flatten().min()
    }
}

/// The outcome of `work`, if it comes in time.
pub(crate) async fn within<T, E: Into<Broken>>(
    limit: Option<Duration>,
    work: impl Future<Output = Result<T, E>>,
) -> Result<T, Broken> {
    let outcome = match limit {
        None => work.await,
        Some(limit) => tokio::time::timeout(limit, work)
            .await
            .map_err(|_| Broken::Silent)?,
    };
    outcome.map_err(Into::into)
}

/// Measures how long the next part of a body is waited for.
pub(crate) struct Silence {
    limit: Option<Duration>,
    timer: Option<Pin<Box<Sleep>>>,
    waiting: bool,
}

impl Silence {
    pub(crate) fn new(limit: Option<Duration>) -> Self {
        Self {
            limit,
            timer: None,
            waiting: false,
        }
    }

    /// What was polled, or that it was waited for too long. The time in which
    /// nobody polls does not count.
    pub(crate) fn check<T>(
        &mut self,
        context: &mut Context<'_>,
        polled: Poll<T>,
    ) -> Poll<Result<T, Broken>> {
        if let Poll::Ready(outcome) = polled {
            self.waiting = false;
            return Poll::Ready(Ok(outcome));
        }
        let Some(limit) = self.limit else {
            return Poll::Pending;
        };
        let timer = self
            .timer
            .get_or_insert_with(|| Box::pin(tokio::time::sleep(limit)));
        if !self.waiting {
            self.waiting = true;
            if let Some(deadline) = Instant::now().checked_add(limit) {
                timer.as_mut().reset(deadline);
            }
        }
        ready!(timer.as_mut().poll(context));
        Poll::Ready(Err(Broken::Silent))
    }
}

/// When a part of a request was handed over last.
#[derive(Clone)]
struct Sent(Arc<Mutex<Progress>>);

struct Progress {
    last: Instant,
    /// The caller's content is waited for: Bitbucket is not to blame.
    waits_for_content: bool,
}

impl Default for Sent {
    fn default() -> Self {
        Self(Arc::new(Mutex::new(Progress {
            last: Instant::now(),
            waits_for_content: false,
        })))
    }
}

impl Sent {
    fn last(&self) -> Instant {
        let progress = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if progress.waits_for_content {
            Instant::now()
        } else {
            progress.last
        }
    }

    fn note(&self, waits_for_content: bool) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Progress {
            last: Instant::now(),
            waits_for_content,
        };
    }
}

/// The same body, in pieces, each of which is noted.
fn watched(body: reqwest::Body, sent: &Sent) -> reqwest::Body {
    if body.as_bytes().is_some_and(|bytes| bytes.len() <= PIECE) {
        return body;
    }
    reqwest::Body::wrap(Watched {
        body,
        rest: Bytes::new(),
        sent: sent.clone(),
    })
}

struct Watched {
    body: reqwest::Body,
    rest: Bytes,
    sent: Sent,
}

impl Watched {
    fn piece(&mut self) -> Frame<Bytes> {
        let length = self.rest.len().min(PIECE);
        Frame::data(self.rest.split_to(length))
    }
}

impl Body for Watched {
    type Data = Bytes;
    type Error = reqwest::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, reqwest::Error>>> {
        let this = &mut *self;
        if !this.rest.is_empty() {
            this.sent.note(false);
            return Poll::Ready(Some(Ok(this.piece())));
        }
        let polled = Pin::new(&mut this.body).poll_frame(context);
        this.sent.note(polled.is_pending());
        polled.map_ok(|frame| match frame.into_data() {
            Ok(data) => {
                this.rest = data;
                this.piece()
            }
            Err(trailers) => trailers,
        })
    }

    fn is_end_stream(&self) -> bool {
        self.rest.is_empty() && self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        let rest = self.rest.len() as u64;
        let hint = self.body.size_hint();
        let mut whole = SizeHint::new();
        whole.set_lower(hint.lower().saturating_add(rest));
        if let Some(upper) = hint.upper() {
            whole.set_upper(upper.saturating_add(rest));
        }
        whole
    }
}
