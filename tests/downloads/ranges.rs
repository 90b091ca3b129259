//! Parts of a file: what is asked for, and what is made of the answer.

use bitbucket::{ByteRange, ErrorKind};

use crate::{
    names, release,
    store::Store,
    support::{
        client,
        server::{Answer, Server},
    },
};

#[tokio::test]
async fn a_part_says_which_one_it_is() {
    let (server, _store) = Store::of("0123456789").serve().await;
    let client = client(&server.base_url());
    for (range, header, text, place) in [
        (ByteRange::from(2..5), "bytes=2-4", "234", (2, 4)),
        (ByteRange::from(7..), "bytes=7-", "789", (7, 9)),
        (ByteRange::from(8..100), "bytes=8-99", "89", (8, 9)),
        (ByteRange::last(4), "bytes=-4", "6789", (6, 9)),
    ] {
        let answer = release(&client).range(range).send().await.unwrap();
        assert_eq!(answer.status(), 206);
        let part = answer.content_range().unwrap();
        assert_eq!(
            (part.first(), part.last(), part.total()),
            (place.0, place.1, Some(10))
        );
        assert_eq!(answer.content_length(), Some(text.len() as u64));
        assert_eq!(answer.into_inner().text().await.unwrap(), text);
        let requests = server.take_requests();
        assert_eq!(requests[0].header("range"), Some(header));
        // A part of compressed bytes would be of no use.
        assert_eq!(requests[0].header("accept-encoding"), Some("identity"));
    }
    let answer = release(&client).send().await.unwrap();
    assert_eq!(answer.content_range(), None);
    let request = server.take_requests().remove(0);
    assert_eq!(request.header("range"), None);
    assert_eq!(request.header("accept-encoding"), Some("gzip"));
}

#[tokio::test]
async fn a_range_without_bytes_is_not_sent() {
    let (server, _store) = Store::of("0123456789").serve().await;
    let client = client(&server.base_url());
    let error = release(&client).range(3..3).send().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidRequest);
    assert!(
        error.to_string().ends_with("the range has no bytes"),
        "{error}"
    );
    let directory = tempfile::tempdir().unwrap();
    let several = release(&client).range("bytes=0-1,4-5");
    let error = several
        .save_to(directory.path().join("x"))
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidRequest);
    assert!(server.take_requests().is_empty());
    assert!(names(directory.path()).is_empty());
}

#[tokio::test]
async fn there_may_be_no_such_part() {
    let (server, _store) = Store::of("0123456789").serve().await;
    let client = client(&server.base_url());
    let error = release(&client).range(10..).send().await.unwrap_err();
    assert!(error.is_range_not_satisfiable());
    assert_eq!(error.headers()["content-range"], "bytes */10");
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("part");
    let error = release(&client)
        .range(10..)
        .save_to(&path)
        .await
        .unwrap_err();
    assert!(error.is_range_not_satisfiable());
    assert!(names(directory.path()).is_empty());
}

#[tokio::test]
async fn the_whole_in_place_of_a_part_is_noticed() {
    let mut store = Store::of("0123456789");
    store.knows_ranges = false;
    let (server, _store) = store.serve().await;
    let client = client(&server.base_url());
    let answer = release(&client).range(2..5).send().await.unwrap();
    assert_eq!(
        (answer.status().as_u16(), answer.content_range()),
        (200, None)
    );
    assert_eq!(answer.into_inner().text().await.unwrap(), "0123456789");
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("part");
    let error = release(&client)
        .range(2..5)
        .save_to(&path)
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decode);
    assert!(
        error
            .to_string()
            .ends_with("the whole came in place of a part"),
        "{error}"
    );
    assert!(names(directory.path()).is_empty());
}

#[tokio::test]
async fn a_part_that_was_not_asked_for_is_an_error() {
    let (server, answers) = Server::with_queue().await;
    let client = client(&server.base_url());
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("part");
    let part = |range: &str| {
        let answer = Answer::new(206).header("Content-Range", range);
        answer.part("234")
    };
    for (asked, answer, message) in [
        (
            Some(2..5),
            part("bytes 3-5/10"),
            "another part came than was asked for",
        ),
        (
            Some(2..9),
            part("bytes 2-4/10"),
            "another part came than was asked for",
        ),
        (
            None,
            part("bytes 2-4/10"),
            "a part came in place of the whole",
        ),
        (
            Some(2..5),
            part("pages 2-4/10"),
            "the answer does not say which one",
        ),
        (
            Some(2..5),
            Answer::new(206).part("234"),
            "the answer does not say which one",
        ),
    ] {
        answers.push(answer);
        let mut request = release(&client);
        if let Some(asked) = asked.clone() {
            request = request.range(asked);
        }
        let error = request.save_to(&path).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Decode);
        assert!(error.to_string().ends_with(message), "{asked:?}: {error}");
        assert_eq!(error.status().unwrap(), 206);
    }
    assert!(names(directory.path()).is_empty());
}

#[tokio::test]
async fn a_part_is_as_long_as_it_says() {
    let (server, answers) = Server::with_queue().await;
    let client = client(&server.base_url());
    for (text, message) in [("23", "fewer"), ("2345", "more")] {
        // In chunks, so that HTTP has no length to hold on to.
        let answer = Answer::new(206).header("Content-Range", "bytes 2-4/10");
        answers.push(answer.part(text[..1].to_owned()).part(text[1..].to_owned()));
        let part = release(&client).range(2..5).bytes_stream().await.unwrap();
        let error = part.bytes().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Transport);
        assert!(error.to_string().contains(message), "{error}");
    }
}
