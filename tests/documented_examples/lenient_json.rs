//! JSON as people write it into documentation.
//!
//! Read besides JSON itself:
//!
//! - `...`, a comment from `//` to the end of the line, and a comma too many
//!   stand for nothing: an element or member of `...` is left out, `[...]` is an
//!   empty list, `{ ... }` an empty object;
//! - `<words>` in a value's place: the member is left out;
//! - a text in single quotes, or with one quote of each kind;
//! - a quote within a text: only one that a comma, a colon, a bracket, or the end
//!   of the line follows ends it;
//! - a line break in a text, which is taken out with the blanks after it;
//! - a bare word as a value (`kypj`, `$NEW_URL`, an address without its first
//!   quote), read as a text;
//! - the wrong one of two closing brackets;
//! - objects and lists that are still open where the text ends, or where the
//!   quote follows that ends a shell's argument.

use serde_json::{Map, Value};

/// The value that starts at the beginning of `text`, and its length.
pub(crate) fn parse(text: &str) -> Option<(Value, usize)> {
    let mut reader = Reader { text, position: 0 };
    let value = reader.container()?;
    Some((value, reader.position))
}

struct Reader<'a> {
    text: &'a str,
    position: usize,
}

/// What stands in a value's place.
enum Part {
    Value(Value),
    LeftOut,
}

/// What comes next where a comma or the end is expected.
enum Next {
    Part,
    End,
}

impl<'a> Reader<'a> {
    fn rest(&self) -> &'a str {
        &self.text[self.position..]
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn take(&mut self, token: &str) -> bool {
        let found = self.rest().starts_with(token);
        if found {
            self.position += token.len();
        }
        found
    }

    /// Skips what stands for nothing.
    fn skip(&mut self) {
        loop {
            let trimmed = self.rest().trim_start();
            self.position = self.text.len() - trimmed.len();
            if self.take("...") || self.take(",") {
                continue;
            }
            if trimmed.starts_with("//") {
                self.position += trimmed.find('\n').unwrap_or(trimmed.len());
                continue;
            }
            return;
        }
    }

    fn container(&mut self) -> Option<Value> {
        if self.take("{") {
            self.object()
        } else if self.take("[") {
            self.list()
        } else {
            None
        }
    }

    /// Whether another part follows; a shell's quote closes all that is open.
    fn next(&mut self) -> Next {
        self.skip();
        match self.peek() {
            Some('}' | ']') => {
                self.position += 1;
                Next::End
            }
            None => Next::End,
            Some('\'') if self.ends_line(1) => Next::End,
            Some(_) => Next::Part,
        }
    }

    /// Whether the line ends `after` so many bytes, blanks aside.
    fn ends_line(&self, after: usize) -> bool {
        let line = self.rest()[after..].lines().next().unwrap_or_default();
        line.trim().is_empty()
    }

    fn object(&mut self) -> Option<Value> {
        let mut members = Map::new();
        while let Next::Part = self.next() {
            let key = self.quoted()?;
            self.skip_blanks();
            if !self.take(":") {
                return None;
            }
            self.skip_blanks();
            if let Part::Value(value) = self.value()? {
                members.insert(key, value);
            }
        }
        Some(Value::Object(members))
    }

    fn list(&mut self) -> Option<Value> {
        let mut elements = Vec::new();
        while let Next::Part = self.next() {
            if let Part::Value(value) = self.value()? {
                elements.push(value);
            }
        }
        Some(Value::Array(elements))
    }

    fn skip_blanks(&mut self) {
        self.position = self.text.len() - self.rest().trim_start().len();
    }

    fn value(&mut self) -> Option<Part> {
        match self.peek()? {
            '{' | '[' => self.container().map(Part::Value),
            '"' | '\'' => self.quoted().map(|text| Part::Value(Value::String(text))),
            '<' => {
                self.position += self.rest().find('>')? + 1;
                Some(Part::LeftOut)
            }
            _ => self.word(),
        }
    }

    fn word(&mut self) -> Option<Part> {
        let rest = self.rest();
        let end = rest
            .find([',', '\n', '}', ']', '"', '\''])
            .unwrap_or(rest.len());
        let word = rest[..end].trim();
        let starts_well = |first: char| first.is_alphanumeric() || matches!(first, '-' | '$');
        if !word.starts_with(starts_well) {
            return None;
        }
        self.position += end;
        if self.peek() == Some('"') {
            self.position += 1;
        }
        if let Ok(value) = serde_json::from_str(word) {
            return Some(Part::Value(value));
        }
        let is_one_word = !word.contains(char::is_whitespace);
        is_one_word.then(|| Part::Value(Value::String(word.to_owned())))
    }

    /// A text between quotes of one kind or of two.
    fn quoted(&mut self) -> Option<String> {
        let opening = self.peek().filter(|quote| matches!(quote, '"' | '\''))?;
        self.position += 1;
        let mut text = String::new();
        loop {
            let character = self.peek()?;
            self.position += character.len_utf8();
            match character {
                '"' | '\'' if self.ends_text(opening, character) => return Some(text),
                '\\' => text.push(self.escaped()?),
                '\n' => self.skip_blanks(),
                other => text.push(other),
            }
        }
    }

    /// Whether the quote before this place ends a text.
    fn ends_text(&self, opening: char, quote: char) -> bool {
        let is_own = quote == opening || opening == '\'';
        let follows = self.rest().trim_start_matches([' ', '\t']);
        is_own && (follows.is_empty() || follows.starts_with([',', ':', '}', ']', '\n', '\'']))
    }

    fn escaped(&mut self) -> Option<char> {
        let character = self.peek()?;
        self.position += character.len_utf8();
        Some(match character {
            'n' => '\n',
            't' => '\t',
            'r' => '\r',
            'u' => {
                let digits = self.rest().get(..4)?;
                self.position += 4;
                char::from_u32(u32::from_str_radix(digits, 16).ok()?)?
            }
            other => other,
        })
    }
}
