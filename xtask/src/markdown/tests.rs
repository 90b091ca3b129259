use super::*;
use proptest::prelude::*;

#[test]
fn examples_get_a_language() {
    let cases = [
        (
            "```\n{\n  \"a\": 1\n}\n```",
            "```json\n{\n  \"a\": 1\n}\n```",
        ),
        (
            "```\n$ curl https://a.org\n```",
            "```sh\n$ curl https://a.org\n```",
        ),
        ("```javascript\n{}\n```", "```json\n{}\n```"),
        ("```bash\ncurl a\n```", "```sh\ncurl a\n```"),
        ("```rust\nuse a;\n```", "```text\nuse a;\n```"),
        ("```json\n{}\n```", "```json\n{}\n```"),
        (
            "Not closed:\n\n```\nGET /a",
            "Not closed:\n\n```text\nGET /a\n```",
        ),
        (
            "* one:\n\n  ```\n  GET /a\n  ```",
            "* one:\n\n  ```text\n  GET /a\n  ```",
        ),
    ];
    for (text, expected) in cases {
        assert_eq!(for_rustdoc(text), expected, "{text:?}");
    }
}

#[test]
fn indented_examples_are_fenced() {
    let text = "Run:\n\n    $ echo Hello > a.txt\n\n    $ curl <address>\n\nDone.";
    let expected = "Run:\n\n```sh\n$ echo Hello > a.txt\n\n$ curl <address>\n```\n\nDone.";
    assert_eq!(for_rustdoc(text), expected);
    let in_list = "* one:\n\n      GET /a\n        b\n\n* two";
    assert_eq!(
        for_rustdoc(in_list),
        "* one:\n\n  ```text\n  GET /a\n    b\n  ```\n\n* two"
    );
}

#[test]
fn commands_among_text_are_examples() {
    let text = "Run:\n\ncurl -u <name> https://a.org/<slug>/\nexport\n\nThen wait.";
    let expected = "Run:\n\n```sh\ncurl -u <name> https://a.org/<slug>/\nexport\n```\n\nThen wait.";
    assert_eq!(for_rustdoc(text), expected);
}

#[test]
fn tags_become_markdown() {
    let cases = [
        (
            "Not <em>any</em> <code>a[0]</code>.<br> Next",
            "Not *any* `a[0]`.\\\n Next",
        ),
        (
            "See <a href=\"https://a.org/#b\">the guide</a>.",
            "See [the guide](https://a.org/#b).",
        ),
        ("<p>One.</p><p>Two <b>b</b>.</p>", "One.\n\n\n\nTwo **b**."),
        ("<ul><li>one</li><li>two</li></ul>", "* one\n\n* two"),
        ("<pre><code>a</code></pre>", "```text\n`a`\n```"),
        ("Diffs with <n> lines", "Diffs with \\<n> lines"),
        (
            "`<auth header>` and <JWT Token>",
            "`<auth header>` and \\<JWT Token>",
        ),
        ("a < b > c", "a < b > c"),
    ];
    for (text, expected) in cases {
        assert_eq!(for_rustdoc(text), expected, "{text:?}");
    }
}

#[test]
fn brackets_are_no_links_to_rust_items() {
    let cases = [
        (
            "sorted [\"v10\", \"v9\"] not `[a]`",
            "sorted \\[\"v10\", \"v9\"] not `[a]`",
        ),
        ("`changes.[]` and [role]", "`changes.[]` and \\[role]"),
        (
            "see [the guide](https://a.org)",
            "see [the guide](https://a.org)",
        ),
        (
            "see [it][1]\n\n[1]: https://a.org",
            "see [it][1]\n\n[1]: https://a.org",
        ),
    ];
    for (text, expected) in cases {
        assert_eq!(for_rustdoc(text), expected, "{text:?}");
    }
}

#[test]
fn links_are_whole() {
    let cases = [
        (
            "[filter](/cloud/x/#y)",
            "[filter](https://developer.atlassian.com/cloud/x/#y)",
        ),
        (
            "[above](#post) and [`src`](src/%7Bpath%7D)",
            "above and `src`",
        ),
        ("At https://a.org/b_c?d=*.", "At <https://a.org/b_c?d=>*."),
        (
            "(see https://a.org/b), or https://a.org/{x}/y.",
            "(see <https://a.org/b>), or <https://a.org/{x}/y>.",
        ),
        (
            "<https://a.org> and `https://a.org`",
            "<https://a.org> and `https://a.org`",
        ),
        (
            "[https://a.org](https://a.org)",
            "[https://a.org](https://a.org)",
        ),
        ("https:// alone", "https:// alone"),
    ];
    for (text, expected) in cases {
        assert_eq!(for_rustdoc(text), expected, "{text:?}");
    }
}

#[test]
fn a_summary_is_one_line() {
    assert_eq!(one_line(" List\n  the <n> tags "), "List the \\<n> tags");
}

/// What rustdoc would warn about or take for code, in a text made safe.
pub(crate) fn complaints(text: &str) -> Vec<String> {
    let mut complaints = Vec::new();
    for (event, range) in Parser::new_ext(text, options()).into_offset_iter() {
        let source = &text[range];
        match event {
            Event::Html(_) | Event::InlineHtml(_) => complaints.push(format!("HTML: {source}")),
            Event::Start(Tag::CodeBlock(CodeBlockKind::Indented)) => {
                complaints.push(format!("code: {source}"));
            }
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(language)))
                if language.is_empty() || &*language == "rust" =>
            {
                complaints.push(format!("code: {source}"));
            }
            _ => {}
        }
    }
    if !edits(text).is_empty() {
        complaints.push("it would be rewritten again".to_owned());
    }
    complaints
}

proptest! {
    #[test]
    fn any_text_becomes_safe(text in "[ \\n\\t`~<>\\[\\]()a-z/:.*_|\\\\&#-]{0,80}|\\PC{0,60}") {
        let safe = for_rustdoc(&text);
        prop_assert_eq!(complaints(&safe), Vec::<String>::new(), "{:?} became {:?}", text, safe);
    }

    #[test]
    fn any_html_becomes_safe(parts in prop::collection::vec(prop::sample::select(vec![
        "<p>", "</p>", "<a href='x'>", "<a>", "</a>", "<pre>", "</pre>", "<code>", "</code>", "<li>", "<ul>", "<br/>",
        "<!--", "-->", "<x y>", "text", "\n\n", "\n", "    ", "[", "]", "(#b)", "https://a.org/", "```", "* ", "<", ">",
    ]), 0..14)) {
        let text = parts.concat();
        let safe = for_rustdoc(&text);
        prop_assert_eq!(complaints(&safe), Vec::<String>::new(), "{:?} became {:?}", text, safe);
    }
}
