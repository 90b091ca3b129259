//! The limits of time and size, each from both of its sides.

use std::{
    io,
    time::{Duration, Instant},
};

use bitbucket::{
    Auth, Client, ClientBuilder, ErrorKind, Form, Part, RetryPolicy,
    auth::oauth::{Consumer, Tokens},
};
use bytes::Bytes;
use futures_util::{StreamExt as _, stream};
use serde_json::{Value, json};

use crate::server::{Answer, Server};

const READ_TIMEOUT: Duration = Duration::from_secs(1);
const MIB: usize = 1024 * 1024;

fn builder(server: &Server) -> ClientBuilder {
    Client::builder()
        .base_url(server.base_url())
        .auth(Auth::bearer("s3cret"))
        .retry(RetryPolicy::none())
}

async fn answering(answer: Answer) -> Server {
    Server::start(move |_| answer.clone()).await
}

/// A JSON text of this length.
fn text(length: usize) -> String {
    format!("\"{}\"", "x".repeat(length - 2))
}

async fn raw(client: &Client) -> Result<Value, bitbucket::Error> {
    let answer = client.request(bitbucket::Method::GET, "/text").send().await;
    answer.map(bitbucket::Response::into_inner)
}

#[tokio::test]
async fn an_upload_may_last_longer_than_bitbucket_may_be_silent() {
    let server = answering(Answer::new(201)).await;
    let client = builder(&server).read_timeout(READ_TIMEOUT).build().unwrap();
    let parts = stream::iter(0..8).then(|_| async {
        tokio::time::sleep(READ_TIMEOUT / 4).await;
        Ok::<_, io::Error>(Bytes::from_static(b"a part "))
    });
    let started = Instant::now();
    let form = Form::new().part("files", Part::stream(parts, None).file_name("parts.txt"));
    client
        .repository("acme", "website")
        .create_download()
        .body(form)
        .send()
        .await
        .unwrap();
    assert!(started.elapsed() > READ_TIMEOUT, "it was to be longer");
    let sent = server.take_requests();
    assert_eq!(sent.len(), 1);
    let whole = b"a part ".repeat(8);
    assert!(sent[0].body.windows(whole.len()).any(|part| part == whole));
}

#[tokio::test]
async fn content_that_pauses_for_longer_is_waited_for_too() {
    let server = answering(Answer::new(201)).await;
    let client = builder(&server).read_timeout(READ_TIMEOUT).build().unwrap();
    let parts = stream::iter(["first ", "second"]).then(|part| async move {
        tokio::time::sleep(READ_TIMEOUT * 2).await;
        Ok::<_, io::Error>(Bytes::from_static(part.as_bytes()))
    });
    let form = Form::new().part("files", Part::stream(parts, None).file_name("parts.txt"));
    let upload = client.repository("acme", "website").create_download();
    upload.body(form).send().await.unwrap();
    let sent = server.take_requests();
    assert!(sent[0].body.windows(12).any(|part| part == b"first second"));
}

#[tokio::test]
async fn a_large_body_arrives_as_it_is_with_its_length() {
    let server = answering(Answer::json(201, &json!({}))).await;
    let client = builder(&server).build().unwrap();
    let raw = "é".repeat(MIB);
    client
        .request(bitbucket::Method::POST, "/text")
        .json(&raw)
        .send::<Value>()
        .await
        .unwrap();
    let sent = server.take_requests();
    assert_eq!(sent[0].json().unwrap(), Value::String(raw));
    let length = sent[0].body.len().to_string();
    assert_eq!(sent[0].header("content-length"), Some(length.as_str()));
    assert_eq!(sent[0].header("transfer-encoding"), None);
}

#[tokio::test]
async fn a_stream_that_nobody_reads_for_a_while_is_still_there() {
    let server = answering(Answer::new(200).part("the beginning ").part("the end")).await;
    let client = builder(&server).read_timeout(READ_TIMEOUT).build().unwrap();
    let diff = client.repository("acme", "website").get_pull_request_diff();
    let mut diff = diff.pull_request_id(7).send().await.unwrap().into_inner();
    let mut whole = diff.try_next().await.unwrap().unwrap().to_vec();
    tokio::time::sleep(READ_TIMEOUT * 3).await;
    whole.extend_from_slice(&diff.bytes().await.unwrap());
    assert_eq!(whole, b"the beginning the end");
}

