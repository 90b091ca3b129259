//! From a request to a decoded answer: the one way that every call takes.

mod collect;
mod decoded_size;
mod exchange;

use bytes::Bytes;
use http::{
    HeaderMap, HeaderValue, StatusCode,
    header::{CONTENT_TYPE, LOCATION},
};
use serde::de::DeserializeOwned;
use url::Url;

use collect::{Arrived, Whole};

use crate::{
    ByteStream, Client, Completion, ContentRange, Error, JsonOrBytes, Operation, Response,
    outgoing::Outgoing, redirect, trace,
};

const JSON: HeaderValue = HeaderValue::from_static("application/json");
const ANYTHING: HeaderValue = HeaderValue::from_static("*/*");

impl Client {
    /// Sends a request whose answer is JSON.
    pub(crate) async fn send_json<T: DeserializeOwned>(
        &self,
        operation: &'static Operation,
        request: impl Into<Outgoing>,
    ) -> Result<Response<T>, Error> {
        let read = async |arrived| self.whole(operation, arrived).await?.decode();
        self.call(operation, request, JSON, wanted, read).await
    }

    /// Sends a request whose answer says all with its status.
    pub(crate) async fn send_empty(
        &self,
        operation: &'static Operation,
        request: impl Into<Outgoing>,
    ) -> Result<Response<()>, Error> {
        let read = async |mut arrived: Arrived| {
            let headers = std::mem::take(arrived.answer.headers_mut());
            Ok(Response::new((), arrived.answer.status(), headers))
        };
        self.call(operation, request, JSON, unwanted, read).await
    }

    /// Sends a request whose answer is a file, a diff or a log.
    pub(crate) async fn send_bytes(
        &self,
        operation: &'static Operation,
        request: impl Into<Outgoing>,
    ) -> Result<Response<ByteStream>, Error> {
        self.send_bytes_as(operation, request, ANYTHING).await
    }

    /// As [`Client::send_bytes`], where the kind of the answer can be chosen.
    pub(crate) async fn send_bytes_as(
        &self,
        operation: &'static Operation,
        request: impl Into<Outgoing>,
        accept: HeaderValue,
    ) -> Result<Response<ByteStream>, Error> {
        let read = async |arrived: Arrived| self.stream(operation, arrived);
        self.call(operation, request, accept, unwanted, read).await
    }

    /// Sends a request that is either done at once or only accepted.
    pub(crate) async fn send_completion<T: DeserializeOwned>(
        &self,
        operation: &'static Operation,
        request: impl Into<Outgoing>,
    ) -> Result<Response<Completion<T>>, Error> {
        let is_done = |answer: &reqwest::Response| answer.status() != StatusCode::ACCEPTED;
        let read = async |arrived: Arrived| {
            let answer = &arrived.answer;
            if !is_done(answer) {
                let location = self.own_location(answer.url(), answer.headers());
                let headers = answer.headers().clone();
                let accepted = Completion::Accepted { location };
                return Ok(Response::new(accepted, StatusCode::ACCEPTED, headers));
            }
            let whole = self.whole(operation, arrived).await?;
            Ok(whole.decode::<T>()?.map(Completion::Completed))
        };
        self.call(operation, request, JSON, is_done, read).await
    }

    /// Sends a request whose answer is JSON or a file, told by its content type.
    pub(crate) async fn send_json_or_bytes<T: DeserializeOwned>(
        &self,
        operation: &'static Operation,
        request: impl Into<Outgoing>,
    ) -> Result<Response<JsonOrBytes<T>>, Error> {
        let is_object = |answer: &reqwest::Response| is_json(answer.headers());
        let read = async |arrived: Arrived| {
            if is_object(&arrived.answer) {
                let whole = self.whole(operation, arrived).await?;
                Ok(whole.decode::<T>()?.map(JsonOrBytes::Json))
            } else {
                let bytes = self.stream(operation, arrived)?;
                Ok(bytes.map(JsonOrBytes::Bytes))
            }
        };
        self.call(operation, request, ANYTHING, is_object, read)
            .await
    }

    /// Sends a request and reads its answer, in a span of its own. What is to be
    /// collected has arrived whole when it is read.
    async fn call<T>(
        &self,
        operation: &'static Operation,
        request: impl Into<Outgoing>,
        accept: HeaderValue,
        collects: fn(&reqwest::Response) -> bool,
        read: impl AsyncFnOnce(Arrived) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let outgoing = request.into();
        let span = trace::span(self, operation, outgoing.method());
        let work = async {
            // In one place on the heap: every call's future would hold it otherwise,
            // and a caller with a few dozen calls would run out of stack.
            let exchange = self.exchange(&span, operation, outgoing, accept, collects);
            let arrived = Box::pin(exchange).await?;
            let attempts = arrived.attempts;
            let outcome = read(arrived).await;
            outcome.map_err(|error| error.after_attempts(attempts))
        };
        trace::observe(&span, work).await
    }

