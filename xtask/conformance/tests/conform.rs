//! `cargo xtask conform`, as users call it: what it prints and how it ends.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

const JSON: &str = "application/json";
const API: &str = "https://api.bitbucket.org/2.0";

fn conform(arguments: &[&str], paths: &[&Path]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_conformance"))
        .arg("conform")
        .args(arguments)
        .args(paths)
        .output()
        .expect("the program starts")
}

/// The exit status, and what `--json` prints.
fn report(arguments: &[&str], path: &Path) -> (Option<i32>, Value) {
    let output = conform(&[&["--json"], arguments].concat(), &[path]);
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    let report = serde_json::from_str(&text);
    let report = report.unwrap_or_else(|error| panic!("{error}\n{text}\n{errors}"));
    (output.status.code(), report)
}

struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().expect("a temporary folder"))
    }

    fn write(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.0.path().join(name);
        fs::write(&path, content).expect("the folder is ours");
        path
    }

    fn har(&self, entries: &[Value]) -> PathBuf {
        let har = json!({"log": {"version": "1.2", "creator": {}, "entries": entries}});
        self.write("traffic.har", har.to_string())
    }
}

fn exchange(method: &str, url: &str, status: u16, content: &Value) -> Value {
    json!({
        "request": {"method": method, "url": url, "headers": []},
        "response": {"status": status, "content": content},
    })
}

fn get(path: &str, body: &Value) -> Value {
    let content = json!({"mimeType": JSON, "text": body.to_string()});
    exchange("GET", &format!("{API}{path}"), 200, &content)
}

fn samples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("samples")
}

#[test]
fn the_samples_conform() {
    let (code, report) = report(&["--strict"], &samples());
    assert_eq!(code, Some(0), "{report:#}");
    assert_eq!(report["entries"], 6);
    assert_eq!(report["decoded"], 6);
    let (code, report) = self::report(&["--strict"], &samples().join("browser.har"));
    assert_eq!(code, Some(0), "{report:#}");
    let expected = json!({
        "entries": 10,
        "decoded": 7,
        "failed": [],
        "lost_fields": [],
        "explained_fields": [],
        "unknown_values": [],
        "unknown_operations": [],
        "skipped": {
            "of method OPTIONS": 1,
            "of another type than JSON": 1,
            "of other addresses than the API's": 1,
        },
    });
    assert_eq!(report, expected);
}

/// The recordings are not part of the project. The test reads them from
/// `../shared/payloads` beside the checkout, if they are there.
#[test]
fn recorded_traffic_conforms() {
    let recorded = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/payloads");
    if !recorded.is_dir() {
        println!("skipped: there is no {}", recorded.display());
        return;
    }
    let (code, report) = report(&["--strict"], &recorded);
    assert_eq!(code, Some(0), "{report:#}");
    assert_eq!(report["entries"], report["decoded"], "{report:#}");
    // Each exception explains something, or it has to go.
    let exceptions = include_str!("../exceptions.json");
    let exceptions: Value = serde_json::from_str(exceptions).expect("JSON");
    let explained = report["explained_fields"].as_array().expect("a list");
    for exception in exceptions["lost"].as_array().expect("a list") {
        let same = |field: &&Value| {
            ["operation", "body", "path", "reason"]
                .iter()
                .all(|key| field[key] == exception[key])
        };
        assert_eq!(explained.iter().filter(same).count(), 1, "{exception:#}");
    }
}

