//! Where in a value which part of its schema applies, as JSON pointers.

use serde_json::Value;

use super::{
    document::{reference, schema},
    sample::{is_clearable, reference_or_name, unwrapped, variants},
};

/// The places of a value.
#[derive(Debug, Default)]
pub(crate) struct Places {
    /// Objects of which the schema names the properties.
    pub(crate) objects: Vec<String>,
    /// Those of them that are members of a family.
    pub(crate) members: Vec<String>,
    /// Properties that the schema names. None is required.
    pub(crate) properties: Vec<String>,
    /// Properties and entries that null clears.
    pub(crate) clearable: Vec<String>,
    /// Values of an enum.
    pub(crate) enums: Vec<String>,
    /// Texts named `type`.
    pub(crate) tags: Vec<String>,
    /// Lists.
    pub(crate) lists: Vec<String>,
    /// Objects whose keys are the caller's or Bitbucket's.
    pub(crate) maps: Vec<String>,
    /// What such an object holds, where the schema says of which kind.
    pub(crate) entries: Vec<String>,
}

/// The places of `value`, which is one of `schema`.
pub(crate) fn places(document: &Value, schema: &Value, value: &Value) -> Places {
    let mut places = Places::default();
    places.walk(document, schema, value, "");
    places
}

/// The pointer to a member.
pub(crate) fn child(pointer: &str, key: &str) -> String {
    format!("{pointer}/{}", key.replace('~', "~0").replace('/', "~1"))
}

impl Places {
    fn walk(&mut self, document: &Value, part: &Value, value: &Value, pointer: &str) {
        let part = unwrapped(part);
        if let Some(component) = reference(part) {
            return self.walk(document, schema(document, component), value, pointer);
        }
        if let Some(variants) = variants(part) {
            self.members.push(pointer.to_owned());
            let variant = variants
                .iter()
                .find(|variant| variant["value"] == value["type"])
                .unwrap_or_else(|| panic!("{pointer}: of no member of the family: {value}"));
            let member = schema(document, reference_or_name(&variant["schema"]));
            return self.walk(document, member, value, pointer);
        }
        if part.get("enum").is_some() {
            self.enums.push(pointer.to_owned());
        }
        match value {
            Value::Object(_) => self.walk_object(document, part, value, pointer),
            Value::Array(elements) if part["type"] == "array" => {
                self.lists.push(pointer.to_owned());
                for (index, element) in elements.iter().enumerate() {
                    self.walk(
                        document,
                        &part["items"],
                        element,
                        &format!("{pointer}/{index}"),
                    );
                }
            }
            _ => {}
        }
    }

    fn walk_object(&mut self, document: &Value, part: &Value, value: &Value, pointer: &str) {
        let properties = part["properties"].as_object();
        let values = part.get("additionalProperties");
        if values.is_some() {
            self.maps.push(pointer.to_owned());
        } else if part["type"] == "object" {
            self.objects.push(pointer.to_owned());
        }
        for (key, inner) in value.as_object().into_iter().flatten() {
            let pointer = child(pointer, key);
            let property = properties.and_then(|properties| properties.get(key));
            let Some(part) = property.or(values) else {
                continue;
            };
            if property.is_some() {
                if key == "type" && inner.is_string() {
                    self.tags.push(pointer.clone());
                }
                self.properties.push(pointer.clone());
            } else if part["format"] != "binary" {
                // Files of a form are no JSON: they cannot be null.
                self.entries.push(pointer.clone());
            }
            // Of entries, unlike properties, `nullable` says that null means something.
            if is_clearable(part) || property.is_none() && part["nullable"] == true {
                self.clearable.push(pointer.clone());
            }
            self.walk(document, part, inner, &pointer);
        }
    }
}
