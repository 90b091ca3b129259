//! HAR 1.2 files, as browsers and proxies write them.

use std::{borrow::Cow, fs, path::Path};

use anyhow::{Context as _, Result, bail};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde::Deserialize;
use url::Url;

use super::recording::{Api, Body, Call, Content, Kind, Recording, Recordings};

/// Where the paths of an API begin: at its own address, and at that which
/// Bitbucket's pages use.
const BASES: [(&str, Api); 4] = [
    ("/2.0/", Api::Cloud),
    ("/!api/2.0/", Api::Cloud),
    ("/1.0/", Api::V1),
    ("/!api/1.0/", Api::V1),
];

#[derive(Deserialize)]
struct File {
    log: Log,
}

#[derive(Deserialize)]
struct Log {
    #[serde(default)]
    version: String,
    entries: Vec<Entry>,
}

#[derive(Deserialize)]
struct Entry {
    request: Request,
    response: Response,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Request {
    method: String,
    url: String,
    post_data: Option<MessageBody>,
}

#[derive(Deserialize)]
struct Response {
    #[serde(default)]
    status: i64,
    content: Option<MessageBody>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct MessageBody {
    mime_type: Option<String>,
    text: Option<String>,
    encoding: Option<String>,
}

/// Reads every exchange with the API.
pub(crate) fn read(path: &Path, recordings: &mut Recordings) -> Result<()> {
    let bytes = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
    let file: File = serde_json::from_slice(text)
        .with_context(|| format!("{} is no HAR file", path.display()))?;
    let version = &file.log.version;
    if !(version.is_empty() || version == "1.1" || version == "1.2") {
        bail!(
            "{} is a HAR file of version {version}, not 1.2",
            path.display()
        );
    }
    let file_name = path.file_name().unwrap_or(path.as_os_str());
    for (index, entry) in file.log.entries.iter().enumerate() {
        let name = format!("{}#{index}", file_name.display());
        read_entry(name, entry, recordings);
    }
    Ok(())
}

fn read_entry(name: String, entry: &Entry, recordings: &mut Recordings) {
    let method = entry.request.method.to_uppercase();
    let Some((api, path)) = api_path(&entry.request.url) else {
        return recordings.skip("of other addresses than the API's");
    };
    if method == "OPTIONS" || method == "HEAD" {
        return recordings.skip(format!("of method {method}"));
    }
    let kind = match entry.response.status {
        200..=299 => Kind::Response,
        400..=599 => Kind::ErrorResponse,
        status => return recordings.skip(format!("of status {status}")),
    };
    let mut bodies = vec![Body {
        kind,
        content: content(entry.response.content.as_ref()),
    }];
    if let Some(sent) = &entry.request.post_data {
        bodies.push(Body {
            kind: Kind::Request,
            content: content(Some(sent)),
        });
    }
    recordings.found.push(Recording {
        name,
        call: Call::Path { api, method, path },
        bodies,
    });
}

/// The API, and the path below its base path.
fn api_path(url: &str) -> Option<(Api, String)> {
    let url = Url::parse(url).ok()?;
    let of_cloud = BASES.iter().find_map(|(base, api)| {
        let below = url.path().strip_prefix(base)?;
        Some((*api, format!("/{below}")))
    });
    of_cloud.or_else(|| {
        // Before it there may be a context path.
        let below = url.path().split_once("/rest/")?.1;
        let api = Api::DataCenter;
        Some((api, api.documented(&format!("/{below}"))))
    })
}

fn content(text: Option<&MessageBody>) -> Content {
    let Some((text, body)) = text.and_then(|text| Some((text, text.text.as_deref()?))) else {
        return Content::Empty;
    };
    if body.is_empty() {
        return Content::Empty;
    }
    let declared = text.mime_type.as_deref().unwrap_or_default();
    let decoded = match text.encoding.as_deref() {
        Some("base64") => decode(body).map(Cow::Owned),
        _ => Ok(Cow::Borrowed(body)),
    };
    match decoded {
        Ok(body) if is_json(declared, &body) => Content::json(&body),
        Err(message) if is_json(declared, "") => Content::Broken(message),
        _ => Content::Other,
    }
}

fn decode(text: &str) -> Result<String, String> {
    let text: String = text.split_ascii_whitespace().collect();
    let bytes = STANDARD.decode(text).map_err(|error| error.to_string())?;
    String::from_utf8(bytes).map_err(|error| error.to_string())
}

/// By what it is declared to be; where nothing is declared, by its looks.
fn is_json(declared: &str, body: &str) -> bool {
    let kind = declared.split(';').next().unwrap_or_default().trim();
    let kind = kind.to_ascii_lowercase();
    if kind.is_empty() || kind == "x-unknown" {
        return body.trim_start().starts_with(['{', '[']);
    }
    kind == "application/json" || kind.ends_with("+json")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn text(mime_type: &str, text: &str, encoding: Option<&str>) -> Content {
        content(Some(&MessageBody {
            mime_type: Some(mime_type.to_owned()),
            text: Some(text.to_owned()),
            encoding: encoding.map(str::to_owned),
        }))
    }

    #[test]
    fn paths_begin_below_the_base_path() {
        for (url, expected) in [
            (
                "https://api.bitbucket.org/2.0/user?fields=uuid",
                Some((Api::Cloud, "/user")),
            ),
            (
                "https://bitbucket.org/!api/2.0/user",
                Some((Api::Cloud, "/user")),
            ),
            (
                "http://127.0.0.1:8080/2.0/repositories/%7Ba%7D/b/",
                Some((Api::Cloud, "/repositories/%7Ba%7D/b/")),
            ),
            (
                "https://api.bitbucket.org/1.0/groups/acme",
                Some((Api::V1, "/groups/acme")),
            ),
            (
                "https://git.example.com/bitbucket/rest/api/1.0/projects/A?limit=1",
                Some((Api::DataCenter, "/api/latest/projects/A")),
            ),
            (
                "https://git.example.com/rest/insights/latest/projects/1.0",
                Some((Api::DataCenter, "/insights/latest/projects/1.0")),
            ),
            ("https://bitbucket.org/acme/website/src/2.0/", None),
            ("https://git.example.com/projects/rest", None),
            ("https://api.bitbucket.org/swagger.json", None),
            ("about:blank", None),
            ("no address", None),
        ] {
            let found = api_path(url);
            let found = found.as_ref().map(|(api, path)| (*api, path.as_str()));
            assert_eq!(found, expected, "{url}");
        }
    }

    #[test]
    fn bodies_are_json_by_what_they_are_declared_to_be() {
        let json = "application/json; charset=utf-8";
        assert_eq!(
            text(json, r#"{"a": "é"}"#, None),
            Content::Json(json!({"a": "é"}))
        );
        assert_eq!(
            text(json, "eyJhIjog\n IsOpIn0=", Some("base64")),
            Content::Json(json!({"a": "é"}))
        );
        assert_eq!(text("", "[1]", None), Content::Json(json!([1])));
        assert_eq!(text(json, "", None), Content::Empty);
        assert_eq!(content(None), Content::Empty);
        assert_eq!(text("text/html", "<p>", None), Content::Other);
        assert_eq!(text("text/plain", "{}", None), Content::Other);
        assert_eq!(
            text("image/png", "iVBORw0KGgo=", Some("base64")),
            Content::Other
        );
        assert!(matches!(text(json, "{", None), Content::Broken(_)));
        assert!(matches!(
            text(json, "//79", Some("base64")),
            Content::Broken(_)
        ));
        assert!(matches!(
            text(json, "*", Some("base64")),
            Content::Broken(_)
        ));
    }
}
