//! What was found, as JSON and as tables.

use std::{
    collections::BTreeMap,
    fmt::{self, Write as _},
};

use serde_json::{Value, json};

use super::{
    difference,
    recording::{Api, Kind},
    unknown::Unknown,
};

/// Where something was found.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place<'a> {
    pub(crate) api: Api,
    /// Method and path.
    pub(crate) operation: &'a str,
    pub(crate) kind: Kind,
    pub(crate) recording: &'a str,
}

#[derive(Debug)]
struct Failure {
    operation: String,
    kind: Kind,
    recording: String,
    path: String,
    message: String,
}

/// Findings that are one for everybody who mends them.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
struct Key {
    operation: String,
    kind: Kind,
    path: String,
    /// How it came back, or the value that is not known.
    what: String,
}

#[derive(Debug)]
struct Times {
    count: usize,
    first: String,
    reason: Option<String>,
}

type Findings = BTreeMap<Key, Times>;

#[derive(Debug)]
pub(crate) struct Report {
    pub(crate) decoded: usize,
    pub(crate) failed_entries: usize,
    failed: Vec<Failure>,
    lost: Findings,
    unknown_values: Findings,
    unknown_operations: BTreeMap<String, usize>,
    skipped: BTreeMap<String, usize>,
}

impl Report {
    pub(crate) fn new(skipped: BTreeMap<String, usize>) -> Self {
        Self {
            decoded: 0,
            failed_entries: 0,
            failed: Vec::new(),
            lost: BTreeMap::new(),
            unknown_values: BTreeMap::new(),
            unknown_operations: BTreeMap::new(),
            skipped,
        }
    }

    pub(crate) fn skip(&mut self, reason: &str) {
        *self.skipped.entry(reason.to_owned()).or_default() += 1;
    }

    pub(crate) fn fail(&mut self, place: &Place<'_>, path: &str, message: &str) {
        self.failed.push(Failure {
            operation: place.operation.to_owned(),
            kind: place.kind,
            recording: place.recording.to_owned(),
            path: path.to_owned(),
            message: message.to_owned(),
        });
    }

    pub(crate) fn lose(
        &mut self,
        place: &Place<'_>,
        path: &str,
        how: &difference::Kind,
        reason: Option<&str>,
    ) {
        let how = match how {
            difference::Kind::Lost => "lost",
            difference::Kind::Changed { .. } => "changed",
            difference::Kind::Added(_) => "added",
        };
        let times = note(&mut self.lost, place, path, how);
        times.reason = reason.map(str::to_owned);
    }

    pub(crate) fn unknown_value(&mut self, place: &Place<'_>, unknown: &Unknown) {
        let path = json_path(&unknown.path);
        note(&mut self.unknown_values, place, &path, &unknown.value);
    }

    pub(crate) fn unknown_operation(&mut self, call: &str) {
        let call = call.to_owned();
        *self.unknown_operations.entry(call).or_default() += 1;
    }

    /// Whether everything decoded; strictly, whether nothing was lost without a
    /// reason, too.
    pub(crate) fn is_good(&self, strict: bool) -> bool {
        self.failed.is_empty() && !(strict && self.unexplained().next().is_some())
    }

    fn unexplained(&self) -> impl Iterator<Item = (&Key, &Times)> {
        self.lost.iter().filter(|(_, times)| times.reason.is_none())
    }

    fn explained(&self) -> impl Iterator<Item = (&Key, &Times)> {
        self.lost.iter().filter(|(_, times)| times.reason.is_some())
    }

    fn skipped(&self) -> usize {
        self.skipped.values().sum()
    }

    fn entries(&self) -> usize {
        let unknown: usize = self.unknown_operations.values().sum();
        self.decoded + self.failed_entries + unknown + self.skipped()
    }

    pub(crate) fn json(&self) -> Value {
        let failed = self.failed.iter().map(|failure| {
            json!({
                "operation": failure.operation,
                "body": failure.kind.name(),
                "entry": failure.recording,
                "path": failure.path,
                "message": failure.message,
            })
        });
        let operations = self
            .unknown_operations
            .iter()
            .map(|(call, count)| json!({"operation": call, "count": count}));
        json!({
            "entries": self.entries(),
            "decoded": self.decoded,
            "failed": failed.collect::<Value>(),
            "lost_fields": self.unexplained().map(|(key, times)| found(key, times, "change")).collect::<Value>(),
            "explained_fields": self.explained().map(|(key, times)| found(key, times, "change")).collect::<Value>(),
            "unknown_values": self.unknown_values.iter().map(|(key, times)| found(key, times, "value")).collect::<Value>(),
            "unknown_operations": operations.collect::<Value>(),
            "skipped": self.skipped,
        })
    }
}

