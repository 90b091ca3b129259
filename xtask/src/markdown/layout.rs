//! Line ends and the indentation that a text carries from the source it was taken from.

/// Plain line ends, no trailing blanks, no indentation common to all lines.
pub(super) fn normalised(text: &str) -> String {
    let text = text.replace("\r\n", "\n").replace('\t', "    ");
    dedented(trimmed_lines(&text).trim_matches('\n'))
}

/// Drops blanks at the ends of lines, and repeated empty lines are left alone.
pub(super) fn trimmed_lines(text: &str) -> String {
    let lines: Vec<&str> = text.split('\n').map(str::trim_end).collect();
    lines.join("\n")
}

/// Drops the indentation of a comment in a program.
///
/// The first line of such a comment often has none. Where the rest starts after
/// an empty line and is indented by little, it is an example and no comment.
fn dedented(text: &str) -> String {
    let (first, rest) = text.split_once('\n').unwrap_or((text, ""));
    let lines = rest.lines().filter(|line| !line.is_empty());
    let common = lines.map(indentation).min().unwrap_or(0);
    let is_comment = common >= 8 || !rest.starts_with('\n');
    let removed = match indentation(first) {
        0 if is_comment => common,
        indented => common.min(indented),
    };
    let mut result = first.trim_start().to_owned();
    for line in text.lines().skip(1) {
        result.push('\n');
        result.push_str(line.get(removed..).unwrap_or_default());
    }
    result
}

/// How many blanks a line starts with.
pub(super) fn indentation(line: &str) -> usize {
    line.len() - line.trim_start_matches(' ').len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_indentation_of_a_comment_goes() {
        let cases = [
            (
                "First.\n        Second.\n\n        ```\n        code\n        ```",
                "First.\nSecond.\n\n```\ncode\n```",
            ),
            ("    One.\n      * two\n    ", "One.\n  * two"),
            (
                "\n\n        One.\n            Two.\n        ",
                "One.\n    Two.",
            ),
            ("Run:\n\n    $ echo", "Run:\n\n    $ echo"),
            ("One.\r\n\ttwo  \n", "One.\ntwo"),
            ("", ""),
        ];
        for (text, expected) in cases {
            assert_eq!(normalised(text), expected, "{text:?}");
        }
    }
}
