//! Values which must not be printed.

use std::fmt;

use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// A text that is sent but never printed, such as a webhook's secret or the
/// value of a secured pipeline variable.
///
/// Its memory is overwritten when it is dropped, and `Debug` shows only that
/// something is there. It goes into a request body as the text itself.
///
/// ```
/// let secret = bitbucket::Secret::from("hunter2");
/// assert_eq!(format!("{secret:?}"), "Secret(…)");
/// assert_eq!(secret.expose_secret(), "hunter2");
/// ```
#[derive(Clone)]
pub struct Secret(SecretString);

impl Secret {
    /// The text itself. Take care where it goes from here.
    pub fn expose_secret(&self) -> &str {
        self.0.expose_secret()
    }
}

impl From<&str> for Secret {
    fn from(text: &str) -> Self {
        Self(SecretString::from(text))
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self(SecretString::from(text))
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Secret(…)")
    }
}

impl Serialize for Secret {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.expose_secret())
    }
}

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // The usual error would quote what it found in the secret's place.
        String::deserialize(deserializer)
            .map(Self::from)
            .map_err(|_| de::Error::custom("a secret is not a string"))
    }
}

#[cfg(test)]
mod tests {
    use super::Secret;

    #[test]
    fn is_sent_but_not_printed() {
        let secret: Secret = serde_json::from_str(r#""hunter2""#).unwrap();
        assert_eq!(serde_json::to_string(&secret).unwrap(), r#""hunter2""#);
        assert!(!format!("{secret:?} {secret:#?}").contains("hunter2"));
    }

    #[test]
    fn a_failure_to_decode_does_not_quote_it() {
        let error = serde_json::from_str::<Secret>("31337").unwrap_err();
        assert!(!error.to_string().contains("31337"), "{error}");
    }
}
