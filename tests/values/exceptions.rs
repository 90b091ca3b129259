//! Known differences, each with the reason why it is accepted.

use std::collections::BTreeSet;

use super::difference::Difference;

/// A difference that is accepted.
#[derive(Debug)]
pub(crate) struct Exception {
    /// What was read: the name of an example or of a recording.
    pub(crate) subject: &'static str,
    /// The path that differs, as the comparison writes it; empty where the
    /// subject as a whole is no value of the operation's types.
    pub(crate) path: &'static str,
    /// Why the difference is right, or not this crate's to mend.
    pub(crate) reason: &'static str,
}

/// Collects what differs, and holds it against the exceptions.
#[derive(Debug)]
pub(crate) struct Findings {
    exceptions: &'static [Exception],
    applied: BTreeSet<usize>,
    unexplained: Vec<String>,
}

impl Findings {
    pub(crate) fn new(exceptions: &'static [Exception]) -> Self {
        for exception in exceptions {
            assert!(!exception.reason.is_empty(), "no reason: {exception:?}");
        }
        Self {
            exceptions,
            applied: BTreeSet::new(),
            unexplained: Vec::new(),
        }
    }

    /// Whether the subject as a whole is excepted.
    pub(crate) fn excepts(&mut self, subject: &str) -> bool {
        self.applies(subject, "")
    }

    /// Notes what a type did not write back.
    pub(crate) fn add(&mut self, subject: &str, type_name: &str, differences: &[Difference]) {
        for difference in differences {
            if !self.applies(subject, &difference.path) {
                self.unexplained
                    .push(format!("{subject} as {type_name}: {difference}"));
            }
        }
    }

    /// Notes a failure that no exception can explain.
    pub(crate) fn fail(&mut self, subject: &str, message: &str) {
        self.unexplained.push(format!("{subject}: {message}"));
    }

    /// Panics with everything that is not explained, and with the exceptions
    /// that explain nothing any more.
    pub(crate) fn settle(self) {
        let Self { exceptions, applied, unexplained } = self;
        let idle: Vec<_> = exceptions
            .iter()
            .enumerate()
            .filter(|(index, _)| !applied.contains(index))
            .map(|(_, exception)| format!("applies no longer: {exception:?}"))
            .collect();
        assert!(
            unexplained.is_empty() && idle.is_empty(),
            "{} differences, {} idle exceptions\n{}\n{}",
            unexplained.len(),
            idle.len(),
            unexplained.join("\n"),
            idle.join("\n"),
        );
    }

    fn applies(&mut self, subject: &str, path: &str) -> bool {
        let found = self
            .exceptions
            .iter()
            .position(|exception| exception.subject == subject && exception.path == path);
        self.applied.extend(found);
        found.is_some()
    }
}
