//! A request on its way out, which may take more than one attempt.

use http::{HeaderMap, Method};
use reqwest::Request;
use url::Url;

use crate::{Error, Form, Operation};

/// A request before it is sent.
///
/// A form is no part of the request: it is made anew for each attempt, with the
/// same boundary and bytes, since its files are read as they are sent.
pub(crate) struct Outgoing {
    request: Request,
    form: Option<Form>,
    /// A body that could not be copied was given out.
    spent: bool,
}

impl From<Request> for Outgoing {
    fn from(request: Request) -> Self {
        Self {
            request,
            form: None,
            spent: false,
        }
    }
}

impl Outgoing {
    /// The request with the form for its body, in place of any that it has.
    pub(crate) fn with_form(mut request: Request, form: Form) -> Self {
        *request.body_mut() = None;
        Self {
            form: Some(form),
            ..Self::from(request)
        }
    }

    /// The request without its form.
    pub(crate) fn into_request(self) -> Request {
        self.request
    }

    pub(crate) fn method(&self) -> &Method {
        self.request.method()
    }

    pub(crate) fn url(&self) -> &Url {
        self.request.url()
    }

    pub(crate) fn set_url(&mut self, url: Url) {
        *self.request.url_mut() = url;
    }

    pub(crate) fn headers_mut(&mut self) -> &mut HeaderMap {
        self.request.headers_mut()
    }

    /// Whether there is anything in the body.
    pub(crate) fn has_body(&self) -> bool {
        self.form.is_some()
            || self
                .request
                .body()
                .is_some_and(|body| body.as_bytes().is_none_or(|bytes| !bytes.is_empty()))
    }

    /// Whether another [`attempt`](Self::attempt) would give the same bytes.
    pub(crate) fn is_repeatable(&self) -> bool {
        let body = self.request.body();
        !self.spent
            && body.is_none_or(|body| body.as_bytes().is_some())
            && self.form.as_ref().is_none_or(Form::is_repeatable)
    }

    /// The request to send now, with its body from the beginning.
    ///
    /// # Errors
    ///
    /// If a file of the form cannot be opened, or if the body was sent and there
    /// is no other of it: it is never sent again as an empty one.
    pub(crate) async fn attempt(
        &mut self,
        operation: &'static Operation,
    ) -> Result<Request, Error> {
        if self.spent {
            let fault = "its body is a stream that was sent already";
            return Err(Error::invalid_request(operation, fault));
        }
        let mut request = match self.request.try_clone() {
            Some(copy) => copy,
            None => self.give_out(),
        };
        if let Some(form) = &mut self.form {
            form.put_into(operation, &mut request).await?;
        }
        Ok(request)
    }

    /// A copy with the body itself.
    fn give_out(&mut self) -> Request {
        self.spent = true;
        let mut copy = Request::new(self.method().clone(), self.url().clone());
        *copy.headers_mut() = self.request.headers().clone();
        *copy.timeout_mut() = self.request.timeout().copied();
        *copy.version_mut() = self.request.version();
        *copy.body_mut() = self.request.body_mut().take();
        copy
    }
}
