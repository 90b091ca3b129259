//! Values beyond what the document knows: of enums, and of the `type` that
//! tells the members of a family apart.
//!
//! The types of the crate read and keep both, so that nothing fails or is lost
//! by them; but they are the first sign that Bitbucket has grown.

use serde_json::Value;

/// A value that the document does not know.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) struct Unknown {
    /// As the comparison writes paths.
    pub(crate) path: String,
    pub(crate) value: String,
}

/// Every unknown value of `value`, by its JSON Schema from the catalogue.
pub(crate) fn values(schema: &Value, value: &Value) -> Vec<Unknown> {
    let mut search = Search {
        definitions: &schema["$defs"],
        found: Vec::new(),
    };
    search.walk("", schema, value);
    search.found
}

struct Search<'a> {
    definitions: &'a Value,
    found: Vec<Unknown>,
}

impl<'a> Search<'a> {
    fn walk(&mut self, path: &str, schema: &'a Value, value: &Value) {
        if let Some(alternatives) = schema["anyOf"].as_array() {
            self.choose(path, alternatives, value);
        } else if let Some(reference) = schema["$ref"].as_str() {
            let name = reference.rsplit('/').next().unwrap_or(reference);
            self.walk(path, &self.definitions[name], value);
        } else {
            self.check_enum(path, &[schema], value);
        }
        match value {
            Value::Object(members) => {
                for (key, member) in members {
                    let known = schema["properties"].get(key);
                    if let Some(schema) = known.or_else(|| schema.get("additionalProperties")) {
                        let path = super::difference::member(path, key);
                        self.walk(&path, schema, member);
                    }
                }
            }
            Value::Array(elements) => {
                for element in elements {
                    self.walk(&format!("{path}[]"), &schema["items"], element);
                }
            }
            _ => {}
        }
    }

    /// Alternatives are a schema or null, an enum or any text, the members of a
    /// family or any object.
    fn choose(&mut self, path: &str, alternatives: &'a [Value], value: &Value) {
        let members = || alternatives.iter().filter(|one| tag(one).is_some());
        if members().next().is_some() {
            let given = value["type"].as_str();
            let member = given.and_then(|given| members().find(|one| tag(one) == Some(given)));
            match (member, given) {
                (Some(member), _) => {
                    let name = member["$ref"].as_str().unwrap_or_default();
                    let name = name.rsplit('/').next().unwrap_or(name);
                    self.walk(path, &self.definitions[name], value);
                }
                (None, Some(given)) => {
                    self.note(&super::difference::member(path, "type"), given);
                }
                (None, None) => {}
            }
            return;
        }
        let enums: Vec<_> = alternatives
            .iter()
            .filter(|one| one.get("enum").is_some())
            .collect();
        if !enums.is_empty() {
            return self.check_enum(path, &enums, value);
        }
        for alternative in alternatives.iter().filter(|one| one["type"] != "null") {
            self.walk(path, alternative, value);
        }
    }

    fn check_enum(&mut self, path: &str, schemas: &[&Value], value: &Value) {
        let Some(text) = value.as_str() else {
            return;
        };
        let mut lists = schemas
            .iter()
            .filter_map(|schema| schema["enum"].as_array())
            .peekable();
        if lists.peek().is_some() && !lists.any(|known| known.contains(value)) {
            self.note(path, text);
        }
    }

    fn note(&mut self, path: &str, value: &str) {
        self.found.push(Unknown {
            path: path.to_owned(),
            value: value.to_owned(),
        });
    }
}

/// The value of `type` that a member of a family has.
fn tag(alternative: &Value) -> Option<&str> {
    alternative.pointer("/properties/type/const")?.as_str()
}

#[cfg(test)]
mod tests {
    use super::*;
    use bitbucket::catalog;
    use serde_json::json;

    fn found(type_name: &str, value: &Value) -> Vec<(String, String)> {
        let entry = catalog::types()
            .iter()
            .find(|entry| entry.name() == type_name);
        let schema = entry.expect("a type of the document").schema().to_value();
        let found = values(&schema, value).into_iter();
        found.map(|unknown| (unknown.path, unknown.value)).collect()
    }

    #[test]
    fn enums_and_tags_are_looked_at_however_deep_they_stand() {
        let page = json!({"values": [
            {"state": "OPEN", "participants": [{"role": "REVIEWER"}, {"role": "OWNER", "state": null}]},
            {"state": "ABANDONED", "source": {"branch": {"merge_strategies": ["squash", "octopus"]}}},
        ]});
        let expected = [
            ("values[].participants[].role", "OWNER"),
            ("values[].source.branch.merge_strategies[]", "octopus"),
            ("values[].state", "ABANDONED"),
        ];
        let mut unknown = found("PaginatedPullRequests", &page);
        unknown.sort();
        assert_eq!(
            unknown,
            expected.map(|(path, value)| (path.to_owned(), value.to_owned()))
        );
    }

    #[test]
    fn a_type_beyond_its_family_is_unknown_and_one_of_it_is_searched() {
        let pipeline = |target: Value| json!({"target": target});
        let known = pipeline(json!({"type": "pipeline_ref_target", "ref_type": "comet"}));
        let unknown = pipeline(json!({"type": "pipeline_moon_target", "ref_type": "comet"}));
        let untold = pipeline(json!({"ref_type": "comet"}));
        let pair = |path: &str, value: &str| vec![(path.to_owned(), value.to_owned())];
        assert_eq!(found("Pipeline", &known), pair("target.ref_type", "comet"));
        assert_eq!(
            found("Pipeline", &unknown),
            pair("target.type", "pipeline_moon_target")
        );
        assert_eq!(found("Pipeline", &untold), []);
        assert_eq!(
            found(
                "Pipeline",
                &json!({"target": null, "state": 1, "other": {"type": "x"}})
            ),
            []
        );
    }
}
