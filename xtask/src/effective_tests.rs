use std::path::Path;

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::document::download::Limits;
use crate::document::load::{Source, to_text};
use crate::document::schemas::{components, operations, visit_schemas};
use crate::preview;
use crate::product::{CLOUD, PRODUCTS, Product, Repository};
use crate::rules::RULES;
use crate::test_values::{any_document, any_json};

/// The vendored document with the overlays of the repository.
fn effective(product: &Product) -> Value {
    let repository = Repository::here();
    let source = Source::File(repository.upstream(product));
    let upstream = source.load(&Limits::default()).unwrap().document;
    let overlays = overlay::read_folder(&repository.overlays(product)).unwrap();
    make(product, &upstream, &overlays).unwrap().document
}

fn cloud() -> Value {
    effective(&CLOUD)
}

#[test]
fn the_same_sources_give_the_same_text() {
    assert_eq!(to_text(&cloud()).unwrap(), to_text(&cloud()).unwrap());
}

#[test]
fn every_operation_of_cloud_is_there_and_regular() {
    let document = cloud();
    assert_eq!(operations(&document).len(), 339);
    for operation in operations(&document) {
        let label = operation.label();
        let responses = operation.object["responses"].as_object().unwrap();
        let codes: Vec<&str> = responses.keys().map(String::as_str).collect();
        assert_eq!(codes.len(), 3, "{label}: {codes:?}");
        assert!(
            codes[0].starts_with('2') && codes[1..] == ["4XX", "5XX"],
            "{label}: {codes:?}"
        );
        if let Some(body) = operation.object.get("requestBody") {
            assert_eq!(body["content"].as_object().unwrap().len(), 1, "{label}");
        }
    }
}

#[test]
fn no_schema_of_cloud_refuses_or_hides_anything() {
    let mut document = cloud();
    let unwanted = [
        "allOf",
        "discriminator",
        "required",
        "pattern",
        "minimum",
        "uniqueItems",
        "title",
        "default",
    ];
    visit_schemas(&mut document, &mut |schema| {
        for key in unwanted {
            assert_eq!(schema.get(key), None, "{schema}");
        }
        let additional = schema.get("additionalProperties");
        assert!(additional.is_none_or(Value::is_object), "{schema}");
    });
    for (name, schema) in components(&document).unwrap() {
        assert!(crate::rules::words::is_pascal_case(name), "{name}");
        for (key, property) in schema
            .get("properties")
            .and_then(Value::as_object)
            .into_iter()
            .flatten()
        {
            let inline = property
                .get("properties")
                .or(property.get("enum"))
                .is_some();
            assert!(
                !inline || property.get("x-rust-type").is_some(),
                "{name}.{key}"
            );
        }
    }
}

#[test]
fn every_description_of_cloud_is_safe_for_rustdoc() {
    fn check(value: &Value, inside_properties: bool) {
        match value {
            Value::Object(object) => {
                for (key, child) in object {
                    if let (false, "description" | "summary", Value::String(text)) =
                        (inside_properties, key.as_str(), child)
                    {
                        let complaints = crate::markdown::complaints(text);
                        assert!(complaints.is_empty(), "{complaints:?} in {text}");
                    }
                    check(child, key == "properties" && !inside_properties);
                }
            }
            Value::Array(values) => values.iter().for_each(|child| check(child, false)),
            _ => {}
        }
    }
    check(&cloud(), false);
}

#[test]
fn rules_do_not_change_what_already_follows_them() {
    for product in PRODUCTS {
        let document = effective(product);
        for rule in RULES {
            if product.without_rules.contains(&rule.name) {
                continue;
            }
            let mut again = document.clone();
            rule.apply(&mut again).unwrap();
            assert!(again == document, "{} changes its own result", rule.name);
        }
    }
}

#[test]
fn a_product_is_without_rules_that_exist_and_would_change_it() {
    for product in PRODUCTS {
        for name in product.without_rules {
            let rule = RULES.iter().find(|rule| rule.name == *name).unwrap();
            let document = effective(product);
            let mut changed = document.clone();
            let holds = rule.apply(&mut changed).is_ok() && changed == document;
            assert!(!holds, "{name} may well hold for {}", product.name);
        }
    }
}

#[test]
fn a_broken_document_names_the_rule() {
    let error = format!(
        "{:#}",
        make(&CLOUD, &json!({ "paths": { "/a": { "get": {} } } }), &[]).unwrap_err()
    );
    assert!(
        error.contains("rule check_operation_names") && error.contains("GET /a has none"),
        "{error}"
    );
}

#[test]
fn lost_targets_and_missing_names_are_told_at_once() {
    let text = json!({ "overlay": "1.0.0", "info": { "title": "t", "version": "1" }, "actions": [
        { "target": "$.gone", "description": "d", "remove": true },
    ] });
    let overlays = [overlay::parse("a.json", &text.to_string()).unwrap()];
    let document = json!({ "paths": { "/a": { "get": {} } } });
    let error = make(&CLOUD, &document, &overlays).unwrap_err().to_string();
    assert!(
        error.contains("matches nothing: a.json action 0"),
        "{error}"
    );
    assert!(error.contains("GET /a has none"), "{error}");
}

#[test]
fn the_vendored_document_is_the_one_described() {
    let specifications = Path::new(env!("CARGO_MANIFEST_DIR")).join("../spec");
    let bytes = std::fs::read(specifications.join("cloud/upstream.json")).unwrap();
    let sum = crate::regen::sha256(&bytes);
    let described = std::fs::read_to_string(specifications.join("README.md")).unwrap();
    assert!(
        described.contains(&sum),
        "spec/README.md does not mention {sum}"
    );
}

proptest! {
    #[test]
    fn rules_survive_any_json(document in any_json()) {
        for rule in RULES {
            let mut document = document.clone();
            // Whether it follows the rule is not the question here.
            let _ = rule.apply(&mut document);
        }
    }

    #[test]
    fn rules_and_preview_survive_any_document(old in any_document(), new in any_document()) {
        let _ = make(&CLOUD, &new, &[]);
        for rule in RULES {
            let mut document = new.clone();
            let _ = rule.apply(&mut document);
        }
        let report = preview::compare(&CLOUD, &old, &new, &[]);
        prop_assert!(report.contains("operations before"));
    }
}
