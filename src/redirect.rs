//! Where a request may be sent on to.

use std::fmt;

use http::{HeaderMap, Method, StatusCode, header};
use url::Url;

use crate::{Error, Operation, outgoing::Outgoing};

/// As many redirects as are followed for one request.
const HOPS: usize = 10;

/// Headers that another origin gets too: what they say is what is wanted of the
/// file, and by which program. Any other may be a credential, under whatever name.
const IMPERSONAL: [header::HeaderName; 10] = [
    header::ACCEPT,
    header::ACCEPT_ENCODING,
    header::ACCEPT_LANGUAGE,
    header::IF_MATCH,
    header::IF_MODIFIED_SINCE,
    header::IF_NONE_MATCH,
    header::IF_RANGE,
    header::IF_UNMODIFIED_SINCE,
    header::RANGE,
    header::USER_AGENT,
];

/// Whether an answer with this status points somewhere else.
pub(crate) fn is_redirect(status: StatusCode) -> bool {
    matches!(status.as_u16(), 301 | 302 | 303 | 307 | 308)
}

/// The addresses that one request has been sent to.
pub(crate) struct Trail {
    operation: &'static Operation,
    visited: Vec<Url>,
    left_origin: bool,
}

impl Trail {
    pub(crate) fn new(operation: &'static Operation, start: &Url) -> Self {
        Self {
            operation,
            visited: vec![start.clone()],
            left_origin: false,
        }
    }

    /// Whether the request was ever sent to another origin than its first.
    ///
    /// It then gets no credentials any more, even if it is sent back: what it
    /// asks for is no longer what the caller asked for.
    pub(crate) fn has_left_origin(&self) -> bool {
        self.left_origin
    }

    /// Makes `sent` the request to send next, or says why there is none.
    pub(crate) fn follow(
        &mut self,
        sent: &mut Outgoing,
        response: &reqwest::Response,
    ) -> Result<(), Error> {
        let method = sent.method();
        let refused = |message: String| {
            Err(Error::redirect(
                self.operation,
                response.status(),
                response.headers().clone(),
                message,
            ))
        };
        let from = &self.visited[self.visited.len() - 1];
        let target = match target(from, response.headers()) {
            Ok(target) => target,
            Err(fault) => return refused(fault.to_owned()),
        };
        let same_origin = target.origin() == from.origin();
        let to = Address(&target);
        if self.visited.contains(&target) {
            return refused(format!("Bitbucket redirects in a circle, back to {to}"));
        }
        if self.visited.len() > HOPS {
            return refused(format!("more than {HOPS} redirects, the last one to {to}"));
        }
        if from.scheme() == "https" && target.scheme() != "https" {
            return refused(format!("redirected from https to {to}, which is not safe"));
        }
        let only_asks = matches!(*method, Method::GET | Method::HEAD);
        if !only_asks && !matches!(response.status().as_u16(), 307 | 308) {
            return refused(format!(
                "Bitbucket redirects the {method} to {to}, but not so that it could be sent again"
            ));
        }
        if !same_origin && (!only_asks || sent.has_body()) {
            return refused(format!(
                "Bitbucket redirects the {method} to {to}, which is another origin"
            ));
        }
        if !sent.is_repeatable() {
            return refused(format!(
                "Bitbucket redirects the {method} to {to}, but its body is a stream that cannot be sent twice"
            ));
        }
        if !same_origin {
            self.left_origin = true;
        }
        if self.left_origin {
            keep_impersonal(sent.headers_mut());
        }
        self.visited.push(target.clone());
        sent.set_url(target);
        Ok(())
    }
}

fn keep_impersonal(headers: &mut HeaderMap) {
    let given = std::mem::take(headers);
    let mut name = None;
    for (next, value) in given {
        // Of the values of one name, only the first comes with it.
        name = next.or(name);
        if let Some(name) = name.as_ref().filter(|name| IMPERSONAL.contains(name)) {
            headers.append(name.clone(), value);
        }
    }
}

pub(crate) fn target(from: &Url, headers: &HeaderMap) -> Result<Url, &'static str> {
    let Some(location) = headers.get(header::LOCATION) else {
        return Err("Bitbucket redirects, but does not say where to");
    };
    let mut target = std::str::from_utf8(location.as_bytes())
        .ok()
        .and_then(|location| from.join(location).ok())
        .ok_or("Bitbucket redirects to something that is not a URL")?;
    if !matches!(target.scheme(), "https" | "http") {
        return Err("Bitbucket redirects to a URL that is neither https nor http");
    }
    if has_credentials(&target) {
        return Err("Bitbucket redirects to a URL with credentials in it");
    }
    target.set_fragment(None);
    Ok(target)
}

/// Whether a URL says whom to log in as. Nothing that Bitbucket sends may.
pub(crate) fn has_credentials(url: &Url) -> bool {
    !url.username().is_empty() || url.password().is_some()
}

/// A URL as far as it may be shown: signatures of downloads are in the query.
pub(crate) struct Address<'a>(pub(crate) &'a Url);

impl fmt::Display for Address<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let url = self.0;
        write!(
            formatter,
            "{}{}",
            url.origin().ascii_serialization(),
            url.path()
        )
    }
}

#[cfg(test)]
mod tests;
