//! What a call is given.

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::{Error, Form, Operation};

/// The arguments of a call, by the names that Bitbucket knows; the request's
/// body is `body`.
#[derive(Clone, Debug, Default)]
pub struct Arguments {
    values: Map<String, Value>,
    operation: Option<&'static Operation>,
}

impl Arguments {
    /// No arguments yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// With one more argument.
    #[must_use]
    pub fn with(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.values.insert(name.into(), value.into());
        self
    }

    pub(super) fn of(mut self, operation: &'static Operation) -> Self {
        self.operation = Some(operation);
        self
    }

    fn error(&self, message: String) -> Error {
        static CALL: Operation = Operation::new("catalog", "", "");
        Error::invalid_request(self.operation.unwrap_or(&CALL), message)
    }

    pub(crate) fn take<T: DeserializeOwned>(&mut self, name: &str) -> Result<Option<T>, Error> {
        let Some(value) = self.values.remove(name) else {
            return Ok(None);
        };
        serde_json::from_value(value)
            .map(Some)
            .map_err(|error| self.error(format!("`{name}`: {error}")))
    }

    /// A form: an object whose texts become fields, and whose objects with
    /// `file_name` and `content` become files; a list stands for several.
    pub(crate) fn take_form(&mut self, name: &str) -> Result<Option<Form>, Error> {
        let Some(value) = self.values.remove(name) else {
            return Ok(None);
        };
        let Value::Object(fields) = value else {
            return Err(self.error(format!("`{name}`: a form is an object")));
        };
        let mut form = Form::new();
        for (field, value) in fields {
            let values = match value {
                Value::Array(values) => values,
                value => vec![value],
            };
            for value in values {
                form = self.add(form, &field, value)?;
            }
        }
        Ok(Some(form))
    }

    fn add(&self, form: Form, field: &str, value: Value) -> Result<Form, Error> {
        Ok(match value {
            Value::Object(file) => {
                let text = |key: &str| file.get(key).and_then(Value::as_str);
                let (Some(file_name), Some(content)) = (text("file_name"), text("content")) else {
                    return Err(self.error(format!(
                        "`{field}`: a file is an object with `file_name` and `content`"
                    )));
                };
                form.bytes(field, file_name, content.to_owned())
            }
            Value::String(text) => form.text(field, text),
            other => form.text(field, other.to_string()),
        })
    }

    pub(crate) fn finish(&self) -> Result<(), Error> {
        match self.values.keys().next() {
            None => Ok(()),
            Some(name) => Err(self.error(format!("it takes no `{name}`"))),
        }
    }
}

impl FromIterator<(String, Value)> for Arguments {
    fn from_iter<I: IntoIterator<Item = (String, Value)>>(values: I) -> Self {
        Self {
            values: values.into_iter().collect(),
            operation: None,
        }
    }
}
