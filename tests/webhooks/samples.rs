//! A payload of each event, as Bitbucket would send it.

use serde_json::{Value, json};

const API: &str = "https://api.bitbucket.org/2.0";
const SITE: &str = "https://bitbucket.org";
const BEFORE: &str = "5c1d8e0b4f9a7c3d2e6b8a0f1d4c7b9e3a5f6d82";
const AFTER: &str = "9f3b7a1c6d2e8f40b5a9c7d3e1f60284ab5cd97e";

/// The events by their keys.
pub(crate) fn all() -> Vec<(&'static str, Value)> {
    let mut all = repositories();
    all.extend(pull_requests());
    all.extend(issues());
    all.push(("project:updated", project_updated()));
    all.push(("pipeline:span_created", pipeline_span_created()));
    all
}

fn repositories() -> Vec<(&'static str, Value)> {
    let fork = json!({
        "type": "repository",
        "uuid": "{0b7c5d1e-2f3a-4b6c-8d9e-1a2b3c4d5e6f}",
        "full_name": "lee/website",
        "name": "website",
        "parent": repository_reference(),
        "is_private": true,
        "scm": "git",
    });
    let status = commit_status();
    let mut failed = status.clone();
    failed["state"] = json!("FAILED");
    vec![
        (
            "repo:push",
            of_repository(&json!({"push": {"changes": changes()}})),
        ),
        ("repo:fork", of_repository(&json!({"fork": fork}))),
        (
            "repo:updated",
            of_repository(&json!({"changes": repository_changes()})),
        ),
        (
            "repo:transfer",
            of_repository(&json!({"previous_owner": account("Lee", "team")})),
        ),
        ("repo:created", of_repository(&json!({}))),
        ("repo:deleted", of_repository(&json!({}))),
        ("repo:imported", of_repository(&json!({}))),
        (
            "repo:commit_comment_created",
            of_repository(&json!({"comment": comment(), "commit": commit(AFTER)})),
        ),
        (
            "repo:commit_status_created",
            of_repository(&json!({"commit_status": status})),
        ),
        (
            "repo:commit_status_updated",
            of_repository(&json!({"commit_status": failed})),
        ),
    ]
}

fn pull_requests() -> Vec<(&'static str, Value)> {
    let alone = json!({"pullrequest": pull_request("OPEN")});
    let decision =
        json!({"date": "2026-03-02T10:11:12.131415+00:00", "user": account("Lee", "user")});
    let approval = json!({"pullrequest": pull_request("OPEN"), "approval": decision});
    let changes = json!({"pullrequest": pull_request("OPEN"), "changes_request": decision});
    let commented = json!({"pullrequest": pull_request("OPEN"), "comment": inline_comment()});
    let mut resolved = commented.clone();
    resolved["comment"]["resolution"] = json!({
        "type": "comment_resolution",
        "user": account("Lee", "user"),
        "created_on": "2026-03-03T08:00:00.000001+00:00",
    });
    let mut deleted = commented.clone();
    deleted["comment"]["deleted"] = json!(true);
    let merged = json!({"pullrequest": pull_request("MERGED")});
    let declined = json!({"pullrequest": pull_request("DECLINED")});
    [
        ("pullrequest:created", &alone),
        ("pullrequest:updated", &alone),
        ("pullrequest:push", &alone),
        ("pullrequest:approved", &approval),
        ("pullrequest:unapproved", &approval),
        ("pullrequest:changes_request_created", &changes),
        ("pullrequest:changes_request_removed", &changes),
        ("pullrequest:fulfilled", &merged),
        ("pullrequest:rejected", &declined),
        ("pullrequest:comment_created", &commented),
        ("pullrequest:comment_updated", &commented),
        ("pullrequest:comment_deleted", &deleted),
        ("pullrequest:comment_resolved", &resolved),
        ("pullrequest:comment_reopened", &commented),
    ]
    .map(|(key, payload)| (key, of_repository(payload)))
    .into()
}

fn issues() -> Vec<(&'static str, Value)> {
    let changes = json!({
        "status": {"old": "new", "new": "on hold"},
        "assignee": {"old": null, "new": account("Lee", "user")},
    });
    let updated = json!({"issue": issue(), "comment": comment(), "changes": changes});
    vec![
        ("issue:created", of_repository(&json!({"issue": issue()}))),
        ("issue:updated", of_repository(&updated)),
        (
            "issue:comment_created",
            of_repository(&json!({"issue": issue(), "comment": comment()})),
        ),
    ]
}

/// What all events of a repository have, and what one has besides.
fn of_repository(more: &Value) -> Value {
    let mut payload = json!({"actor": account("Kim", "user"), "repository": repository()});
    for (key, value) in more.as_object().expect("a part of a payload is an object") {
        payload[key] = value.clone();
    }
    payload
}

fn links(path: &str) -> Value {
    json!({"self": {"href": format!("{API}/{path}")}, "html": {"href": format!("{SITE}/{path}")}})
}