#[test]
fn what_does_not_decode_fails_with_its_place() {
    let folder = Folder::new();
    let page = json!({"values": [{"id": 1}, {"id": "seven"}]});
    let broken = json!({"mimeType": JSON, "text": "{\"uuid\": "});
    let path = folder.har(&[
        get("/repositories/acme/website/pullrequests", &page),
        exchange("GET", &format!("{API}/user"), 200, &broken),
    ]);
    let (code, report) = report(&[], &path);
    assert_eq!(code, Some(1));
    assert_eq!(report["entries"], 2);
    assert_eq!(report["decoded"], 0);
    let failed = &report["failed"];
    assert_eq!(failed[0]["path"], "$.values[1].id");
    assert_eq!(failed[0]["entry"], "traffic.har#0");
    assert_eq!(failed[0]["body"], "response");
    assert_eq!(
        failed[0]["operation"],
        "GET /repositories/{workspace}/{repo_slug}/pullrequests"
    );
    assert_eq!(failed[1]["path"], "$");
    let text = conform(&[], &[&path]);
    let text = String::from_utf8_lossy(&text.stdout).into_owned();
    assert!(text.contains("2 did not decode"), "{text}");
    assert!(
        text.contains("$.values[1].id: invalid type: string \"seven\""),
        "{text}"
    );
}

#[test]
fn what_is_lost_is_counted_and_fails_strictly() {
    let folder = Folder::new();
    let commit =
        json!({"hash": "1", "signature": {"by": "kim"}, "links": {"orbit": {"href": "x"}}});
    let page = json!({"values": [commit, commit], "a \"b\".c": 1});
    let path = folder.har(&[
        get("/repositories/acme/website/commits/", &page),
        get("/repositories/acme/website/commit/1", &commit),
    ]);
    let (code, report) = report(&[], &path);
    assert_eq!(code, Some(0), "{report:#}");
    assert_eq!(report["decoded"], 2);
    let found: Vec<_> = report["lost_fields"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|field| {
            (
                field["path"].as_str().expect("a text"),
                field["count"].as_u64(),
            )
        })
        .collect();
    // The same place is counted once a body.
    let expected = [
        ("$.links.orbit", Some(1)),
        ("$.signature", Some(1)),
        ("$.values[*].links.orbit", Some(1)),
        ("$.values[*].signature", Some(1)),
        ("$[\"a \\\"b\\\".c\"]", Some(1)),
    ];
    assert_eq!(found, expected);
    assert_eq!(self::report(&["--strict"], &path).0, Some(1));
}

#[test]
fn unknown_values_and_operations_are_told_and_fail_nothing() {
    let folder = Folder::new();
    let pull_request = json!({"state": "ABANDONED", "title": "Größer"});
    let pipeline = json!({"target": {"type": "pipeline_moon_target", "crater": 3}});
    let path = folder.har(&[
        get("/repositories/acme/website/pullrequests/1", &pull_request),
        get("/repositories/acme/website/pipelines/%7B1%7D", &pipeline),
        get("/moons/luna", &json!({})),
        get("/moons/luna", &json!({})),
    ]);
    let (code, report) = report(&["--strict"], &path);
    assert_eq!(code, Some(0), "{report:#}");
    let unknown = &report["unknown_values"];
    let pairs: Vec<_> = unknown
        .as_array()
        .expect("a list")
        .iter()
        .map(|one| (&one["path"], &one["value"]))
        .collect();
    assert_eq!(
        pairs,
        [
            (&json!("$.target.type"), &json!("pipeline_moon_target")),
            (&json!("$.state"), &json!("ABANDONED")),
        ]
    );
    let operations = json!([{"operation": "GET /moons/luna", "count": 2}]);
    assert_eq!(report["unknown_operations"], operations);
    assert_eq!(report["entries"], 4);
    assert_eq!(report["decoded"], 2);
}

