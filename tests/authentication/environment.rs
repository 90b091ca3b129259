//! Credentials from variables, in a process that has them.

use std::{env, process::Command};

use bitbucket::Auth;

const CHILD: &str = "BITBUCKET_TEST_CHILD";

/// Runs this program again, with these variables and no other of the kind.
fn in_child(variables: &[(&str, &str)]) -> String {
    let mut child = Command::new(env::current_exe().unwrap());
    for name in env::vars().map(|(name, _)| name) {
        if name.starts_with("BITBUCKET_") {
            child.env_remove(name);
        }
    }
    let output = child
        .args([
            "--exact",
            "environment::what_the_child_finds",
            "--ignored",
            "--nocapture",
        ])
        .env(CHILD, "1")
        .envs(variables.iter().copied())
        .output()
        .unwrap();
    assert!(output.status.success());
    String::from_utf8(output.stdout).unwrap()
}

#[test]
#[ignore = "for the child that the other test starts"]
fn what_the_child_finds() {
    if env::var_os(CHILD).is_some() {
        match Auth::from_env() {
            Ok(auth) => println!("{auth:?}"),
            Err(error) => println!("{error}"),
        }
    }
}

#[test]
fn credentials_come_from_the_environment() {
    let found = in_child(&[
        ("BITBUCKET_EMAIL", "a@b.c"),
        ("BITBUCKET_API_TOKEN", "s3cret"),
    ]);
    assert!(found.contains("Auth(basic)"), "{found}");
    let found = in_child(&[("BITBUCKET_API_TOKEN", "s3cret")]);
    assert!(found.contains("BITBUCKET_EMAIL is missing"), "{found}");
    assert!(!found.contains("s3cret"), "{found}");
    assert!(in_child(&[]).contains("no credentials"));
}
