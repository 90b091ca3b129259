//! What a program can rely on when the network or Bitbucket fails.

#[path = "reliability/limits.rs"]
mod limits;
#[allow(dead_code, reason = "the tests of other things use the rest")]
#[path = "support/server.rs"]
mod server;
