//! Links, redirects and addresses of tasks: where the credentials go.

#![no_main]

libfuzzer_sys::fuzz_target!(|text: &str| bitbucket::fuzzing::link(text));
