//! From a request to a success: every attempt and every redirect in between.

use std::time::Duration;

use http::{
    HeaderName, HeaderValue, Method,
    header::{
        ACCEPT, ACCEPT_ENCODING, AUTHORIZATION, CONTENT_LENGTH, CONTENT_TYPE, RANGE, USER_AGENT,
    },
};
use reqwest::Request;
use tracing::Span;

use super::collect::Arrived;
use crate::{
    Client, Error, Operation,
    outgoing::Outgoing,
    redirect::{self, Address, Trail},
    trace,
};

/// What all attempts of one call have in common.
struct Call<'a> {
    client: &'a Client,
    span: &'a Span,
    operation: &'static Operation,
    /// Whether a success's body is to arrive before the call is done. What breaks
    /// off until then can be asked for again.
    collects: fn(&reqwest::Response) -> bool,
    sent: u32,
}

/// What Data Center wants on writes that do not come from a page of its own.
const NO_FORM_CHECK: (HeaderName, HeaderValue) = (
    HeaderName::from_static("x-atlassian-token"),
    HeaderValue::from_static("no-check"),
);

impl Client {
    /// Sends a request, again where that may help, and on where Bitbucket rightly
    /// points, until there is a success or an error.
    pub(super) async fn exchange(
        &self,
        span: &Span,
        operation: &'static Operation,
        mut outgoing: Outgoing,
        accept: HeaderValue,
        collects: fn(&reqwest::Response) -> bool,
    ) -> Result<Arrived, Error> {
        self.prepare(&mut outgoing, accept);
        let mut call = Call {
            client: self,
            span,
            operation,
            collects,
            sent: 0,
        };
        let outcome = call.until_done(outgoing).await;
        outcome.map_err(|error| error.after_attempts(call.sent))
    }

    /// The headers that are no business of the operation.
    ///
    /// Bitbucket answers 411 to a write without `Content-Length`, and 400 to some
    /// writes that declare the type of a body they do not have.
    fn prepare(&self, outgoing: &mut Outgoing, accept: HeaderValue) {
        let writes = matches!(
            *outgoing.method(),
            Method::POST | Method::PUT | Method::PATCH
        );
        let is_safe = outgoing.method().is_safe();
        let is_empty = !outgoing.has_body();
        let headers = outgoing.headers_mut();
        headers.insert(ACCEPT, accept);
        headers
            .entry(USER_AGENT)
            .or_insert_with(|| self.user_agent().clone());
        if self.checks_forms() && !is_safe {
            headers.insert(NO_FORM_CHECK.0, NO_FORM_CHECK.1);
        }
        if headers.contains_key(RANGE) {
            // Parts are counted in what is sent: of compressed bytes they would
            // be something else, which cannot be decompressed either.
            headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
        }
        if writes && is_empty {
            headers.remove(CONTENT_TYPE);
            headers.insert(CONTENT_LENGTH, HeaderValue::from_static("0"));
        }
    }
}

impl Call<'_> {
    async fn until_done(&mut self, mut outgoing: Outgoing) -> Result<Arrived, Error> {
        let (client, operation) = (self.client, self.operation);
        let mut trail = Trail::new(operation, outgoing.url());
        let mut attempts = client.attempts();
        let mut resends = 0;
        let mut may_renew = true;
        loop {
            let is_own = !trail.has_left_origin() && client.is_own_origin(outgoing.url());
            let request = self.request_now(&mut outgoing, is_own).await?;
            let credentials = request.headers().get(AUTHORIZATION).cloned();
            let error = match self.attempt(request).await {
                Ok(arrived) if redirect::is_redirect(arrived.answer.status()) => {
                    trail.follow(&mut outgoing, &arrived.answer)?;
                    continue;
                }
                Ok(arrived) if arrived.answer.status().is_success() => {
                    attempts.succeeded();
                    return Ok(arrived);
                }
                Ok(arrived) => {
                    let time = client.wire().brief();
                    let error = Error::from_response(operation, arrived.answer, time).await;
                    if is_own {
                        client.authorizer().explain(error)
                    } else {
                        error
                    }
                }
                Err(error) => error,
            };
            let renewed = is_own
                && error.is_unauthorized()
                && std::mem::take(&mut may_renew)
                && client
                    .authorizer()
                    .on_unauthorized(operation, credentials.as_ref(), client.retry())
                    .await?;
            if !outgoing.is_repeatable() {
                return Err(error);
            }
            let wait = if renewed {
                Some(Duration::ZERO)
            } else {
                attempts.after(outgoing.method(), &error)
            };
            let Some(wait) = wait else { return Err(error) };
            resends += 1;
            trace::resend(self.span, resends, wait, &error);
            if !wait.is_zero() {
                tokio::time::sleep(wait).await;
            }
        }
    }

    /// The request for one attempt, as soon as it may be sent.
    async fn request_now(&self, outgoing: &mut Outgoing, is_own: bool) -> Result<Request, Error> {
        let (client, operation) = (self.client, self.operation);
        if is_own && let Some(limiter) = client.limiter() {
            limiter.turn().await;
        }
        let mut request = outgoing.attempt(operation).await?;
        if is_own {
            client
                .authorizer()
                .authorize(&mut request, client.retry())
                .await
                .map_err(|error| error.during(operation))?;
        }
        Ok(request)
    }

    /// Sends a request once, within the time that it may take as a whole.
    async fn attempt(&mut self, request: Request) -> Result<Arrived, Error> {
        self.sent = self.sent.saturating_add(1);
        let Some(limit) = self.client.wire().timeout else {
            return self.receive(request).await;
        };
        match tokio::time::timeout(limit, self.receive(request)).await {
            Ok(arrived) => arrived,
            Err(_) => Err(Error::timed_out(self.operation)),
        }
    }

    /// An answer of any status is an answer.
    async fn receive(&self, request: Request) -> Result<Arrived, Error> {
        let (client, operation) = (self.client, self.operation);
        let asked = client.http_is_foreign().then(|| request.url().clone());
        let mut answer = client
            .wire()
            .send(request)
            .await
            .map_err(|broken| Error::sending(operation, broken))?;
        trace::answered(self.span, answer.status());
        if asked.is_some_and(|asked| asked != *answer.url()) {
            return Err(self.went_elsewhere(&answer));
        }
        let body = if answer.status().is_success() && (self.collects)(&answer) {
            Some(client.collect(operation, &mut answer).await?)
        } else {
            None
        };
        Ok(Arrived {
            answer,
            body,
            attempts: self.sent,
        })
    }

    fn went_elsewhere(&self, answer: &reqwest::Response) -> Error {
        let message = format!(
            "the `http_client` followed a redirect by itself, to {}: make it with `redirect::Policy::none()`",
            Address(answer.url())
        );
        let headers = answer.headers().clone();
        Error::redirect(self.operation, answer.status(), headers, message)
    }
}
