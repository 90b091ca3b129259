//! Input from somebody who means harm: what comes out of a program's own
//! arguments, out of answers, and out of redirects.
//!
//! The property tests take as many cases as `PROPTEST_CASES` says, 256 without
//! it; `.ci/run` lets them take 10,000.

#![allow(
    deprecated,
    reason = "what Bitbucket has removed may not lead astray either"
)]

mod support;

#[path = "hostile/injection.rs"]
mod injection;
#[path = "hostile/json.rs"]
mod json;
#[path = "hostile/links.rs"]
mod links;
#[path = "hostile/paths.rs"]
mod paths;

use proptest::prelude::*;

use support::properties::{cases, runtime};

/// Texts in which the characters that matter are frequent.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        r#"[a./\\%?#{}:@;,+&= "'2eE0\n\r\t\u{0}\u{7f}\u{85}\u{2028}\u{feff}é-]{0,12}"#,
        prop::collection::vec(
            prop::sample::select(vec![
                "..",
                ".",
                "/",
                "\\",
                "%2e",
                "%2F",
                "%00",
                "\r\n",
                "\0",
                "//",
                "a",
                "é",
                "?",
                "#",
                "@",
                ":",
                ";",
                "{",
                "}",
                "X-Evil: 1",
                "HTTP/1.1",
                " ",
            ]),
            0..8,
        )
        .prop_map(|parts| parts.concat()),
    ]
}