#[tokio::test]
async fn a_timeout_is_for_the_whole_of_an_attempt_and_ends_where_a_stream_begins() {
    let trickle = (0..50).fold(Answer::new(200).part("\"a"), |answer, _| {
        answer.pause(READ_TIMEOUT / 10).part("a")
    });
    let server = answering(trickle.part("\"")).await;
    let client = builder(&server).timeout(READ_TIMEOUT).build().unwrap();
    let error = raw(&client).await.unwrap_err();
    assert!(error.is_timeout(), "{error}");
    assert_eq!(error.attempts(), 1);
    let twice = client.with_retry(
        RetryPolicy::new()
            .max_retries(1)
            .first_delay(Duration::ZERO),
    );
    let error = raw(&twice).await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Timeout, 2));
    assert_eq!(server.take_requests().len(), 3);

    let diff = client.repository("acme", "website").get_pull_request_diff();
    let diff = diff.pull_request_id(7).send().await.unwrap().into_inner();
    assert_eq!(diff.bytes().await.unwrap().len(), 53);
}

#[tokio::test]
async fn what_fits_is_taken_and_what_does_not_is_refused() {
    for parts in [1, 2, 7] {
        let whole = text(MIB);
        let answer = whole.as_bytes().chunks(MIB.div_ceil(parts));
        let answer = answer.fold(Answer::new(200), |answer, part| answer.part(part.to_vec()));
        let server = answering(answer).await;
        for (limit, fits) in [
            (Some(MIB as u64), true),
            (Some(MIB as u64 - 1), false),
            (Some(0), false),
            (None, true),
        ] {
            let client = builder(&server).max_response_size(limit).build().unwrap();
            let found = raw(&client).await;
            assert_eq!(found.is_ok(), fits, "{parts} parts, {limit:?}");
            let Err(error) = found else { continue };
            assert!(error.is_response_too_large() && !error.is_decode());
            assert_eq!(error.kind(), ErrorKind::ResponseTooLarge);
            assert_eq!(error.status().unwrap(), 200);
            let told = format!("larger than {} bytes", limit.unwrap());
            assert!(error.to_string().contains(&told), "{error}");
        }
        let requests = server.take_requests().len();
        assert_eq!(requests, 4, "what is too large is so again");
    }
}

#[tokio::test]
async fn there_is_a_limit_by_default_and_streams_have_none() {
    const LARGE: usize = 64 * MIB + 1;
    let server = answering(Answer::bytes(200, "application/json", text(LARGE))).await;
    let client = builder(&server).build().unwrap();
    let error = raw(&client).await.unwrap_err();
    assert!(error.is_response_too_large(), "{error}");

    let small = builder(&server).max_response_size(10).build().unwrap();
    let diff = small.repository("acme", "website").get_pull_request_diff();
    let mut diff = diff.pull_request_id(7).send().await.unwrap().into_inner();
    let mut length = 0;
    while let Some(part) = diff.try_next().await.unwrap() {
        length += part.len();
    }
    assert_eq!(length, LARGE);
}

#[tokio::test]
async fn a_snippet_with_its_files_is_taken_into_memory_too() {
    let body = format!(
        "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\n\r\n{}\r\n--x--\r\n",
        "a".repeat(MIB)
    );
    let server = answering(Answer::bytes(200, "multipart/form-data; boundary=x", body)).await;
    for (limit, fits) in [(2 * MIB as u64, true), (MIB as u64, false)] {
        let client = builder(&server).max_response_size(limit).build().unwrap();
        let contents = client.workspace("acme").snippet("kypj").read();
        let found = contents.send_form_data().await;
        assert_eq!(found.is_ok(), fits, "{found:?}");
        if let Err(error) = found {
            assert!(error.is_response_too_large(), "{error}");
        }
    }
}

/// A client whose tokens come from a server that fails `failures` times first.
async fn with_tokens(failures: usize, failure: Answer, refreshing: bool) -> (Server, Client) {
    let left = std::sync::atomic::AtomicUsize::new(failures);
    let server = Server::start(move |request| {
        use std::sync::atomic::Ordering::SeqCst;

        if request.path() != "/token" {
            return Answer::json(200, &json!({"slug": "website"}));
        }
        if left
            .fetch_update(SeqCst, SeqCst, |left| left.checked_sub(1))
            .is_ok()
        {
            return failure.clone();
        }
        Answer::json(
            200,
            &json!({"access_token": "t", "token_type": "bearer", "expires_in": 60}),
        )
    })
    .await;
    let consumer = Consumer::new("key", "s3cret").token_url(format!("{}/token", server.origin()));
    let session = if refreshing {
        consumer.with_tokens(Tokens::refreshing("r3fresh"))
    } else {
        consumer.client_credentials()
    };
    let moment = Duration::from_millis(1);
    let policy = RetryPolicy::new()
        .first_delay(moment)
        .max_retry_after(moment);
    let client = builder(&server).auth(Auth::oauth(session)).retry(policy);
    (server, client.build().unwrap())
}

