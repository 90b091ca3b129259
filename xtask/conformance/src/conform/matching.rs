//! Which operation a request was a call of.

use std::cmp::Reverse;

use bitbucket::catalog::Entry;
use percent_encoding::percent_decode_str;

use super::recording::Api;

/// The operation of this template, if the document has it.
pub(crate) fn by_template(api: Api, method: &str, path: &str) -> Option<&'static Entry> {
    api.operations()
        .iter()
        .find(|entry| entry.operation.method() == method && entry.operation.path() == path)
}

/// The operation whose template fits best: where several do, the one that has
/// the path's own words earliest, and no parameter that is left empty.
pub(crate) fn by_path(api: Api, method: &str, path: &str) -> Option<&'static Entry> {
    let segments = segments(path);
    api.operations()
        .iter()
        .filter(|entry| entry.operation.method() == method)
        .filter_map(|entry| {
            let template = template(entry);
            let fit = template.fit(&segments)?;
            Some(((fit, Reverse(template.0.len())), entry))
        })
        .max_by(|(one, _), (other, _)| one.cmp(other))
        .map(|(_, entry)| entry)
}

/// The parts of a path, decoded each for itself: an encoded slash divides
/// nothing.
fn segments(path: &str) -> Vec<String> {
    let path = path.strip_prefix('/').unwrap_or(path);
    let path = path.strip_suffix('/').unwrap_or(path);
    path.split('/')
        .map(|segment| percent_decode_str(segment).decode_utf8_lossy().into_owned())
        .collect()
}

/// How a segment was met; the better is the greater.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
enum Fit {
    /// By a parameter that takes slashes, which others may do without.
    Slashes,
    Parameter,
    /// By parameters with something fixed between them.
    Partly,
    Literal,
}

enum Part<'a> {
    Literal(&'a str),
    Parameter,
    /// The fixed texts around the parameters of one segment.
    Composed(Vec<&'a str>),
    Slashes,
}

struct Template<'a>(Vec<Part<'a>>);

fn template(entry: &'static Entry) -> Template<'static> {
    let takes_slashes = |name: &str| {
        let mut parameters = entry.parameters.iter();
        parameters.any(|parameter| parameter.takes_slashes && parameter.name == name)
    };
    let path = entry.operation.path();
    let parts = path.trim_matches('/').split('/');
    Template(parts.map(|part| Part::of(part, &takes_slashes)).collect())
}

impl<'a> Part<'a> {
    fn of(part: &'a str, takes_slashes: &dyn Fn(&str) -> bool) -> Self {
        let whole = part
            .strip_prefix('{')
            .and_then(|part| part.strip_suffix('}'));
        match whole {
            Some(name) if !name.contains('{') && takes_slashes(name) => Self::Slashes,
            Some(name) if !name.contains('{') => Self::Parameter,
            _ if part.contains('{') => Self::Composed(
                part.split('{')
                    .map(|piece| piece.rsplit('}').next().unwrap_or(piece))
                    .collect(),
            ),
            _ => Self::Literal(part),
        }
    }

    fn fit(&self, segment: &str) -> Option<Fit> {
        match self {
            Self::Literal(text) => (*text == segment).then_some(Fit::Literal),
            Self::Parameter => (!segment.is_empty()).then_some(Fit::Parameter),
            Self::Composed(fixed) => composed(fixed, segment).then_some(Fit::Partly),
            Self::Slashes => Some(Fit::Slashes),
        }
    }
}

/// Whether `segment` has the fixed texts in order, with something between them.
fn composed(fixed: &[&str], segment: &str) -> bool {
    let [first, between @ .., last] = fixed else {
        return false;
    };
    let inner = segment
        .strip_prefix(first)
        .and_then(|rest| rest.strip_suffix(last));
    let Some(mut rest) = inner else {
        return false;
    };
    for text in between {
        match rest.split_once(text) {
            Some((value, after)) if !value.is_empty() => rest = after,
            _ => return false,
        }
    }
    !rest.is_empty()
}

impl Template<'_> {
    /// How each segment is met, if all of them are.
    fn fit(&self, segments: &[String]) -> Option<Vec<Fit>> {
        fit(&self.0, segments)
    }
}

fn fit(parts: &[Part<'_>], segments: &[String]) -> Option<Vec<Fit>> {
    let Some((part, parts)) = parts.split_first() else {
        return segments.is_empty().then(Vec::new);
    };
    if let Part::Slashes = part {
        // None at all is the root of a repository.
        return (0..=segments.len()).find_map(|count| {
            let rest = fit(parts, &segments[count..])?;
            Some([vec![Fit::Slashes; count], rest].concat())
        });
    }
    let (segment, segments) = segments.split_first()?;
    let first = part.fit(segment)?;
    let rest = fit(parts, segments)?;
    Some([vec![first], rest].concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(method: &str, path: &str) -> Option<&'static str> {
        Some(by_path(Api::Cloud, method, path)?.operation.id())
    }

    #[test]
    fn every_operation_is_found_by_a_path_of_its_own() {
        for api in [Api::Cloud, Api::V1, Api::DataCenter] {
            for entry in api.operations() {
                let path = example(entry);
                for path in [format!("{path}/"), path] {
                    let found = by_path(api, entry.operation.method(), &path);
                    let found = found.map(|entry| entry.operation.id());
                    assert_eq!(found, Some(entry.operation.id()), "{path}");
                }
            }
        }
    }

    fn example(entry: &Entry) -> String {
        let mut path = entry.operation.path().trim_end_matches('/').to_owned();
        for parameter in entry.parameters.iter().filter(|one| one.location == "path") {
            let value = if parameter.takes_slashes {
                "one/two%2Fthree/%C3%A9"
            } else {
                "%7Ba%20b%2Fc%7D"
            };
            path = path.replace(&format!("{{{}}}", parameter.name), value);
        }
        path
    }

    #[test]
    fn fixed_words_win_over_parameters() {
        for (path, expected) in [
            (
                "/repositories/acme/website/pullrequests/activity",
                "list_repository_pull_request_activity",
            ),
            (
                "/repositories/acme/website/pullrequests/7/activity",
                "list_pull_request_activity",
            ),
            ("/repositories/acme/website/src", "get_source_root"),
            ("/repositories/acme/website/src/main/", "get_source"),
            (
                "/repositories/acme/website/src/main/a/b/c.txt",
                "get_source",
            ),
            (
                "/repositories/acme/website/issues/export/website-issues-7.zip",
                "get_issue_export",
            ),
        ] {
            assert_eq!(id("GET", path), Some(expected), "{path}");
        }
    }

    #[test]
    fn what_the_document_lacks_is_not_found() {
        for (method, path) in [
            ("GET", "/"),
            ("GET", "/no/such/resource"),
            ("PATCH", "/user"),
            ("GET", "/repositories/acme//"),
            ("GET", "/user/%65mails/a/b"),
        ] {
            assert_eq!(id(method, path), None, "{method} {path}");
        }
    }
}
