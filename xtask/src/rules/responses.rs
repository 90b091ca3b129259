//! One answer of an operation on success, one on failure.

use anyhow::Result;
use serde_json::{Map, Value, json};

use super::report;
use crate::document::schemas::{components, operations_mut, reference_to};

/// The schema of every error body.
pub(super) const ERROR: &str = "Error";

/// Leaves each operation one success response.
///
/// The generator cannot mix types of answers. Two codes with the same body are
/// one answer; that merging a pull request may also answer 202 without a body
/// (`x-completion`), or an export with bytes (`x-json-or-bytes`), is said by
/// the extension and handled by the method.
pub(super) fn one_success(document: &mut Value) -> Result<()> {
    let mut problems = Vec::new();
    for operation in operations_mut(document) {
        let label = operation.label();
        let several_kinds = ["x-completion", "x-json-or-bytes"]
            .iter()
            .any(|one| operation.object.contains_key(*one));
        let Some(responses) = operation
            .object
            .get_mut("responses")
            .and_then(Value::as_object_mut)
        else {
            problems.push(format!("{label} has no responses"));
            continue;
        };
        if let Err(problem) = keep_one_success(responses, several_kinds) {
            problems.push(format!("{label} {problem}"));
        }
    }
    report("operation(s) have no single success response", &problems)
}

fn keep_one_success(responses: &mut Map<String, Value>, several_kinds: bool) -> Result<(), String> {
    let codes: Vec<String> = responses
        .keys()
        .filter(|code| code.starts_with('2'))
        .cloned()
        .collect();
    let body = |code: &String| responses[code].get("content").cloned();
    let Some(first) = codes.first() else {
        return Err("declares no success".to_owned());
    };
    let kept = if several_kinds {
        codes
            .iter()
            .find(|code| body(code).is_some())
            .unwrap_or(first)
    } else if codes.iter().all(|code| body(code) == body(first)) {
        first
    } else {
        return Err(format!(
            "answers with different bodies: {}",
            codes.join(", ")
        ));
    };
    responses.retain(|code, _| code == kept || !codes.contains(code));
    if let Some(response) = responses.get_mut(kept).and_then(Value::as_object_mut) {
        response.retain(|key, _| ["description", "content"].contains(&key.as_str()));
        response
            .entry("description")
            .or_insert_with(|| json!("Success."));
    }
    Ok(())
}

/// Gives every failure the same type, whatever its status.
///
/// The document declares an error body for some codes, none for others, and
/// leaves many out; Bitbucket answers all of them alike. Redirects are followed
/// and therefore no answer. What the document says of single codes moves to the
/// description, where a reader finds it.
pub(super) fn unify_errors(document: &mut Value) -> Result<()> {
    let known = components(document).is_some_and(|schemas| schemas.contains_key(ERROR));
    let missing = (!known).then(|| format!("components/schemas/{ERROR}"));
    report("schema(s) missing", missing.as_slice())?;
    for operation in operations_mut(document) {
        let Some(responses) = operation
            .object
            .get_mut("responses")
            .and_then(Value::as_object_mut)
        else {
            continue;
        };
        let mut told = Vec::new();
        for (code, response) in responses.iter() {
            let description = response
                .get("description")
                .and_then(Value::as_str)
                .unwrap_or_default();
            if let Some(line) = error_line(code, description) {
                told.push(line);
            }
        }
        responses.retain(|code, _| code.starts_with('2'));
        responses.insert("4XX".to_owned(), error_response("The request was refused."));
        responses.insert(
            "5XX".to_owned(),
            error_response("Bitbucket failed to answer."),
        );
        describe_errors(operation.object, &told);
    }
    Ok(())
}

fn error_response(description: &str) -> Value {
    json!({
        "description": description,
        "content": { "application/json": { "schema": reference_to(ERROR) } },
    })
}

/// ``* `404`: The repository does not exist.`` for codes of failure.
fn error_line(code: &str, description: &str) -> Option<String> {
    let failure = code.parse::<u16>().is_ok_and(|code| code >= 400);
    // Its first paragraph: a list has no place for examples.
    let words: Vec<&str> = description
        .split("\n\n")
        .next()?
        .split_whitespace()
        .collect();
    (failure && !words.is_empty()).then(|| format!("* `{code}`: {}", words.join(" ")))
}

fn describe_errors(operation: &mut Map<String, Value>, told: &[String]) {
    if told.is_empty() {
        return;
    }
    let description = operation
        .get("description")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let described = format!(
        "{}\n\nErrors:\n\n{}",
        description.trim_end(),
        told.join("\n")
    );
    operation.insert("description".to_owned(), json!(described.trim_start()));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document(operation: &Value) -> Value {
        json!({ "paths": { "/a": { "post": operation } }, "components": { "schemas": { "Error": {} } } })
    }

    #[test]
    fn two_codes_with_one_body_are_one_answer() {
        let body = json!({ "application/json": { "schema": reference_to("A") } });
        let mut document = document(&json!({ "responses": {
            "200": { "content": body, "headers": {} }, "201": { "description": "d", "content": body }, "404": {},
        } }));
        one_success(&mut document).unwrap();
        let expected = json!({ "200": { "content": body, "description": "Success." }, "404": {} });
        assert_eq!(document["paths"]["/a"]["post"]["responses"], expected);
    }

    #[test]
    fn different_bodies_are_an_error_unless_the_method_knows_both() {
        let body = json!({ "application/json": {} });
        let mut operation =
            json!({ "responses": { "202": {}, "200": { "description": "d", "content": body } } });
        let error = one_success(&mut document(&operation))
            .unwrap_err()
            .to_string();
        assert!(
            error.contains("POST /a answers with different bodies: 202, 200"),
            "{error}"
        );

        operation["x-completion"] = json!(true);
        let mut document = document(&operation);
        one_success(&mut document).unwrap();
        let expected = json!({ "200": { "description": "d", "content": body } });
        assert_eq!(document["paths"]["/a"]["post"]["responses"], expected);
    }

    #[test]
    fn default_is_no_success() {
        let error =
            one_success(&mut document(&json!({ "responses": { "default": {} } }))).unwrap_err();
        assert!(
            error.to_string().contains("POST /a declares no success"),
            "{error}"
        );
    }

    #[test]
    fn failures_are_alike_and_told_in_the_description() {
        let mut document = document(&json!({
            "description": "Does it.\n",
            "responses": {
                "200": {}, "302": { "description": "Elsewhere." }, "default": { "description": "Unexpected." },
                "404": { "description": "Not\n there." }, "555": { "description": "Timed out." }, "403": {},
            },
        }));
        unify_errors(&mut document).unwrap();
        let operation = &document["paths"]["/a"]["post"];
        let codes: Vec<_> = operation["responses"].as_object().unwrap().keys().collect();
        assert_eq!(codes, ["200", "4XX", "5XX"]);
        assert_eq!(
            operation["responses"]["4XX"]["content"]["application/json"]["schema"],
            reference_to("Error")
        );
        assert_eq!(
            operation["description"],
            "Does it.\n\nErrors:\n\n* `404`: Not there.\n* `555`: Timed out."
        );
    }

    #[test]
    fn a_document_without_the_error_schema_is_refused() {
        let error = unify_errors(&mut json!({})).unwrap_err().to_string();
        assert!(error.contains("components/schemas/Error"), "{error}");
    }
}
