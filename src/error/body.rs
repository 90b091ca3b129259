//! What the body of an error answer says.
//!
//! Bitbucket Cloud's own shape is `{"type": "error", "error": {"message", "detail",
//! "fields", "id", "data"}}`, Data Center's `{"errors": [{"context", "message",
//! "exceptionName"}]}`; the OAuth endpoints answer as RFC 6749 says; the
//! rate limiter sends plain text, and what stands before Bitbucket sends HTML.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::ErrorEntry;

/// What an error answer says, as far as it could be read.
#[derive(Debug, Default, PartialEq)]
pub(super) struct ErrorBody {
    pub(super) message: Option<String>,
    pub(super) detail: Option<String>,
    pub(super) fields: BTreeMap<String, Vec<String>>,
    pub(super) id: Option<String>,
    pub(super) data: Option<Value>,
    pub(super) entries: Vec<ErrorEntry>,
}

impl ErrorBody {
    /// The content type only decides what is not JSON: Bitbucket does not
    /// always declare it rightly.
    pub(super) fn read(content_type: Option<&str>, body: &[u8]) -> Self {
        match serde_json::from_slice(body) {
            Ok(value) => Self::from_json(value),
            Err(_) => Self::from_text(content_type, &String::from_utf8_lossy(body)),
        }
    }

    fn from_json(value: Value) -> Self {
        match value {
            Value::Object(mut object) => match object.remove("error") {
                Some(Value::Object(error)) => Self::from_error(error),
                Some(Value::String(code)) => Self::from_oauth(&code, &mut object),
                _ => Self::from_error(object),
            },
            Value::Array(_) | Value::String(_) => Self {
                message: joined(&texts(value)),
                ..Self::default()
            },
            _ => Self::default(),
        }
    }

    fn from_error(mut error: Map<String, Value>) -> Self {
        let entries = ErrorEntry::list(&error);
        if !entries.is_empty() {
            return Self::from_entries(entries);
        }
        let mut take = |names: &[&str]| {
            names
                .iter()
                .find_map(|name| joined(&texts(error.remove(*name)?)))
        };
        let message = take(&["message", "error_description", "errors"]);
        let detail = take(&["detail", "details"]);
        let id = take(&["id"]);
        Self {
            message,
            detail,
            fields: error.remove("fields").map(fields).unwrap_or_default(),
            id,
            data: error.remove("data").filter(|data| !data.is_null()),
            entries,
        }
    }

    /// Data Center says all of it entry by entry.
    fn from_entries(entries: Vec<ErrorEntry>) -> Self {
        let lines: Vec<String> = entries.iter().filter_map(ErrorEntry::line).collect();
        let mut fields = BTreeMap::<String, Vec<String>>::new();
        for entry in &entries {
            if let Some(context) = &entry.context {
                let objections = fields.entry(context.clone()).or_default();
                objections.extend(entry.message.clone());
            }
        }
        Self {
            message: joined(&lines),
            fields,
            entries,
            ..Self::default()
        }
    }

    /// RFC 6749, section 5.2: a code and, perhaps, a sentence.
    fn from_oauth(code: &str, object: &mut Map<String, Value>) -> Self {
        let description = ["error_description", "message"]
            .iter()
            .find_map(|name| joined(&texts(object.remove(*name)?)));
        match description {
            Some(description) => Self {
                message: Some(description),
                detail: filled(code),
                ..Self::default()
            },
            None => Self {
                message: filled(code),
                ..Self::default()
            },
        }
    }

    fn from_text(content_type: Option<&str>, text: &str) -> Self {
        let text = text.trim();
        let html = content_type.is_some_and(|kind| kind.to_ascii_lowercase().contains("html"))
            || text.starts_with('<');
        Self {
            message: if html { title(text) } else { filled(text) },
            ..Self::default()
        }
    }
}

/// Field errors come as a map from field to text or texts, and as a list of
/// field names or of objects which name the field beside the message.
fn fields(value: Value) -> BTreeMap<String, Vec<String>> {
    match value {
        Value::Object(map) => map
            .into_iter()
            .map(|(name, value)| (name, texts(value)))
            .collect(),
        Value::Array(list) => {
            let mut fields = BTreeMap::<String, Vec<String>>::new();
            for entry in list {
                let (name, messages) = named(entry);
                fields.entry(name).or_default().extend(messages);
            }
            fields
        }
        Value::String(name) => BTreeMap::from([(name, Vec::new())]),
        _ => BTreeMap::new(),
    }
}

fn named(entry: Value) -> (String, Vec<String>) {
    match entry {
        Value::Object(mut object) => {
            let name = ["field", "name", "path", "key"]
                .iter()
                .find_map(|name| joined(&texts(object.remove(*name)?)))
                .unwrap_or_default();
            (name, texts(Value::Object(object)))
        }
        Value::String(name) => (name, Vec::new()),
        other => (String::new(), texts(other)),
    }
}

/// Every text in a value, at whatever depth Bitbucket put it.
fn texts(value: Value) -> Vec<String> {
    match value {
        Value::Null => Vec::new(),
        Value::String(text) => filled(&text).into_iter().collect(),
        Value::Array(list) => list.into_iter().flat_map(texts).collect(),
        Value::Object(mut object) => match object.remove("message") {
            Some(message) => texts(message),
            None => object
                .into_iter()
                .flat_map(|(name, value)| {
                    texts(value)
                        .into_iter()
                        .map(move |text| format!("{name}: {text}"))
                })
                .collect(),
        },
        other => vec![other.to_string()],
    }
}

fn joined(texts: &[String]) -> Option<String> {
    filled(&texts.join("; "))
}

