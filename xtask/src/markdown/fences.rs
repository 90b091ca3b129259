//! Examples: always fenced, always with a language, never Rust.

use std::ops::Range;

use super::Edit;
use super::layout::indentation;

/// A fenced block. `indent` is what its container, such as a list, asks for.
pub(super) fn fence(code: &str, language: &str, indent: &str) -> String {
    let marks = "`".repeat(longest_run(code).max(2) + 1);
    let mut block = format!("{indent}{marks}{language}\n");
    for line in code.trim_matches('\n').lines() {
        if !line.is_empty() {
            block.push_str(indent);
            block.push_str(line);
        }
        block.push('\n');
    }
    block.push_str(indent);
    block.push_str(&marks);
    block.push('\n');
    block
}

/// The longest run of backticks that starts a line: the fence must be longer.
fn longest_run(code: &str) -> usize {
    let starts = code.lines().map(|line| {
        let line = line.trim_start();
        line.len() - line.trim_start_matches('`').len()
    });
    starts.max().unwrap_or(0)
}

/// An indented block as a fenced one.
///
/// rustdoc compiles indented blocks as Rust.
pub(super) fn indented(text: &str, range: &Range<usize>) -> Edit {
    let start = line_start(text, range.start);
    let source = &text[start..range.end];
    let first = source
        .lines()
        .find(|line| !line.trim().is_empty())
        .unwrap_or_default();
    let removed = indentation(first);
    let indent = " ".repeat(removed.saturating_sub(4));
    let lines: Vec<&str> = source
        .lines()
        .map(|line| {
            line.get(removed.min(indentation(line))..)
                .unwrap_or_default()
        })
        .collect();
    let code = lines.join("\n");
    Edit::example(
        start..range.end,
        fence(code.trim_end(), language_of(&code), &indent),
    )
}

/// Gives a fenced block its language, and its end where that is missing.
pub(super) fn with_language(text: &str, language: &str, range: &Range<usize>) -> Option<Edit> {
    let block = &text[range.clone()];
    let (opening, rest) = block.split_once('\n').unwrap_or((block, ""));
    let marks: String = opening
        .chars()
        .take_while(|mark| ['`', '~'].contains(mark))
        .collect();
    let last = rest
        .trim_end()
        .lines()
        .last()
        .unwrap_or_default()
        .trim_start();
    let closed =
        last.starts_with(&marks) && last.trim_end().chars().all(|mark| marks.contains(mark));
    let known = match language.trim() {
        "json" | "sh" | "text" | "html" | "yaml" | "xml" | "diff" => language.trim(),
        "bash" | "shell" => "sh",
        _ => language_of(rest),
    };
    if closed && known == language {
        return None;
    }
    let indent = " ".repeat(range.start - line_start(text, range.start));
    let end = if closed {
        String::new()
    } else {
        format!("\n{indent}{marks}\n")
    };
    let body = if closed { rest } else { rest.trim_end() };
    Some(Edit::example(
        range.clone(),
        format!("{marks}{known}\n{body}{end}"),
    ))
}

/// A paragraph that is a command line becomes an example.
pub(super) fn command_line(text: &str, range: &Range<usize>) -> Option<Edit> {
    let paragraph = &text[range.clone()];
    let command = paragraph.starts_with("curl ") || paragraph.starts_with("$ ");
    let outermost = range.start == line_start(text, range.start);
    (command && outermost).then(|| Edit::example(range.clone(), fence(paragraph, "sh", "")))
}

/// What an example is written in.
fn language_of(code: &str) -> &'static str {
    let code = code.trim_start();
    if code.starts_with("curl ") || code.starts_with("$ ") {
        "sh"
    } else if code.starts_with(['{', '[']) {
        "json"
    } else {
        "text"
    }
}

fn line_start(text: &str, position: usize) -> usize {
    text[..position].rfind('\n').map_or(0, |end| end + 1)
}
