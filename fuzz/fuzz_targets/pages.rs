//! Pages and what is on them, from any bytes.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| bitbucket::fuzzing::page(bytes));