fn note<'a>(
    findings: &'a mut Findings,
    place: &Place<'_>,
    path: &str,
    what: &str,
) -> &'a mut Times {
    let key = Key {
        operation: place.operation.to_owned(),
        kind: place.kind,
        path: path.to_owned(),
        what: what.to_owned(),
    };
    let times = findings.entry(key).or_insert_with(|| Times {
        count: 0,
        first: place.recording.to_owned(),
        reason: None,
    });
    times.count += 1;
    times
}

fn found(key: &Key, times: &Times, what: &str) -> Value {
    let mut found = json!({
        "operation": key.operation,
        "body": key.kind.name(),
        "path": key.path,
        what: key.what,
        "count": times.count,
        "first": times.first,
    });
    if let Some(reason) = &times.reason {
        found["reason"] = json!(reason);
    }
    found
}

/// `values[].id`, as the comparison has it, as a `JSONPath`.
pub(crate) fn json_path(path: &str) -> String {
    let path = path.replace("[]", "[*]");
    if path.is_empty() || path.starts_with('[') {
        format!("${path}")
    } else {
        format!("$.{path}")
    }
}

impl fmt::Display for Report {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let operations: usize = self.unknown_operations.values().sum();
        for (count, what) in [
            (self.entries(), "entries"),
            (self.decoded, "decoded"),
            (self.failed_entries, "did not decode"),
            (self.unexplained().count(), "fields lost"),
            (self.explained().count(), "fields lost for a reason"),
            (self.unknown_values.len(), "unknown values"),
            (operations, "entries of unknown operations"),
            (self.skipped(), "entries skipped"),
        ] {
            writeln!(formatter, "{count:>6} {what}")?;
        }
        for (reason, count) in &self.skipped {
            writeln!(formatter, "{count:>13} {reason}")?;
        }
        self.write_failures(formatter)?;
        let lost = self.unexplained().map(|(key, times)| (key, times, ""));
        write_table(formatter, "Lost", lost)?;
        let explained = self.explained();
        let explained =
            explained.map(|(key, times)| (key, times, times.reason.as_deref().unwrap_or_default()));
        write_table(formatter, "Lost for a reason", explained)?;
        let unknown = self
            .unknown_values
            .iter()
            .map(|(key, times)| (key, times, ""));
        write_table(formatter, "Unknown values", unknown)?;
        if !self.unknown_operations.is_empty() {
            writeln!(formatter, "\nUnknown operations")?;
            for (call, count) in &self.unknown_operations {
                writeln!(formatter, "{count:>6} {call}")?;
            }
        }
        Ok(())
    }
}

impl Report {
    fn write_failures(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.failed.is_empty() {
            writeln!(formatter, "\nDid not decode")?;
        }
        for failure in &self.failed {
            let kind = failure.kind.name();
            writeln!(
                formatter,
                "  {} ({kind}), {}",
                failure.operation, failure.recording
            )?;
            writeln!(formatter, "    {}: {}", failure.path, failure.message)?;
        }
        Ok(())
    }
}

/// One row a finding, under its operation.
fn write_table<'a>(
    formatter: &mut fmt::Formatter<'_>,
    title: &str,
    findings: impl Iterator<Item = (&'a Key, &'a Times, &'a str)>,
) -> fmt::Result {
    let mut table = String::new();
    let mut operation = None;
    for (key, times, reason) in findings {
        let current = (&key.operation, key.kind);
        if operation != Some(current) {
            writeln!(table, "  {} ({})", key.operation, key.kind.name())?;
            operation = Some(current);
        }
        writeln!(table, "{:>6} {}: {}", times.count, key.path, key.what)?;
        if !reason.is_empty() {
            writeln!(table, "       {reason}")?;
        }
    }
    if !table.is_empty() {
        write!(formatter, "\n{title}\n{table}")?;
    }
    Ok(())
}
