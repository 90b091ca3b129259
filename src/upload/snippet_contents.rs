//! Reading a snippet and all its files in one answer of several parts.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, StatusCode, header::CONTENT_TYPE};
use mime_guess::Mime;
use multer::{Field, Multipart};
use serde_json::{Map, Value};

use crate::{
    ByteStream, Error, Operation, Response,
    builder::{GetSnippet, GetSnippetRevision},
    handle::Snippet,
    types,
};

impl Snippet {
    /// Reads the snippet and the content of all its files at once.
    ///
    /// It is held in memory. A single large file comes as a stream by
    /// [`get_snippet_file`](Snippet::get_snippet_file), and
    /// [`get_snippet`](Snippet::get_snippet) tells of the files without their contents.
    ///
    /// ```no_run
    /// # async fn read(client: bitbucket::Client) -> Result<(), bitbucket::Error> {
    /// let snippet = client.workspace("acme").snippet("kypj");
    /// let contents = snippet.read().send_related().await?;
    /// for file in &contents.files {
    ///     println!("{}: {} bytes", file.name, file.content.len());
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn read(&self) -> ReadSnippet {
        ReadSnippet {
            snippet: self.clone(),
            revision: None,
        }
    }
}

/// Reading of a snippet with its files: [`Snippet::read`].
#[derive(Clone, Debug)]
#[must_use = "nothing is read before it is sent"]
pub struct ReadSnippet {
    snippet: Snippet,
    revision: Option<String>,
}

/// A snippet, and the content of its files.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct SnippetContents {
    /// What is known of the snippet; after [`ReadSnippet::send_form_data`] that is
    /// hardly more than its title.
    pub snippet: types::Snippet,
    /// The files, in the order of the answer.
    pub files: Vec<SnippetFileContent>,
}

/// A file of a snippet.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SnippetFileContent {
    /// The file's name in the snippet.
    pub name: String,
    /// What Bitbucket takes it for, such as `text/plain`.
    pub content_type: Option<String>,
    /// The content, decoded.
    pub content: Bytes,
}

impl ReadSnippet {
    /// Reads the files as they were at this revision.
    pub fn at_revision(mut self, node_id: impl Into<String>) -> Self {
        self.revision = Some(node_id.into());
        self
    }

    /// Reads it as `multipart/related`, with all that is known of the snippet.
    ///
    /// # Errors
    ///
    /// As [`Error`] says, also if the answer is not what was asked for.
    pub async fn send_related(self) -> Result<Response<SnippetContents>, Error> {
        let accept = HeaderValue::from_static("multipart/related");
        self.send_as(accept, Layout::Related).await
    }

    /// Reads it as `multipart/form-data`, which tells little but the files.
    ///
    /// # Errors
    ///
    /// As [`Error`] says, also if the answer is not what was asked for.
    pub async fn send_form_data(self) -> Result<Response<SnippetContents>, Error> {
        let accept = HeaderValue::from_static("multipart/form-data");
        self.send_as(accept, Layout::FormData).await
    }

