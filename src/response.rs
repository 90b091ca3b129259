//! A decoded answer together with its status and headers.

use std::{
    fmt,
    ops::{Deref, DerefMut},
};

use http::{HeaderMap, StatusCode};

use crate::RateLimit;

/// What Bitbucket answered: the decoded value, the status and the headers.
///
/// It dereferences to the value, so that most code need not know of it.
///
/// ```
/// # fn show(response: bitbucket::Response<bitbucket::Page<String>>) {
/// println!("{} of {:?}", response.status(), response.size);
/// let page: bitbucket::Page<String> = response.into_inner();
/// # }
/// ```
#[derive(Clone)]
pub struct Response<T> {
    value: T,
    status: StatusCode,
    headers: HeaderMap,
}

impl<T> Response<T> {
    pub(crate) fn new(value: T, status: StatusCode, headers: HeaderMap) -> Self {
        Self {
            value,
            status,
            headers,
        }
    }

    /// The value alone.
    pub fn into_inner(self) -> T {
        self.value
    }

    /// The answer's status, one of the 2xx.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// The answer's headers.
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// What Bitbucket says of its limit on the rate of requests.
    pub fn rate_limit(&self) -> RateLimit<'_> {
        RateLimit::new(&self.headers)
    }

    /// The same answer with another value.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Response<U> {
        Response {
            value: change(self.value),
            status: self.status,
            headers: self.headers,
        }
    }
}

impl<T> Deref for Response<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T> DerefMut for Response<T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.value
    }
}

impl<T> AsRef<T> for Response<T> {
    fn as_ref(&self) -> &T {
        &self.value
    }
}

/// Without the headers: there may be a cookie among them.
impl<T: fmt::Debug> fmt::Debug for Response<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Response")
            .field("status", &self.status)
            .field("value", &self.value)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::Response;
    use http::{HeaderMap, HeaderValue, StatusCode, header::SET_COOKIE};

    #[test]
    fn holds_the_value_and_hides_the_headers() {
        let mut headers = HeaderMap::new();
        headers.insert(SET_COOKIE, HeaderValue::from_static("session=s3cret"));
        let mut response = Response::new(vec![1, 2], StatusCode::CREATED, headers);
        response.push(3);
        assert_eq!(response.len(), 3);
        assert_eq!(response.as_ref(), &[1, 2, 3]);
        assert_eq!(
            format!("{response:?}"),
            "Response { status: 201, value: [1, 2, 3], .. }"
        );
        let sum = response.map(|values| values.iter().sum::<i64>());
        assert_eq!(sum.status(), StatusCode::CREATED);
        assert_eq!(sum.headers().len(), 1);
        assert_eq!(sum.into_inner(), 6);
    }
}