#[test]
fn requests_are_read_too_and_null_is_something_there() {
    let folder = Folder::new();
    let send = |method: &str, path: &str, body: &Value| {
        let mut entry = exchange(method, &format!("{API}{path}"), 204, &json!({"text": ""}));
        entry["request"]["postData"] = json!({"mimeType": JSON, "text": body.to_string()});
        entry
    };
    let encoded = STANDARD.encode(r#"{"content": {"raw": "Größer"}, "mood": "good"}"#);
    let mut comment = send(
        "POST",
        "/repositories/acme/website/pullrequests/1/comments",
        &json!(0),
    );
    comment["request"]["postData"] =
        json!({"mimeType": JSON, "text": encoded, "encoding": "base64"});
    let path = folder.har(&[
        send(
            "PUT",
            "/repositories/acme/website/issues/1",
            &json!({"assignee": null}),
        ),
        send(
            "PUT",
            "/repositories/acme/website/issues/1",
            &json!({"title": null}),
        ),
        comment,
    ]);
    let (_, report) = report(&[], &path);
    let lost = report["lost_fields"].as_array().expect("a list");
    let paths: Vec<_> = lost
        .iter()
        .map(|field| (&field["body"], &field["path"]))
        .collect();
    let request = json!("request");
    assert_eq!(
        paths,
        [(&request, &json!("$.mood")), (&request, &json!("$.title"))]
    );
}

#[test]
fn folders_are_read_by_their_index() {
    let folder = Folder::new();
    let index = json!({
        "user.json": {"operation": "GET /user", "kind": "response"},
        "event.json": {"operation": "repo:push", "kind": "something_else"},
        "one.json": {
            "operation": "GET /repositories/{workspace}/{repo_slug}/pullrequests",
            "kind": "response",
            "note": "one element of values",
        },
    });
    folder.write("INDEX.json", index.to_string());
    folder.write("user.json", r#"{"display_name": "Zoë", "wings": 2}"#);
    folder.write("one.json", r#"{"type": "pullrequest", "id": 1}"#);
    let (code, report) = report(&[], folder.0.path());
    assert_eq!(code, Some(0), "{report:#}");
    assert_eq!(report["entries"], 3);
    assert_eq!(report["decoded"], 2);
    assert_eq!(report["skipped"], json!({"of kind something_else": 1}));
    assert_eq!(report["lost_fields"][0]["path"], "$.wings");
    assert_eq!(report["lost_fields"][0]["first"], "user.json");
}

#[test]
fn deliveries_to_webhooks_are_read_by_their_events() {
    let folder = Folder::new();
    let of = |event: &str| json!({"event": event, "kind": "webhook_event"});
    let index = json!({
        "merged.json": of("pullrequest:fulfilled"),
        "pushed.json": of("repo:push"),
        "broken.json": of("repo:fork"),
        "painted.json": of("repo:painted_blue"),
        "empty.json": of("repo:deleted"),
    });
    folder.write("INDEX.json", index.to_string());
    folder.write(
        "merged.json",
        r#"{"pullrequest": {"state": "ABSORBED", "wings": 2}, "mood": "good", "closed": null}"#,
    );
    folder.write(
        "pushed.json",
        r#"{"push": {"changes": [{"new": {"name": "main"}, "created": "perhaps"}]}}"#,
    );
    folder.write("broken.json", "{");
    folder.write("painted.json", "{}");
    folder.write("empty.json", "");
    let (code, report) = report(&[], folder.0.path());
    assert_eq!(code, Some(1), "{report:#}");
    assert_eq!(report["entries"], 5);
    assert_eq!(report["decoded"], 1);
    assert_eq!(report["skipped"], json!({"without JSON": 1}));
    let failed = report["failed"].as_array().expect("a list");
    let failed = |event: &str| {
        failed
            .iter()
            .find(|one| one["operation"] == event)
            .expect(event)
    };
    assert_eq!(failed("repo:fork")["path"], "$");
    assert_eq!(failed("repo:push")["body"], "webhook_event");
    assert_eq!(failed("repo:push")["path"], "$.push.changes[0].created");
    // What an event itself does not know is kept, and so is null as nothing.
    let lost = report["lost_fields"].as_array().expect("a list");
    assert_eq!(lost.len(), 1, "{report:#}");
    assert_eq!(lost[0]["path"], "$.pullrequest.wings");
    assert_eq!(report["unknown_values"][0]["path"], "$.pullrequest.state");
    assert_eq!(report["unknown_values"][0]["value"], "ABSORBED");
    let operations = json!([{"operation": "webhook_event repo:painted_blue", "count": 1}]);
    assert_eq!(report["unknown_operations"], operations);
}

#[test]
fn what_cannot_be_read_is_named() {
    let folder = Folder::new();
    let empty = Folder::new();
    let missing = folder.0.path().join("missing.har");
    let garbage = folder.write("garbage.har", "no JSON");
    let other = folder.write("other.json", r#"{"a": 1}"#);
    let index = Folder::new();
    index.write(
        "INDEX.json",
        r#"{"gone.json": {"operation": "GET /user", "kind": "response"}}"#,
    );
    let untold = Folder::new();
    untold.write("INDEX.json", r#"{"push.json": {"kind": "webhook_event"}}"#);
    for (path, expected) in [
        (missing.as_path(), "missing.har"),
        (garbage.as_path(), "garbage.har is no HAR file"),
        (other.as_path(), "other.json is no HAR file"),
        (empty.0.path(), "is a folder without an INDEX.json"),
        (index.0.path(), "gone.json"),
        (untold.0.path(), "no `event`"),
    ] {
        let output = conform(&["--json"], &[path]);
        let errors = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(1), "{errors}");
        assert!(
            errors.starts_with("error: ") && errors.contains(expected),
            "{errors}"
        );
        assert!(output.stdout.is_empty());
    }
    assert_eq!(conform(&[], &[]).status.code(), Some(2));
}

#[test]
fn the_1_0_api_has_types_of_its_own() {
    let folder = Folder::new();
    let groups = json!([{"name": "Developers", "slug": "developers", "altitude": 1}]);
    let mut exchange = get("", &groups);
    exchange["request"]["url"] = json!("https://api.bitbucket.org/1.0/groups/acme/");
    let path = folder.har(&[exchange]);
    let (code, report) = report(&[], &path);
    assert_eq!(
        (code, &report["decoded"]),
        (Some(0), &json!(1)),
        "{report:#}"
    );
    let [lost] = report["lost_fields"].as_array().expect("a list").as_slice() else {
        panic!("{report:#}");
    };
    assert_eq!(lost["operation"], "GET /1.0/groups/{workspace}/");
    assert_eq!(lost["path"], "$[*].altitude");
}

#[test]
fn data_center_has_types_of_its_own() {
    let folder = Folder::new();
    let repository =
        json!({"slug": "website", "id": 7, "scmId": "git", "forkable": true, "hue": 3});
    let page =
        json!({"values": [repository], "size": 1, "start": 0, "limit": 25, "isLastPage": true});
    let mut found = get("", &page);
    let repositories = "/rest/api/1.0/projects/PRJ/repos";
    found["request"]["url"] = json!(format!("https://git.example.com/context{repositories}"));
    let error = json!({"errors": [{"context": null, "message": "No", "exceptionName": "x"}]});
    let mut refused = get("", &error);
    refused["request"]["url"] = json!(format!("https://git.example.com{repositories}/none"));
    refused["response"]["status"] = json!(404);
    let path = folder.har(&[found, refused]);
    let (code, report) = report(&[], &path);
    let decoded = (code, &report["decoded"]);
    assert_eq!(decoded, (Some(0), &json!(2)), "{report:#}");
    let [lost] = report["lost_fields"].as_array().expect("a list").as_slice() else {
        panic!("{report:#}");
    };
    let operation = "GET /rest/api/latest/projects/{projectKey}/repos";
    assert_eq!(lost["operation"], operation);
    assert_eq!(lost["path"], "$.values[*].hue");

    let other = Folder::new();
    other.write("repositories.json", page.to_string());
    let index =
        json!({"repositories.json": {"operation": operation, "kind": "response", "json": true}});
    other.write("INDEX.json", index.to_string());
    let (code, report) = self::report(&["--strict"], other.0.path());
    assert_eq!(code, Some(1), "{report:#}");
    assert_eq!(report["lost_fields"][0]["path"], "$.values[*].hue");
}

#[test]
fn a_byte_order_mark_is_passed_over() {
    let folder = Folder::new();
    let path = folder.har(&[get("/user", &json!({"uuid": "{1}"}))]);
    let text = fs::read(&path).expect("the folder is ours");
    fs::write(&path, [b"\xef\xbb\xbf", text.as_slice()].concat()).expect("the folder is ours");
    let (code, report) = report(&["--strict"], &path);
    assert_eq!((code, &report["decoded"]), (Some(0), &json!(1)));
}
