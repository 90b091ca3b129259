//! Logs, followed while they grow.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use bitbucket::{Client, ErrorKind, Polling};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::{
    persistent,
    store::{Store, content},
    support::{
        AUTHORIZATION, client,
        properties::share_cases,
        server::{Answer, Recorded, Server},
    },
    tireless,
};

const STEP: &str = "/2.0/repositories/w/r/pipelines/%7Bp%7D/steps/%7Bs%7D";

fn often() -> Polling {
    Polling::default()
        .first_pause(Duration::from_millis(1))
        .longest_pause(Duration::from_millis(2))
        .time_limit(Duration::from_secs(30))
}

fn follow(client: &Client, polling: Polling) -> bitbucket::ByteStream {
    let pipeline = client.repository("w", "r").pipeline("{p}");
    pipeline.follow_log("{s}", polling)
}

fn step(state: &str) -> Value {
    let state =
        json!({"type": format!("pipeline_step_state_{}", state.to_lowercase()), "name": state});
    json!({"type": "pipeline_step", "uuid": "{s}", "state": state})
}

/// A step whose log has grown with each time that it is asked for.
#[derive(Clone, Debug, Default)]
struct Growing {
    /// How long the log is each time. Nothing is none yet: 404.
    lengths: Vec<Option<usize>>,
    content: Vec<u8>,
    knows_ranges: bool,
    /// Which answers are cut in their middle.
    cuts: Vec<bool>,
}

impl Growing {
    async fn serve(self) -> Server {
        let asked = AtomicUsize::new(0);
        Server::start(move |request| self.answer(request, &asked)).await
    }

    fn answer(&self, request: &Recorded, asked: &AtomicUsize) -> Answer {
        let number = asked.load(Ordering::SeqCst);
        if request.target == STEP {
            let has_ended = number >= self.lengths.len();
            return Answer::json(
                200,
                &step(if has_ended {
                    "COMPLETED"
                } else {
                    "IN_PROGRESS"
                }),
            );
        }
        assert_eq!(request.target, format!("{STEP}/log"));
        asked.fetch_add(1, Ordering::SeqCst);
        let last = self.content.len();
        let Some(length) = self.lengths.get(number).copied().unwrap_or(Some(last)) else {
            return Answer::text(404, "no log yet");
        };
        let mut store = Store::of(&self.content[..length]);
        // It has another tag whenever it has grown.
        store.validator = Some(("ETag", format!("\"{length}\"")));
        store.knows_ranges = self.knows_ranges;
        if self.cuts.get(number) == Some(&true) {
            store.cuts = vec![length / 2];
        }
        if length == 0 && self.knows_ranges {
            return Answer::new(416).header("Content-Range", "bytes */0");
        }
        store.answer(request)
    }
}

#[tokio::test]
async fn only_what_is_new_is_asked_for() {
    let log = Growing {
        lengths: vec![None, Some(0), Some(10), Some(10), Some(25), Some(25)],
        content: content(40),
        knows_ranges: true,
        cuts: Vec::new(),
    };
    let server = log.serve().await;
    let read = follow(&client(&server.base_url()), often())
        .bytes()
        .await
        .unwrap();
    assert_eq!(read, content(40));
    let requests = server.take_requests();
    for request in &requests {
        assert_eq!(request.method, "GET");
        assert_eq!(request.header("authorization"), Some(AUTHORIZATION));
    }
    let ranges: Vec<_> = requests
        .iter()
        .filter(|request| request.target != STEP)
        .map(|request| request.header("range").unwrap().to_owned())
        .collect();
    let distinct = |text: &str| ranges.iter().filter(|range| *range == text).count();
    assert_eq!(ranges[0], "bytes=0-");
    assert_eq!(distinct("bytes=0-"), 3, "{ranges:?}");
    assert_eq!(distinct("bytes=10-"), 2, "{ranges:?}");
    assert!(distinct("bytes=25-") >= 2, "{ranges:?}");
    assert!(distinct("bytes=40-") <= 2, "{ranges:?}");
    assert!(
        requests
            .iter()
            .all(|request| request.header("if-range").is_none())
    );
    // What came before the step ended is not asked for again, the rest is.
    let ended = requests.iter().rposition(|request| request.target == STEP);
    assert!(ended.unwrap() < requests.len() - 1);
}

