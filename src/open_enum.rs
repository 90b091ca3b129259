//! Enums that stay open: a value that this version does not know is kept as
//! it came and written back unchanged.

use std::fmt;

use serde::de::Visitor;

/// Declares an open enum with its texts.
///
/// Used by the generated types; each gets `as_str`, conversions from text,
/// `Display`, `FromStr`, `Serialize` and `Deserialize`.
macro_rules! open_enum {
    ($(#[$meta:meta])* pub enum $name:ident { $($variant:ident = $text:literal),* $(,)? }) => {
        $(#[$meta])*
        #[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
        #[non_exhaustive]
        pub enum $name {
            $(
                #[doc = concat!("`", $text, "`")]
                $variant,
            )*
            /// A value that this version does not know, as Bitbucket wrote it.
            Unknown(::std::string::String),
        }

        impl $name {
            /// The value as Bitbucket writes it.
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $text,)*
                    Self::Unknown(text) => text,
                }
            }

            #[allow(clippy::match_single_binding)]
            fn known(text: &str) -> ::std::option::Option<Self> {
                match text {
                    $($text => Some(Self::$variant),)*
                    _ => None,
                }
            }
        }

        impl ::std::convert::From<&str> for $name {
            fn from(text: &str) -> Self {
                Self::known(text).unwrap_or_else(|| Self::Unknown(text.to_owned()))
            }
        }

        impl ::std::convert::From<::std::string::String> for $name {
            fn from(text: ::std::string::String) -> Self {
                Self::known(&text).unwrap_or(Self::Unknown(text))
            }
        }

        impl ::std::str::FromStr for $name {
            type Err = ::std::convert::Infallible;

            fn from_str(text: &str) -> ::std::result::Result<Self, Self::Err> {
                Ok(Self::from(text))
            }
        }

        impl ::std::convert::From<$name> for $crate::query::Value {
            fn from(value: $name) -> Self {
                Self::from(value.as_str())
            }
        }

        impl ::std::convert::From<&$name> for $crate::query::Value {
            fn from(value: &$name) -> Self {
                Self::from(value.as_str())
            }
        }

        impl ::std::fmt::Display for $name {
            fn fmt(&self, formatter: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                formatter.write_str(self.as_str())
            }
        }

        impl ::serde::Serialize for $name {
            fn serialize<S: ::serde::Serializer>(
                &self,
                serializer: S,
            ) -> ::std::result::Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> ::serde::Deserialize<'de> for $name {
            fn deserialize<D: ::serde::Deserializer<'de>>(
                deserializer: D,
            ) -> ::std::result::Result<Self, D::Error> {
                deserializer.deserialize_any($crate::open_enum::Text).map(Self::from)
            }
        }
    };
}
pub(crate) use open_enum;

/// Reads a text; a number or a truth value is read as its text, since a value
/// that nobody knows may be of any kind.
pub(crate) struct Text;

impl Visitor<'_> for Text {
    type Value = String;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a text")
    }

    fn visit_str<E>(self, text: &str) -> Result<String, E> {
        Ok(text.to_owned())
    }

    fn visit_string<E>(self, text: String) -> Result<String, E> {
        Ok(text)
    }

    fn visit_bool<E>(self, value: bool) -> Result<String, E> {
        Ok(value.to_string())
    }

    fn visit_i64<E>(self, value: i64) -> Result<String, E> {
        Ok(value.to_string())
    }

    fn visit_u64<E>(self, value: u64) -> Result<String, E> {
        Ok(value.to_string())
    }

    fn visit_f64<E>(self, value: f64) -> Result<String, E> {
        Ok(value.to_string())
    }
}

#[cfg(test)]
#[allow(unreachable_pub, reason = "what the macro declares is public")]
mod tests {
    open_enum! {
        /// For the tests.
        pub enum Colour { Red = "red", DarkBlue = "dark-blue" }
    }

    #[test]
    fn knows_its_values() {
        let colour: Colour = serde_json::from_str("\"dark-blue\"").unwrap();
        assert_eq!(colour, Colour::DarkBlue);
        assert_eq!(serde_json::to_string(&colour).unwrap(), "\"dark-blue\"");
    }

    #[test]
    fn keeps_what_it_does_not_know() {
        let colour: Colour = serde_json::from_str("\"Red\"").unwrap();
        assert_eq!(colour, Colour::Unknown("Red".to_owned()));
        assert_eq!(serde_json::to_string(&colour).unwrap(), "\"Red\"");
        assert_eq!(Colour::from("mauve").to_string(), "mauve");
    }

    #[test]
    fn reads_what_is_no_text() {
        let colour: Colour = serde_json::from_str("7").unwrap();
        assert_eq!(colour.as_str(), "7");
    }
}
