//! A response never fails to decode because Bitbucket grew.
//!
//! For every schema of the document: a full value of it is changed in each way
//! in which Bitbucket's answers change, and must decode each time; and what the
//! type can know of it is written back as it was read.

#![allow(
    dead_code,
    reason = "a product without families has no use for what is about them"
)]

#[path = "../schemas/edits.rs"]
mod edits;

use std::{
    cell::Cell,
    collections::{BTreeMap, BTreeSet},
    fmt::Debug,
    thread,
};

use bitbucket::catalog::TypeEntry;
use edits::{Edit, UNKNOWN_FIELD};
use proptest::{
    prelude::*,
    sample::Index,
    test_runner::{Config, TestCaseError, TestRunner},
};
use serde_json::{Map, Value};

use crate::values::{self, Difference, Nulls, Places, differences, places};

/// Random combinations of changes for each value.
const CASES: u32 = 5;

/// Stack of the thread that must be able to decode any value, even without the
/// compiler's optimizations.
const STACK: usize = 256 * 1024;

/// Failures in a test's message: one mistake tends to show in many places.
const SHOWN: usize = 100;

/// What is to be checked.
#[derive(Clone, Copy)]
pub(crate) struct Product {
    /// The folder of the document, below `spec/`.
    pub(crate) document: &'static str,
    pub(crate) types: fn() -> &'static [TypeEntry],
}

impl Product {
    fn read(self) -> Value {
        values::read(format!("spec/{}/openapi.json", self.document))
    }

    /// What the type `name` keeps of `value`.
    fn write_back(self, name: &str, value: &Value) -> Result<Value, String> {
        let mut types = (self.types)().iter();
        types
            .find(|entry| entry.name() == name)
            .ok_or_else(|| format!("there is no type `{name}`"))?
            .write_back(value)
            .map_err(|error| error.to_string())
    }
}

/// A schema, and the type that must hold its values.
struct Subject<'a> {
    product: Product,
    document: &'a Value,
    name: &'a str,
    schema: &'a Value,
}

fn subjects(product: Product, document: &Value) -> impl Iterator<Item = Subject<'_>> {
    values::schemas(document)
        .iter()
        .map(move |(name, schema)| Subject {
            product,
            document,
            name,
            schema,
        })
}

/// Runs `check` for every value of every schema, and says how many there were
/// and everything that went wrong.
fn for_every_schema(
    product: Product,
    what: &str,
    check: impl Fn(&Subject<'_>, &Value, &mut Report),
) {
    let document = product.read();
    let mut report = Report::default();
    let mut schemas = 0;
    for subject in subjects(product, &document) {
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
        let written = subject.product.write_back(subject.name, value)?;
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

pub(crate) fn every_schema_has_its_type(product: Product) {
    let document = product.read();
    let schemas: BTreeSet<_> = subjects(product, &document)
        .map(|subject| subject.name)
        .collect();
    let types: BTreeSet<_> = (product.types)().iter().map(TypeEntry::name).collect();
    let missing: Vec<_> = schemas.difference(&types).collect();
    let unknown: Vec<_> = types.difference(&schemas).collect();
    assert!(missing.is_empty(), "schemas without a type: {missing:?}");
    assert!(unknown.is_empty(), "types without a schema: {unknown:?}");
    println!("{} schemas, each with its type", schemas.len());
}

pub(crate) fn a_full_value_comes_back_whole(product: Product) {
    for_every_schema(product, "full values", |subject, value, report| {
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
pub(crate) fn decoding_needs_little_stack(product: Product) {
    let document = product.read();
    let deep: Vec<_> = subjects(product, &document)
        .map(|subject| {
            (
                subject.name.to_owned(),
                values::deep_sample(&document, subject.schema),
            )
        })
        .collect();
    let decoding = move || {
        for (name, value) in &deep {
            product
                .write_back(name, value)
                .unwrap_or_else(|error| panic!("{name}: {error}"));
        }
    };
    let thread = thread::Builder::new().stack_size(STACK).spawn(decoding);
    thread
        .expect("a thread starts")
        .join()
        .expect("every value decodes");
}

pub(crate) fn one_change_breaks_nothing(product: Product) {
    for_every_schema(product, "one change", |subject, value, report| {
        for edit in edits::every(&places_of(subject, value)) {
            report.check(subject, &changed(value, std::slice::from_ref(&edit)), &edit);
        }
    });
}

pub(crate) fn the_same_change_everywhere_breaks_nothing(product: Product) {
    for_every_schema(product, "a change everywhere", |subject, value, report| {
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

pub(crate) fn a_part_of_an_object_is_enough(product: Product) {
    for_every_schema(product, "parts", |subject, value, report| {
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

pub(crate) fn members_that_nobody_knows_keep_all_they_have(product: Product) {
    for_every_schema(product, "unknown members", |subject, value, report| {
        for place in places_of(subject, value).members {
            let tag = format!("{place}/type");
            let edits = [Edit::unknown_value(&tag), Edit::add_field(&place)];
            report.check_strictly(subject, &changed(value, &edits), &edits);
        }
    });
}

pub(crate) fn what_can_be_cleared_is_cleared_by_null(product: Product) {
    for_every_schema(product, "null in requests", |subject, value, report| {
        for place in places_of(subject, value).clearable {
            let edit = Edit::null(&place);
            let cleared = changed(value, std::slice::from_ref(&edit));
            report.check_nulls(subject, &cleared, &edit);
        }
    });
}

pub(crate) fn changes_together_break_nothing(product: Product) {
    for_every_schema(product, "changes together", |subject, value, report| {
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

/// The tests that the types of every product have to pass.
macro_rules! tests {
    ($product:expr) => {
        #[test]
        fn every_schema_has_its_type() {
            $crate::tolerance::every_schema_has_its_type($product);
        }

        #[test]
        fn a_full_value_comes_back_whole() {
            $crate::tolerance::a_full_value_comes_back_whole($product);
        }

        #[test]
        fn decoding_needs_little_stack() {
            $crate::tolerance::decoding_needs_little_stack($product);
        }

        #[test]
        fn one_change_breaks_nothing() {
            $crate::tolerance::one_change_breaks_nothing($product);
        }

        #[test]
        fn the_same_change_everywhere_breaks_nothing() {
            $crate::tolerance::the_same_change_everywhere_breaks_nothing($product);
        }

        #[test]
        fn a_part_of_an_object_is_enough() {
            $crate::tolerance::a_part_of_an_object_is_enough($product);
        }

        #[test]
        fn changes_together_break_nothing() {
            $crate::tolerance::changes_together_break_nothing($product);
        }
    };
}
pub(crate) use tests;
