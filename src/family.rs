//! Families: things that Bitbucket tells apart by a tag, as one enum.

use serde::de::{DeserializeOwned, Deserializer};
use serde_json::Value;

/// Declares the enum of a family.
///
/// A member whose tag is not known, or whose own data does not fit, keeps its
/// JSON in `Unknown`. Where the tag is missing the member's `name` decides, if
/// the family has names.
macro_rules! family {
    ($(#[$meta:meta])* pub enum $family:ident by $tag:literal {
        $($variant:ident($member:ident) = $value:literal, $name:expr),* $(,)?
    }) => {
        $(#[$meta])*
        #[derive(Clone, Debug)]
        #[non_exhaustive]
        pub enum $family {
            $(
                #[doc = concat!("`", $value, "`")]
                $variant(::std::boxed::Box<$member>),
            )*
            /// A member that this version does not know, as Bitbucket wrote it.
            Unknown(::serde_json::Value),
        }

        impl ::serde::Serialize for $family {
            fn serialize<S: ::serde::Serializer>(
                &self,
                serializer: S,
            ) -> ::std::result::Result<S::Ok, S::Error> {
                match self {
                    $(Self::$variant(member) => member.serialize(serializer),)*
                    Self::Unknown(value) => value.serialize(serializer),
                }
            }
        }

        impl<'de> ::serde::Deserialize<'de> for $family {
            fn deserialize<D: ::serde::Deserializer<'de>>(
                deserializer: D,
            ) -> ::std::result::Result<Self, D::Error> {
                let value = $crate::family::value(deserializer)?;
                let members: &[(&str, ::std::option::Option<&str>)] = &[$(($value, $name)),*];
                let tag = $crate::family::tag(&value, $tag, members);
                $(
                    if tag == Some($value) {
                        if let Some(member) = $crate::family::member::<$member>(&value) {
                            return Ok(Self::$variant(::std::boxed::Box::new(member)));
                        }
                    }
                )*
                Ok(Self::Unknown(value))
            }
        }
    };
}
pub(crate) use family;

/// The JSON of a member of any kind.
pub(crate) fn value<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Value, D::Error> {
    serde::Deserialize::deserialize(deserializer)
}

/// The tag of `value`: what it says itself, or, where it says nothing, what its
/// `name` stands for.
pub(crate) fn tag<'a>(
    value: &'a Value,
    tag: &str,
    members: &[(&'a str, Option<&str>)],
) -> Option<&'a str> {
    if let Some(tag) = value.get(tag).and_then(Value::as_str) {
        return Some(tag);
    }
    let name = value.get("name")?.as_str()?;
    members
        .iter()
        .find(|(_, known)| *known == Some(name))
        .map(|(tag, _)| *tag)
}

/// The member itself, if its data fits.
pub(crate) fn member<T: DeserializeOwned>(value: &Value) -> Option<T> {
    T::deserialize(value).ok()
}

#[cfg(test)]
#[allow(unreachable_pub, reason = "what the macro declares is public")]
mod tests {
    use serde::{Deserialize, Serialize};
    use serde_json::{Value, json};

    #[derive(Clone, Debug, Deserialize, Serialize)]
    pub struct Circle {
        #[serde(rename = "type")]
        type_: Option<String>,
        radius: Option<f64>,
    }

    #[derive(Clone, Debug, Deserialize, Serialize)]
    pub struct Square {
        #[serde(rename = "type")]
        type_: Option<String>,
        name: Option<String>,
    }

    family! {
        /// For the tests.
        pub enum Shape by "type" {
            Circle(Circle) = "circle", None,
            Square(Square) = "square", Some("SQUARE"),
        }
    }

    fn read(value: &Value) -> Shape {
        serde_json::from_value(value.clone()).unwrap()
    }

    #[test]
    fn tells_members_apart_and_writes_them_back() {
        let value = json!({"type": "circle", "radius": 2.5});
        let shape = read(&value);
        assert!(matches!(&shape, Shape::Circle(circle) if circle.radius == Some(2.5)));
        assert_eq!(serde_json::to_value(shape).unwrap(), value);
    }

    #[test]
    fn falls_back_on_the_name() {
        assert!(matches!(read(&json!({"name": "SQUARE"})), Shape::Square(_)));
    }

    #[test]
    fn keeps_the_json_of_what_it_does_not_know() {
        for value in [
            json!({"type": "triangle", "sides": [3, 4, 5]}),
            json!({"type": "circle", "radius": "wide"}),
            json!({}),
            json!("text"),
        ] {
            let shape = read(&value);
            assert!(matches!(shape, Shape::Unknown(_)), "{value}");
            assert_eq!(serde_json::to_value(shape).unwrap(), value);
        }
    }
}
