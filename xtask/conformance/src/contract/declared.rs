//! Which parameters a document declares: prism says nothing about those that it
//! does not.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{served::resolved, verdict::Violation};
use crate::support::{document::Operation, server::Recorded};

const METHODS: [&str; 5] = ["get", "put", "post", "delete", "patch"];

/// What each operation of a document takes.
pub(crate) struct Declared {
    /// By method and by path, with all parameters of the path called the same.
    operations: BTreeMap<(String, String), Takes>,
}

struct Takes {
    /// Location and name.
    parameters: BTreeSet<(String, String)>,
    media_types: BTreeSet<String>,
}

impl Declared {
    pub(crate) fn by(document: &Value) -> Self {
        let mut operations = BTreeMap::new();
        for (path, item) in document["paths"].as_object().into_iter().flatten() {
            for method in METHODS {
                let Some(operation) = item.get(method) else {
                    continue;
                };
                let lists = [&item["parameters"], &operation["parameters"]];
                let parameters = lists
                    .into_iter()
                    .flat_map(|list| list.as_array().into_iter().flatten())
                    .filter_map(|parameter| named(document, parameter))
                    .collect();
                let bodies = &document["components"]["requestBodies"];
                let body = resolved(&operation["requestBody"], bodies);
                let content = body["content"].as_object();
                let takes = Takes {
                    parameters,
                    media_types: content
                        .into_iter()
                        .flatten()
                        .map(|(name, _)| name.clone())
                        .collect(),
                };
                operations.insert((method.to_uppercase(), nameless(path)), takes);
            }
        }
        Self { operations }
    }

    /// What was sent and is not declared. An operation that the document does
    /// not have is prism's to tell.
    pub(crate) fn undeclared(&self, operation: &Operation, request: &Recorded) -> Vec<Violation> {
        let place = (operation.method.clone(), nameless(&operation.path));
        let Some(declared) = self.operations.get(&place) else {
            return Vec::new();
        };
        let query = request.query().into_iter().map(|(name, _)| ("query", name));
        let headers = operation
            .parameters(crate::support::document::Location::Header)
            .filter(|parameter| request.headers.contains_key(&parameter.name))
            .map(|parameter| ("header", parameter.name.clone()));
        let sent: BTreeSet<_> = query.chain(headers).collect();
        sent.into_iter()
            .filter(|(location, name)| {
                let known = |(known_location, known): &(String, String)| {
                    let same = known == name
                        || (*location == "header" && known.eq_ignore_ascii_case(name));
                    known_location == location && same
                };
                !declared.parameters.iter().any(known)
            })
            .map(|(location, name)| {
                let place = format!("request.{location}.{name}");
                let message = "the document does not declare it";
                Violation::new(&operation.id, &place, "undeclared", message)
            })
            .collect()
    }
}

impl Declared {
    /// A body of a type that is not declared, where prism does not get to see
    /// the body.
    pub(crate) fn undeclared_body(
        &self,
        operation: &Operation,
        request: &Recorded,
    ) -> Option<Violation> {
        let place = (operation.method.clone(), nameless(&operation.path));
        let declared = &self.operations.get(&place)?.media_types;
        let sent = request.header("content-type").unwrap_or("nothing");
        let sent = sent.split(';').next().unwrap_or(sent);
        (!declared.contains(sent)).then(|| {
            let message = format!("the body is {sent}");
            Violation::new(&operation.id, "request.body", "undeclared", &message)
        })
    }
}

fn named(document: &Value, parameter: &Value) -> Option<(String, String)> {
    let parameter = match parameter.get("$ref").and_then(Value::as_str) {
        Some(reference) => document.pointer(reference.strip_prefix('#')?)?,
        None => parameter,
    };
    let location = parameter["in"].as_str()?;
    let name = parameter["name"].as_str()?;
    Some((location.to_owned(), name.to_owned()))
}

/// `/a/{b}/c-{d}` as `/a/{}/c-{}`: the corrections may call a parameter by
/// another name.
fn nameless(path: &str) -> String {
    let mut nameless = String::new();
    let mut pieces = path.split('{');
    nameless.extend(pieces.next());
    for piece in pieces {
        let (_, rest) = piece.split_once('}').unwrap_or((piece, ""));
        nameless.push_str("{}");
        nameless.push_str(rest);
    }
    nameless
}

#[cfg(test)]
#[path = "declared_tests.rs"]
mod tests;
