//! Reads one recording by the types of its operation.

use std::collections::BTreeMap;

use bitbucket::catalog::{AnswerKind, BodyEntry, Entry, ReadError, TypeEntry};
use serde_json::{Value, json};

use super::{
    difference::{Difference, Kind as Change, Nulls, differences},
    event,
    exceptions::Exceptions,
    matching,
    recording::{Api, Body, Call, Content, Kind, Recording},
    report::{Place, Report, json_path},
    unknown,
};

/// Holds recordings against the types.
pub(crate) struct Checker<'a> {
    exceptions: &'a Exceptions,
    report: Report,
    /// By the name of the reader: to make them takes longer than to use them.
    /// By the prefix of the API, whose types may have the names of others.
    schemas: BTreeMap<(&'static str, String), Value>,
}

impl<'a> Checker<'a> {
    pub(crate) fn new(exceptions: &'a Exceptions, report: Report) -> Self {
        Self {
            exceptions,
            report,
            schemas: BTreeMap::new(),
        }
    }

    pub(crate) fn into_report(self) -> Report {
        self.report
    }

    /// Notes in the report what becomes of a recording.
    pub(crate) fn check(&mut self, recording: &Recording) {
        let (api, called, entry) = match &recording.call {
            Call::Template { api, method, path } => {
                let entry = matching::by_template(*api, method, path);
                (*api, called(*api, method, path), entry)
            }
            Call::Path { api, method, path } => {
                let entry = matching::by_path(*api, method, path);
                (*api, called(*api, method, path), entry)
            }
            Call::Event { key } => return self.check_event(key, recording),
        };
        let Some(entry) = entry else {
            return self.report.unknown_operation(&called);
        };
        self.check_exchange(api, entry, recording);
    }

    fn check_exchange(&mut self, api: Api, entry: &Entry, recording: &Recording) {
        let operation = called(api, entry.operation.method(), entry.operation.path());
        let mut outcome = Outcome::Skipped("without JSON");
        for body in &recording.bodies {
            let place = Place {
                api,
                operation: &operation,
                kind: body.kind,
                recording: &recording.name,
            };
            outcome = outcome.and(self.check_body(entry, body, &place));
        }
        self.count(outcome);
    }

    fn count(&mut self, outcome: Outcome) {
        match outcome {
            Outcome::Decoded => self.report.decoded += 1,
            Outcome::Failed => self.report.failed_entries += 1,
            Outcome::Skipped(reason) => self.report.skip(reason),
        }
    }

    fn check_event(&mut self, key: &str, recording: &Recording) {
        for body in &recording.bodies {
            let place = Place {
                api: Api::Cloud,
                operation: key,
                kind: body.kind,
                recording: &recording.name,
            };
            let (path, message) = match &body.content {
                Content::Json(payload) => match event::read(key, payload) {
                    event::Read::Known(written) => {
                        self.note_event(payload, &written, &place);
                        self.count(Outcome::Decoded);
                        continue;
                    }
                    event::Read::Unknown => {
                        let event = format!("{} {key}", body.kind.name());
                        self.report.unknown_operation(&event);
                        continue;
                    }
                    event::Read::Failed { path, message } => (failure_path(&path), message),
                },
                Content::Broken(message) => ("$".to_owned(), message.clone()),
                Content::Other | Content::Empty => {
                    self.count(Outcome::Skipped("without JSON"));
                    continue;
                }
            };
            self.report.fail(&place, &path, &message);
            self.count(Outcome::Failed);
        }
    }

    fn note_event(&mut self, payload: &Value, written: &Value, place: &Place<'_>) {
        let found = differences(payload, written, Nulls::Nothing);
        self.note_lost(&found, place);
        let schemas = &mut self.schemas;
        let unknown = event::unknown_values(payload, |name| {
            let reader = Reader::Type(Api::Cloud.type_named(name)?);
            let schema = schemas.entry((Api::Cloud.prefix(), reader.name()));
            Some(schema.or_insert_with(|| reader.schema()).clone())
        });
        for unknown in unknown {
            self.report.unknown_value(place, &unknown);
        }
    }