/// Without ranges each answer is the whole log.
#[tokio::test]
async fn the_whole_each_time_is_given_once() {
    let log = Growing {
        lengths: vec![Some(0), Some(10), Some(10), Some(25)],
        content: content(40),
        knows_ranges: false,
        cuts: Vec::new(),
    };
    let server = log.serve().await;
    let mut stream = follow(&client(&server.base_url()), often());
    let mut read = Vec::new();
    while let Some(part) = stream.try_next().await.unwrap() {
        assert!(!part.is_empty());
        read.extend_from_slice(&part);
    }
    assert_eq!(read, content(40));
}

/// However it grows and breaks off, no byte is lost and none comes twice.
#[test]
fn every_byte_comes_once() {
    share_cases(|config, runtime| {
        let script = Arc::<Mutex<(Growing, AtomicUsize)>>::default();
        let shared = Arc::clone(&script);
        let server = runtime.block_on(Server::start(move |request| {
            let script = shared.lock().unwrap();
            script.0.answer(request, &script.1)
        }));
        let client = tireless(&server.base_url());
        let growth = prop::collection::vec(prop::option::weighted(0.8, 0_usize..200), 0..3);
        let cuts = prop::collection::vec(prop::bool::weighted(0.5), 0..4);
        proptest!(config, |(growth in growth, rest in 0_usize..200, knows_ranges: bool, cuts in cuts)| {
            let mut length = 0;
            let lengths = growth
                .iter()
                .map(|more| more.map(|more| { length += more; length }))
                .collect();
            let content = content(length + rest);
            let log = Growing { lengths, content: content.clone(), knows_ranges, cuts };
            *script.lock().unwrap() = (log, AtomicUsize::new(0));
            let read = runtime.block_on(follow(&client, often()).bytes()).unwrap();
            assert_eq!(read, content);
            server.take_requests();
        });
    });
}

#[tokio::test]
async fn a_step_that_has_not_begun_is_waited_for() {
    let states = Arc::new(Mutex::new(vec![
        "COMPLETED",
        "IN_PROGRESS",
        "READY",
        "PENDING",
    ]));
    let left = Arc::clone(&states);
    let server = Server::start(move |request| {
        if request.target == STEP {
            return Answer::json(200, &step(left.lock().unwrap().pop().unwrap()));
        }
        match left.lock().unwrap().len() {
            0 => Answer::text(200, "done\n"),
            _ => Answer::text(404, "no log"),
        }
    })
    .await;
    let text = follow(&client(&server.base_url()), often())
        .text()
        .await
        .unwrap();
    assert_eq!(text, "done\n");
    assert!(states.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_step_without_a_log_ends_without_bytes() {
    let server = Server::start(|request| match request.target.as_str() {
        STEP => Answer::json(200, &step("COMPLETED")),
        _ => Answer::text(404, "no log"),
    })
    .await;
    let mut log = follow(&client(&server.base_url()), often());
    assert!(log.try_next().await.unwrap().is_none());
    assert!(log.try_next().await.unwrap().is_none());
    // Twice before the state was known to matter, and once after that.
    let targets: Vec<_> = server
        .take_requests()
        .into_iter()
        .map(|one| one.target)
        .collect();
    let log = format!("{STEP}/log");
    assert_eq!(targets, [&*log, &*log, STEP, &*log]);
}

#[tokio::test]
async fn no_such_step_is_an_error() {
    let server = Server::start(|_| Answer::text(404, "nothing here")).await;
    let mut log = follow(&client(&server.base_url()), often());
    let error = log.try_next().await.unwrap_err();
    assert!(error.is_not_found());
    assert_eq!(error.operation().unwrap().id(), "get_pipeline_step");
    assert!(
        log.try_next().await.unwrap().is_none(),
        "an error is the end"
    );
}

#[tokio::test]
async fn other_failures_are_errors() {
    for answer in [Answer::text(403, "no"), Answer::text(500, "broken")] {
        let status = format!("{answer:?}");
        let server = Server::start(move |_| answer.clone()).await;
        let error = follow(&client(&server.base_url()), often())
            .bytes()
            .await
            .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Status, "{status}");
        assert_eq!(server.take_requests().len(), 1);
    }
    // A hole would be a lost line.
    let hole = || {
        Answer::new(206)
            .header("Content-Range", "bytes 5-7/8")
            .part("xyz")
    };
    let server = Server::start(move |_| hole()).await;
    let error = follow(&client(&server.base_url()), often())
        .bytes()
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decode);
    let message = "the log was asked for from byte 0, but came from byte 5";
    assert!(error.to_string().ends_with(message), "{error}");
}

