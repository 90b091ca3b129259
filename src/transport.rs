//! From a request to a decoded answer: the one way that every call takes.

use bytes::Bytes;
use http::{
    HeaderMap, HeaderValue, Method, StatusCode,
    header::{ACCEPT, CONTENT_LENGTH, CONTENT_TYPE, LOCATION},
};
use reqwest::Request;
use serde::de::DeserializeOwned;
use url::Url;

use crate::{
    ByteStream, Client, Completion, Error, JsonOrBytes, Operation, Response,
    redirect::{self, Trail},
};

const JSON: HeaderValue = HeaderValue::from_static("application/json");
const ANYTHING: HeaderValue = HeaderValue::from_static("*/*");

impl Client {
    /// Sends a request whose answer is JSON.
    pub(crate) async fn send_json<T: DeserializeOwned>(
        &self,
        operation: &'static Operation,
        request: Request,
    ) -> Result<Response<T>, Error> {
        let answer = self.exchange(operation, request, JSON).await?;
        read_whole(operation, answer).await?.decode()
    }

    /// Sends a request whose answer says all with its status.
    pub(crate) async fn send_empty(
        &self,
        operation: &'static Operation,
        request: Request,
    ) -> Result<Response<()>, Error> {
        let mut answer = self.exchange(operation, request, JSON).await?;
        let headers = std::mem::take(answer.headers_mut());
        Ok(Response::new((), answer.status(), headers))
    }

    /// Sends a request whose answer is a file, a diff or a log.
    pub(crate) async fn send_bytes(
        &self,
        operation: &'static Operation,
        request: Request,
    ) -> Result<Response<ByteStream>, Error> {
        let answer = self.exchange(operation, request, ANYTHING).await?;
        Ok(stream(operation, answer))
    }

    /// Sends a request that is either done at once or only accepted.
    pub(crate) async fn send_completion<T: DeserializeOwned>(
        &self,
        operation: &'static Operation,
        request: Request,
    ) -> Result<Response<Completion<T>>, Error> {
        let answer = self.exchange(operation, request, JSON).await?;
        if answer.status() == StatusCode::ACCEPTED {
            let location = self.own_location(answer.url(), answer.headers());
            let headers = answer.headers().clone();
            let accepted = Completion::Accepted { location };
            return Ok(Response::new(accepted, StatusCode::ACCEPTED, headers));
        }
        let whole = read_whole(operation, answer).await?;
        Ok(whole.decode::<T>()?.map(Completion::Completed))
    }

    /// Sends a request whose answer is JSON or a file, told by its content type.
    pub(crate) async fn send_json_or_bytes<T: DeserializeOwned>(
        &self,
        operation: &'static Operation,
        request: Request,
    ) -> Result<Response<JsonOrBytes<T>>, Error> {
        let answer = self.exchange(operation, request, ANYTHING).await?;
        if is_json(answer.headers()) {
            let whole = read_whole(operation, answer).await?;
            Ok(whole.decode::<T>()?.map(JsonOrBytes::Json))
        } else {
            Ok(stream(operation, answer).map(JsonOrBytes::Bytes))
        }
    }

    /// Sends a request, and sends it on where Bitbucket rightly points, until
    /// there is a success or an error.
    async fn exchange(
        &self,
        operation: &'static Operation,
        mut request: Request,
        accept: HeaderValue,
    ) -> Result<reqwest::Response, Error> {
        prepare(&mut request, accept);
        let method = request.method().clone();
        let mut trail = Trail::new(operation, request.url());
        loop {
            let copy = request.try_clone();
            if !trail.has_left_origin() && self.is_own_origin(request.url()) {
                self.authorizer().authorize(&mut request).await?;
            }
            let answer = self
                .http()
                .execute(request)
                .await
                .map_err(|error| Error::sending(operation, error))?;
            if answer.status().is_success() {
                return Ok(answer);
            }
            if !redirect::is_redirect(answer.status()) {
                return Err(Error::from_response(operation, answer).await);
            }
            request = trail.follow(&method, copy, &answer)?;
        }
    }

    /// Where a task that was only accepted can be asked after, if that is a
    /// place that the credentials may be sent to.
    fn own_location(&self, asked: &Url, headers: &HeaderMap) -> Option<String> {
        let location = headers.get(LOCATION)?.to_str().ok()?;
        let url = asked.join(location).ok()?;
        (self.is_own_origin(&url) && !redirect::has_credentials(&url)).then(|| url.into())
    }
}

/// Bitbucket answers 411 to a write without `Content-Length`, and 400 to some
/// writes that declare the type of a body they do not have.
fn prepare(request: &mut Request, accept: HeaderValue) {
    request.headers_mut().insert(ACCEPT, accept);
    let writes = matches!(
        *request.method(),
        Method::POST | Method::PUT | Method::PATCH
    );
    let empty = match request.body() {
        None => true,
        Some(body) => body.as_bytes().is_some_and(<[u8]>::is_empty),
    };
    if writes && empty {
        let headers = request.headers_mut();
        headers.remove(CONTENT_TYPE);
        headers.insert(CONTENT_LENGTH, HeaderValue::from_static("0"));
    }
}

fn stream(operation: &'static Operation, mut answer: reqwest::Response) -> Response<ByteStream> {
    let status = answer.status();
    let headers = std::mem::take(answer.headers_mut());
    let bytes = ByteStream::new(operation, status, headers.clone(), answer);
    Response::new(bytes, status, headers)
}

/// An answer whose body has arrived whole.
struct Whole {
    operation: &'static Operation,
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
}

async fn read_whole(
    operation: &'static Operation,
    mut answer: reqwest::Response,
) -> Result<Whole, Error> {
    let status = answer.status();
    let headers = std::mem::take(answer.headers_mut());
    match answer.bytes().await {
        Ok(body) => Ok(Whole {
            operation,
            status,
            headers,
            body,
        }),
        Err(error) => Err(Error::receiving(operation, status, headers, error)),
    }
}

impl Whole {
    fn decode<T: DeserializeOwned>(self) -> Result<Response<T>, Error> {
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