    async fn send_as(
        self,
        accept: HeaderValue,
        layout: Layout,
    ) -> Result<Response<SnippetContents>, Error> {
        let Self { snippet, revision } = self;
        let (operation, request) = match revision {
            Some(revision) => (
                &GetSnippetRevision::OPERATION,
                snippet.get_snippet_revision().node_id(revision).request()?,
            ),
            None => (&GetSnippet::OPERATION, snippet.get_snippet().request()?),
        };
        let client = &snippet.client;
        let answer = client.send_bytes_as(operation, request, accept).await?;
        let reader = Reader {
            operation,
            status: answer.status(),
            headers: answer.headers().clone(),
            layout,
        };
        let (status, headers) = (answer.status(), answer.headers().clone());
        let body = answer.into_inner().limited(client.max_response_size());
        let contents = reader.read(body).await?;
        Ok(Response::new(contents, status, headers))
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Layout {
    FormData,
    Related,
}

/// What an answer is read by, and what an error needs to know of it.
struct Reader {
    operation: &'static Operation,
    status: StatusCode,
    headers: HeaderMap,
    layout: Layout,
}

impl Reader {
    async fn read(&self, body: ByteStream) -> Result<SnippetContents, Error> {
        let (boundary, start) = self.declared()?;
        let mut parts = Multipart::new(body, boundary);
        let mut snippet = None;
        let mut fields = Map::new();
        let mut files = Vec::new();
        while let Some(part) = parts
            .next_field()
            .await
            .map_err(|error| self.broken(error))?
        {
            let id = content_id(part.headers());
            let is_root = snippet.is_none()
                && match &start {
                    Some(start) => id.as_ref() == Some(start),
                    None => files.is_empty(),
                };
            if self.layout == Layout::Related && is_root {
                let json = part.bytes().await.map_err(|error| self.broken(error))?;
                snippet = Some(self.snippet(serde_json::from_slice(&json), &json)?);
            } else if let Some(name) = part.file_name().map(str::to_owned).or(id) {
                files.push(self.file(name, part).await?);
            } else if let Some(name) = part.name().map(str::to_owned) {
                let text = part.text().await.map_err(|error| self.broken(error))?;
                fields.insert(name, Value::String(text));
            }
        }
        let snippet = match (self.layout, snippet) {
            (_, Some(snippet)) => snippet,
            (Layout::Related, None) => {
                return Err(self.decode("no part of the answer is the snippet", &Bytes::new()));
            }
            (Layout::FormData, None) => {
                if let Some(private) = fields.get_mut("is_private") {
                    *private = Value::Bool(private.as_str() == Some("true"));
                }
                let json = Value::from(fields);
                self.snippet(serde_json::from_value(json), &Bytes::new())?
            }
        };
        Ok(SnippetContents { snippet, files })
    }

    /// The boundary of the parts, and which of them is the first in meaning.
    fn declared(&self) -> Result<(String, Option<String>), Error> {
        let declared = self.headers.get(CONTENT_TYPE);
        let declared = declared.and_then(|value| value.to_str().ok()).unwrap_or("");
        let wanted = match self.layout {
            Layout::FormData => "multipart/form-data",
            Layout::Related => "multipart/related",
        };
        let kind: Option<Mime> = declared.parse().ok();
        let boundary = kind
            .as_ref()
            .filter(|kind| kind.essence_str() == wanted)
            .and_then(|kind| kind.get_param("boundary"));
        match (&kind, boundary) {
            (Some(kind), Some(boundary)) => Ok((
                boundary.as_str().to_owned(),
                kind.get_param("start")
                    .map(|start| plain(start.as_str()).to_owned()),
            )),
            _ => Err(self.decode(
                &format!("{wanted} was expected, but the answer is {declared:?}"),
                &Bytes::new(),
            )),
        }
    }

    async fn file(&self, name: String, part: Field<'_>) -> Result<SnippetFileContent, Error> {
        let encoding = part
            .headers()
            .get("content-transfer-encoding")
            .and_then(|value| value.to_str().ok())
            .unwrap_or("binary")
            .to_ascii_lowercase();
        let content_type = part.content_type().map(ToString::to_string);
        let content = part.bytes().await.map_err(|error| self.broken(error))?;
        let content = match encoding.trim() {
            "7bit" | "8bit" | "binary" => content,
            "base64" => {
                let mut text = content.to_vec();
                text.retain(|byte| !byte.is_ascii_whitespace());
                let decoded = STANDARD.decode(&text).map_err(|_| {
                    self.decode(&format!("the content of {name:?} is not base64"), &content)
                })?;
                decoded.into()
            }
            other => {
                let message = format!("the content of {name:?} is encoded as {other:?}");
                return Err(self.decode(&message, &content));
            }
        };
        Ok(SnippetFileContent {
            name,
            content_type,
            content,
        })
    }

    fn snippet(
        &self,
        decoded: serde_json::Result<types::Snippet>,
        json: &Bytes,
    ) -> Result<types::Snippet, Error> {
        decoded.map_err(|error| {
            Error::decode(
                self.operation,
                self.status,
                self.headers.clone(),
                json,
                "the part that is the snippet could not be decoded",
                Some(error),
            )
        })
    }

    fn decode(&self, message: &str, body: &Bytes) -> Error {
        let headers = self.headers.clone();
        Error::decode(self.operation, self.status, headers, body, message, None)
    }

    /// A connection that broke is told as such.
    fn broken(&self, error: multer::Error) -> Error {
        match error {
            multer::Error::StreamReadFailed(cause) => match cause.downcast::<Error>() {
                Ok(error) => *error,
                Err(cause) => self.decode(&cause.to_string(), &Bytes::new()),
            },
            other => {
                let message = format!("the parts of the answer could not be read: {other}");
                self.decode(&message, &Bytes::new())
            }
        }
    }
}

/// The name that the other parts know this one by.
fn content_id(headers: &HeaderMap) -> Option<String> {
    let id = headers.get("content-id")?.as_bytes();
    Some(plain(std::str::from_utf8(id).ok()?).to_owned())
}

/// Without the quotation marks or the angle brackets around it.
fn plain(id: &str) -> &str {
    id.trim()
        .trim_matches(|sign| matches!(sign, '"' | '<' | '>'))
}
