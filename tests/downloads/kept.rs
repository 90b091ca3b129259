//! Partial files that are kept for a later run.

use std::path::Path;

use bitbucket::{Client, Download};

use crate::{
    names, release,
    store::{Store, asked, content, part, whole},
    support::client,
};

fn kept(client: &Client) -> Download {
    release(client).download().keep_partial(true)
}

type Spoil = fn(&Path);

fn described(path: &Path) -> std::path::PathBuf {
    path.with_file_name("release.bin.part.json")
}

fn partial(path: &Path) -> std::path::PathBuf {
    path.with_file_name("release.bin.part")
}

#[tokio::test]
async fn a_later_run_goes_on() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("release.bin");
    let (server, store) = Store::of(content(1000)).cut_after([400]).serve().await;
    std::fs::write(&path, "the old one").unwrap();
    let before = client(&server.base_url());
    kept(&before).save_to(&path).await.unwrap_err();
    assert_eq!(std::fs::read(&path).unwrap(), b"the old one");
    assert_eq!(
        names(directory.path()),
        ["release.bin", "release.bin.part", "release.bin.part.json"]
    );
    assert_eq!(std::fs::read(partial(&path)).unwrap(), content(1000)[..400]);
    assert_eq!(asked(&server), [whole()]);

    // Another client has nothing of what the first one knew. It is cut as well.
    store.lock().unwrap().cuts = vec![300];
    let later = client(&server.base_url());
    kept(&later).save_to(&path).await.unwrap_err();
    assert_eq!(asked(&server), [part("bytes=400-999", "\"one\"")]);
    assert_eq!(std::fs::read(partial(&path)).unwrap(), content(1000)[..700]);

    let last = client(&server.base_url());
    assert_eq!(kept(&last).save_to(&path).await.unwrap(), 1000);
    assert_eq!(asked(&server), [part("bytes=700-999", "\"one\"")]);
    assert_eq!(std::fs::read(&path).unwrap(), content(1000));
    assert_eq!(names(directory.path()), ["release.bin"]);
}

#[tokio::test]
async fn a_run_that_had_all_of_it_asks_whether_it_is_still_that() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("release.bin");
    for (tag, requests) in [
        ("\"one\"", vec![part("bytes=999-999", "\"one\"")]),
        ("\"two\"", vec![part("bytes=999-999", "\"one\"")]),
    ] {
        let (server, store) = Store::of(content(1000)).cut_after([400]).serve().await;
        let client = client(&server.base_url());
        kept(&client).save_to(&path).await.unwrap_err();
        // As if the program had been killed before the file was moved.
        std::fs::write(partial(&path), content(1000)).unwrap();
        server.take_requests();
        let changed = std::mem::replace(
            &mut *store.lock().unwrap(),
            Store::of(content(1000)).validated_by("ETag", tag),
        );
        assert!(changed.cuts.is_empty());
        assert_eq!(kept(&client).save_to(&path).await.unwrap(), 1000);
        assert_eq!(asked(&server), requests);
        assert_eq!(std::fs::read(&path).unwrap(), content(1000));
        assert_eq!(names(directory.path()), ["release.bin"]);
    }
}

#[tokio::test]
async fn what_is_of_no_use_is_not_taken_up() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("release.bin");
    let spoils: [(&str, Spoil); 5] = [
        ("no description", |path| {
            std::fs::remove_file(described(path)).unwrap();
        }),
        ("half a description", |path| {
            let text = std::fs::read_to_string(described(path)).unwrap();
            std::fs::write(described(path), &text[..text.len() / 2]).unwrap();
        }),
        ("nothing there", |path| {
            std::fs::remove_file(partial(path)).unwrap();
        }),
        ("more than all", |path| {
            std::fs::write(partial(path), [0; 1001]).unwrap();
        }),
        ("no bytes", |path| {
            std::fs::write(partial(path), "").unwrap();
        }),
    ];
    for (name, spoil) in spoils {
        let (server, _store) = Store::of(content(1000)).cut_after([400]).serve().await;
        let client = client(&server.base_url());
        kept(&client).save_to(&path).await.unwrap_err();
        spoil(&path);
        server.take_requests();
        kept(&client).save_to(&path).await.unwrap();
        assert_eq!(asked(&server), [whole()], "{name}");
        assert_eq!(std::fs::read(&path).unwrap(), content(1000), "{name}");
        assert_eq!(names(directory.path()), ["release.bin"], "{name}");
    }
}

#[tokio::test]
async fn what_was_begun_of_something_else_is_not_taken_up() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("release.bin");
    // Of another server.
    let (server, _store) = Store::of(content(1000)).cut_after([400]).serve().await;
    let first = client(&server.base_url());
    kept(&first).save_to(&path).await.unwrap_err();
    let (server, _store) = Store::of(content(1000)).serve().await;
    let second = client(&server.base_url());
    kept(&second).save_to(&path).await.unwrap();
    assert_eq!(asked(&server), [whole()]);
    // Of another range, or another file.
    let (server, store) = Store::of(content(1000)).cut_after([400]).serve().await;
    let client = client(&server.base_url());
    kept(&client).save_to(&path).await.unwrap_err();
    store.lock().unwrap().cuts = vec![100];
    let range = || release(&client).range(500..).download().keep_partial(true);
    range().save_to(&path).await.unwrap_err();
    let requests = asked(&server);
    assert_eq!(requests[1], (Some("bytes=500-".to_owned()), None));
    assert_eq!(range().save_to(&path).await.unwrap(), 500);
    assert_eq!(asked(&server), [part("bytes=600-999", "\"one\"")]);
    assert_eq!(std::fs::read(&path).unwrap(), content(1000)[500..]);
    let other = client.repository("w", "r").get_download();
    let other = other.filename("other.bin").download();
    store.lock().unwrap().cuts = vec![400];
    kept(&client).save_to(&path).await.unwrap_err();
    server.take_requests();
    other.keep_partial(true).save_to(&path).await.unwrap();
    assert_eq!(asked(&server), [whole()]);
}

#[tokio::test]
async fn without_a_validator_there_is_nothing_to_go_on_from() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("release.bin");
    let mut store = Store::of(content(1000)).cut_after([400]);
    store.validator = None;
    let (server, _store) = store.serve().await;
    let client = client(&server.base_url());
    kept(&client).save_to(&path).await.unwrap_err();
    assert_eq!(names(directory.path()), ["release.bin.part"]);
    kept(&client).save_to(&path).await.unwrap();
    assert_eq!(asked(&server), [whole(), whole()]);
    assert_eq!(std::fs::read(&path).unwrap(), content(1000));
    assert_eq!(names(directory.path()), ["release.bin"]);
}
