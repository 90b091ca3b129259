//! Known differences, each with the reason why it is accepted.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{
    attribution::best,
    difference::{Difference, Nulls},
    document::Shape,
};

/// A difference that is accepted.
#[derive(Debug)]
pub(crate) struct Exception {
    /// What was read: the name of an example or of a recording.
    pub(crate) subject: &'static str,
    /// The path that differs, as the comparison writes it; empty where the
    /// subject as a whole is no value of a type.
    pub(crate) path: &'static str,
    /// Why the difference is right, or not this crate's to mend.
    pub(crate) reason: &'static str,
}

/// An answer that is not what it is filed as.
#[derive(Debug)]
pub(crate) struct ReadAs {
    pub(crate) subject: &'static str,
    /// The type that it is a value of.
    pub(crate) type_name: &'static str,
    /// How that is known.
    pub(crate) reason: &'static str,
}

/// Reads values, and holds what they lose against the exceptions.
#[derive(Debug)]
pub(crate) struct Findings {
    exceptions: &'static [Exception],
    read_as: &'static [ReadAs],
    applied: BTreeSet<(&'static str, &'static str)>,
    /// How many values went through a type and back.
    pub(crate) read: usize,
    unexplained: Vec<String>,
}

impl Findings {
    pub(crate) fn new(exceptions: &'static [Exception], read_as: &'static [ReadAs]) -> Self {
        let reasons = exceptions.iter().map(|exception| exception.reason);
        let reasons = reasons.chain(read_as.iter().map(|read_as| read_as.reason));
        assert!(reasons.into_iter().all(|reason| !reason.is_empty()));
        Self {
            exceptions,
            read_as,
            applied: BTreeSet::new(),
            read: 0,
            unexplained: Vec::new(),
        }
    }

    /// Reads `value` as the one of `shapes` that loses least of it, and notes
    /// what it loses all the same.
    pub(crate) fn check(&mut self, subject: &str, shapes: &[Shape], value: &Value, nulls: Nulls) {
        let filed = best(shapes, value, nulls);
        let needs_exception = !matches!(&filed, Ok((_, differences)) if differences.is_empty());
        if needs_exception && self.applies(subject, "") {
            return;
        }
        let other = self.read_as.iter().find(|other| other.subject == subject);
        let Some(other) = other.filter(|_| needs_exception) else {
            return self.settle_one(subject, filed);
        };
        self.applied.insert((other.subject, other.type_name));
        let shapes = [Shape::One(other.type_name.to_owned())];
        // Only answers are misfiled, and there null says nothing.
        self.settle_one(subject, best(&shapes, value, Nulls::Nothing));
    }

    fn settle_one(&mut self, subject: &str, outcome: Result<(&Shape, Vec<Difference>), String>) {
        match outcome {
            Ok((shape, differences)) => {
                self.read += 1;
                for difference in differences {
                    if !self.applies(subject, &difference.path) {
                        let lost = format!("{subject} as {shape:?}: {difference}");
                        self.unexplained.push(lost);
                    }
                }
            }
            Err(message) => self.fail(subject, &message),
        }
    }

    /// Notes a failure of the subject as a whole.
    pub(crate) fn fail(&mut self, subject: &str, message: &str) {
        if !self.applies(subject, "") {
            self.unexplained.push(format!("{subject}: {message}"));
        }
    }

    /// Panics with everything that is not explained, and with the exceptions
    /// that explain nothing any more.
    pub(crate) fn settle(self) {
        let exceptions = self.exceptions.iter();
        let keys = exceptions.map(|exception| (exception.subject, exception.path));
        let others = self
            .read_as
            .iter()
            .map(|other| (other.subject, other.type_name));
        let idle: Vec<_> = keys
            .chain(others)
            .filter(|key| !self.applied.contains(key))
            .map(|(subject, what)| format!("applies no longer: {subject}: {what}"))
            .collect();
        assert!(
            self.unexplained.is_empty() && idle.is_empty(),
            "{} differences, {} idle exceptions\n{}\n{}",
            self.unexplained.len(),
            idle.len(),
            self.unexplained.join("\n"),
            idle.join("\n"),
        );
    }

    fn applies(&mut self, subject: &str, path: &str) -> bool {
        let found = self
            .exceptions
            .iter()
            .find(|exception| exception.subject == subject && exception.path == path);
        self.applied
            .extend(found.map(|found| (found.subject, found.path)));
        found.is_some()
    }
}
