use super::*;
use proptest::prelude::*;
use serde_json::json;

use crate::test_values::any_json;

fn overlay(actions: &Value) -> Overlay {
    let text = json!({ "overlay": "1.0.0", "info": { "title": "Test", "version": "1" }, "actions": actions });
    parse("test.json", &text.to_string()).unwrap()
}

fn applied(mut document: Value, actions: &Value) -> Value {
    let outcome = apply(&mut document, &[overlay(actions)]);
    assert_eq!(outcome.into_result().unwrap(), Vec::<String>::new());
    document
}

fn update(target: &str, update: &Value) -> Value {
    json!([{ "target": target, "description": "because", "update": update }])
}

fn remove(target: &str) -> Value {
    json!([{ "target": target, "description": "because", "remove": true }])
}

#[test]
fn objects_are_merged_and_keep_their_order() {
    let document = json!({ "b": { "x": 1, "y": { "z": 1 } }, "a": 1 });
    let document = applied(
        document,
        &update("$.b", &json!({ "y": { "w": 2 }, "x": 3, "v": 4 })),
    );
    assert_eq!(
        document.to_string(),
        r#"{"b":{"x":3,"y":{"z":1,"w":2},"v":4},"a":1}"#
    );
}

#[test]
fn arrays_grow() {
    let document = json!({ "a": [1], "b": { "c": [1] } });
    let document = applied(document, &update("$.a", &json!({ "x": 1 })));
    let document = applied(document, &update("$.a", &json!([2, 3])));
    let document = applied(document, &update("$.b", &json!({ "c": [2] })));
    assert_eq!(
        document,
        json!({ "a": [1, { "x": 1 }, 2, 3], "b": { "c": [1, 2] } })
    );
}

#[test]
fn null_and_other_plain_values_replace() {
    let document = json!({ "a": { "b": 1, "c": { "d": 1 } } });
    let document = applied(
        document,
        &update("$.a", &json!({ "b": null, "c": false, "e": null })),
    );
    assert_eq!(
        document,
        json!({ "a": { "b": null, "c": false, "e": null } })
    );
    let document = applied(document, &update("$.a.b", &json!("text")));
    assert_eq!(document["a"]["b"], "text");
    let document = applied(document, &update("$.a.b", &Value::Null));
    assert_eq!(document["a"]["b"], Value::Null);
}

#[test]
fn every_match_is_changed_once() {
    let document =
        json!({ "paths": { "/a": { "get": {}, "put": {} }, "/b/~c": { "get": { "x": [1] } } } });
    let document = applied(document, &update("$.paths.*.get", &json!({ "x": [2] })));
    let expected = json!({ "paths": { "/a": { "get": { "x": [2] }, "put": {} }, "/b/~c": { "get": { "x": [1, 2] } } } });
    assert_eq!(document, expected);
    let document = applied(
        json!({ "a": { "x": [] } }),
        &update("$['a','a']", &json!({ "x": [1] })),
    );
    assert_eq!(document, json!({ "a": { "x": [1] } }));
}

#[test]
fn removals_do_not_disturb_each_other() {
    let document = json!({ "a": [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11], "b": 1, "c": 2, "d": 3 });
    let document = applied(document, &remove("$.a[2,0,10,2]"));
    let document = applied(document, &remove("$['b']"));
    assert_eq!(
        document.to_string(),
        r#"{"a":[1,3,4,5,6,7,8,9,11],"c":2,"d":3}"#
    );
    let nested = applied(json!({ "a": { "a": { "a": 1 } }, "b": 1 }), &remove("$..a"));
    assert_eq!(nested, json!({ "b": 1 }));
    let filtered = json!([{ "name": "q" }, { "name": "page" }]);
    assert_eq!(
        applied(filtered, &remove("$[?@.name == 'q']")),
        json!([{ "name": "page" }])
    );
}

