//! From a request to a success: every attempt and every redirect in between.

use std::time::Duration;

use http::{
    HeaderValue, Method,
    header::{ACCEPT, AUTHORIZATION, CONTENT_LENGTH, CONTENT_TYPE, USER_AGENT},
};
use reqwest::Request;
use tracing::Span;

use crate::{
    Client, Error, Operation,
    outgoing::Outgoing,
    redirect::{self, Address, Trail},
    trace,
};

impl Client {
    /// Sends a request, again where that may help, and on where Bitbucket rightly
    /// points, until there is a success or an error.
    pub(super) async fn exchange(
        &self,
        span: &Span,
        operation: &'static Operation,
        mut outgoing: Outgoing,
        accept: HeaderValue,
    ) -> Result<reqwest::Response, Error> {
        self.prepare(&mut outgoing, accept);
        let mut trail = Trail::new(operation, outgoing.url());
        let mut attempts = self.attempts();
        let mut resends = 0;
        let mut may_renew = true;
        loop {
            let is_own = !trail.has_left_origin() && self.is_own_origin(outgoing.url());
            let request = self.request_now(operation, &mut outgoing, is_own).await?;
            let credentials = request.headers().get(AUTHORIZATION).cloned();
            let error = match self.attempt(span, operation, request).await {
                Ok(answer) if redirect::is_redirect(answer.status()) => {
                    trail.follow(&mut outgoing, &answer)?;
                    continue;
                }
                Ok(answer) if answer.status().is_success() => {
                    attempts.succeeded();
                    return Ok(answer);
                }
                Ok(answer) => {
                    let error = Error::from_response(operation, answer).await;
                    if is_own {
                        self.authorizer().explain(error)
                    } else {
                        error
                    }
                }
                Err(error) => error,
            };
            let renewed = is_own
                && error.is_unauthorized()
                && std::mem::take(&mut may_renew)
                && self
                    .authorizer()
                    .on_unauthorized(operation, credentials.as_ref())
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
            trace::resend(span, resends, wait, &error);
            if !wait.is_zero() {
                tokio::time::sleep(wait).await;
            }
        }
    }

    /// The request for one attempt, as soon as it may be sent.
    async fn request_now(
        &self,
        operation: &'static Operation,
        outgoing: &mut Outgoing,
        is_own: bool,
    ) -> Result<Request, Error> {
        if is_own && let Some(limiter) = self.limiter() {
            limiter.turn().await;
        }
        let mut request = outgoing.attempt(operation).await?;
        if is_own {
            let authorized = self.authorizer().authorize(&mut request).await;
            authorized.map_err(|error| error.during(operation))?;
        }
        Ok(request)
    }

    /// Sends a request once. An answer of any status is an answer.
    async fn attempt(
        &self,
        span: &Span,
        operation: &'static Operation,
        request: Request,
    ) -> Result<reqwest::Response, Error> {
        let asked = self.http_is_foreign().then(|| request.url().clone());
        let answer = self
            .http()
            .execute(request)
            .await
            .map_err(|error| Error::sending(operation, error))?;
        trace::answered(span, answer.status());
        if asked.is_some_and(|asked| asked != *answer.url()) {
            let message = format!(
                "the `http_client` followed a redirect by itself, to {}: make it with `redirect::Policy::none()`",
                Address(answer.url())
            );
            let headers = answer.headers().clone();
            return Err(Error::redirect(
                operation,
                answer.status(),
                headers,
                message,
            ));
        }
        Ok(answer)
    }

    /// Bitbucket answers 411 to a write without `Content-Length`, and 400 to some
    /// writes that declare the type of a body they do not have.
    fn prepare(&self, outgoing: &mut Outgoing, accept: HeaderValue) {
        let writes = matches!(
            *outgoing.method(),
            Method::POST | Method::PUT | Method::PATCH
        );
        let is_empty = !outgoing.has_body();
        let headers = outgoing.headers_mut();
        headers.insert(ACCEPT, accept);
        headers
            .entry(USER_AGENT)
            .or_insert_with(|| self.user_agent().clone());
        if writes && is_empty {
            headers.remove(CONTENT_TYPE);
            headers.insert(CONTENT_LENGTH, HeaderValue::from_static("0"));
        }
    }
}