    fn check_body(&mut self, entry: &Entry, body: &Body, place: &Place<'_>) -> Outcome {
        let value = match &body.content {
            Content::Json(value) if is_file(entry, body.kind, value) => return Outcome::Decoded,
            Content::Json(value) => value,
            Content::Broken(message) => {
                self.report.fail(place, "$", message);
                return Outcome::Failed;
            }
            Content::Other if answers_with_bytes(entry, body.kind) => return Outcome::Decoded,
            Content::Other => return Outcome::Skipped("of another type than JSON"),
            Content::Empty if takes_nothing(entry, body.kind) => return Outcome::Decoded,
            Content::Empty => return Outcome::Skipped("without a body"),
        };
        match self.read(entry, value, place) {
            Ok((reader, found)) => {
                self.note(reader, &found, value, place);
                Outcome::Decoded
            }
            Err(error) => {
                let path = failure_path(error.path());
                self.report.fail(place, &path, &message(&error));
                Outcome::Failed
            }
        }
    }

    /// The type that fits best, and what it loses.
    fn read(
        &self,
        entry: &Entry,
        value: &Value,
        place: &Place<'_>,
    ) -> Result<(Reader, Vec<Difference>), ReadError> {
        let nulls = match place.kind {
            Kind::Request => Nulls::Something,
            Kind::Response | Kind::ErrorResponse | Kind::WebhookEvent => Nulls::Nothing,
        };
        let read = best(&readers(entry, place, value), value, nulls);
        if matches!(&read, Ok((_, found)) if found.is_empty()) {
            return read;
        }
        let other = self.exceptions.read_as(place.operation, place.kind);
        if let Some(other) = other.and_then(|name| place.api.type_named(name)) {
            // Only answers are misfiled, and there null says nothing.
            let as_other = best(&[Reader::Type(other)], value, Nulls::Nothing);
            if matches!(&as_other, Ok((_, found)) if found.is_empty()) {
                return as_other;
            }
        }
        read
    }

    fn note_lost(&mut self, found: &[Difference], place: &Place<'_>) {
        for difference in found {
            let path = json_path(&difference.path);
            let reason = self.exceptions.reason(place.operation, place.kind, &path);
            self.report.lose(place, &path, &difference.kind, reason);
        }
    }

    fn note(&mut self, reader: Reader, found: &[Difference], value: &Value, place: &Place<'_>) {
        self.note_lost(found, place);
        let schema = self.schemas.entry((place.api.prefix(), reader.name()));
        let schema = schema.or_insert_with(|| reader.schema());
        for unknown in unknown::values(schema, value) {
            self.report.unknown_value(place, &unknown);
        }
    }
}

/// What became of an entry.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Outcome {
    Decoded,
    Failed,
    Skipped(&'static str),
}

impl Outcome {
    /// Of two bodies: a failure decides, and what was skipped says nothing.
    fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Failed, _) | (_, Self::Failed) => Self::Failed,
            (Self::Decoded, _) | (_, Self::Decoded) => Self::Decoded,
            (_, skipped) => skipped,
        }
    }
}

/// The message alone: the path stands beside it.
fn message(error: &ReadError) -> String {
    std::error::Error::source(error).map_or_else(|| error.to_string(), ToString::to_string)
}

fn failure_path(path: &str) -> String {
    match path {
        "" | "." => "$".to_owned(),
        path if path.starts_with('[') => format!("${path}"),
        path => format!("$.{path}"),
    }
}

fn answers_with_bytes(entry: &Entry, kind: Kind) -> bool {
    let bytes = matches!(entry.answer, AnswerKind::Bytes | AnswerKind::JsonOrBytes);
    kind == Kind::Response && bytes
}

fn takes_nothing(entry: &Entry, kind: Kind) -> bool {
    match kind {
        Kind::Request => entry.request.is_none(),
        Kind::Response => matches!(entry.answer, AnswerKind::Empty | AnswerKind::Completion),
        Kind::ErrorResponse | Kind::WebhookEvent => false,
    }
}

