//! An event never fails to be read because Bitbucket grew: full payloads are
//! changed as `tests/schemas.rs` changes responses.

use std::thread;

use bitbucket::webhooks::Event;
use proptest::{
    prelude::*,
    sample::Index,
    test_runner::{Config, TestCaseError, TestRunner},
};
use serde_json::{Map, Value, json};

use crate::{
    edits::{self, Edit, UNKNOWN_FIELD},
    payloads, samples,
    values::{self, Difference, Nulls, differences},
};

/// Random combinations of changes for each event.
const CASES: u32 = 16;

/// Stack that must do for any event, even without the compiler's optimizations;
/// see `tests/schemas.rs`.
const STACK: usize = 256 * 1024;

/// What an event says of a payload after it was read: what is lost of it, but
/// for fields that a response would lose too.
fn check(key: &str, payload: &Value) -> Result<(), String> {
    lost(key, payload, |difference| {
        !difference.path.ends_with(UNKNOWN_FIELD)
    })
}

fn check_strictly(key: &str, payload: &Value) -> Result<(), String> {
    lost(key, payload, |_| true)
}

fn lost(key: &str, payload: &Value, counts: fn(&Difference) -> bool) -> Result<(), String> {
    let event =
        Event::from_json(key, payload.to_string().as_bytes()).map_err(|error| error.to_string())?;
    if matches!(event, Event::Unknown(_)) {
        return Err("of no type".to_owned());
    }
    let written = serde_json::to_value(&event).map_err(|error| error.to_string())?;
    let found: Vec<_> = differences(payload, &written, Nulls::Nothing)
        .into_iter()
        .filter(counts)
        .map(|difference| difference.to_string())
        .collect();
    if found.is_empty() {
        Ok(())
    } else {
        Err(found.join("; "))
    }
}

fn changed(payload: &Value, edits: &[Edit]) -> Value {
    let mut changed = payload.clone();
    for edit in edits {
        edit.apply(&mut changed);
    }
    changed
}

/// Each event with a payload that has every field, and its schema.
fn full() -> (Value, Vec<(&'static str, Value, Value)>) {
    let document = payloads::document();
    let full = payloads::by_event()
        .into_iter()
        .map(|(key, schema)| {
            let payload = values::sample(&document, &schema);
            (key, schema, payload)
        })
        .collect();
    (document, full)
}

#[test]
fn a_full_payload_comes_back_whole() {
    let (document, full) = full();
    for (key, schema, payload) in full {
        let deep = values::deep_sample(&document, &schema);
        for payload in [payload, deep] {
            check_strictly(key, &payload).unwrap_or_else(|error| panic!("{key}: {error}"));
        }
    }
}

#[test]
fn a_real_payload_comes_back_whole() {
    for (key, payload) in samples::all() {
        check_strictly(key, &payload).unwrap_or_else(|error| panic!("{key}: {error}"));
    }
}

/// Member by member: most payloads have the same ones.
#[test]
fn one_change_breaks_nothing() {
    let (document, full) = full();
    let mut count = 0;
    let mut seen = Vec::new();
    for (key, schema, payload) in full {
        for (name, member) in schema["properties"].as_object().into_iter().flatten() {
            if seen.contains(&(name.clone(), member.clone())) {
                continue;
            }
            seen.push((name.clone(), member.clone()));
            let schema = json!({"type": "object", "properties": {name: member}});
            let payload = json!({name: payload[name]});
            for edit in edits::every(&values::places(&document, &schema, &payload)) {
                count += 1;
                let payload = changed(&payload, std::slice::from_ref(&edit));
                check(key, &payload).unwrap_or_else(|error| panic!("{key}, {edit:?}: {error}"));
            }
        }
    }
    println!("{count} changes");
    assert!(count > 1_000, "{count}");
}

#[test]
fn the_same_change_everywhere_breaks_nothing() {
    let (document, full) = full();
    for (key, schema, payload) in full {
        for edits in edits::kinds(&values::places(&document, &schema, &payload)) {
            let first = edits.last();
            let payload = changed(&payload, &edits);
            check(key, &payload).unwrap_or_else(|error| panic!("{key}, as {first:?}: {error}"));
        }
    }
}

#[test]
fn changes_together_break_nothing() {
    let (document, full) = full();
    for (key, schema, payload) in full {
        let edits = edits::every(&values::places(&document, &schema, &payload));
        let config = Config {
            cases: CASES,
            max_shrink_iters: 1_000,
            failure_persistence: None,
            ..Config::default()
        };
        let picks = prop::collection::vec(any::<Index>(), 2..12);
        TestRunner::new(config)
            .run(&picks, |picks| {
                let picked: Vec<_> = picks.iter().map(|pick| pick.get(&edits).clone()).collect();
                let payload = changed(&payload, &picked);
                check(key, &payload)
                    .map_err(|error| TestCaseError::fail(format!("{key}, {picked:?}: {error}")))
            })
            .unwrap_or_else(|error| panic!("{key}: {error}"));
    }
}

#[test]
fn a_part_of_a_payload_is_enough() {
    let (_, full) = full();
    for (key, _, payload) in full {
        for (name, member) in payload.as_object().expect("a payload is an object") {
            let part = Value::Object(Map::from_iter([(name.clone(), member.clone())]));
            check_strictly(key, &part).unwrap_or_else(|error| panic!("{key}: {error}"));
        }
        check_strictly(key, &json!({})).unwrap_or_else(|error| panic!("{key}: {error}"));
    }
}

/// Payloads are described sparingly, so that events keep what they do not know.
#[test]
fn what_nobody_knows_of_an_event_is_kept() {
    for (key, payload) in samples::all() {
        let mut places = vec![""];
        places.extend(match key {
            "repo:push" => vec!["/push", "/push/changes/0", "/push/changes/0/links"],
            "repo:updated" => vec!["/changes"],
            "pullrequest:approved" | "pullrequest:unapproved" => vec!["/approval"],
            "pipeline:span_created" => vec![
                "/resourceSpans/0",
                "/resourceSpans/0/resource",
                "/resourceSpans/0/scopeSpans/0/scope",
                "/resourceSpans/0/scopeSpans/0/spans/1",
                "/resourceSpans/0/scopeSpans/0/spans/1/attributes/0",
            ],
            _ => Vec::new(),
        });
        for place in places {
            assert!(payload.pointer(place).is_some(), "{key}: {place}");
            let payload = changed(&payload, &[Edit::add_field(place)]);
            check_strictly(key, &payload).unwrap_or_else(|error| panic!("{key}: {error}"));
        }
    }
}

#[test]
fn a_ref_that_nobody_knows_keeps_all_it_has() {
    let (key, payload) = samples::all().swap_remove(0);
    let edits = [
        Edit::unknown_value("/push/changes/0/new/type"),
        Edit::add_field("/push/changes/0/new"),
    ];
    check_strictly(key, &changed(&payload, &edits)).unwrap();
}

#[test]
fn reading_needs_little_stack() {
    let (document, full) = full();
    let deep: Vec<_> = full
        .into_iter()
        .map(|(key, schema, _)| {
            let payload = values::deep_sample(&document, &schema);
            (key, payload.to_string())
        })
        .collect();
    let reading = move || {
        for (key, body) in &deep {
            Event::from_json(*key, body.as_bytes()).unwrap_or_else(|error| panic!("{error}"));
        }
    };
    let thread = thread::Builder::new().stack_size(STACK).spawn(reading);
    thread
        .expect("a thread starts")
        .join()
        .expect("every event is read");
}
