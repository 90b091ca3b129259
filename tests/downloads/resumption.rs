//! Connections that break off, and what is asked for after that.

use proptest::prelude::*;

use bitbucket::{ErrorKind, RetryPolicy};

use crate::{
    names, persistent, release,
    store::{Store, asked, content, part, whole},
    support::{
        AUTHORIZATION, client,
        properties::share_cases,
        server::{Answer, Server},
    },
    tireless,
};

#[tokio::test]
async fn the_rest_is_asked_for_after_a_cut() {
    let (server, _store) = Store::of(content(1000)).cut_after([400, 100]).serve().await;
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("release.bin");
    let reports = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
    let log = std::sync::Arc::clone(&reports);
    let length = release(&persistent(&server.base_url()))
        .download()
        .on_progress(move |received, total| log.lock().unwrap().push((received, total)))
        .save_to(&path)
        .await
        .unwrap();
    assert_eq!(length, 1000);
    assert_eq!(std::fs::read(&path).unwrap(), content(1000));
    assert_eq!(names(directory.path()), ["release.bin"]);
    assert_eq!(
        asked(&server),
        [
            whole(),
            part("bytes=400-999", "\"one\""),
            part("bytes=500-999", "\"one\"")
        ]
    );
    let reports = reports.lock().unwrap();
    assert!(
        reports.windows(2).all(|two| two[0].0 < two[1].0),
        "{reports:?}"
    );
    assert!(reports.iter().all(|report| report.1 == Some(1000)));
    assert_eq!(reports.last().unwrap().0, 1000);
}

#[tokio::test]
async fn a_file_that_has_changed_begins_anew() {
    let (server, store) = Store::of(content(1000)).cut_after([400]).serve().await;
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("release.bin");
    let changed = std::sync::Arc::clone(&store);
    let length = release(&persistent(&server.base_url()))
        .download()
        .on_progress(move |received, _| {
            if received == 400 {
                *changed.lock().unwrap() =
                    Store::of("another, and shorter").validated_by("ETag", "\"two\"");
            }
        })
        .save_to(&path)
        .await
        .unwrap();
    assert_eq!(length, 20);
    assert_eq!(std::fs::read(&path).unwrap(), b"another, and shorter");
    assert_eq!(asked(&server), [whole(), part("bytes=400-999", "\"one\"")]);
}

/// A store that heeds `Range` but neither `If-Range` nor anything else.
#[tokio::test]
async fn a_part_of_another_file_is_not_appended() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("release.bin");
    for (tag, range) in [
        ("\"two\"", "bytes 4-8/9"),
        ("\"one\"", "bytes 5-8/9"),
        ("\"one\"", "bytes 4-9/10"),
        ("\"one\"", "bytes 4-8/10"),
    ] {
        let (server, answers) = Server::with_queue().await;
        let first = Answer::new(200)
            .header("ETag", "\"one\"")
            .header("Content-Length", "9");
        answers.push(first.part("abcd").cut());
        let (start, end) = range[6..]
            .split_once('/')
            .unwrap()
            .0
            .split_once('-')
            .unwrap();
        let length = end.parse::<usize>().unwrap() + 1 - start.parse::<usize>().unwrap();
        let other = Answer::new(206)
            .header("ETag", tag)
            .header("Content-Range", range);
        answers.push(other.part("X".repeat(length)));
        answers.push(Answer::new(200).header("ETag", tag).part("123456789"));
        release(&persistent(&server.base_url()))
            .save_to(&path)
            .await
            .unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"123456789", "{tag} {range}");
        assert_eq!(
            asked(&server),
            [whole(), part("bytes=4-8", "\"one\""), whole()]
        );
    }
}

#[tokio::test]
async fn whoever_does_not_know_ranges_sends_the_whole_again() {
    let mut store = Store::of(content(1000)).cut_after([400]);
    store.knows_ranges = false;
    let (server, _store) = store.serve().await;
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("release.bin");
    let length = release(&persistent(&server.base_url()))
        .save_to(&path)
        .await
        .unwrap();
    assert_eq!(length, 1000);
    assert_eq!(std::fs::read(&path).unwrap(), content(1000));
    assert_eq!(asked(&server), [whole(), part("bytes=400-999", "\"one\"")]);
}

#[tokio::test]
async fn without_an_exact_validator_it_begins_anew() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("release.bin");
    let old = "Sun, 06 Nov 1994 08:49:37 GMT";
    let now = httpdate::fmt_http_date(std::time::SystemTime::now());
    for (validator, again) in [
        (None, whole()),
        (Some(("ETag", "W/\"one\"")), whole()),
        (Some(("Last-Modified", now.as_str())), whole()),
        (Some(("Last-Modified", old)), part("bytes=400-999", old)),
    ] {
        let mut store = Store::of(content(1000)).cut_after([400]);
        store.validator = validator.map(|(name, value)| (name, value.to_owned()));
        let (server, _store) = store.serve().await;
        release(&persistent(&server.base_url()))
            .save_to(&path)
            .await
            .unwrap();
        assert_eq!(
            std::fs::read(&path).unwrap(),
            content(1000),
            "{validator:?}"
        );
        assert_eq!(asked(&server), [whole(), again], "{validator:?}");
    }
}