    /// Where a task that was only accepted can be asked after, if that is a
    /// place that the credentials may be sent to.
    pub(crate) fn own_location(&self, asked: &Url, headers: &HeaderMap) -> Option<String> {
        let location = headers.get(LOCATION)?.to_str().ok()?;
        let url = asked.join(location).ok()?;
        (self.is_own_origin(&url) && !redirect::has_credentials(&url)).then(|| url.into())
    }

    fn stream(
        &self,
        operation: &'static Operation,
        arrived: Arrived,
    ) -> Result<Response<ByteStream>, Error> {
        let Arrived {
            mut answer,
            attempts,
            ..
        } = arrived;
        let status = answer.status();
        let headers = std::mem::take(answer.headers_mut());
        let mut range = None;
        if status == StatusCode::PARTIAL_CONTENT && !has_several_parts(&headers) {
            range = ContentRange::read(&headers);
            if range.is_none() {
                let message = "a part came (206), but the answer does not say which one";
                let none = Bytes::new();
                return Err(Error::decode(
                    operation, status, headers, &none, message, None,
                ));
            }
        }
        let silence = self.wire().read_timeout;
        let told = headers.clone();
        let bytes = ByteStream::new(operation, status, told, range, answer, silence)
            .after_attempts(attempts);
        Ok(Response::new(bytes, status, headers))
    }
}

/// Several ranges come as several parts of a body, each with its own place.
fn has_several_parts(headers: &HeaderMap) -> bool {
    content_type(headers).is_some_and(|kind| {
        let kind = kind.split(';').next().unwrap_or_default().trim();
        kind.eq_ignore_ascii_case("multipart/byteranges")
    })
}

/// Every answer's body is collected.
fn wanted(_: &reqwest::Response) -> bool {
    true
}

/// No answer's body is collected.
fn unwanted(_: &reqwest::Response) -> bool {
    false
}

impl Whole {
    fn decode<T: DeserializeOwned>(self) -> Result<Response<T>, Error> {
        if decoded_size::exceeds(&self.body, self.limit) {
            let (operation, status) = (self.operation, self.status);
            return Err(Error::too_much_to_decode(
                operation,
                status,
                self.headers,
                self.limit,
            ));
        }
        match serde_json::from_slice(&self.body) {
            Ok(value) => Ok(Response::new(value, self.status, self.headers)),
            Err(error) => {
                // Decoding while keeping track of the path costs time, so it is
                // done where there is a path to tell.
                let json = &mut serde_json::Deserializer::from_slice(&self.body);
                let path = serde_path_to_error::deserialize::<_, T>(json)
                    .err()
                    .map(|error| error.path().to_string())
                    .unwrap_or_default();
                Err(self.undecodable(&path, error))
            }
        }
    }

    fn undecodable(self, path: &str, error: serde_json::Error) -> Error {
        let status = self.status;
        let (message, source) = if self.body.is_empty() {
            let message = format!("JSON was expected, but the answer ({status}) has no body");
            (message, None)
        } else if error.is_syntax() && !is_json(&self.headers) {
            let kind = content_type(&self.headers).unwrap_or("of no declared type");
            let message = format!("JSON was expected, but the answer ({status}) is {kind}");
            (message, Some(error))
        } else {
            let place = match path {
                "" | "." => String::new(),
                path => format!(" at `{path}`"),
            };
            let message = format!("the answer ({status}) could not be decoded{place}");
            (message, Some(error))
        };
        Error::decode(
            self.operation,
            status,
            self.headers,
            &self.body,
            message,
            source,
        )
    }
}

fn content_type(headers: &HeaderMap) -> Option<&str> {
    headers.get(CONTENT_TYPE)?.to_str().ok()
}

fn is_json(headers: &HeaderMap) -> bool {
    let Some(declared) = content_type(headers) else {
        return false;
    };
    let kind = declared.split(';').next().unwrap_or_default().trim();
    kind.eq_ignore_ascii_case("application/json")
        || kind.len() > 5 && kind[kind.len() - 5..].eq_ignore_ascii_case("+json")
}

#[cfg(test)]
mod tests;