#[tokio::test]
async fn a_cut_is_an_error_without_retries() {
    let (server, _store) = Store::of(content(100)).cut_after([60]).serve().await;
    let mut log = follow(&client(&server.base_url()), often());
    let mut read = Vec::new();
    let error = loop {
        match log.try_next().await {
            Ok(part) => read.extend_from_slice(&part.expect("it was cut")),
            Err(error) => break error,
        }
    };
    assert_eq!(read, content(60));
    assert_eq!(error.kind(), ErrorKind::Transport);
}

#[tokio::test]
async fn an_error_tells_how_often_the_rest_was_asked_for() {
    let cuts = [60, 0, 0, 0];
    let (server, _store) = Store::of(content(100)).cut_after(cuts).serve().await;
    let client = persistent(&server.base_url());
    let log = follow(&client, often());
    let error = log.bytes().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Transport);
    assert_eq!(error.attempts(), 4);
    assert_eq!(server.take_requests().len(), 4);
}

#[tokio::test]
async fn the_time_limit_is_that_of_the_whole_log() {
    let server = Server::start(|request| match request.target.as_str() {
        STEP => Answer::json(200, &step("IN_PROGRESS")),
        _ => Answer::new(416).header("Content-Range", "bytes */0"),
    })
    .await;
    let limit = Duration::from_secs(2);
    let polling = often().time_limit(limit);
    let error = follow(&client(&server.base_url()), polling)
        .bytes()
        .await
        .unwrap_err();
    assert!(error.is_unfinished());
    assert_eq!(
        error.to_string(),
        "get_pipeline_step_log: the step has not ended after 2s"
    );
    assert!(server.take_requests().len() > 3);
}

#[tokio::test]
async fn whoever_drops_the_stream_asks_no_more() {
    let server = Server::start(|request| match request.target.as_str() {
        STEP => Answer::json(200, &step("IN_PROGRESS")),
        _ => Answer::new(416),
    })
    .await;
    let log = follow(&client(&server.base_url()), often()).bytes();
    let waited = tokio::time::timeout(Duration::from_millis(50), log).await;
    assert!(waited.is_err());
    server.falls_silent().await;
}

#[tokio::test]
async fn a_followed_log_is_saved_as_any_stream() {
    let log = Growing {
        lengths: vec![Some(10), Some(10)],
        content: content(40),
        knows_ranges: true,
        cuts: Vec::new(),
    };
    let server = log.serve().await;
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("build.log");
    let saved = follow(&client(&server.base_url()), often()).save_to(&path);
    assert_eq!(saved.await.unwrap(), 40);
    assert_eq!(std::fs::read(&path).unwrap(), content(40));
}

#[tokio::test]
async fn a_run_gives_the_logs_of_its_steps() {
    let pipeline = "/2.0/repositories/w/r/pipelines/%7Bp%7D";
    let server = Server::start(move |request| match request.path() {
        path if path == pipeline => {
            let result =
                json!({"type": "pipeline_state_completed_successful", "name": "SUCCESSFUL"});
            let state =
                json!({"type": "pipeline_state_completed", "name": "COMPLETED", "result": result});
            Answer::json(
                200,
                &json!({"type": "pipeline", "uuid": "{p}", "state": state}),
            )
        }
        path if path == format!("{pipeline}/steps") || path == format!("{pipeline}/steps/") => {
            Answer::json(200, &json!({"values": [step("COMPLETED")]}))
        }
        path if path == format!("{STEP}/log") => Answer::text(200, "done\n"),
        other => panic!("{other} was asked for"),
    })
    .await;
    let handle = client(&server.base_url())
        .repository("w", "r")
        .pipeline("{p}");
    let run = handle.wait(often()).await.unwrap();
    let log = run.log(&run.steps[0]).bytes_stream().await.unwrap();
    assert_eq!(log.text().await.unwrap(), "done\n");
    let nameless = run
        .log(&bitbucket::types::PipelineStep::default())
        .send()
        .await;
    assert_eq!(nameless.unwrap_err().kind(), ErrorKind::InvalidRequest);
}
