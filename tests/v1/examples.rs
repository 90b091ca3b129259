//! Answers as Bitbucket's pages show them lose nothing in the types.
//!
//! The samples here have every field that those pages show, and those that
//! clients have met. The pages themselves are not part of the project: the
//! test reads their texts from the folder that `BITBUCKET_PAGES` names, or from
//! `../shared/documents/seeds` beside the checkout.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use bitbucket::{catalog::TypeEntry, v1};
use serde_json::{Value, json};

use crate::values::{Nulls, differences};

/// A type and a value that it must hold.
fn samples() -> Vec<(&'static str, Value)> {
    let workspace = json!({
        "display_name": "Teams in Space", "uuid": "{7b8a21f0-0000-4c6e-9a54-52b1f5a0c001}",
        "is_team": true, "is_active": true, "mention_id": null, "account_id": null,
        "avatar": "https://avatar.example.com/t.png", "nickname": "teamsinspace",
        "resource_uri": "/1.0/users/teamsinspace",
    });
    let person = json!({
        "display_name": "Kim Ito", "uuid": "{7b8a21f0-0000-4c6e-9a54-52b1f5a0c002}",
        "is_team": false, "is_staff": false, "avatar": "https://avatar.example.com/k.png",
        "nickname": "kim", "account_id": "557058:00000000-0000-0000-0000-000000000000",
        "resource_uri": "/1.0/users/kim",
    });
    let of_old = json!({
        "username": "kim", "first_name": "Kim", "last_name": "", "is_team": false,
        "avatar": "https://avatar.example.com/k.png", "resource_uri": "/1.0/users/kim/",
    });
    let group = json!({
        "name": "Release Managers", "slug": "release-managers", "permission": "admin",
        "auto_add": true, "email_forwarding_disabled": false,
        "members": [person, of_old], "owner": workspace, "resource_uri": "/1.0/groups/teamsinspace/release-managers",
    });
    vec![
        (
            "GroupPrivilege",
            json!({
                "repo": "teamsinspace/docs", "privilege": "write",
                "group": {"owner": workspace, "name": "Release Managers", "members": [person], "slug": "release-managers"},
                "repository": {"owner": workspace, "name": "docs", "slug": "docs"},
            }),
        ),
        (
            "GroupPrivilege",
            json!({"privilege": "a privilege of tomorrow", "group": null}),
        ),
        ("Group", group.clone()),
        (
            "Group",
            json!({"name": "Nobody", "permission": null, "members": []}),
        ),
        (
            "RepositoryInvitation",
            json!({
                "sent_on": "2011-01-11 01:03:31", "permission": "write", "invited_by": of_old,
                "repository": {
                    "website": "", "read_only": false, "has_wiki": true, "last_updated": "2010-12-24 05:26:20",
                    "name": "docs", "language": "", "deleted": false, "is_mq": false, "mq_of": null,
                    "created_on": "2010-12-24 05:26:20", "fork_of": {"slug": "manual"}, "email_writers": true,
                    "size": 4096, "owner": "kim", "has_issues": true, "no_public_forks": false,
                    "email_mailinglist": "", "is_fork": true, "slug": "docs", "is_private": true, "description": "",
                },
                "email": "lee@example.com",
            }),
        ),
        (
            "RepositoryInvitation",
            json!({"repository": {"owner": workspace}}),
        ),
        (
            "GroupInvitation",
            json!({
                "groups": ["release-managers"], "invited_by": person,
                "utc_sent_on": "2026-08-06T09:10:11.123456+00:00", "email": "lee@example.com",
            }),
        ),
        ("GroupInvitation", json!({"groups": [group]})),
    ]
}

/// What the type keeps of the value is all of it.
fn check(types: &[TypeEntry], name: &str, value: &Value) -> Result<(), String> {
    let entry = types
        .iter()
        .find(|entry| entry.name() == name)
        .ok_or_else(|| format!("there is no type {name}"))?;
    let written = entry
        .write_back(value)
        .map_err(|error| format!("{name}: {error}"))?;
    let lost = differences(value, &written, Nulls::Nothing);
    match lost.first() {
        None => Ok(()),
        Some(first) => Err(format!("{name}: {} differences, first {first}", lost.len())),
    }
}

#[test]
fn the_samples_lose_nothing() {
    for (name, value) in samples() {
        check(v1::catalog::types(), name, &value).unwrap();
    }
    let unknown = json!({"name": "a", "field of tomorrow": 1});
    assert!(check(v1::catalog::types(), "Group", &unknown).is_err());
}

#[test]
fn a_time_without_its_t_is_read() {
    let invitation = json!({"utc_sent_on": "2013-06-27 15:13:12+00:00"});
    let invitation: v1::types::GroupInvitation = serde_json::from_value(invitation).unwrap();
    let sent_on = invitation.utc_sent_on.unwrap();
    assert_eq!(sent_on.to_rfc3339(), "2013-06-27T15:13:12+00:00");
}

fn folder() -> Option<PathBuf> {
    if let Some(named) = env::var_os("BITBUCKET_PAGES") {
        return Some(PathBuf::from(named));
    }
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/documents/seeds");
    beside.is_dir().then_some(beside)
}

/// Every object that stands in the text of the page whose name begins so.
fn objects(folder: &Path, page: &str) -> Vec<Value> {
    let entries = fs::read_dir(folder).expect("the folder can be listed");
    let mut files = entries.map(|entry| entry.expect("an entry can be read").path());
    let file = files
        .find(|path| {
            let name = path.file_name().and_then(|name| name.to_str());
            name.is_some_and(|name| name.starts_with(page))
        })
        .unwrap_or_else(|| panic!("{}: no page {page}", folder.display()));
    let text =
        fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    let mut found = Vec::new();
    let mut rest = text.as_str();
    while let Some(start) = rest.find('{') {
        rest = &rest[start..];
        let mut values = serde_json::Deserializer::from_str(rest).into_iter();
        match values.next() {
            Some(Ok(value @ Value::Object(_))) => {
                rest = &rest[values.byte_offset()..];
                found.push(value);
            }
            _ => rest = &rest[1..],
        }
    }
    found
}

#[test]
fn the_pages_examples_lose_nothing() {
    let Some(folder) = folder() else {
        println!("skipped: BITBUCKET_PAGES names no folder, and none is beside the checkout");
        return;
    };
    let privileges = objects(&folder, "003_");
    assert_eq!(privileges.len(), 1);
    check(v1::catalog::types(), "GroupPrivilege", &privileges[0]).unwrap();

    // A user and a part of a repository, both of 2.0.
    let conventions = objects(&folder, "001_");
    assert_eq!(conventions.len(), 2);
    #[cfg(all(feature = "users", feature = "repositories"))]
    for (name, value) in ["Account", "Repository"].iter().zip(&conventions) {
        check(bitbucket::catalog::types(), name, value).unwrap();
    }
}
