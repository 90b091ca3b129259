use super::{ALLOWANCE, BYTE, MEMBER, OBJECT, VALUE, at_most, exceeds};

#[test]
fn texts_are_no_values() {
    assert_eq!(at_most(b""), 0);
    assert_eq!(at_most(br#""{[,:\"{[,:""#), 24);
    assert_eq!(at_most(br#""\\",[]"#), 2 * VALUE + 14);
    let value = br#"{"a": [{}, 1]}"#;
    assert_eq!(at_most(value), 2 * OBJECT + MEMBER + 2 * VALUE + 28);
}

#[test]
fn only_what_is_dense_and_large_exceeds() {
    let list = |element: &str, count| {
        let elements: Vec<_> = (0..count).map(|_| element).collect();
        format!("[{}]", elements.join(","))
    };
    let limit = 3000;
    let most = limit * ALLOWANCE / (OBJECT + VALUE + 6);
    assert!(!exceeds(list("{}", most - 1).as_bytes(), limit));
    assert!(exceeds(list("{}", most + 1).as_bytes(), limit));
    assert!(!exceeds(list("{}", most + 1).as_bytes(), u64::MAX));
    let texts = list(r#""twenty bytes of text""#, limit / 24);
    assert!(!exceeds(texts.as_bytes(), limit));
}

#[test]
fn no_text_is_denser_than_is_said() {
    for value in ["{}", "[]", "0", r#"{"":0}"#, r#"{"":{}}"#, r#"[{"":[]}]"#] {
        let list = vec![value; 1000].join(",");
        assert!(
            at_most(list.as_bytes()) <= BYTE * list.len() as u64,
            "{value}"
        );
    }
}

/// What the models really take.
#[cfg(all(feature = "catalog", feature = "data-center", feature = "v1"))]
mod models {
    use std::collections::BTreeSet;

    use allocation_counter::measure;
    use serde_json::Value;

    use super::at_most;
    use crate::{catalog, data_center, v1};

    /// Just more than a list has room for that doubles: its worst moment.
    const ELEMENTS: usize = 257;

    /// The names of the properties that a schema has itself.
    fn names<'a>(schema: &'a Value, found: &mut BTreeSet<&'a str>) {
        match schema {
            Value::Array(elements) => elements.iter().for_each(|one| names(one, found)),
            Value::Object(members) => {
                let properties = members.get("properties").and_then(Value::as_object);
                found.extend(
                    properties
                        .into_iter()
                        .flatten()
                        .map(|(name, _)| name.as_str()),
                );
                let own = members.iter().filter(|(name, _)| *name != "$defs");
                own.for_each(|(_, one)| names(one, found));
            }
            _ => {}
        }
    }

    /// Values that take the most for their text.
    fn dense() -> Vec<String> {
        let elements = [
            "{}",
            "null",
            "\"\"",
            "0",
            "[]",
            "[{}]",
            r#"{"a":0}"#,
            r#"{"type":""}"#,
        ];
        let lists = elements.map(|element| format!("[{}]", vec![element; ELEMENTS].join(",")));
        let members: Vec<_> = (0..ELEMENTS)
            .map(|number| format!("\"{number:x}\":0"))
            .collect();
        let wide = format!("{{{}}}", members.join(","));
        lists.into_iter().chain([wide]).collect()
    }

    #[test]
    fn take_no_more_than_is_said() {
        let mut checked = 0;
        let values = dense();
        for entry in [
            catalog::types(),
            v1::catalog::types(),
            data_center::catalog::types(),
        ]
        .concat()
        {
            let schema = entry.schema().to_value();
            let mut properties = BTreeSet::new();
            names(&schema, &mut properties);
            for name in properties {
                for value in &values {
                    let json = format!("{{\"{name}\":{value}}}");
                    let value = serde_json::from_str(&json).unwrap();
                    let mut is_read = false;
                    // With what it is written back to, so that it is less in truth.
                    let memory = measure(|| is_read = entry.write_back(&value).is_ok());
                    if is_read {
                        let said = at_most(json.as_bytes());
                        // What is the same for any number of elements.
                        let taken = memory.bytes_max.saturating_sub(4096);
                        assert!(
                            taken <= said,
                            "{} of {}: {json:.40} takes {taken}, not {said}",
                            name,
                            entry.name()
                        );
                        checked += 1;
                    }
                }
            }
        }
        assert!(checked > 1000, "{checked}");
    }
}
