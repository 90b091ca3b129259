//! Drops the schemas of Bitbucket's own test environments.

use std::collections::HashMap;

use serde_json::Value;

use crate::document::schemas::{SCHEMA_PREFIX, components, components_mut, visit_references};

/// Names of environments that leaked into names of schemas.
const ENVIRONMENTS: [&str; 2] = ["ddev", "stg_west"];

/// Drops the copies of schemas that carry an environment in their name.
///
/// They repeat `report`, `pipeline_step` and others for Bitbucket's development
/// and staging environments; each would become a Rust type beside the real one.
/// A reference to a copy is turned to the schema that it copies.
pub(super) fn drop_environment_duplicates(document: &mut Value) {
    let Some(schemas) = components(document) else {
        return;
    };
    let originals: HashMap<String, String> = schemas
        .keys()
        .filter_map(|name| {
            Some((
                name.clone(),
                original(name, |base| schemas.contains_key(base))?,
            ))
        })
        .collect();
    if let Some(schemas) = components_mut(document) {
        schemas.retain(|name, _| !originals.contains_key(name));
    }
    visit_references(document, &mut |reference| {
        let name = reference.strip_prefix(SCHEMA_PREFIX);
        if let Some(original) = name.and_then(|name| originals.get(name)) {
            *reference = format!("{SCHEMA_PREFIX}{original}");
        }
    });
}

/// The schema that `name` copies, if it is a copy and the document has the original.
fn original(name: &str, exists: impl Fn(&str) -> bool) -> Option<String> {
    ENVIRONMENTS.iter().find_map(|environment| {
        let marker = format!("{environment}_");
        let (before, after) = name.split_once(&marker)?;
        // `pipelines_ddev_pipeline_step` copies `pipeline_step`: what stands
        // before the environment is the name of the service.
        let is_word = before.is_empty() || before.ends_with('_');
        (is_word && exists(after)).then(|| after.to_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn copies_are_dropped_and_references_follow() {
        let mut document = json!({ "components": { "schemas": {
            "report": { "type": "object" },
            "ddev_report": { "type": "object" },
            "deployments_stg_west_report": { "type": "object" },
            "user": { "$ref": "#/components/schemas/ddev_report" },
        } } });
        drop_environment_duplicates(&mut document);
        let expected = json!({ "components": { "schemas": {
            "report": { "type": "object" },
            "user": { "$ref": "#/components/schemas/report" },
        } } });
        assert_eq!(document, expected);
    }

    #[test]
    fn a_schema_without_an_original_stays() {
        let mut document = json!({ "components": { "schemas": { "ddev_only": {}, "paddev_report": {}, "report": {} } } });
        let before = document.clone();
        drop_environment_duplicates(&mut document);
        assert_eq!(document, before);
    }
}
