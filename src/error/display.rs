//! An error as text: one line, and nothing in it that is secret.

use std::{error::Error as StdError, fmt};

use super::{Error, ErrorKind};

/// As much of each text as the line shows. A whole page of HTML helps nobody.
const SHOWN: usize = 400;

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(operation) = self.operation() {
            write!(formatter, "{}: ", operation.id())?;
        }
        match self.kind() {
            ErrorKind::Status => self.write_answer(formatter)?,
            _ => self.write_explanation(formatter)?,
        }
        if let Some(id) = self.request_id() {
            write!(formatter, " (request {})", Line(id))?;
        }
        if let Some(hint) = self.hint() {
            write!(formatter, " - {hint}")?;
        }
        Ok(())
    }
}

impl Error {
    fn write_answer(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Bitbucket answered")?;
        if let Some(status) = self.status() {
            write!(formatter, " {status}")?;
        }
        for text in [self.message(), self.detail()].into_iter().flatten() {
            write!(formatter, ": {}", Line(text))?;
        }
        // Data Center's message has the fields in it.
        if !self.errors().is_empty() {
            return Ok(());
        }
        for (index, (name, messages)) in self.fields().iter().enumerate() {
            let before = if index == 0 { " [" } else { "; " };
            write!(formatter, "{before}{}", Line(name))?;
            if !messages.is_empty() {
                write!(formatter, ": {}", Line(&messages.join(", ")))?;
            }
        }
        if !self.fields().is_empty() {
            formatter.write_str("]")?;
        }
        if let Some(address) = self.announcement_url() {
            write!(formatter, "; announced at {}", Line(address))?;
        }
        if let Some(method) = self.replacement() {
            write!(formatter, "; use `{method}`")?;
        }
        Ok(())
    }

    fn write_explanation(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(explanation) = &self.0.explanation {
            write!(formatter, "{}", Line(explanation))?;
        }
        // The outermost cause says little ("error sending request"), the
        // innermost says what it was ("Connection refused").
        match innermost(self) {
            Some(cause) => write!(formatter, ": {}", Line(&cause.to_string())),
            None => Ok(()),
        }
    }
}

fn innermost(error: &Error) -> Option<&(dyn StdError + 'static)> {
    std::iter::successors(error.source(), |cause| (*cause).source()).last()
}

impl fmt::Debug for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = &self.0;
        let mut debug = formatter.debug_struct("Error");
        debug.field("kind", &inner.kind);
        if let Some(operation) = inner.operation {
            debug.field("operation", &operation.id());
        }
        if let Some(status) = inner.status {
            debug.field("status", &status.as_u16());
        }
        if let Some(explanation) = &inner.explanation {
            debug.field("explanation", explanation);
        }
        if inner.kind == ErrorKind::Status {
            debug.field("answer", &inner.answer);
        }
        if inner.attempts > 0 {
            debug.field("attempts", &inner.attempts);
        }
        if let Some(wait) = inner.retry_after {
            debug.field("retry_after", &wait);
        }
        if let Some(id) = self.request_id() {
            debug.field("request_id", &id);
        }
        if let Some(source) = &inner.source {
            debug.field("source", source);
        }
        debug.finish_non_exhaustive()
    }
}

/// A text on one line: what breaks lines or drives a terminal becomes a space.
pub(crate) struct Line<'a>(pub(crate) &'a str);

impl fmt::Display for Line<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        use fmt::Write as _;

        let words = self
            .0
            .split(|character: char| character.is_whitespace() || character.is_control())
            .filter(|word| !word.is_empty());
        let mut shown = 0;
        for (index, word) in words.enumerate() {
            if index > 0 {
                formatter.write_char(' ')?;
            }
            for character in word.chars() {
                if shown == SHOWN {
                    return formatter.write_char('…');
                }
                formatter.write_char(character)?;
                shown += 1;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{Line, SHOWN};

    #[test]
    fn a_line_is_one_line_of_bounded_length() {
        let text = "  a\r\n\tb\u{1b}[31mc\u{2028}d ";
        assert_eq!(Line(text).to_string(), "a b [31mc d");
        let long = "ü".repeat(SHOWN + 1);
        let shown = Line(&long).to_string();
        assert_eq!(shown.chars().count(), SHOWN + 1);
        assert!(shown.ends_with('…'));
        assert_eq!(
            Line(&"x".repeat(SHOWN)).to_string().chars().count(),
            SHOWN,
            "what fits is not cut"
        );
    }
}
