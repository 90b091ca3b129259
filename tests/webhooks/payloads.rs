//! The shapes of the payloads, as schemas beside those of the document: what
//! Bitbucket's page "Event payloads" says, written down for the tests.

use serde_json::{Map, Value, json};

use crate::values;

/// Prefix of the schemas that belong to payloads only.
const PREFIX: &str = "Webhook payload ";

/// The document, with a schema for the payload of each event.
pub(crate) fn document() -> Value {
    let mut document = values::effective();
    let schemas = document["components"]["schemas"].as_object_mut();
    let schemas = schemas.expect("the document has component schemas");
    for (name, schema) in parts() {
        schemas.insert(format!("{PREFIX}{name}"), schema);
    }
    document
}

/// The schema of the payload of each event.
pub(crate) fn by_event() -> Vec<(&'static str, Value)> {
    let pull_request = |more: Value| of_repository(&[("pullrequest", to("PullRequest"))], &more);
    let alone = pull_request(json!({}));
    let approval = pull_request(json!({"approval": part("decision")}));
    let changes_request = pull_request(json!({"changes_request": part("decision")}));
    let comment = pull_request(json!({"comment": to("Comment")}));
    let repository = |more: Value| of_repository(&[], &more);
    let status = repository(json!({"commit_status": to("CommitStatus")}));
    let issue = |more: Value| of_repository(&[("issue", to("Issue"))], &more);
    vec![
        ("repo:push", repository(json!({"push": part("push")}))),
        ("repo:fork", repository(json!({"fork": to("Repository")}))),
        (
            "repo:updated",
            repository(json!({"changes": part("repository changes")})),
        ),
        ("repo:transfer", repository(json!({}))),
        ("repo:created", repository(json!({}))),
        ("repo:deleted", repository(json!({}))),
        ("repo:imported", repository(json!({}))),
        (
            "repo:commit_comment_created",
            repository(json!({"comment": to("Comment"), "commit": to("Commit")})),
        ),
        ("repo:commit_status_created", status.clone()),
        ("repo:commit_status_updated", status),
        ("pullrequest:created", alone.clone()),
        ("pullrequest:updated", alone.clone()),
        ("pullrequest:push", alone.clone()),
        ("pullrequest:fulfilled", alone.clone()),
        ("pullrequest:rejected", alone),
        ("pullrequest:approved", approval.clone()),
        ("pullrequest:unapproved", approval),
        (
            "pullrequest:changes_request_created",
            changes_request.clone(),
        ),
        ("pullrequest:changes_request_removed", changes_request),
        ("pullrequest:comment_created", comment.clone()),
        ("pullrequest:comment_updated", comment.clone()),
        ("pullrequest:comment_deleted", comment.clone()),
        ("pullrequest:comment_resolved", comment.clone()),
        ("pullrequest:comment_reopened", comment),
        ("issue:created", issue(json!({}))),
        (
            "issue:updated",
            issue(json!({"comment": to("Comment"), "changes": part("changes")})),
        ),
        (
            "issue:comment_created",
            issue(json!({"comment": to("Comment")})),
        ),
        (
            "project:updated",
            object(json!({
                "actor": to("Account"), "project": to("Project"), "changes": part("changes"),
            })),
        ),
        (
            "pipeline:span_created",
            object(json!({"resourceSpans": list(part("resource spans"))})),
        ),
    ]
}

fn parts() -> Vec<(&'static str, Value)> {
    let text = || json!({"type": "string"});
    let truth = || json!({"type": "boolean"});
    let change = |of: Value| object(json!({"old": of, "new": of}));
    let attributes = || list(part("attribute"));
    vec![
        (
            "decision",
            object(json!({
                "date": {"type": "string", "format": "date-time"}, "user": to("Account"),
            })),
        ),
        (
            "push",
            object(json!({"changes": list(part("push change"))})),
        ),
        (
            "push change",
            object(json!({
                "old": part("ref"), "new": part("ref"), "commits": list(to("Commit")),
                "links": object(json!({"html": to("Link"), "diff": to("Link"), "commits": to("Link")})),
                "created": truth(), "closed": truth(), "forced": truth(), "truncated": truth(),
            })),
        ),
        (
            "ref",
            json!({"type": "object", "x-family": {"tag": "type", "variants": [
                {"value": "branch", "schema": "Branch"},
                {"value": "tag", "schema": "Tag"},
                {"value": "named_branch", "schema": "Branch"},
                {"value": "bookmark", "schema": "Branch"},
            ]}}),
        ),
        (
            "repository changes",
            object(json!({
                "name": change(text()), "full_name": change(text()), "slug": change(text()),
                "description": change(text()), "website": change(text()), "language": change(text()),
                "links": change(to("RepositoryLinks")),
            })),
        ),
        (
            "changes",
            json!({"type": "object", "additionalProperties": change(json!({}))}),
        ),
        (
            "resource spans",
            object(json!({
                "resource": object(json!({"attributes": attributes()})),
                "scopeSpans": list(part("scope spans")),
            })),
        ),
        (
            "scope spans",
            object(json!({
                "scope": object(json!({"name": text(), "version": text()})),
                "spans": list(part("span")),
            })),
        ),
        (
            "span",
            object(json!({
                "name": {"type": "string", "enum": [
                    "bbc.pipeline_run", "bbc.step", "bbc.command", "bbc.container",
                ]},
                "traceId": text(), "spanId": text(), "parentSpanId": text(),
                "startTimeUnixNano": text(), "endTimeUnixNano": text(),
                "attributes": attributes(),
            })),
        ),
        ("attribute", object(json!({"key": text(), "value": {}}))),
    ]
}

fn object(properties: Value) -> Value {
    let mut schema = json!({"type": "object"});
    schema["properties"] = properties;
    schema
}

fn list(items: Value) -> Value {
    let mut schema = json!({"type": "array"});
    schema["items"] = items;
    schema
}

fn to(name: &str) -> Value {
    json!({"$ref": format!("#/components/schemas/{name}")})
}

fn part(name: &str) -> Value {
    to(&format!("{PREFIX}{name}"))
}

fn of_repository(some: &[(&str, Value)], more: &Value) -> Value {
    let mut properties = Map::new();
    properties.insert("actor".to_owned(), to("Account"));
    properties.insert("repository".to_owned(), to("Repository"));
    for (name, schema) in some {
        properties.insert((*name).to_owned(), schema.clone());
    }
    properties.extend(more.as_object().expect("properties").clone());
    object(Value::Object(properties))
}
