use bytes::Bytes;
use http::HeaderMap;
use serde_json::json;

use super::*;
use crate::support::document::Document;

fn document(parameters: &Value, content: &Value) -> Value {
    json!({
        "paths": {"/a/{other}/": {
            "parameters": [{"$ref": "#/components/parameters/shared"}],
            "get": {
                "operationId": "get_it",
                "parameters": parameters,
                "requestBody": {"content": content},
                "responses": {"204": {"description": "d"}},
            },
        }},
        "components": {"parameters": {"shared": {"in": "query", "name": "shared"}}},
    })
}

/// The operation as it is called: with another name for the path's parameter.
fn operation() -> Operation {
    let header = json!([{"in": "header", "name": "If-Match", "schema": {}}]);
    let json = json!({"application/json": {"schema": {}}});
    let mut document = document(&header, &json);
    let item = document["paths"]["/a/{other}/"].take();
    document["paths"] = json!({"/a/{name}/": item});
    Document::new(document).operations().remove(0)
}

fn request(target: &str, headers: &[(&'static str, &'static str)]) -> Recorded {
    let mut map = HeaderMap::new();
    for (name, value) in headers {
        map.insert(*name, value.parse().unwrap());
    }
    Recorded {
        method: "GET".to_owned(),
        target: target.to_owned(),
        headers: map,
        body: Bytes::new(),
    }
}

#[test]
fn declared_parameters_are_no_violation() {
    let parameters = json!([
        {"in": "query", "name": "q"},
        {"in": "header", "name": "if-match"},
    ]);
    let declared = Declared::by(&document(&parameters, &json!({})));
    let sent = request("/a/b/?q=1&shared=2", &[("if-match", "x"), ("accept", "y")]);
    assert_eq!(declared.undeclared(&operation(), &sent), []);
}

#[test]
fn undeclared_parameters_are_told_by_location_and_name() {
    let parameters = json!([{"in": "path", "name": "q"}]);
    let declared = Declared::by(&document(&parameters, &json!({})));
    let sent = request("/a/b/?q=1&q=2", &[("if-match", "x")]);
    let found = declared.undeclared(&operation(), &sent);
    let keys: Vec<_> = found.iter().map(Violation::key).collect();
    let expected = [
        "get_it request.header.If-Match undeclared",
        "get_it request.query.q undeclared",
    ];
    assert_eq!(keys, expected);
}

#[test]
fn a_body_of_an_undeclared_type_is_told() {
    let declared = Declared::by(&document(&json!([]), &json!({"multipart/form-data": {}})));
    let form = [("content-type", "multipart/form-data; boundary=x")];
    let sent = |headers| declared.undeclared_body(&operation(), &request("/", headers));
    assert_eq!(sent(&form), None);
    let text = sent(&[("content-type", "text/plain")]).unwrap();
    assert_eq!(text.key(), "get_it request.body undeclared");
    assert!(sent(&[]).is_some());
}