/// Whether the answer is a file that happens to be JSON: where files are
/// answered, their listing and their description are told by their looks.
fn is_file(entry: &Entry, kind: Kind, value: &Value) -> bool {
    let about_files = value["values"].is_array()
        || value["type"]
            .as_str()
            .is_some_and(|kind| kind.starts_with("commit_"));
    let describes = about_files && !entry.responses.is_empty();
    kind == Kind::Response && entry.answer == AnswerKind::Bytes && !describes
}

/// What reads a body.
#[derive(Clone, Copy)]
enum Reader {
    Body(BodyEntry),
    Type(&'static TypeEntry),
    /// No JSON is expected: all of it is lost.
    Nothing,
}

impl Reader {
    fn write_back(self, value: &Value) -> Result<Value, ReadError> {
        match self {
            Self::Body(body) => body.write_back(value),
            Self::Type(entry) => entry.write_back(value),
            Self::Nothing => Ok(Value::Null),
        }
    }

    /// What its schema is kept by.
    fn name(self) -> String {
        match self {
            Self::Body(body) => format!("{body:?}"),
            Self::Type(entry) => format!("{entry:?}"),
            Self::Nothing => String::new(),
        }
    }

    fn schema(self) -> Value {
        match self {
            Self::Body(body) => body.schema().to_value(),
            Self::Type(entry) => entry.schema().to_value(),
            Self::Nothing => Value::Null,
        }
    }
}

/// The types that the operation may have for such a body.
fn readers(entry: &Entry, place: &Place<'_>, value: &Value) -> Vec<Reader> {
    let type_named = |name| place.api.type_named(name).map(Reader::Type);
    let mut readers: Vec<_> = match place.kind {
        Kind::Request => entry.request.into_iter().map(Reader::Body).collect(),
        Kind::Response => entry.responses.iter().copied().map(Reader::Body).collect(),
        Kind::ErrorResponse => type_named("Error").into_iter().collect(),
        // Read by its event, and not by an operation.
        Kind::WebhookEvent => Vec::new(),
    };
    if place.kind == Kind::Response && !value["values"].is_array() {
        // Documentation likes to show an item of a list alone.
        let item = entry.responses.first().and_then(BodyEntry::item_type_name);
        readers.extend(item.and_then(type_named));
    }
    if readers.is_empty() {
        readers.push(Reader::Nothing);
    }
    readers
}

/// An operation as reports name it.
fn called(api: Api, method: &str, path: &str) -> String {
    format!("{method} {}{path}", api.prefix())
}

/// The reader that loses least of `value`, and what it loses; where none reads
/// it, why the first does not.
fn best(
    readers: &[Reader],
    value: &Value,
    nulls: Nulls,
) -> Result<(Reader, Vec<Difference>), ReadError> {
    let mut failure = None;
    let mut best: Option<(Reader, Vec<Difference>)> = None;
    for reader in readers {
        match reader.write_back(value) {
            Ok(written) => {
                let found = lost(value, &written, nulls);
                if best
                    .as_ref()
                    .is_none_or(|(_, least)| found.len() < least.len())
                {
                    best = Some((*reader, found));
                }
            }
            Err(error) => {
                failure.get_or_insert(error);
            }
        }
    }
    match (best, failure) {
        (Some(best), _) => Ok(best),
        (None, Some(error)) => Err(error),
        (None, None) => Ok((Reader::Nothing, lost(value, &Value::Null, nulls))),
    }
}

fn lost(value: &Value, written: &Value, nulls: Nulls) -> Vec<Difference> {
    // An empty object is what some clients send where nothing is asked for.
    if written.is_null() && *value == json!({}) {
        return Vec::new();
    }
    if written.is_null() && !value.is_null() {
        let path = String::new();
        return vec![Difference {
            path,
            kind: Change::Lost,
        }];
    }
    differences(value, written, nulls)
}
