//! Is a request the one that the document wants for these arguments?

use super::{
    arguments::{Call, ExpectedBody},
    difference::difference,
    document::{Content, Operation},
    encoding,
    server::Recorded,
};

/// What was expected, or how something else was found.
pub(crate) type Checked<T = ()> = Result<T, String>;

/// Method, path, query, headers and body; `base` is the path that the API is
/// below.
pub(crate) fn check(
    request: &Recorded,
    base: &str,
    authorization: Option<&str>,
    operation: &Operation,
    call: &Call,
) -> Checked {
    equal(
        "authorization",
        &authorization,
        &request.header("authorization"),
    )?;
    if request.method != operation.method {
        return Err(format!("sent as {}", request.method));
    }
    let path = format!("{base}{}", call.path);
    if request.path() != path {
        return Err(format!("the path is\n  {}, not\n  {path}", request.path()));
    }
    let mut query = request.query();
    query.sort();
    if query != call.query {
        return Err(format!("the query is {query:?}, not {:?}", call.query));
    }
    headers(request, operation, call)?;
    body(request, call)
}

fn headers(request: &Recorded, operation: &Operation, call: &Call) -> Checked {
    let accept = match operation.success.content {
        Content::Bytes => "*/*",
        Content::Json(_) if operation.may_be_bytes => "*/*",
        _ => "application/json",
    };
    let mut expected = vec![("accept", accept)];
    for (name, value) in &call.headers {
        expected.push((name, value));
    }
    for (name, value) in expected {
        if request.header(name) != Some(value) {
            let found = request.headers.get_all(name).iter().collect::<Vec<_>>();
            return Err(format!("{name} is {found:?}, not {value:?}"));
        }
    }
    if request.headers.contains_key("api-version") {
        return Err("there is an api-version".to_owned());
    }
    let agent = request.header("user-agent").unwrap_or_default();
    if !agent.starts_with("bitbucket/") {
        return Err(format!("the user agent is {agent:?}"));
    }
    let length = request.header("content-length");
    let sends = operation.writes() || !matches!(call.body, ExpectedBody::Nothing);
    let expected = sends.then(|| request.body.len().to_string());
    if length != expected.as_deref() {
        return Err(format!("the content length is {length:?}"));
    }
    Ok(())
}

fn body(request: &Recorded, call: &Call) -> Checked {
    let content_type = request.header("content-type");
    let is = |expected: &str| match content_type {
        Some(found) if found == expected => Ok(()),
        other => Err(format!("the content type is {other:?}, not {expected}")),
    };
    match &call.body {
        ExpectedBody::Nothing => match (content_type, request.body.len()) {
            (None, 0) => Ok(()),
            (found, length) => Err(format!("there are {length} bytes of {found:?}")),
        },
        ExpectedBody::Json(expected) => {
            is("application/json")?;
            let body = request.json()?;
            if body == *expected {
                Ok(())
            } else {
                Err(difference("the body", expected, &body))
            }
        }
        ExpectedBody::Text(media_type, expected) => {
            is(media_type)?;
            equal("body", &expected.as_bytes(), &&*request.body)
        }
        ExpectedBody::Form(expected) => {
            is("application/x-www-form-urlencoded")?;
            let mut fields: Vec<(String, String)> = url::form_urlencoded::parse(&request.body)
                .into_owned()
                .collect();
            fields.sort();
            equal("form", expected, &fields)
        }
        ExpectedBody::Multipart(expected) => {
            let content_type = content_type.unwrap_or("missing");
            let mut parts = encoding::multipart(content_type, &request.body)?;
            parts.sort();
            equal("form", expected, &parts)
        }
    }
}

/// Whether `what` is as it has to be.
pub(crate) fn equal<T: PartialEq + std::fmt::Debug>(
    what: &str,
    expected: &T,
    found: &T,
) -> Checked {
    if expected == found {
        Ok(())
    } else {
        Err(format!("the {what} is {found:?}, not {expected:?}"))
    }
}
