//! HTML tags as Markdown.

/// Turns tags into Markdown, one after the other: an end needs its beginning.
#[derive(Default)]
pub(super) struct Tags {
    /// The addresses of the links that are open.
    links: Vec<Option<String>>,
}

impl Tags {
    /// The Markdown for a text with tags.
    pub(super) fn markdown(&mut self, html: &str) -> String {
        let mut result = String::new();
        let mut rest = html;
        while let Some(start) = rest.find('<') {
            result.push_str(&rest[..start]);
            rest = &rest[start..];
            let end = tag_end(rest);
            if let Some(markdown) = end.and_then(|end| self.tag(&rest[1..end - 1])) {
                result.push_str(&markdown);
            } else {
                // A placeholder such as <JWT Token>: shown as it is.
                result.push('\\');
                result.push_str(&rest[..end.unwrap_or(1)]);
            }
            rest = &rest[end.unwrap_or(1)..];
        }
        result.push_str(rest);
        result
    }

    /// What stands for the tag with this inside; nothing for what is no tag of HTML.
    fn tag(&mut self, inside: &str) -> Option<String> {
        if inside.starts_with("!--") {
            return Some(String::new());
        }
        let (closing, inside) = inside
            .strip_prefix('/')
            .map_or((false, inside), |rest| (true, rest));
        let name_length = inside
            .find(|letter: char| !letter.is_ascii_alphanumeric())
            .unwrap_or(inside.len());
        let (name, attributes) = inside.split_at(name_length);
        let markdown = match (name.to_ascii_lowercase().as_str(), closing) {
            ("a", false) => {
                self.links.push(attribute(attributes, "href"));
                "[".to_owned()
            }
            ("a", true) => match self.links.pop().flatten() {
                Some(address) => format!("]({address})"),
                None => "]".to_owned(),
            },
            ("br", _) => "\\\n".to_owned(),
            ("p" | "div" | "table" | "tbody" | "thead" | "dl", _) => "\n\n".to_owned(),
            ("ul" | "ol" | "tr" | "dt" | "dd", _) | ("li", true) => "\n".to_owned(),
            ("li", false) => "\n* ".to_owned(),
            ("pre", false) => "\n\n```text\n".to_owned(),
            ("pre", true) => "\n```\n\n".to_owned(),
            ("code" | "tt" | "kbd" | "samp", _) => "`".to_owned(),
            ("b" | "strong" | "th", _) => "**".to_owned(),
            ("i" | "em" | "var", _) => "*".to_owned(),
            ("h1" | "h2" | "h3" | "h4" | "h5" | "h6", false) => "\n\n**".to_owned(),
            ("h1" | "h2" | "h3" | "h4" | "h5" | "h6", true) => "**\n\n".to_owned(),
            ("td", true) => " ".to_owned(),
            ("td" | "span" | "u" | "small" | "sub" | "sup" | "font", _) => String::new(),
            _ => return None,
        };
        Some(markdown)
    }
}

/// Where a tag that starts the text ends.
fn tag_end(text: &str) -> Option<usize> {
    if text.starts_with("<!--") {
        return text.find("-->").map(|end| end + 3);
    }
    let next = text[1..].find(['<', '>']).map(|position| position + 1)?;
    text[next..].starts_with('>').then_some(next + 1)
}

fn attribute(attributes: &str, name: &str) -> Option<String> {
    let (_, value) = attributes.split_once(&format!("{name}="))?;
    let value = match value.chars().next()? {
        quote @ ('"' | '\'') => value[1..].split(quote).next()?,
        _ => value.split_whitespace().next()?,
    };
    Some(value.to_owned())
}
