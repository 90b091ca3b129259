//! Rewrites the Markdown of a document so that rustdoc reads it as meant.
//!
//! The text is parsed as rustdoc would, and rewritten where it would warn, show
//! nothing, or take an example for Rust code.

use std::ops::Range;

use pulldown_cmark::{BrokenLink, CodeBlockKind, Event, Options, Parser, Tag, TagEnd};

mod fences;
mod html;
mod layout;
mod links;

/// A part of the text and what stands there instead.
struct Edit {
    range: Range<usize>,
    text: String,
    kind: Kind,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Example,
    Html,
    Link,
}

impl Edit {
    fn example(range: Range<usize>, text: String) -> Self {
        Self {
            range,
            text,
            kind: Kind::Example,
        }
    }

    fn html(range: Range<usize>, text: String) -> Self {
        Self {
            range,
            text,
            kind: Kind::Html,
        }
    }

    fn link(range: Range<usize>, text: String) -> Self {
        Self {
            range,
            text,
            kind: Kind::Link,
        }
    }

    /// A backslash before a bracket that makes no link.
    fn escape(position: usize) -> Self {
        Self::link(position..position, "\\".to_owned())
    }
}

/// A change may uncover the next (text in a block of HTML is Markdown once the
/// tags are gone); a text that still changes after this many rounds is odd.
const ROUNDS: usize = 10;

/// Rewrites a text of several lines.
pub(crate) fn for_rustdoc(text: &str) -> String {
    let mut text = layout::normalised(text);
    for _ in 0..ROUNDS {
        let edits = edits(&text);
        if edits.is_empty() {
            return text.trim().to_owned();
        }
        text = layout::trimmed_lines(&applied(&text, edits));
    }
    // Shown as it is, where nothing has a meaning.
    fences::fence(&text, "text", "").trim().to_owned()
}

/// Rewrites a text into one line.
pub(crate) fn one_line(text: &str) -> String {
    let text = for_rustdoc(text);
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// As rustdoc parses, but for punctuation, which changes no structure.
fn options() -> Options {
    Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
}

fn edits(text: &str) -> Vec<Edit> {
    let mut broken = Vec::new();
    let mut found = Vec::new();
    {
        let note = |link: BrokenLink<'_>| {
            broken.push(link.span.start);
            None
        };
        let parser = Parser::new_with_broken_link_callback(text, options(), Some(note));
        collect(text, parser.into_offset_iter(), &mut found);
    }
    // Examples first, then tags: inside either, nothing else has a meaning.
    for first in [Kind::Example, Kind::Html] {
        if found.iter().any(|edit| edit.kind == first) {
            found.retain(|edit| edit.kind == first);
            return found;
        }
    }
    // `[x]` would become a link to a Rust item called x.
    found.extend(broken.into_iter().map(Edit::escape));
    found
}

fn collect<'a>(
    text: &'a str,
    events: impl Iterator<Item = (Event<'a>, Range<usize>)>,
    edits: &mut Vec<Edit>,
) {
    let mut tags = html::Tags::default();
    let mut plain: Option<Range<usize>> = None;
    let mut links_open = 0;
    for (event, range) in events {
        if let Event::Text(_) = event {
            plain = Some(plain.map_or(range.clone(), |before| before.start..range.end));
            continue;
        }
        // An address may be cut into several texts by characters that could
        // have meant something, so it is looked for in the whole of them.
        if let Some(range) = plain.take()
            && links_open == 0
        {
            edits.extend(links::bare_addresses(text, range));
        }
        match event {
            Event::Start(Tag::CodeBlock(kind)) => {
                edits.extend(code_block(text, &kind, &range));
                // The code inside is no text.
                links_open += 1;
            }
            Event::Start(Tag::Link {
                link_type,
                dest_url,
                ..
            }) => {
                links_open += 1;
                edits.extend(links::destination(text, link_type, &dest_url, range));
            }
            Event::Start(Tag::Image { .. }) => links_open += 1,
            Event::End(TagEnd::CodeBlock | TagEnd::Link | TagEnd::Image) => links_open -= 1,
            Event::Start(Tag::Paragraph) => edits.extend(fences::command_line(text, &range)),
            Event::Html(_) | Event::InlineHtml(_) => {
                let markdown = tags.markdown(&text[range.clone()]);
                edits.push(Edit::html(range, markdown));
            }
            Event::FootnoteReference(_) => edits.push(Edit::escape(range.start)),
            _ => {}
        }
    }
}

fn code_block(text: &str, kind: &CodeBlockKind<'_>, range: &Range<usize>) -> Option<Edit> {
    match kind {
        CodeBlockKind::Indented => Some(fences::indented(text, range)),
        CodeBlockKind::Fenced(language) => fences::with_language(text, language, range),
    }
}

/// Carries out the edits from the last to the first. Of two that overlap the
/// outer is done, and the other found again in the next round if still needed.
fn applied(text: &str, mut edits: Vec<Edit>) -> String {
    edits.sort_by_key(|edit| (edit.range.start, std::cmp::Reverse(edit.range.end)));
    let mut result = String::with_capacity(text.len());
    let mut done = 0;
    for edit in edits {
        if edit.range.start < done {
            continue;
        }
        result.push_str(&text[done..edit.range.start]);
        result.push_str(&edit.text);
        done = edit.range.end;
    }
    result.push_str(&text[done..]);
    result
}

#[cfg(test)]
mod tests;

#[cfg(test)]
pub(crate) use tests::complaints;