#[tokio::test]
async fn an_answer_without_a_length_is_not_resumed() {
    // Its bytes may have been decompressed.
    let (server, answers) = Server::with_queue().await;
    let chunked = || Answer::new(200).header("ETag", "\"one\"");
    answers.push(chunked().part("abcd").cut());
    answers.push(chunked().part("abcd").part("efgh"));
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("release.bin");
    let length = release(&persistent(&server.base_url()))
        .save_to(&path)
        .await
        .unwrap();
    assert_eq!(length, 8);
    assert_eq!(std::fs::read(&path).unwrap(), b"abcdefgh");
    assert_eq!(asked(&server), [whole(), whole()]);
}

#[tokio::test]
async fn retries_count_anew_only_where_more_has_come() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("release.bin");
    // Far more cuts than there are retries, but each brings something.
    let cuts: Vec<usize> = (0..20).map(|_| 10).collect();
    let (server, _store) = Store::of(content(300)).cut_after(cuts).serve().await;
    release(&persistent(&server.base_url()))
        .save_to(&path)
        .await
        .unwrap();
    assert_eq!(std::fs::read(&path).unwrap(), content(300));
    assert_eq!(server.take_requests().len(), 21);

    std::fs::remove_file(&path).unwrap();
    for knows_ranges in [true, false] {
        // After the first cut nothing more comes.
        let cuts = if knows_ranges {
            [100, 0, 0, 0, 0]
        } else {
            [100; 5]
        };
        let mut store = Store::of(content(300)).cut_after(cuts);
        store.knows_ranges = knows_ranges;
        let (server, _store) = store.serve().await;
        let error = release(&persistent(&server.base_url()))
            .save_to(&path)
            .await
            .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Transport);
        assert_eq!(
            server.take_requests().len(),
            4,
            "knows ranges: {knows_ranges}"
        );
        assert!(names(directory.path()).is_empty());
    }
    let (server, _store) = Store::of(content(300)).cut_after([100]).serve().await;
    let client = client(&server.base_url()).with_retry(RetryPolicy::none());
    assert!(release(&client).save_to(&path).await.is_err());
    assert_eq!(server.take_requests().len(), 1);
}

#[tokio::test]
async fn a_redirect_takes_the_range_along_and_no_credentials() {
    let (store, _) = Store::of(content(1000)).cut_after([400]).serve().await;
    let location = format!("{}/bucket/release.bin?Signature=s", store.origin());
    let server =
        Server::start(move |_| Answer::new(302).header("Location", location.clone())).await;
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("release.bin");
    release(&persistent(&server.base_url()))
        .save_to(&path)
        .await
        .unwrap();
    assert_eq!(std::fs::read(&path).unwrap(), content(1000));
    // Bitbucket is asked again each time: an address of the store is soon void.
    let rest = part("bytes=400-999", "\"one\"");
    let own = server.take_requests();
    assert_eq!(own.len(), 2);
    for request in own {
        assert_eq!(request.header("authorization"), Some(AUTHORIZATION));
        assert_eq!(request.header("accept-encoding"), Some("identity"));
    }
    let stored = store.take_requests();
    assert_eq!(stored.len(), 2);
    for request in &stored {
        assert_eq!(request.header("authorization"), None);
        assert_eq!(request.header("accept-encoding"), Some("identity"));
    }
    assert_eq!(stored[1].header("range").map(str::to_owned), rest.0);
    assert_eq!(stored[1].header("if-range").map(str::to_owned), rest.1);
}

#[tokio::test]
async fn a_range_is_resumed_within_itself() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("release.bin");
    for (range, first, last) in [
        (
            bitbucket::ByteRange::from(100..600),
            "bytes=100-599",
            "bytes=150-599",
        ),
        (
            bitbucket::ByteRange::last(500),
            "bytes=-500",
            "bytes=550-999",
        ),
        (
            bitbucket::ByteRange::from(700..),
            "bytes=700-",
            "bytes=750-999",
        ),
    ] {
        let (server, _store) = Store::of(content(1000)).cut_after([50]).serve().await;
        let part = release(&persistent(&server.base_url())).range(range);
        let length = part.save_to(&path).await.unwrap();
        let begin: usize = last[6..]
            .split_once('-')
            .unwrap()
            .0
            .parse::<usize>()
            .unwrap()
            - 50;
        let end = last.rsplit('-').next().unwrap().parse::<usize>().unwrap() + 1;
        assert_eq!(std::fs::read(&path).unwrap(), content(1000)[begin..end]);
        assert_eq!(length, (end - begin) as u64);
        assert_eq!(
            asked(&server),
            [
                (Some(first.to_owned()), None),
                (Some(last.to_owned()), Some("\"one\"".to_owned()))
            ]
        );
    }
}

/// Wherever it is cut, and however often, the file has the same bytes.
#[test]
fn however_it_is_cut_the_bytes_are_the_same() {
    share_cases(|config, runtime| {
        let (server, store) = runtime.block_on(Store::of([]).serve());
        let client = tireless(&server.base_url());
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("release.bin");
        let cuts = prop::collection::vec(0_usize..3000, 0..4);
        proptest!(config, |(length in 1_usize..5000, cuts in cuts, knows_ranges: bool, kept: bool)| {
            let count = cuts.len();
            let content = content(length);
            *store.lock().unwrap() = Store {
                knows_ranges,
                ..Store::of(content.clone()).cut_after(cuts)
            };
            let download = release(&client).download().keep_partial(kept);
            let saved = runtime.block_on(download.save_to(&path)).unwrap();
            assert_eq!(saved, length as u64);
            assert_eq!(std::fs::read(&path).unwrap(), content);
            assert_eq!(names(directory.path()), ["release.bin"]);
            assert_eq!(server.take_requests().len(), count + 1);
            std::fs::remove_file(&path).unwrap();
        });
    });
}
