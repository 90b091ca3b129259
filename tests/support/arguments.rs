//! The arguments of a call, and how they have to look on the wire.

use bitbucket::catalog::Arguments;
use serde_json::{Map, Value, json};

use super::{
    document::{Body, BodyKind, Location, Operation, Parameter},
    encoding::{self, FormPart},
    samples::Samples,
};

/// What a call is given, and what is expected of the request that comes of it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Call {
    pub(crate) arguments: Map<String, Value>,
    /// Path below the base URL, encoded.
    pub(crate) path: String,
    /// Decoded and sorted.
    pub(crate) query: Vec<(String, String)>,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: ExpectedBody,
}

#[derive(Clone, Debug, Default)]
pub(crate) enum ExpectedBody {
    #[default]
    Nothing,
    Json(Value),
    /// Names and values, sorted.
    Form(Vec<(String, String)>),
    /// A bare text, and what it is declared as: a form, perhaps.
    Text(&'static str, String),
    /// Sorted.
    Multipart(Vec<FormPart>),
}

impl Call {
    /// Every parameter and the whole body.
    pub(crate) fn full(operation: &Operation, samples: &mut Samples) -> Self {
        let mut call = Self::with_parameters(operation, samples);
        if let Some(body) = &operation.body {
            call.give_body(body, samples);
        }
        call
    }

    /// Every parameter, but no body.
    pub(crate) fn with_parameters(operation: &Operation, samples: &mut Samples) -> Self {
        let mut call = Self::only_path(operation, samples);
        for parameter in operation.parameters(Location::Query) {
            call.give_query(parameter, samples);
        }
        for parameter in operation.parameters(Location::Header) {
            let value = format!("\"{} {}\"", parameter.name, samples.next());
            call.give(&parameter.name, json!(value));
            call.headers.push((parameter.name.clone(), value));
        }
        call.query.sort();
        call
    }

    /// What the operation cannot do without, and no more.
    pub(crate) fn bare(operation: &Operation, samples: &mut Samples) -> Self {
        let mut call = Self::only_path(operation, samples);
        for parameter in operation.parameters(Location::Query) {
            if parameter.required {
                call.give_query(parameter, samples);
            }
        }
        call.query.sort();
        if let Some(body) = operation.body.as_ref().filter(|body| body.required) {
            call.give_body(body, samples);
        }
        call
    }

    /// The path's parameters alone.
    pub(crate) fn only_path(operation: &Operation, samples: &mut Samples) -> Self {
        let mut call = Self {
            path: operation.path.clone(),
            ..Self::default()
        };
        for parameter in operation.parameters(Location::Path) {
            call.give_path(parameter, samples);
        }
        call
    }

    pub(crate) fn arguments(&self) -> Arguments {
        self.arguments.clone().into_iter().collect()
    }

    pub(crate) fn without(mut self, name: &str) -> Self {
        self.arguments.remove(name);
        self.query.retain(|(query, _)| query != name);
        self
    }

    fn give(&mut self, name: &str, value: Value) {
        let before = self.arguments.insert(name.to_owned(), value);
        assert!(before.is_none(), "two parameters are called {name}");
    }

    fn give_path(&mut self, parameter: &Parameter, samples: &mut Samples) {
        let name = &parameter.name;
        let (value, encoded) = if parameter.is_integer() {
            let number = samples.next();
            (json!(number), number.to_string())
        } else {
            let text = format!(
                "{{{name}}} é#?&=+;%20/~a:b,c@d!$'()*[]\\^`|\"<> {}.",
                samples.next()
            );
            let encoded = if parameter.slash {
                encoding::segments(&text)
            } else {
                encoding::segment(&text)
            };
            (json!(text), encoded)
        };
        self.give(name, value);
        self.path = self.path.replace(&format!("{{{name}}}"), &encoded);
    }

    fn give_query(&mut self, parameter: &Parameter, samples: &mut Samples) {
        let name = &parameter.name;
        let value = samples.of(&parameter.schema);
        for element in elements(&value) {
            self.query.push((name.clone(), plain(element)));
        }
        self.give(name, value);
    }

    fn give_body(&mut self, body: &Body, samples: &mut Samples) {
        let (value, expected) = match body.kind {
            BodyKind::Json => {
                let value = samples.of(&body.schema);
                (value.clone(), ExpectedBody::Json(value))
            }
            BodyKind::Form => {
                let value = samples.of(&body.schema);
                let expected = match &value {
                    Value::String(word) => {
                        ExpectedBody::Text("application/x-www-form-urlencoded", word.clone())
                    }
                    fields => ExpectedBody::Form(self::fields(fields)),
                };
                (value, expected)
            }
            BodyKind::Text => {
                let value = samples.of(&body.schema);
                let text = plain(&value);
                (value, ExpectedBody::Text("text/plain", text))
            }
            BodyKind::Multipart => form(&body.schema, samples),
        };
        self.give("body", value);
        self.body = expected;
    }
}

/// A list's elements, or the value itself.
fn elements(value: &Value) -> &[Value] {
    match value {
        Value::Array(elements) => elements,
        value => std::slice::from_ref(value),
    }
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

fn fields(object: &Value) -> Vec<(String, String)> {
    let object = object.as_object().expect("a form is an object");
    let mut fields = Vec::new();
    for (name, value) in object {
        for element in elements(value) {
            fields.push((name.clone(), plain(element)));
        }
    }
    fields.sort();
    fields
}

/// A form with every field and file that the schema tells of, as the catalogue
/// takes it and as it has to arrive.
fn form(schema: &Value, samples: &mut Samples) -> (Value, ExpectedBody) {
    let schema = samples.resolve(schema);
    let mut value = Map::new();
    let mut parts = Vec::new();
    let declared = schema["properties"].as_object().into_iter().flatten();
    let named = declared.map(|(name, schema)| (name.clone(), schema.clone()));
    // Where any field may be a file, its name is the path of the file.
    let free = schema
        .get("additionalProperties")
        .map(|schema| ("dir é/a \"b\"\\c.txt".to_owned(), schema.clone()));
    for (name, schema) in named.chain(free) {
        let fields = if schema["type"] == "array" {
            let two = [&schema["items"], &schema["items"]];
            two.map(|schema| field(&name, schema, samples)).to_vec()
        } else {
            vec![field(&name, &schema, samples)]
        };
        let (values, expected): (Vec<_>, Vec<_>) = fields.into_iter().unzip();
        value.insert(name, json!(values));
        parts.extend(expected);
    }
    parts.sort();
    (Value::Object(value), ExpectedBody::Multipart(parts))
}

fn field(name: &str, schema: &Value, samples: &mut Samples) -> (Value, FormPart) {
    let mut part = FormPart {
        name: name.to_owned(),
        file_name: None,
        content: samples.text().into_bytes(),
    };
    let mut value = json!(String::from_utf8_lossy(&part.content));
    if schema["format"] == "binary" {
        let file_name = format!("é \"{}\" \\.txt", samples.next());
        let content = format!("first\r\n\r\n--second\n\0{}", samples.text());
        value = json!({"file_name": file_name, "content": content});
        part.file_name = Some(file_name);
        part.content = content.into_bytes();
    }
    (value, part)
}
