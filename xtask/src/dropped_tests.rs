use super::*;

fn document(paths: &Value, schemas: &Value) -> Value {
    json!({ "openapi": "3.0.0", "paths": paths, "components": { "schemas": schemas } })
}

fn old() -> Value {
    document(
        &json!({
            "/tags": { "get": { "summary": "Tags", "x-bb-url": "/rest" }, "post": { "summary": "New" },
                "parameters": [{ "name": "workspace", "in": "path" }] },
            "/files": { "get": { "summary": "Files" } },
        }),
        &json!({ "tag": { "type": "object", "x-bb-batch-url": "/rest" }, "file": { "type": "object" } }),
    )
}

/// The document with the overlay applied.
fn given_back(mut new: Value, dropped: &Dropped) -> Value {
    let overlays = dropped.among(Vec::new()).unwrap();
    let outcome = overlay::apply(&mut new, &overlays).into_result();
    assert_eq!(outcome.unwrap(), [] as [&str; 0]);
    new
}

#[test]
fn nothing_dropped_is_no_overlay() {
    let dropped = Dropped::compare(&old(), &old(), &[], "2026-11-22").unwrap();
    assert_eq!(dropped.text().unwrap(), None);
    assert_eq!(dropped.summary(), "");
    assert!(dropped.among(Vec::new()).unwrap().is_empty());
}

#[test]
fn what_was_dropped_is_given_back_and_marked() {
    let new = document(
        &json!({ "/files": { "get": { "summary": "Files" } } }),
        &json!({ "file": { "type": "object" } }),
    );
    let dropped = Dropped::compare(&old(), &new, &[], "2026-11-22").unwrap();
    assert_eq!(dropped.operations, ["GET /tags", "POST /tags"]);
    assert_eq!(dropped.parts, ["schemas/tag"]);
    assert!(
        dropped
            .summary()
            .contains("kept as removed in 00-dropped.json: GET /tags\n")
    );
    let removed = |summary: &str| json!({ "summary": summary, "deprecated": true, "x-removed": "2026-11-22" });
    assert_eq!(
        given_back(new, &dropped),
        document(
            &json!({
                "/files": { "get": { "summary": "Files" } },
                "/tags": { "get": removed("Tags"), "parameters": [{ "name": "workspace", "in": "path" }],
                    "post": removed("New") },
            }),
            &json!({ "file": { "type": "object" }, "tag": { "type": "object" } }),
        )
    );
}

/// Where the path is still there, its parameters are those of the newer document.
#[test]
fn an_operation_of_a_path_that_stays_is_given_back_alone() {
    let mut new = old();
    new["paths"]["/tags"]
        .as_object_mut()
        .unwrap()
        .remove("post");
    new["paths"]["/tags"]["parameters"][0]["name"] = json!("space");
    let dropped = Dropped::compare(&old(), &new, &[], "2026-11-22").unwrap();
    assert_eq!(dropped.operations, ["POST /tags"]);
    let whole = given_back(new, &dropped);
    assert_eq!(
        whole["paths"]["/tags"]["parameters"],
        json!([{ "name": "space", "in": "path" }])
    );
    assert_eq!(whole["paths"]["/tags"]["post"]["x-removed"], "2026-11-22");
}

#[test]
fn what_was_dropped_earlier_keeps_its_date_until_it_is_back() {
    let without_post = {
        let mut document = old();
        document["paths"]["/tags"]
            .as_object_mut()
            .unwrap()
            .remove("post");
        document
    };
    let first = Dropped::compare(&old(), &without_post, &[], "2026-11-22").unwrap();
    let overlays = first.among(Vec::new()).unwrap();

    let second = Dropped::compare(&without_post, &without_post, &overlays, "2027-01-01").unwrap();
    assert_eq!(second.text().unwrap(), first.text().unwrap());
    assert_eq!((second.operations.len(), second.restored.len()), (0, 0));

    let third = Dropped::compare(&without_post, &old(), &overlays, "2027-02-01").unwrap();
    assert_eq!(third.restored, ["POST /tags"]);
    assert_eq!(third.text().unwrap(), None);
    assert!(third.among(overlays).unwrap().is_empty());
}

#[test]
fn an_overlay_that_does_not_fit_is_told() {
    let text = json!({ "overlay": "1.0.0", "info": { "title": "t", "version": "1" }, "actions": [
        { "target": "$.paths['/gone']", "description": "d", "update": {} } ] });
    let overlays = [overlay::parse(FILE, &text.to_string()).unwrap()];
    let error = Dropped::compare(&old(), &old(), &overlays, "2026-11-22").unwrap_err();
    assert!(format!("{error:#}").contains(FILE), "{error:#}");
}
