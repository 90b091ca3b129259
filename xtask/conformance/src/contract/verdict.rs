//! What prism says about a request, and about its own answer.

use std::fmt;

use http::header;
use serde::Serialize;
use serde_json::{Deserializer, Value};

use super::recorder::Answered;

/// One way in which a call is not as a document says.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub(crate) struct Violation {
    /// The operation's id.
    pub(crate) operation: String,
    /// Where, such as `request.query.page`; `[]` stands for any element.
    pub(crate) place: String,
    /// Which rule, in prism's terms or in those of the recorder.
    pub(crate) code: String,
    /// What prism says.
    pub(crate) message: String,
}

impl Violation {
    pub(crate) fn new(operation: &str, place: &str, code: &str, message: &str) -> Self {
        Self {
            operation: operation.to_owned(),
            place: place.to_owned(),
            code: code.to_owned(),
            message: message.to_owned(),
        }
    }

    /// What it is known by: operation, place and rule. Of a place in a body, that
    /// is the property at its end: the way there is long, and another whenever a
    /// value on it had its turn elsewhere.
    pub(crate) fn key(&self) -> String {
        let Self {
            operation,
            place,
            code,
            ..
        } = self;
        match place.strip_prefix("request.body") {
            Some(way) if way.contains('.') => {
                let property = way.rsplit('.').next().unwrap_or(way);
                format!("{operation} request.body…{property} {code}")
            }
            _ => format!("{operation} {place} {code}"),
        }
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.key(), self.message)
    }
}

/// The violations of one exchange.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Verdict {
    /// The request is not as the document says.
    pub(crate) request: Vec<Violation>,
    /// The answer that prism made is not as the document says.
    pub(crate) answer: Vec<Violation>,
}

/// Reads what prism says in the `sl-violations` header, and in the problem that
/// it answers with instead of the document's own answer.
pub(crate) fn read(operation: &str, answered: &Answered) -> Verdict {
    let mut verdict = Verdict::default();
    if let Some(header) = answered.headers.get("sl-violations") {
        let text = String::from_utf8_lossy(header.as_bytes());
        for violation in listed(&text) {
            let violation = told(operation, "", &violation);
            if violation.place.starts_with("response") {
                verdict.answer.push(violation);
            } else {
                verdict.request.push(violation);
            }
        }
    }
    if let Some(problem) = problem(answered) {
        verdict.request.extend(from_problem(operation, &problem));
    } else if answered.status.is_client_error() || answered.status.is_server_error() {
        let message = String::from_utf8_lossy(&answered.body);
        let code = format!("status {}", answered.status.as_u16());
        let violation = Violation::new(operation, "answer", &code, &message);
        verdict.request.push(violation);
    }
    verdict
}

/// The header's list. prism cuts off what would make it too long for a header,
/// and says so before the list.
fn listed(text: &str) -> Vec<Value> {
    let Some((_, elements)) = text.split_once('[') else {
        return Vec::new();
    };
    let mut violations = Vec::new();
    let mut rest = elements;
    loop {
        let mut stream = Deserializer::from_str(rest).into_iter();
        let Some(Ok(violation)) = stream.next() else {
            return violations;
        };
        rest = rest[stream.byte_offset()..].trim_start_matches(',');
        violations.push(violation);
    }
}

fn problem(answered: &Answered) -> Option<Value> {
    let content_type = answered.headers.get(header::CONTENT_TYPE)?;
    if content_type != "application/problem+json" {
        return None;
    }
    serde_json::from_slice(&answered.body).ok()
}

fn from_problem(operation: &str, problem: &Value) -> Vec<Violation> {
    let violations = problem["validation"].as_array();
    if let Some(violations) = violations.filter(|violations| !violations.is_empty()) {
        let violations = violations.iter();
        return violations
            .map(|violation| told(operation, "request.", violation))
            .collect();
    }
    // Its type is an address that ends in the name of the problem.
    let kind = problem["type"].as_str().unwrap_or("problem");
    let code = kind.rsplit('#').next().unwrap_or(kind);
    let detail = problem["detail"].as_str().unwrap_or(kind);
    vec![Violation::new(operation, "request", code, detail)]
}

fn told(operation: &str, before: &str, violation: &Value) -> Violation {
    let mut place = before.to_owned();
    let segments = violation["location"].as_array().into_iter().flatten();
    for segment in segments {
        match segment.as_str() {
            Some(name) if name.bytes().all(|byte| byte.is_ascii_digit()) => place.push_str("[]"),
            Some(name) => {
                if !place.is_empty() && !place.ends_with('.') {
                    place.push('.');
                }
                place.push_str(name);
            }
            None => place.push_str("[]"),
        }
    }
    let place = place.trim_end_matches('.');
    let code = match &violation["code"] {
        Value::String(code) => code.clone(),
        Value::Null => "violation".to_owned(),
        other => other.to_string(),
    };
    let message = violation["message"].as_str().unwrap_or_default();
    Violation::new(operation, place, &code, message)
}

#[cfg(test)]
#[path = "verdict_tests.rs"]
mod tests;