#[test]
fn an_action_that_matches_nothing_is_named() {
    let actions = json!([
        { "target": "$.a", "description": "there", "update": { "x": 1 } },
        { "target": "$.paths['/gone'].get", "description": "not there", "remove": true },
    ]);
    let mut document = json!({ "a": {} });
    let error = apply(&mut document, &[overlay(&actions)])
        .into_result()
        .unwrap_err()
        .to_string();
    for expected in [
        "1 overlay action(s)",
        "test.json action 1",
        "$.paths['/gone'].get",
        "not there",
    ] {
        assert!(error.contains(expected), "{expected} in {error}");
    }
    assert_eq!(document, json!({ "a": { "x": 1 } }));
}

#[test]
fn an_action_that_changes_nothing_is_told() {
    let mut document = json!({ "a": { "x": 1 } });
    let outcome = apply(
        &mut document,
        &[overlay(&update("$.a", &json!({ "x": 1 })))],
    );
    let notes = outcome.into_result().unwrap();
    assert_eq!(notes, ["test.json action 0, target $.a (because)"]);
}

#[test]
fn values_that_do_not_fit_are_an_error() {
    for (target, value) in [
        ("$.list", json!({ "x": { "y": 1 } })),
        ("$.object", json!([1])),
    ] {
        let mut document = json!({ "list": { "x": [1] }, "object": {} });
        let error = apply(&mut document, &[overlay(&update(target, &value))])
            .into_result()
            .unwrap_err();
        assert!(error.to_string().contains("cannot be merged"), "{error}");
    }
    let error = apply(&mut json!({}), &[overlay(&remove("$"))])
        .into_result()
        .unwrap_err();
    assert!(error.to_string().contains("whole document"), "{error}");
}

#[test]
fn unusable_overlays_are_refused() {
    let text = |overlay: &str, action: Value| {
        json!({ "overlay": overlay, "info": { "title": "t", "version": "1" }, "actions": [action] })
            .to_string()
    };
    let good = json!({ "target": "$.a", "description": "d", "remove": true });
    let cases = [
        (text("2.0.0", good), "only 1.0"),
        (
            text(
                "1.0.0",
                json!({ "target": "$.[", "description": "d", "remove": true }),
            ),
            "not a JSONPath",
        ),
        (
            text(
                "1.0.0",
                json!({ "target": "$.a", "description": " ", "remove": true }),
            ),
            "no reason",
        ),
        (
            text("1.0.0", json!({ "target": "$.a", "description": "d" })),
            "neither updates nor removes",
        ),
        (
            text(
                "1.0.0",
                json!({ "target": "$.a", "description": "d", "remove": true, "update": null }),
            ),
            "both",
        ),
        (
            text(
                "1.0.0",
                json!({ "target": "$.a", "description": "d", "update": { "x-pagde": 1 } }),
            ),
            "x-pagde",
        ),
        (
            text(
                "1.0.0",
                json!({ "target": "$.a", "description": "d", "updates": {} }),
            ),
            "updates",
        ),
        ("{".to_owned(), "EOF"),
    ];
    for (text, expected) in cases {
        let error = format!("{:#}", parse("test.json", &text).unwrap_err());
        assert!(error.contains(expected), "{expected} in {error}");
    }
}