fn filled(text: &str) -> Option<String> {
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

/// The title of a page is what a reader of its source looks for.
fn title(html: &str) -> Option<String> {
    let lower = html.to_ascii_lowercase();
    let tag = lower.find("<title")?;
    let start = tag + lower[tag..].find('>')? + 1;
    let end = start + lower[start..].find("</title")?;
    filled(&html[start..end])
}

#[cfg(test)]
mod tests {
    use super::ErrorBody;
    use serde_json::json;

    fn read(body: &serde_json::Value) -> ErrorBody {
        ErrorBody::read(Some("application/json"), body.to_string().as_bytes())
    }

    fn field(error: &ErrorBody, name: &str) -> Vec<String> {
        error.fields.get(name).cloned().unwrap_or_default()
    }

    #[test]
    fn reads_bitbuckets_own_shape() {
        let error = read(&json!({"type": "error", "error": {
            "message": "Bad request",
            "detail": "Check the fields.",
            "fields": {"title": ["required", "too short"], "source": "unknown branch",
                "reviewers": [{"uuid": ["not a member"]}]},
            "id": "f00",
            "data": {"announcement_url": "https://example.com/c"},
        }}));
        assert_eq!(error.message.as_deref(), Some("Bad request"));
        assert_eq!(error.detail.as_deref(), Some("Check the fields."));
        assert_eq!(field(&error, "title"), ["required", "too short"]);
        assert_eq!(field(&error, "source"), ["unknown branch"]);
        assert_eq!(field(&error, "reviewers"), ["uuid: not a member"]);
        assert_eq!(error.id.as_deref(), Some("f00"));
        let data = error.data.unwrap();
        assert_eq!(data["announcement_url"], "https://example.com/c");
    }

    #[test]
    fn reads_fields_in_a_list() {
        let error = read(&json!({"error": {"message": "Bad", "fields": [
            "title", {"field": "name", "message": "taken"}, {"field": "name", "message": "long"}
        ]}}));
        assert_eq!(field(&error, "name"), ["taken", "long"]);
        assert!(error.fields.contains_key("title"));
    }

    #[test]
    fn reads_oauth_errors() {
        let error = read(&json!({"error": "invalid_grant", "error_description": "Expired"}));
        assert_eq!(error.message.as_deref(), Some("Expired"));
        assert_eq!(error.detail.as_deref(), Some("invalid_grant"));
        let error = read(&json!({"error": "invalid_client"}));
        assert_eq!(error.message.as_deref(), Some("invalid_client"));
        assert_eq!(error.detail, None);
        let error = read(&json!({"error_description": "Expired"}));
        assert_eq!(error.message.as_deref(), Some("Expired"));
    }

    #[test]
    fn reads_other_json() {
        let message = |value| read(&value).message;
        assert_eq!(message(json!({"message": "no"})).as_deref(), Some("no"));
        assert_eq!(message(json!("no")).as_deref(), Some("no"));
        assert_eq!(message(json!(["a", "b"])).as_deref(), Some("a; b"));
        let several = json!({"errors": [{"message": "a", "context": null}, {"message": "b"}]});
        assert_eq!(message(several).as_deref(), Some("a; b"));
        assert_eq!(read(&json!({"error": {}})), ErrorBody::default());
        assert_eq!(read(&json!({"error": null})), ErrorBody::default());
        assert_eq!(read(&json!(null)), ErrorBody::default());
        assert_eq!(read(&json!(17)), ErrorBody::default());
        let odd = json!({"error": {"message": {"a": ["x", 1]}, "detail": [], "fields": 3}});
        assert_eq!(message(odd).as_deref(), Some("a: x; a: 1"));
    }

    #[test]
    fn reads_the_list_of_data_center() {
        let error = read(&json!({"errors": [
            {"context": "name", "message": "The name is too long.", "exceptionName": null},
            {"context": null, "message": "Out of date.", "exceptionName": "a.b.OutOfDate",
                "currentVersion": 3, "expectedVersion": 2, "conflicted": true},
            {"exceptionName": "a.b.Silent"},
        ]}));
        assert_eq!(
            error.message.as_deref(),
            Some("name: The name is too long.; Out of date.; a.b.Silent")
        );
        assert_eq!(field(&error, "name"), ["The name is too long."]);
        let [_, conflict, _] = error.entries.as_slice() else {
            panic!("{error:?}");
        };
        assert_eq!(conflict.exception_name.as_deref(), Some("a.b.OutOfDate"));
        assert_eq!(
            (conflict.current_version, conflict.expected_version),
            (Some(3), Some(2))
        );
        assert_eq!(
            conflict.other,
            *json!({"conflicted": true}).as_object().unwrap()
        );
    }

    #[test]
    fn reads_text_and_html() {
        let limit = ErrorBody::read(
            Some("text/plain"),
            b"\nRate limit for this resource has been exceeded\n",
        );
        assert_eq!(
            limit.message.as_deref(),
            Some("Rate limit for this resource has been exceeded")
        );
        let page = b"<!DOCTYPE html><html><TITLE lang=en>502 Bad Gateway</TITLE><p>nginx";
        for content_type in [Some("text/html; charset=utf-8"), None] {
            let page = ErrorBody::read(content_type, page);
            assert_eq!(page.message.as_deref(), Some("502 Bad Gateway"));
        }
        let untitled = ErrorBody::read(Some("text/html"), b"<p>no");
        assert_eq!(untitled, ErrorBody::default());
        assert_eq!(ErrorBody::read(None, b""), ErrorBody::default());
        assert_eq!(
            ErrorBody::read(None, b"\xff").message.as_deref(),
            Some("\u{fffd}")
        );
    }
}
