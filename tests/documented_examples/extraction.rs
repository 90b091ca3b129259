//! Finds the JSON in the descriptions of the published document.
//!
//! Examples stand in fenced and in indented blocks, after `$ curl …` lines, in
//! the arguments of `-d`, in HTML's `<pre>`, or just in the text. So every bracket
//! of a description is tried; what reads as an object with members, or as a list
//! of such objects, is an example.

use serde_json::Value;

use crate::lenient_json;

/// An example, and where it stands.
#[derive(Debug)]
pub(crate) struct Example {
    /// Where the description is: `GET /user`, or a path in the document.
    pub(crate) place: String,
    /// Counts the examples of the place, from 1.
    pub(crate) number: usize,
    /// What the description says since the example before.
    pub(crate) before: String,
    pub(crate) value: Value,
}

impl Example {
    /// A name for it that stays as long as the description does.
    pub(crate) fn name(&self) -> String {
        format!("{} {}", self.place, self.number)
    }
}

/// An example that a document declares beside a type.
#[derive(Debug)]
pub(crate) struct Declared {
    /// `GET /user`.
    pub(crate) place: String,
    /// `request`, or the status of the answer.
    pub(crate) of: String,
    pub(crate) value: Value,
}

/// Every example beside the type of a request or an answer.
pub(crate) fn declared(document: &Value) -> Vec<Declared> {
    let mut found = Vec::new();
    for (address, item) in members(&document["paths"]) {
        for (method, operation) in members(item) {
            let place = format!("{} {address}", method.to_uppercase());
            let mut note = |of: &str, holder: &Value| {
                found.extend(examples(holder).map(|value| Declared {
                    place: place.clone(),
                    of: of.to_owned(),
                    value: value.clone(),
                }));
            };
            note("request", &operation["requestBody"]);
            for (status, response) in members(&operation["responses"]) {
                note(status, response);
            }
        }
    }
    found
}

/// The values of `example` and `examples` of each media type.
fn examples(holder: &Value) -> impl Iterator<Item = &Value> {
    members(&holder["content"]).flat_map(|(_, body)| {
        let several = members(&body["examples"]).filter_map(|(_, example)| example.get("value"));
        several.chain(body.get("example"))
    })
}

fn members(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flatten()
}

/// What was found in a document.
#[derive(Debug, Default)]
pub(crate) struct Extraction {
    pub(crate) examples: Vec<Example>,
    /// Where a member seems to start, but nothing can be read.
    pub(crate) unread: Vec<String>,
}

/// Every example of the document.
pub(crate) fn extract(document: &Value) -> Extraction {
    let mut found = Extraction::default();
    found.walk(document, &mut Vec::new());
    found
}

impl Extraction {
    fn walk(&mut self, part: &Value, path: &mut Vec<String>) {
        match part {
            Value::Object(members) => {
                for (key, member) in members {
                    if let ("description", Value::String(text)) = (key.as_str(), member) {
                        self.read(text, &place(path));
                    } else {
                        path.push(key.clone());
                        self.walk(member, path);
                        path.pop();
                    }
                }
            }
            Value::Array(elements) => {
                for element in elements {
                    self.walk(element, path);
                }
            }
            _ => {}
        }
    }

    fn read(&mut self, description: &str, place: &str) {
        let text = plain(description);
        let mut read_to = 0;
        let mut number = 0;
        for (start, _) in text.match_indices(['{', '[']) {
            if start < read_to {
                continue;
            }
            let Some((value, length)) = lenient_json::parse(&text[start..]) else {
                if looks_like_an_object(&text[start..]) {
                    let lines: Vec<_> = text[start..].lines().take(3).collect();
                    self.unread.push(format!("{place}: {}", lines.join(" ")));
                }
                continue;
            };
            if !is_example(&value) {
                continue;
            }
            number += 1;
            self.examples.push(Example {
                place: place.to_owned(),
                number,
                before: text[read_to..start].to_owned(),
                value,
            });
            read_to = start + length;
        }
    }
}

/// The operation of a description, or the way to it.
fn place(path: &[String]) -> String {
    match path {
        [paths, address, method] if paths == "paths" => {
            format!("{} {address}", method.to_uppercase())
        }
        _ => path.join(" "),
    }
}

/// HTML's own characters as themselves.
fn plain(description: &str) -> String {
    description
        .replace("&quot;", "\"")
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&amp;", "&")
}

fn is_example(value: &Value) -> bool {
    match value {
        Value::Object(members) => !members.is_empty(),
        Value::Array(elements) => elements.first().is_some_and(is_example),
        _ => false,
    }
}

/// `{` or `[{`, a quote, and on the same line a colon.
fn looks_like_an_object(text: &str) -> bool {
    let inner = text.trim_start_matches(['{', '[']).trim_start();
    let line = inner.lines().next().unwrap_or_default();
    text.starts_with('{') && inner.starts_with('"') && line.contains("\":")
}