fn account(name: &str, kind: &str) -> Value {
    json!({
        "type": kind,
        "display_name": name,
        "nickname": name.to_lowercase(),
        "account_id": "557058:0a1b2c3d-4e5f-4678-9abc-def012345678",
        "uuid": "{7d2f4b60-91c3-4e58-a6b7-c8d9e0f1a2b3}",
        "links": {
            "self": {"href": format!("{API}/users/%7B7d2f4b60-91c3-4e58-a6b7-c8d9e0f1a2b3%7D")},
            "html": {"href": format!("{SITE}/%7B7d2f4b60-91c3-4e58-a6b7-c8d9e0f1a2b3%7D/")},
            "avatar": {"href": "https://avatars.example.com/kim.png"},
        },
    })
}

fn repository_reference() -> Value {
    json!({
        "type": "repository",
        "full_name": "acme/website",
        "name": "website",
        "uuid": "{4e1a9c37-6d52-4b80-93fa-5c6d7e8f9a0b}",
        "links": links("repositories/acme/website"),
    })
}

fn repository() -> Value {
    let mut repository = repository_reference();
    repository["scm"] = json!("git");
    repository["website"] = json!("");
    repository["is_private"] = json!(true);
    repository["owner"] = account("Acme", "team");
    repository["workspace"] = json!({
        "type": "workspace",
        "uuid": "{c0ffee00-1234-4abc-9def-0123456789ab}",
        "name": "Acme",
        "slug": "acme",
        "links": links("workspaces/acme"),
    });
    repository["project"] = project();
    repository["parent"] = Value::Null;
    repository
}

fn project() -> Value {
    json!({
        "type": "project",
        "key": "WEB",
        "uuid": "{91d0e2f3-a4b5-46c7-88d9-eaf0b1c2d3e4}",
        "name": "The web",
        "links": links("workspaces/acme/projects/WEB"),
    })
}

fn commit(hash: &str) -> Value {
    json!({
        "type": "commit",
        "hash": hash,
        "date": "2026-03-01T17:18:19+01:00",
        "author": {"type": "author", "raw": "Kim <kim@example.com>", "user": account("Kim", "user")},
        "message": "Offer a dark theme\n",
        "summary": {
            "type": "rendered",
            "raw": "Offer a dark theme\n",
            "markup": "markdown",
            "html": "<p>Offer a dark theme</p>",
        },
        "parents": [{"type": "commit", "hash": BEFORE, "links": links("parent")}],
        "links": links("repositories/acme/website/commit/hash"),
    })
}

fn changes() -> Value {
    let branch = |hash: &str| {
        json!({
            "type": "branch",
            "name": "dark-theme",
            "target": commit(hash),
            "merge_strategies": ["merge_commit", "squash", "fast_forward"],
            "default_merge_strategy": "merge_commit",
            "links": {"commits": {"href": format!("{API}/repositories/acme/website/commits/dark-theme")}},
        })
    };
    let tag = json!({
        "type": "tag",
        "name": "1.2",
        "target": commit(AFTER),
        "date": "2026-03-01T18:00:00+01:00",
        "message": "Version 1.2\n",
        "tagger": {"type": "author", "raw": "Kim <kim@example.com>"},
    });
    json!([
        {
            "old": branch(BEFORE), "new": branch(AFTER),
            "created": false, "closed": false, "forced": true, "truncated": true,
            "commits": [commit(AFTER)],
            "links": {
                "html": {"href": format!("{SITE}/acme/website/branches/compare/{AFTER}..{BEFORE}")},
                "diff": {"href": format!("{API}/repositories/acme/website/diff/{AFTER}..{BEFORE}")},
                "commits": {"href": format!("{API}/repositories/acme/website/commits?include={AFTER}")},
            },
        },
        {
            "old": null, "new": tag,
            "created": true, "closed": false, "forced": false, "truncated": false,
            "commits": [],
            "links": {"commits": {"href": format!("{API}/repositories/acme/website/commits?include={AFTER}")}},
        },
        {
            "old": {"type": "bookmark", "name": "from-mercurial", "target": commit(BEFORE)},
            "new": null,
            "created": false, "closed": true, "forced": false, "truncated": false,
        },
    ])
}

fn repository_changes() -> Value {
    json!({
        "name": {"old": "website", "new": "site"},
        "full_name": {"old": "acme/website", "new": "acme/site"},
        "slug": {"old": "website", "new": "site"},
        "description": {"old": "", "new": "What customers see"},
        "website": {"old": null, "new": "https://www.example.com/"},
        "language": {"old": "", "new": "rust"},
        "links": {
            "old": links("repositories/acme/website"),
            "new": links("repositories/acme/site"),
        },
    })
}

fn commit_status() -> Value {
    json!({
        "type": "build",
        "key": "unit-tests",
        "name": "Unit tests",
        "description": "All of them passed",
        "state": "SUCCESSFUL",
        "url": "https://ci.example.com/builds/792",
        "refname": "dark-theme",
        "commit": commit(AFTER),
        "repository": repository_reference(),
        "created_on": "2026-03-01T17:20:00.547563+00:00",
        "updated_on": "2026-03-01T17:25:00.433108+00:00",
        "links": {"self": {"href": format!("{API}/status")}, "commit": {"href": format!("{API}/commit")}},
    })
}