#[tokio::test]
async fn a_token_is_asked_for_again_where_that_does_no_harm() {
    let cut = || {
        Answer::new(200)
            .part("{")
            .pause(Duration::from_millis(5))
            .breaking_off()
    };
    for (failure, refreshing, passes) in [
        (Answer::new(503), false, true),
        (Answer::new(503), true, false),
        (cut(), false, true),
        (cut(), true, false),
        (Answer::new(429), true, true),
        (Answer::new(429).header("Retry-After", "9"), false, true),
        (Answer::new(400), false, false),
        (Answer::bytes(200, "text/html", "<html>"), false, false),
    ] {
        let (server, client) = with_tokens(2, failure.clone(), refreshing).await;
        let repository = client.repository("acme", "website");
        // Those who wait share the attempts, too.
        let calls = (0..20).map(|_| repository.get_repository().send());
        for found in futures_util::future::join_all(calls).await {
            assert_eq!(found.is_ok(), passes, "{failure:?}: {found:?}");
            if let Err(error) = found {
                assert_eq!(error.attempts(), 0, "{error}");
            }
        }
        let sent = server.take_requests();
        let asked = sent.iter().filter(|sent| sent.path() == "/token").count();
        assert_eq!(asked, if passes { 3 } else { 1 }, "{failure:?}");
    }
}

#[tokio::test]
async fn a_token_endpoint_is_silent_for_as_long_as_bitbucket_may_be() {
    let silent = Answer::new(200)
        .part("{")
        .pause(Duration::from_secs(3600))
        .part("}");
    let large = Answer::bytes(200, "application/json", text(100_000));
    for (answer, kind) in [
        (silent, ErrorKind::Timeout),
        (large, ErrorKind::ResponseTooLarge),
    ] {
        let (server, _) = with_tokens(1, answer, true).await;
        let consumer = Consumer::new("key", "s3cret");
        let consumer = consumer.token_url(format!("{}/token", server.origin()));
        let client = builder(&server)
            .auth(Auth::oauth(consumer.client_credentials()))
            .read_timeout(READ_TIMEOUT)
            .build()
            .unwrap();
        let call = client.repository("acme", "website").get_repository();
        let error = call.send().await.unwrap_err();
        assert_eq!(error.kind(), kind, "{error}");
        assert!(error.to_string().contains("token endpoint"), "{error}");
    }
}

#[tokio::test]
async fn an_error_whose_body_trickles_in_is_told_all_the_same() {
    let trickle = (0..200).fold(Answer::new(404).part("no such "), |answer, _| {
        answer.pause(READ_TIMEOUT / 10).part("thing ")
    });
    let server = answering(trickle).await;
    let client = builder(&server).read_timeout(READ_TIMEOUT).build().unwrap();
    let error = raw(&client).await.unwrap_err();
    assert!(error.is_not_found());
    let body = String::from_utf8_lossy(error.body()).into_owned();
    assert!(body.starts_with("no such thing"), "{body}");
    assert!(body.len() < 600, "{}", body.len());
}

#[tokio::test]
async fn what_would_be_large_when_decoded_is_refused_too() {
    let limit = 64 * 1024;
    let page = |item: &str| {
        format!(
            "{{\"values\":[{}]}}",
            vec![item; limit / (item.len() + 1) - 9].join(",")
        )
    };
    let sound = json!({"type": "pullrequest", "id": 1, "title": "x".repeat(200)}).to_string();
    for (body, is_sound) in [(page(&sound), true), (page("{}"), false)] {
        assert!(body.len() <= limit);
        let server = answering(Answer::bytes(200, "application/json", body)).await;
        let client = builder(&server)
            .max_response_size(limit as u64)
            .build()
            .unwrap();
        let list = client.repository("acme", "website").list_pull_requests();
        let outcome = list.send().await;
        assert_eq!(outcome.is_ok(), is_sound);
        if let Err(error) = outcome {
            assert!(error.is_response_too_large(), "{error}");
            assert_eq!(error.status().unwrap(), 200);
            let told = "would take too much memory for a `max_response_size` of 65536 bytes";
            assert!(error.to_string().contains(told), "{error}");
        }
    }
}
