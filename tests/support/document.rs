//! The effective document, read here on its own account: what the tests expect
//! must not come from the code that generates what they test.

use serde_json::Value;

const METHODS: [&str; 5] = ["get", "put", "post", "delete", "patch"];

pub(crate) struct Document(Value);

/// One operation of the document.
pub(crate) struct Operation {
    pub(crate) id: String,
    /// In capitals.
    pub(crate) method: String,
    /// The template, below the base URL.
    pub(crate) path: String,
    pub(crate) parameters: Vec<Parameter>,
    pub(crate) body: Option<Body>,
    pub(crate) success: Success,
    pub(crate) paging: Option<Paging>,
    pub(crate) has_multipart_too: bool,
    /// May be answered with 202 and the address of a task.
    pub(crate) may_be_accepted: bool,
    /// Is answered with JSON at first and with a file later.
    pub(crate) may_be_bytes: bool,
    /// Schema of the page that a directory is listed by.
    pub(crate) listing: Option<Value>,
    /// Schema of what `format=meta` answers.
    pub(crate) meta: Option<Value>,
}

pub(crate) struct Parameter {
    pub(crate) name: String,
    pub(crate) location: Location,
    pub(crate) required: bool,
    /// Slashes in the value are sent as they are.
    pub(crate) slash: bool,
    pub(crate) schema: Value,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Location {
    Path,
    Query,
    Header,
}

pub(crate) struct Body {
    pub(crate) kind: BodyKind,
    pub(crate) schema: Value,
    pub(crate) required: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BodyKind {
    Json,
    Form,
    Text,
    Multipart,
}

pub(crate) struct Success {
    pub(crate) status: u16,
    pub(crate) content: Content,
}

pub(crate) enum Content {
    Json(Value),
    Bytes,
    Nothing,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Paging {
    Link,
    Number,
    Start,
}

impl Document {
    pub(crate) fn new(document: Value) -> Self {
        Self(document)
    }

    pub(crate) fn schema(&self, name: &str) -> &Value {
        self.0["components"]["schemas"]
            .get(name)
            .unwrap_or_else(|| panic!("the document has no schema {name}"))
    }

    pub(crate) fn schema_names(&self) -> impl Iterator<Item = &str> {
        let schemas = self.0["components"]["schemas"].as_object();
        schemas.into_iter().flatten().map(|(name, _)| name.as_str())
    }

    pub(crate) fn operations(&self) -> Vec<Operation> {
        let mut operations = Vec::new();
        for (path, item) in self.0["paths"].as_object().expect("paths are an object") {
            for method in METHODS {
                if let Some(operation) = item.get(method) {
                    operations.push(Operation::read(method, path, operation));
                }
            }
        }
        operations
    }
}

impl Operation {
    fn read(method: &str, path: &str, operation: &Value) -> Self {
        let reference = |name: &str| {
            let target = operation.get(name)?;
            Some(serde_json::json!({"$ref": target}))
        };
        let has = |name: &str| operation.get(name) == Some(&Value::Bool(true));
        let parameters = operation["parameters"].as_array();
        Self {
            id: text(&operation["operationId"]),
            method: method.to_uppercase(),
            path: path.to_owned(),
            parameters: parameters
                .into_iter()
                .flatten()
                .map(Parameter::read)
                .collect(),
            body: operation.get("requestBody").map(Body::read),
            success: Success::read(&operation["responses"]),
            paging: operation.get("x-paged").map(Paging::read),
            has_multipart_too: has("x-also-multipart"),
            may_be_accepted: has("x-completion"),
            may_be_bytes: has("x-json-or-bytes"),
            listing: reference("x-listing"),
            meta: reference("x-meta"),
        }
    }

    pub(crate) fn parameters(&self, location: Location) -> impl Iterator<Item = &Parameter> {
        self.parameters
            .iter()
            .filter(move |parameter| parameter.location == location)
    }

    pub(crate) fn writes(&self) -> bool {
        matches!(self.method.as_str(), "POST" | "PUT" | "PATCH")
    }

    /// The schema of the page that the list comes in.
    pub(crate) fn page(&self) -> &Value {
        match (&self.listing, &self.success.content) {
            (Some(page), _) | (None, Content::Json(page)) => page,
            _ => panic!("{} lists nothing", self.id),
        }
    }
}

impl Parameter {
    fn read(parameter: &Value) -> Self {
        Self {
            name: text(&parameter["name"]),
            location: match text(&parameter["in"]).as_str() {
                "path" => Location::Path,
                "query" => Location::Query,
                "header" => Location::Header,
                other => panic!("a parameter in {other}"),
            },
            required: parameter["required"] == Value::Bool(true),
            slash: parameter["x-slash"] == Value::Bool(true),
            schema: parameter["schema"].clone(),
        }
    }

    pub(crate) fn is_integer(&self) -> bool {
        self.schema["type"] == "integer"
    }
}

impl Body {
    fn read(body: &Value) -> Self {
        let (media_type, content) = only(&body["content"]);
        Self {
            kind: match media_type {
                "application/json" => BodyKind::Json,
                "application/x-www-form-urlencoded" => BodyKind::Form,
                "multipart/form-data" => BodyKind::Multipart,
                "text/plain" => BodyKind::Text,
                other => panic!("a body of {other}"),
            },
            schema: content["schema"].clone(),
            required: body["required"] != Value::Bool(false),
        }
    }
}

impl Success {
    fn read(responses: &Value) -> Self {
        let mut successes = responses
            .as_object()
            .expect("responses are an object")
            .iter()
            .filter(|(status, _)| status.starts_with('2'));
        let (status, response) = successes.next().expect("every operation can succeed");
        assert!(successes.next().is_none(), "two kinds of success");
        Self {
            // A range stands for any of its statuses; 203 is one that no
            // operation declares.
            status: status.parse().unwrap_or(203),
            content: match response.get("content") {
                None => Content::Nothing,
                Some(content) => match only(content) {
                    ("application/json", content) => Content::Json(content["schema"].clone()),
                    ("application/octet-stream", _) => Content::Bytes,
                    (other, _) => panic!("an answer of {other}"),
                },
            },
        }
    }
}

impl Paging {
    fn read(paging: &Value) -> Self {
        match text(paging).as_str() {
            "link" => Self::Link,
            "number" => Self::Number,
            "start" => Self::Start,
            other => panic!("paged by {other}"),
        }
    }
}

fn text(value: &Value) -> String {
    value.as_str().expect("a text").to_owned()
}

fn only(content: &Value) -> (&str, &Value) {
    let mut entries = content.as_object().expect("content is an object").iter();
    let (name, value) = entries.next().expect("content has a media type");
    assert!(entries.next().is_none(), "more than one media type");
    (name, value)
}

/// The name of the component that a schema refers to.
pub(crate) fn referenced(schema: &Value) -> Option<&str> {
    schema.get("$ref")?.as_str()?.rsplit('/').next()
}
