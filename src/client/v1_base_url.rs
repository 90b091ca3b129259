//! Where the 1.0 API is.

use url::Url;

use super::builder;
use crate::Error;

/// The address that paths of 1.0 are appended to: what the caller says, or the
/// neighbour of 2.0.
pub(super) fn choose(said: Option<&str>, base: &Url) -> Result<String, Error> {
    let Some(said) = said else {
        return Ok(beside(base.as_str().trim_end_matches('/')));
    };
    let url = builder::base("the base URL of the 1.0 API", said)?;
    if url.origin() != base.origin() {
        return Err(Error::configuration(
            "the base URL of the 1.0 API is on another origin than the base URL: the credentials are not meant for it",
        ));
    }
    Ok(url.as_str().trim_end_matches('/').to_owned())
}

fn beside(base: &str) -> String {
    format!("{}/1.0", base.strip_suffix("/2.0").unwrap_or(base))
}

#[cfg(test)]
mod tests {
    use crate::{Client, ErrorKind};

    fn v1_base_url(base: &str) -> String {
        let client = Client::builder().base_url(base).build().unwrap();
        client.v1_base_url().to_owned()
    }

    #[test]
    fn it_is_beside_2_0() {
        for (base, v1) in [
            ("http://[::1]:80/2.0/", "http://[::1]/1.0"),
            ("http://x/2.0", "http://x/1.0"),
            ("http://x/api/2.0//", "http://x/api/1.0"),
            ("http://x", "http://x/1.0"),
            ("http://x/bitbucket", "http://x/bitbucket/1.0"),
            ("http://x/2.0/bitbucket", "http://x/2.0/bitbucket/1.0"),
            ("http://x/v2.0", "http://x/v2.0/1.0"),
            ("http://2.0/2.0", "http://2.0.0.0/1.0"),
        ] {
            assert_eq!(v1_base_url(base), v1, "{base}");
        }
    }

    #[cfg(any(feature = "rustls", feature = "native-tls"))]
    #[test]
    fn the_default_is_bitbucket_cloud() {
        let client = Client::builder().build().unwrap();
        assert_eq!(client.v1_base_url(), "https://api.bitbucket.org/1.0");
    }

    #[test]
    fn it_is_what_the_caller_says_on_the_same_origin() {
        let client = |v1| {
            Client::builder()
                .base_url("http://x/2.0")
                .v1_base_url(v1)
                .build()
        };
        assert_eq!(
            client("http://X:80/old/").unwrap().v1_base_url(),
            "http://x/old"
        );
        for (v1, reason) in [
            ("http://y/1.0", "another origin"),
            ("http://x:8080/1.0", "another origin"),
            ("https://x/1.0", "another origin"),
            ("/1.0", "not an absolute URL"),
            ("http://kim:s3cret@x/1.0", "credentials"),
            ("http://x/1.0?key=s3cret", "a query"),
        ] {
            let error = client(v1).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Configuration);
            let text = format!("{error} {error:?}");
            assert!(text.contains(reason), "{text}");
            assert!(text.contains("1.0 API"), "{text}");
            assert!(!text.contains("s3cret"), "{text}");
        }
    }
}