fn comment() -> Value {
    json!({
        "type": "commit_comment",
        "id": 17,
        "parent": {"id": 16},
        "content": {
            "type": "rendered", "raw": "Why?", "markup": "markdown", "html": "<p>Why?</p>",
        },
        "user": account("Lee", "user"),
        "deleted": false,
        "pending": false,
        "created_on": "2026-03-02T09:00:00.982346+00:00",
        "updated_on": "2026-03-02T09:00:00.983730+00:00",
        "links": links("comments/17"),
    })
}

fn inline_comment() -> Value {
    let mut comment = comment();
    comment["type"] = json!("pullrequest_comment");
    comment["inline"] = json!({"path": "src/theme.css", "from": null, "to": 10});
    comment["pullrequest"] = json!({"type": "pullrequest", "id": 7, "title": "A dark theme"});
    comment
}

fn pull_request(state: &str) -> Value {
    let end = |branch: &str, hash: &str| {
        json!({
            "branch": {"name": branch},
            "commit": {"type": "commit", "hash": hash[..12], "links": links("commit")},
            "repository": repository_reference(),
        })
    };
    let is_closed = state != "OPEN";
    json!({
        "type": "pullrequest",
        "id": 7,
        "title": "A dark theme",
        "description": "For the night",
        "summary": {"type": "rendered", "raw": "For the night", "markup": "markdown", "html": ""},
        "state": state,
        "draft": false,
        "author": account("Kim", "user"),
        "source": end("dark-theme", AFTER),
        "destination": end("main", BEFORE),
        "merge_commit": (state == "MERGED").then(|| json!({"type": "commit", "hash": AFTER})),
        "closed_by": is_closed.then(|| account("Lee", "user")),
        "reason": if state == "DECLINED" { "Not this year" } else { "" },
        "close_source_branch": true,
        "comment_count": 1,
        "task_count": 0,
        "reviewers": [account("Lee", "user")],
        "participants": [{
            "type": "participant",
            "user": account("Lee", "user"),
            "role": "REVIEWER",
            "approved": false,
            "state": null,
            "participated_on": null,
        }],
        "created_on": "2026-03-01T17:30:00.492248+00:00",
        "updated_on": "2026-03-02T09:00:00.532546+00:00",
        "links": links("repositories/acme/website/pullrequests/7"),
    })
}

fn issue() -> Value {
    json!({
        "type": "issue",
        "id": 3,
        "title": "Too bright",
        "content": {"type": "rendered", "raw": "At night", "markup": "markdown", "html": "<p>At night</p>"},
        "kind": "bug",
        "priority": "major",
        "state": "on hold",
        "reporter": account("Kim", "user"),
        "assignee": null,
        "component": {"name": "theme"},
        "milestone": {"name": "1.2"},
        "version": null,
        "votes": 2,
        "created_on": "2026-02-27T12:00:00.179678+00:00",
        "updated_on": "2026-02-28T12:00:00.179678+00:00",
        "links": links("issues/3"),
    })
}

fn project_updated() -> Value {
    json!({
        "actor": account("Kim", "user"),
        "project": project(),
        "changes": {"name": {"old": "Web", "new": "The web"}, "is_private": {"old": false, "new": true}},
    })
}

fn pipeline_span_created() -> Value {
    let text = |key: &str, value: &str| json!({"key": key, "value": {"stringValue": value}});
    json!({
        "resourceSpans": [{
            "resource": {"attributes": [text("service.name", "bitbucket-pipelines")]},
            "scopeSpans": [{
                "scope": {"name": "bitbucket-pipelines", "version": "1.0"},
                "spans": [
                    {
                        "traceId": "4bf92f3577b34da6a3ce929d0e0e4736",
                        "spanId": "00f067aa0ba902b7",
                        "name": "bbc.pipeline_run",
                        "kind": 1,
                        "startTimeUnixNano": "1772388000000000000",
                        "endTimeUnixNano": "1772388090500000000",
                        "attributes": [
                            text("pipeline.target.ref_name", "dark-theme"),
                            text("pipeline.state.result.name", "COMPLETE"),
                            {"key": "pipeline_run.run_number", "value": {"intValue": "5"}},
                            {"key": "pipeline.is_free", "value": {"boolValue": false}},
                        ],
                        "status": {"code": 1},
                    },
                    {
                        "traceId": "4bf92f3577b34da6a3ce929d0e0e4736",
                        "spanId": "53995c3f42cd8ad8",
                        "parentSpanId": "00f067aa0ba902b7",
                        "name": "bbc.container",
                        "startTimeUnixNano": 1_772_388_001_000_000_000_i64,
                        "endTimeUnixNano": "1772388060000000000",
                        "attributes": [{"key": "container.cpu.usage", "value": {"doubleValue": 0.75}}],
                    },
                ],
            }],
        }],
    })
}
