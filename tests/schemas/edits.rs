//! Changes to a JSON value, of the kind that Bitbucket makes as it grows.

use serde_json::{Value, json};

use crate::values::Places;

/// Name of a field that no schema has.
pub(crate) const UNKNOWN_FIELD: &str = "field-that-nobody-knows";

const UNKNOWN_VALUE: &str = "value_that_nobody_knows";

/// One change at one place.
#[derive(Clone, Debug)]
pub(crate) enum Edit {
    /// A field that no schema has.
    AddField { object: String },
    /// An element that is null.
    AddNull { list: String },
    /// Another value.
    Set { place: String, value: Value },
    /// No such member any more.
    Drop { place: String },
}

impl Edit {
    pub(crate) fn null(place: &str) -> Self {
        Self::set(place, Value::Null)
    }

    pub(crate) fn unknown_value(place: &str) -> Self {
        Self::set(place, json!(UNKNOWN_VALUE))
    }

    pub(crate) fn empty(place: &str) -> Self {
        Self::set(place, json!([]))
    }

    pub(crate) fn add_field(object: &str) -> Self {
        Self::AddField {
            object: object.to_owned(),
        }
    }

    pub(crate) fn add_null(list: &str) -> Self {
        Self::AddNull {
            list: list.to_owned(),
        }
    }

    pub(crate) fn drop(place: &str) -> Self {
        Self::Drop {
            place: place.to_owned(),
        }
    }

    fn set(place: &str, value: Value) -> Self {
        let place = place.to_owned();
        Self::Set { place, value }
    }

    /// Changes `root`; nothing happens where the place is gone because of an
    /// earlier change.
    pub(crate) fn apply(&self, root: &mut Value) {
        match self {
            Self::AddField { object } => {
                let object = root.pointer_mut(object).and_then(Value::as_object_mut);
                if let Some(object) = object {
                    object.insert(UNKNOWN_FIELD.to_owned(), json!({"new": [1, "two", null]}));
                }
            }
            Self::AddNull { list } => {
                let list = root.pointer_mut(list).and_then(Value::as_array_mut);
                if let Some(list) = list {
                    list.insert(0, Value::Null);
                }
            }
            Self::Set { place, value } => {
                if let Some(found) = root.pointer_mut(place) {
                    *found = value.clone();
                }
            }
            Self::Drop { place } => drop_member(root, place),
        }
    }
}

fn drop_member(root: &mut Value, place: &str) {
    let Some((parent, key)) = place.rsplit_once('/') else {
        return;
    };
    let parent = root.pointer_mut(parent).and_then(Value::as_object_mut);
    if let Some(parent) = parent {
        parent.remove(&key.replace("~1", "/").replace("~0", "~"));
    }
}

/// Every kind of change at every place.
pub(crate) fn every(places: &Places) -> Vec<Edit> {
    kinds(places).into_iter().flatten().collect()
}

/// The changes of each kind, at all places of it.
pub(crate) fn kinds(places: &Places) -> [Vec<Edit>; 9] {
    let at = |places: &[String], edit: fn(&str) -> Edit| -> Vec<Edit> {
        // Inner places first: a change of the outer one takes them away.
        places.iter().rev().map(|place| edit(place)).collect()
    };
    [
        at(&places.objects, Edit::add_field),
        at(&places.properties, Edit::null),
        at(&places.properties, Edit::drop),
        at(&places.enums, Edit::unknown_value),
        at(&places.tags, Edit::unknown_value),
        at(&places.lists, Edit::empty),
        at(&places.lists, Edit::null),
        at(&places.lists, Edit::add_null),
        at(&places.entries, Edit::null),
    ]
}
