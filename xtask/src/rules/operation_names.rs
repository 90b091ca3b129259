//! Every operation has a name of its own.

use std::collections::HashMap;

use anyhow::Result;
use serde_json::Value;

use super::{report, words};
use crate::document::schemas::{Operation, operations};

/// Every operation needs a unique method name.
///
/// Names are given by hand in an overlay: the publisher names a third of the
/// operations, in several styles, and a name made from the path would change
/// with the path.
pub(super) fn check_operation_names(document: &mut Value) -> Result<()> {
    let problems = problems(document);
    report(
        "operation(s) need a name (operationId) from an overlay",
        &problems,
    )
}

/// What is wrong with the names, an entry for each operation.
pub(crate) fn problems(document: &Value) -> Vec<String> {
    let mut seen: HashMap<String, String> = HashMap::new();
    let mut problems = Vec::new();
    for operation in operations(document) {
        let label = operation.label();
        let Some(name) = name(&operation) else {
            problems.push(format!("{label} has none"));
            continue;
        };
        if !words::is_snake_case(name) {
            problems.push(format!(
                "{label} is called {name:?}, which is not snake_case"
            ));
        }
        if let Some(other) = seen.insert(name.to_owned(), label.clone()) {
            problems.push(format!("{label} is called {name:?}, and so is {other}"));
        }
    }
    problems
}

fn name<'a>(operation: &Operation<'a>) -> Option<&'a str> {
    let name = operation.object.get("operationId")?.as_str()?;
    (!name.is_empty()).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn every_operation_without_a_good_name_is_listed() {
        let mut document = json!({ "paths": {
            "/a": { "get": { "operationId": "get_a" }, "put": {}, "post": { "operationId": "createA" } },
            "/b": { "get": { "operationId": "get_a" } },
        } });
        let error = check_operation_names(&mut document)
            .unwrap_err()
            .to_string();
        for expected in [
            "3 operation(s)",
            "PUT /a has none",
            "POST /a is called \"createA\"",
            "GET /b is called \"get_a\", and so is GET /a",
        ] {
            assert!(error.contains(expected), "{expected} in {error}");
        }
    }

    #[test]
    fn good_names_pass() {
        let mut document = json!({ "paths": { "/a": { "get": { "operationId": "get_a" } } } });
        check_operation_names(&mut document).unwrap();
    }
}