#[test]
fn a_folder_is_read_in_the_order_of_its_names() {
    let folder = tempfile::tempdir().unwrap();
    assert!(
        read_folder(&folder.path().join("missing"))
            .unwrap()
            .is_empty()
    );
    for name in ["20-b.json", "10-a.json"] {
        let text = r#"{"overlay":"1.0.0","info":{"title":"t","version":"1"},"actions":[]}"#;
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    std::fs::write(folder.path().join("README.md"), "not an overlay").unwrap();
    let files: Vec<String> = read_folder(folder.path())
        .unwrap()
        .into_iter()
        .map(|overlay| overlay.file)
        .collect();
    assert_eq!(files, ["10-a.json", "20-b.json"]);

    std::fs::write(folder.path().join("30-c.json"), "{").unwrap();
    let error = format!("{:#}", read_folder(folder.path()).unwrap_err());
    assert!(error.contains("30-c.json"), "{error}");
}

proptest! {
    #[test]
    fn any_document_survives_any_action(
        document in any_json(),
        value in any_json(),
        target in prop::sample::select(vec!["$", "$..*", "$.a", "$.*", "$[0]", "$..a", "$[?@.a]", "$..[0,1]", "$[::-1]"]),
        removes in any::<bool>(),
    ) {
        let action = Action {
            target: target.to_owned(),
            description: "because".to_owned(),
            update: (!removes).then_some(value),
            remove: removes,
        };
        let overlay = Overlay { file: "any.json".to_owned(), actions: vec![action] };
        let mut document = document;
        let outcome = apply(&mut document, &[overlay]);
        prop_assert!(outcome.unmatched.len() + outcome.failed.len() + outcome.without_effect.len() <= 1);
    }
}

/// A newer document may have come to say what an overlay adds.
#[test]
fn what_an_array_has_is_not_added_again() {
    let mut document = json!({
        "enum": ["A", "B"],
        "tags": ["Refs"],
        "parameters": [{ "name": "q", "in": "query", "schema": { "type": "string" } }, { "name": "q", "in": "header" }],
    });
    let actions = json!({ "overlay": "1.0.0", "info": { "title": "t", "version": "1" }, "actions": [
        { "target": "$", "description": "values", "update": { "enum": ["B", "C"] } },
        { "target": "$.tags", "description": "one value", "update": "Refs" },
        { "target": "$", "description": "a parameter", "update": { "parameters": [
            { "name": "q", "in": "query", "description": "A filter" }, { "name": "sort", "in": "query" }] } },
    ] });
    let overlay = parse("a.json", &actions.to_string()).unwrap();
    let unneeded = apply(&mut document, &[overlay]).into_result().unwrap();
    assert_eq!(unneeded, ["a.json action 1, target $.tags (one value)"]);
    let expected = json!({
        "enum": ["A", "B", "C"],
        "tags": ["Refs"],
        "parameters": [
            { "name": "q", "in": "query", "schema": { "type": "string" }, "description": "A filter" },
            { "name": "q", "in": "header" },
            { "name": "sort", "in": "query" },
        ],
    });
    assert_eq!(document, expected);
}

/// Some way down the library that reads targets overflows the stack, and for some
/// targets each further level doubles its time.
#[test]
fn however_deep_a_target_is_it_is_read_or_refused() {
    for (open, close) in [("(", ")"), ("!(", ")"), ("@[?", "]"), ("@.a && (", ")")] {
        for depth in [1, 7, 8, 100_000] {
            let (open, close) = (open.repeat(depth), close.repeat(depth));
            let actions = update(&format!("$[?{open}@.a{close}]"), &json!({}));
            let text = json!({
                "overlay": "1.0.0",
                "info": { "title": "Test", "version": "1" },
                "actions": actions,
            });
            let outcome = parse("test.json", &text.to_string());
            // The outermost bracket is one as well.
            assert_eq!(outcome.is_ok(), depth < MAX_NESTING);
            if let Err(error) = outcome {
                assert!(format!("{error:#}").contains("nests brackets deeper than 8"));
            }
        }
    }
}

#[test]
fn brackets_in_names_do_not_nest() {
    let document = json!({ "paths": { "/a/{b}((((((((((": 1, "it's [[[[[[[[[[": 2 } });
    let document = applied(document, &update(r"$.paths['/a/{b}((((((((((']", &json!(3)));
    let document = applied(document, &update(r"$.paths['it\'s [[[[[[[[[[']", &json!(4)));
    assert_eq!(
        document["paths"],
        json!({ "/a/{b}((((((((((": 3, "it's [[[[[[[[[[": 4 })
    );
}
