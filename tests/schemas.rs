//! A response never fails to decode because Bitbucket grew.
//!
//! For every schema of the document: a full value of it is changed in each way
//! in which Bitbucket's answers change, and must decode each time; and what the
//! type can know of it is written back as it was read.

mod values;

#[path = "schemas/edits.rs"]
mod edits;

use std::{
    cell::Cell,
    collections::{BTreeMap, BTreeSet},
    fmt::Debug,
    thread,
};

use edits::{Edit, UNKNOWN_FIELD};
use proptest::{
    prelude::*,
    sample::Index,
    test_runner::{Config, TestCaseError, TestRunner},
};
use serde_json::{Map, Value, json};
use values::{Difference, Nulls, Places, differences, places};

/// Random combinations of changes for each value.
const CASES: u32 = 5;

/// Stack of the thread that must be able to decode any value, even without the
/// compiler's optimizations.
const STACK: usize = 256 * 1024;

/// Failures in a test's message: one mistake tends to show in many places.
const SHOWN: usize = 100;

/// A schema, and the type that must hold its values.
struct Subject<'a> {
    document: &'a Value,
    name: &'a str,
    schema: &'a Value,
}

fn subjects(document: &Value) -> impl Iterator<Item = Subject<'_>> {
    values::schemas(document)
        .iter()
        .map(move |(name, schema)| Subject {
            document,
            name,
            schema,
        })
}

