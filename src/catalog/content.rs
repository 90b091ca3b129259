//! What a call answers with.

use serde::Serialize;
use serde_json::Value;

use crate::{ByteStream, Completion, Error, JsonOrBytes, Operation, Response};

/// What a call answers with.
#[derive(Debug)]
#[non_exhaustive]
pub enum Content {
    /// A value, as the typed method decoded it.
    Json(Value),
    /// Bytes, such as a file or a diff.
    Bytes(ByteStream),
    /// Nothing.
    Empty,
    /// Bitbucket goes on in the background and says where to ask.
    Accepted {
        /// The address of the task, if Bitbucket gave one.
        location: Option<String>,
    },
}

impl Content {
    pub(crate) fn json<T: Serialize>(answer: Response<T>) -> Result<Response<Self>, Error> {
        convert(answer, |value| Ok(Content::Json(to_value(&value)?)))
    }

    pub(crate) fn empty(answer: Response<()>) -> Result<Response<Self>, Error> {
        convert(answer, |()| Ok(Self::Empty))
    }

    pub(crate) fn bytes(answer: Response<ByteStream>) -> Result<Response<Self>, Error> {
        convert(answer, |bytes| Ok(Self::Bytes(bytes)))
    }

    pub(crate) fn completion<T: Serialize>(
        answer: Response<Completion<T>>,
    ) -> Result<Response<Self>, Error> {
        convert(answer, |completion| match completion {
            Completion::Completed(value) => Ok(Self::Json(to_value(&value)?)),
            Completion::Accepted { location } => Ok(Self::Accepted { location }),
        })
    }

    pub(crate) fn json_or_bytes<T: Serialize>(
        answer: Response<JsonOrBytes<T>>,
    ) -> Result<Response<Self>, Error> {
        convert(answer, |content| match content {
            JsonOrBytes::Json(value) => Ok(Self::Json(to_value(&value)?)),
            JsonOrBytes::Bytes(bytes) => Ok(Self::Bytes(bytes)),
        })
    }
}

fn convert<T>(
    answer: Response<T>,
    content: impl FnOnce(T) -> Result<Content, Error>,
) -> Result<Response<Content>, Error> {
    let status = answer.status();
    let headers = answer.headers().clone();
    Ok(Response::new(
        content(answer.into_inner())?,
        status,
        headers,
    ))
}

pub(super) fn to_value<T: Serialize>(value: &T) -> Result<Value, Error> {
    static CALL: Operation = Operation::new("catalog", "", "");
    serde_json::to_value(value).map_err(|error| Error::invalid_request(&CALL, error.to_string()))
}
