use bytes::Bytes;
use http::{HeaderMap, HeaderValue, StatusCode};
use serde_json::json;

use super::*;

fn answered(status: u16, headers: &[(&'static str, &str)], body: &str) -> Answered {
    let mut map = HeaderMap::new();
    for (name, value) in headers {
        map.insert(*name, HeaderValue::from_str(value).unwrap());
    }
    Answered {
        status: StatusCode::from_u16(status).unwrap(),
        headers: map,
        body: Bytes::copy_from_slice(body.as_bytes()),
    }
}

fn keys(violations: &[Violation]) -> Vec<String> {
    violations.iter().map(Violation::key).collect()
}

#[test]
fn a_plain_answer_has_no_violations() {
    let answer = answered(200, &[("content-type", "application/json")], "{}");
    assert_eq!(read("get_it", &answer), Verdict::default());
}

#[test]
fn the_header_tells_of_requests_and_of_answers() {
    let header = json!([
        {"location": ["request", "query", "page"], "severity": "Error", "code": "type", "message": "m"},
        {"location": ["response", "body", "values", "0", "id"], "severity": "Error", "code": "required", "message": "m"},
        {"location": ["request"], "severity": "Error", "message": "m"},
    ]);
    let answer = answered(200, &[("sl-violations", &header.to_string())], "{}");
    let verdict = read("list_it", &answer);
    let request = [
        "list_it request.query.page type",
        "list_it request violation",
    ];
    assert_eq!(keys(&verdict.request), request);
    assert_eq!(
        keys(&verdict.answer),
        ["list_it response.body.values[].id required"]
    );
}

#[test]
fn what_was_cut_off_is_told_as_far_as_it_goes() {
    let header = r#"Too many violations! [{"location":["request","body","a"],"code":"type","message":"m"},{"location":["requ"#;
    let answer = answered(200, &[("sl-violations", header)], "{}");
    assert_eq!(
        keys(&read("it", &answer).request),
        ["it request.body…a type"]
    );
}

#[test]
fn a_problem_tells_everything_that_is_wrong() {
    let problem = json!({
        "type": "https://stoplight.io/prism/errors#UNPROCESSABLE_ENTITY",
        "status": 422,
        "validation": [
            {"location": ["body", "users", "0", "links", "self", "href"], "code": "format", "message": "m"},
            {"location": ["header", "if-match"], "code": "required", "message": "m"},
        ],
    });
    let headers = [("content-type", "application/problem+json")];
    let answer = answered(422, &headers, &problem.to_string());
    let verdict = read("it", &answer);
    assert_eq!(
        verdict.request[0].place,
        "request.body.users[].links.self.href"
    );
    let expected = [
        "it request.body…href format",
        "it request.header.if-match required",
    ];
    assert_eq!(keys(&verdict.request), expected);
}

#[test]
fn a_problem_without_a_list_is_one_violation() {
    let problem = json!({
        "type": "https://stoplight.io/prism/errors#NO_PATH_MATCHED_ERROR",
        "detail": "The route /a hasn't been found",
    });
    let headers = [("content-type", "application/problem+json")];
    let answer = answered(404, &headers, &problem.to_string());
    let verdict = read("it", &answer);
    assert_eq!(keys(&verdict.request), ["it request NO_PATH_MATCHED_ERROR"]);
    assert!(verdict.request[0].message.contains("/a"));
}

#[test]
fn a_failure_that_is_no_problem_is_a_violation_too() {
    let verdict = read("it", &answered(502, &[], "connection refused"));
    assert_eq!(keys(&verdict.request), ["it answer status 502"]);
}