/// Runs `check` for every value of every schema, and says how many there were
/// and everything that went wrong.
fn for_every_schema(what: &str, check: impl Fn(&Subject<'_>, &Value, &mut Report)) {
    let document = values::effective();
    let mut report = Report::default();
    let mut schemas = 0;
    for subject in subjects(&document) {
        schemas += 1;
        for value in values::samples(&document, subject.schema) {
            check(&subject, &value, &mut report);
        }
    }
    println!("{what}: {schemas} schemas, {} values", report.values.get());
    report.settle();
}

/// What went wrong, and how often something was tried.
#[derive(Default)]
struct Report {
    /// For each way to go wrong, how often it was met, and where first.
    failures: BTreeMap<String, (usize, String)>,
    values: Cell<usize>,
}

impl Report {
    /// A field that nobody knows may be dropped; nothing else may.
    fn check(&mut self, subject: &Subject<'_>, value: &Value, change: &dyn Debug) {
        let outcome = self.tried(subject, value);
        self.note_failure(outcome, subject, change);
    }

    /// Nothing may be dropped.
    fn check_strictly(&mut self, subject: &Subject<'_>, value: &Value, change: &dyn Debug) {
        let outcome = self.through(subject, value, Nulls::Nothing, |_| true);
        self.note_failure(outcome, subject, change);
    }

    /// Not even null may be dropped.
    fn check_nulls(&mut self, subject: &Subject<'_>, value: &Value, change: &dyn Debug) {
        let outcome = self.through(subject, value, Nulls::Something, |_| true);
        self.note_failure(outcome, subject, change);
    }

    fn note_failure(
        &mut self,
        outcome: Result<(), String>,
        subject: &Subject<'_>,
        change: &dyn Debug,
    ) {
        if let Err(message) = outcome {
            self.note(message, format!("{}, {change:?}", subject.name));
        }
    }

    fn note(&mut self, message: String, place: String) {
        self.failures.entry(message).or_insert((0, place)).0 += 1;
    }

    fn tried(&self, subject: &Subject<'_>, value: &Value) -> Result<(), String> {
        self.through(subject, value, Nulls::Nothing, |difference| {
            !difference.path.ends_with(UNKNOWN_FIELD)
        })
    }

    /// Decodes `value` and compares what is written back; `counts` picks the
    /// differences that matter.
    fn through(
        &self,
        subject: &Subject<'_>,
        value: &Value,
        nulls: Nulls,
        counts: fn(&Difference) -> bool,
    ) -> Result<(), String> {
        self.values.set(self.values.get() + 1);
        let written = values::write_back(subject.name, value)?;
        let found: Vec<_> = differences(value, &written, nulls)
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

    fn settle(self) {
        let shown: Vec<_> = self
            .failures
            .iter()
            .map(|(message, (count, place))| format!("{message} ({count} times, first: {place})"))
            .take(SHOWN)
            .collect();
        assert!(
            shown.is_empty(),
            "{} ways to go wrong\n{}",
            self.failures.len(),
            shown.join("\n")
        );
    }
}

fn changed(value: &Value, edits: &[Edit]) -> Value {
    let mut changed = value.clone();
    for edit in edits {
        edit.apply(&mut changed);
    }
    changed
}

fn places_of(subject: &Subject<'_>, value: &Value) -> Places {
    places(subject.document, subject.schema, value)
}

#[test]
fn the_comparison_sees_every_difference() {
    let before =
        json!({"a": [{"b": 1}, null], "c": null, "at": "2024-02-29T23:59:58+05:30", "n": 2});
    for (after, nulls, expected) in [
        (
            json!({"a": [{"b": 1}], "at": "2024-02-29T23:59:58.000+0530", "n": 2.0}),
            Nulls::Nothing,
            vec![],
        ),
        (before.clone(), Nulls::Something, vec![]),
        (
            json!({"a": [{}], "at": "2024-02-29T18:29:58Z", "d": 0}),
            Nulls::Something,
            vec!["a[]", "a[].b", "at", "c", "d", "n"],
        ),
        (json!([]), Nulls::Nothing, vec![""]),
    ] {
        let found = differences(&before, &after, nulls);
        let paths: Vec<_> = found
            .iter()
            .map(|difference| difference.path.as_str())
            .collect();
        assert_eq!(paths, expected, "{after}");
    }
}

#[test]
fn every_schema_has_its_type() {
    let document = values::effective();
    let schemas: BTreeSet<_> = subjects(&document).map(|subject| subject.name).collect();
    let types: BTreeSet<_> = values::names().collect();
    let missing: Vec<_> = schemas.difference(&types).collect();
    let unknown: Vec<_> = types.difference(&schemas).collect();
    assert!(missing.is_empty(), "schemas without a type: {missing:?}");
    assert!(unknown.is_empty(), "types without a schema: {unknown:?}");
    println!("{} schemas, each with its type", schemas.len());
}

#[test]
fn a_full_value_comes_back_whole() {
    for_every_schema("full values", |subject, value, report| {
        report.check_strictly(subject, value, &"as it is");
        let deep = values::deep_sample(subject.document, subject.schema);
        report.check_strictly(subject, &deep, &"in depth");
        for one in &subject.schema["enum"]
            .as_array()
            .cloned()
            .unwrap_or_default()
        {
            report.check_strictly(subject, one, &"a known value");
        }
    });
}

/// Far less than the 2 MiB of a worker thread, in which a caller's own frames
/// must find room too. Where it is too little, the test's process is aborted.
#[test]
fn decoding_needs_little_stack() {
    let document = values::effective();
    let deep: Vec<_> = subjects(&document)
        .map(|subject| {
            (
                subject.name.to_owned(),
                values::deep_sample(&document, subject.schema),
            )
        })
        .collect();
    let decoding = move || {
        for (name, value) in &deep {
            values::write_back(name, value).unwrap_or_else(|error| panic!("{name}: {error}"));
        }
    };
    let thread = thread::Builder::new().stack_size(STACK).spawn(decoding);
    thread
        .expect("a thread starts")
        .join()
        .expect("every value decodes");
}

#[test]
fn one_change_breaks_nothing() {
    for_every_schema("one change", |subject, value, report| {
        for edit in edits::every(&places_of(subject, value)) {
            report.check(subject, &changed(value, std::slice::from_ref(&edit)), &edit);
        }
    });
}

#[test]
fn the_same_change_everywhere_breaks_nothing() {
    for_every_schema("a change everywhere", |subject, value, report| {
        let deep = values::deep_sample(subject.document, subject.schema);
        for value in [value, &deep] {
            for edits in edits::kinds(&places_of(subject, value)) {
                if let Some(first) = edits.last() {
                    let everywhere = format!("everywhere as in {first:?}");
                    report.check(subject, &changed(value, &edits), &everywhere);
                }
            }
        }
    });
}

#[test]
fn a_part_of_an_object_is_enough() {
    for_every_schema("parts", |subject, value, report| {
        let Some(members) = value.as_object() else {
            return;
        };
        for (key, member) in members {
            let part = Map::from_iter([(key.clone(), member.clone())]);
            report.check(subject, &Value::Object(part), &format_args!("only {key}"));
        }
        report.check(subject, &Value::Object(Map::new()), &"nothing");
    });
}

#[test]
fn members_that_nobody_knows_keep_all_they_have() {
    for_every_schema("unknown members", |subject, value, report| {
        for place in places_of(subject, value).members {
            let tag = format!("{place}/type");
            let edits = [Edit::unknown_value(&tag), Edit::add_field(&place)];
            report.check_strictly(subject, &changed(value, &edits), &edits);
        }
    });
}

#[test]
fn what_can_be_cleared_is_cleared_by_null() {
    for_every_schema("null in requests", |subject, value, report| {
        for place in places_of(subject, value).clearable {
            let edit = Edit::null(&place);
            let cleared = changed(value, std::slice::from_ref(&edit));
            report.check_nulls(subject, &cleared, &edit);
        }
    });
}

#[test]
fn changes_together_break_nothing() {
    for_every_schema("changes together", |subject, value, report| {
        let edits = edits::every(&places_of(subject, value));
        if edits.is_empty() {
            return;
        }
        let config = Config {
            cases: CASES,
            max_shrink_iters: 1_000,
            failure_persistence: None,
            ..Config::default()
        };
        let picks = prop::collection::vec(any::<Index>(), 2..12);
        let outcome = TestRunner::new(config).run(&picks, |picks| {
            let picked: Vec<_> = picks.iter().map(|pick| pick.get(&edits).clone()).collect();
            let value = changed(value, &picked);
            report
                .tried(subject, &value)
                .map_err(|message| TestCaseError::fail(format!("{picked:?}: {message}")))
        });
        if let Err(error) = outcome {
            report.note(error.to_string(), subject.name.to_owned());
        }
    });
}
