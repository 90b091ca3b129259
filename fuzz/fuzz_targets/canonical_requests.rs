//! The canonical form of a request, of which a Connect app signs a hash. The
//! context path stands before the first line break.

#![no_main]

libfuzzer_sys::fuzz_target!(|text: &str| {
    let (context_path, url) = text.split_once('\n').unwrap_or(("", text));
    bitbucket::fuzzing::canonical_request(url, context_path);
});
