use super::*;

fn serve(operation: &Value) -> Value {
    let document = json!({
        "paths": {"/a": {"post": operation}},
        "components": {
            "schemas": {
                "Word": {"type": "string"},
                "Lists": {"type": "object", "properties": {
                    "names": {"type": "array", "nullable": true, "items": {"type": "string"}},
                }},
            },
            "requestBodies": {"shared": {"content": {"application/json": {"schema": {}}}}},
            "securitySchemes": {"key": {"in": "header", "name": "Authorization", "type": "apiKey"}},
        },
    });
    let examples = Examples::from([("post_it".to_owned(), json!({"id": 7}))]);
    served(&document, &examples)
}

fn operation(served: &Value) -> &Value {
    &served["paths"]["/a"]["post"]
}

#[test]
fn only_success_is_left_of_the_answers() {
    let served = serve(&json!({"responses": {"2XX": {
        "headers": {"Content-Type": {}, "Location": {}},
    }, "404": {}, "default": {}}}));
    let expected = json!({"200": {"headers": {"Location": {}}}});
    assert_eq!(operation(&served)["responses"], expected);
    let served = serve(&json!({"responses": {"404": {}, "default": {}}}));
    assert_eq!(
        operation(&served)["responses"],
        json!({"404": {}, "default": {}})
    );
}

#[test]
fn every_parameter_has_to_be_given() {
    let served = serve(&json!({"responses": {"200": {}}, "parameters": [
        {"in": "query", "name": "q", "required": false},
        {"in": "header", "name": "If-Match"},
    ]}));
    for parameter in operation(&served)["parameters"].as_array().unwrap() {
        assert_eq!(parameter["required"], true, "{parameter}");
    }
    assert!(
        served["components"]["securitySchemes"]["key"]
            .get("required")
            .is_none()
    );
}

#[test]
fn an_answer_gets_its_example() {
    let responses = json!({"200": {"content": {"application/json": {"schema": {}}}}});
    let served = serve(&json!({"operationId": "post_it", "responses": responses}));
    let content = &operation(&served)["responses"]["200"]["content"];
    assert_eq!(content["application/json"]["example"], json!({"id": 7}));
}

#[test]
fn bodies_that_prism_cannot_read_are_not_asked_for() {
    for content in [
        json!({"multipart/form-data": {"schema": {"type": "object"}}}),
        json!({"text/plain": {"schema": {"type": "string"}}}),
        json!({"application/x-www-form-urlencoded": {"schema": {"$ref": "#/components/schemas/Word"}}}),
    ] {
        let body = json!({"requestBody": {"content": content}, "responses": {"200": {}}});
        let served = serve(&body);
        assert!(operation(&served).get("requestBody").is_none(), "{content}");
    }
}

#[test]
fn the_lists_of_a_form_are_fields() {
    let schema = json!({"$ref": "#/components/schemas/Lists"});
    let content = json!({"application/x-www-form-urlencoded": {"schema": schema}});
    let body = json!({"requestBody": {"content": content}, "responses": {"200": {}}});
    let served = serve(&body);
    let form = &operation(&served)["requestBody"]["content"]["application/x-www-form-urlencoded"];
    assert_eq!(form["encoding"]["names"]["explode"], true);
    let names = &form["schema"]["properties"]["names"];
    assert_eq!(
        *names,
        json!({"type": "array", "items": {"type": "string"}})
    );
}

#[test]
fn a_body_that_is_shared_is_written_out() {
    let shared = json!({"$ref": "#/components/requestBodies/shared"});
    let served = serve(&json!({"requestBody": shared, "responses": {"200": {}}}));
    let body = &operation(&served)["requestBody"];
    assert_eq!(
        *body,
        json!({"content": {"application/json": {"schema": {}}}})
    );
}
