//! Links: addresses in full, and only to where they lead.

use std::ops::Range;

use pulldown_cmark::LinkType;

use super::Edit;

/// The site that the links of Bitbucket's documents are relative to.
const SITE: &str = "https://developer.atlassian.com";

/// Corrects a link whose destination is relative: within the site it gets the
/// site's address, within the page it becomes plain text.
pub(super) fn destination(
    text: &str,
    kind: LinkType,
    destination: &str,
    range: Range<usize>,
) -> Option<Edit> {
    if kind != LinkType::Inline || has_scheme(destination) {
        return None;
    }
    let source = &text[range.clone()];
    let (label, _) = source.rsplit_once("](")?;
    let label = label.strip_prefix('[')?;
    let text = if destination.starts_with('/') {
        format!("[{label}]({SITE}{destination})")
    } else {
        label.to_owned()
    };
    Some(Edit::link(range, text))
}

fn has_scheme(destination: &str) -> bool {
    ["http://", "https://", "mailto:"]
        .iter()
        .any(|scheme| destination.starts_with(scheme))
}

/// Puts addresses in plain text into `<…>`, where rustdoc makes them links.
pub(super) fn bare_addresses(text: &str, range: Range<usize>) -> Vec<Edit> {
    let mut edits = Vec::new();
    let mut from = range.start;
    while let Some(start) = next_address(&text[from..range.end]) {
        let start = from + start;
        let length = address_length(&text[start..range.end]);
        let end = start + length;
        let address = &text[start..end];
        if address.ends_with("//") {
            from = end;
            continue;
        }
        edits.push(Edit::link(start..end, format!("<{address}>")));
        from = end;
    }
    edits
}

fn next_address(text: &str) -> Option<usize> {
    let found = ["https://", "http://"]
        .iter()
        .filter_map(|scheme| text.find(scheme));
    found.min()
}

/// Up to a blank or a quote, without the punctuation of the sentence around it.
fn address_length(text: &str) -> usize {
    let stops = |letter: char| {
        letter.is_whitespace() || ['<', '>', '"', '\'', '`', '|', '\\'].contains(&letter)
    };
    let address = &text[..text.find(stops).unwrap_or(text.len())];
    let mut trimmed = address.trim_end_matches(['.', ',', ';', ':', '!', '?', '*', '_']);
    for (open, close) in [('(', ')'), ('[', ']')] {
        if let Some(before) = trimmed.strip_suffix(close)
            && !before.contains(open)
        {
            trimmed = before;
        }
    }
    trimmed.len()
}
