//! Lists ten thousand pull requests, in several ways.
fn main() {}
