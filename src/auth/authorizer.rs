//! The one place where credentials are put on a request.

use std::sync::Arc;

use http::{
    HeaderValue,
    header::{AUTHORIZATION, COOKIE},
};
use url::Origin;

use super::{Auth, Credentials, RequestHead, header, oauth::TokenRequests, scheme};
use crate::{Error, Operation, RetryPolicy, retry::Budget, wire::Wire};

/// Puts the credentials on a request, once for each attempt to send it.
///
/// All that a client knows about authentication is behind this step. It is
/// asynchronous because a token may have to be fetched first, and it sees the
/// whole request because a signature covers all of it.
pub(crate) struct Authorizer {
    auth: Auth,
    fixed: Option<HeaderValue>,
    /// For what the token endpoint is asked.
    wire: Wire,
    budget: Arc<Budget>,
    origin: Origin,
}

impl Authorizer {
    /// Credentials for requests to `origin` and to nowhere else.
    pub(crate) fn new(
        auth: &Auth,
        wire: Wire,
        budget: Arc<Budget>,
        origin: Origin,
    ) -> Result<Self, Error> {
        auth.check()?;
        Ok(Self {
            fixed: auth.fixed_header()?,
            auth: auth.clone(),
            wire,
            budget,
            origin,
        })
    }

    pub(crate) fn kind(&self) -> &'static str {
        self.auth.kind()
    }

    /// Whoever sends the request sees to its destination; this looks once more,
    /// so that no mistake there gives the credentials away.
    ///
    /// `retry` is the policy of the call, for a token that it has to wait for.
    pub(crate) async fn authorize(
        &self,
        request: &mut reqwest::Request,
        retry: &RetryPolicy,
    ) -> Result<(), Error> {
        if request.url().origin() != self.origin {
            return Ok(());
        }
        let value = match &self.auth.0 {
            Credentials::None => return Ok(()),
            Credentials::Basic { .. } | Credentials::Bearer(_) => match &self.fixed {
                Some(value) => value.clone(),
                None => return Ok(()),
            },
            Credentials::Cookies(_) => {
                request
                    .headers_mut()
                    .extend(self.fixed.clone().map(|value| (COOKIE, value)));
                return Ok(());
            }
            Credentials::OAuth(session) => session.header(|| self.tokens_by(retry)).await?,
            Credentials::Connect(app) => app.header(request.method(), request.url())?,
            Credentials::Scheme(scheme) => {
                let headers = scheme.authenticate(RequestHead::new(request)).await;
                let headers = headers.map_err(scheme::failed)?;
                return scheme::apply(&headers, request.headers_mut());
            }
        };
        request.headers_mut().insert(AUTHORIZATION, value);
        Ok(())
    }

    /// After a 401: whether there are other credentials now, so that the request
    /// is worth another attempt. `rejected` is what the refused one carried.
    pub(crate) async fn on_unauthorized(
        &self,
        operation: &'static Operation,
        rejected: Option<&HeaderValue>,
        retry: &RetryPolicy,
    ) -> Result<bool, Error> {
        let renewed = match &self.auth.0 {
            Credentials::OAuth(session) => match rejected.and_then(header::bearer_token) {
                Some(rejected) => {
                    let renewed = session.renew(|| self.tokens_by(retry), rejected).await;
                    renewed.map(|()| true)
                }
                None => Ok(false),
            },
            Credentials::Scheme(scheme) => scheme.renew(rejected).await.map_err(scheme::failed),
            _ => Ok(false),
        };
        renewed.map_err(|error| error.during(operation))
    }

    fn tokens_by(&self, retry: &RetryPolicy) -> TokenRequests {
        TokenRequests {
            wire: self.wire.clone(),
            retry: *retry,
            budget: Arc::clone(&self.budget),
        }
    }

    /// Adds to a 401 what the credentials may have been confused with.
    pub(crate) fn explain(&self, error: Error) -> Error {
        match self.auth.hint() {
            Some(hint) if error.is_unauthorized() => error.hinted(hint),
            _ => error,
        }
    }
}
