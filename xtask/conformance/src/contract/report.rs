//! What is said in the end.

use std::{fmt::Write as _, process::ExitCode};

use anyhow::Result;
use serde::Serialize;

use super::{
    examination::Findings,
    subject::{Kind, Subject},
    verdict::Violation,
};

/// All runs.
#[derive(Debug, Serialize)]
pub(crate) struct Report {
    /// The judge's version.
    pub(crate) prism: String,
    pub(crate) runs: Vec<Run>,
}

/// One document of one product.
#[derive(Debug, Serialize)]
pub(crate) struct Run {
    product: &'static str,
    document: Kind,
    /// How many the corrected document has, and how many of them were sent.
    operations: usize,
    called: usize,
    /// Of those, the ones of which the recorder judged what prism cannot.
    judged_by_recorder: usize,
    calls: usize,
    violations: Vec<Violation>,
    undecoded: Vec<Violation>,
    /// How many of both have a reason in the list.
    explained: usize,
    unexplained: Vec<String>,
    superfluous: Vec<String>,
    /// What prism says about answers that it made itself: the document
    /// contradicts itself. The corrected one must not; the published one may, as
    /// no request depends on it.
    answers: Vec<Violation>,
}

impl Run {
    pub(crate) fn new(subject: &Subject, findings: Findings) -> Self {
        let answers = subject.judges_answers();
        let keys: Vec<_> = findings.to_explain(answers).map(Violation::key).collect();
        let explanations = &subject.explanations;
        let comparison = explanations.compare(&keys);
        Self {
            product: subject.product.name,
            document: subject.kind,
            operations: findings.operations,
            called: findings.called.len(),
            judged_by_recorder: findings.recorded.len(),
            calls: findings.calls,
            violations: findings.violations.into_values().collect(),
            undecoded: findings.undecoded.into_values().collect(),
            explained: explanations.len() - comparison.superfluous.len(),
            unexplained: comparison.unexplained,
            superfluous: comparison.superfluous,
            answers: findings.answers.into_values().collect(),
        }
    }

    fn passes(&self) -> bool {
        self.operations > 0
            && self.called == self.operations
            && self.unexplained.is_empty()
            && self.superfluous.is_empty()
    }

    fn failures(&self) -> String {
        let mut text = String::new();
        let all = || {
            self.violations
                .iter()
                .chain(&self.undecoded)
                .chain(&self.answers)
        };
        for key in &self.unexplained {
            let message = all().find(|violation| violation.key() == *key);
            let message = message.map_or("", |violation| &violation.message);
            let _ = writeln!(text, "  unexplained: {key}: {message}");
        }
        for key in &self.superfluous {
            let _ = writeln!(text, "  explained, but not found: {key}");
        }
        if self.called != self.operations {
            let missing = self.operations - self.called;
            let _ = writeln!(text, "  {missing} operations were not called");
        }
        text
    }
}

const COLUMNS: [&str; 8] = [
    "product",
    "document",
    "operations",
    "called",
    "recorder",
    "calls",
    "violations",
    "undecoded",
];

impl Report {
    /// A row for each run, and what is wrong with it.
    pub(crate) fn table(&self) -> String {
        let mut rows = vec![COLUMNS.map(str::to_owned)];
        for run in &self.runs {
            rows.push([
                run.product.to_owned(),
                run.document.name().to_owned(),
                run.operations.to_string(),
                run.called.to_string(),
                run.judged_by_recorder.to_string(),
                run.calls.to_string(),
                run.violations.len().to_string(),
                run.undecoded.len().to_string(),
            ]);
        }
        let mut text = String::new();
        for row in &rows {
            for (column, cell) in row.iter().enumerate() {
                let width = rows.iter().map(|row| row[column].len()).max().unwrap_or(0);
                let _ = write!(text, "{cell:width$}  ");
            }
            text.truncate(text.trim_end().len());
            text.push('\n');
        }
        for run in &self.runs {
            let verdict = if run.passes() { "passed" } else { "failed" };
            let _ = writeln!(
                text,
                "{} {}: {verdict}, {} explained, {} unexplained, {} superfluous",
                run.product,
                run.document.name(),
                run.explained,
                run.unexplained.len(),
                run.superfluous.len()
            );
            text.push_str(&run.failures());
        }
        text
    }

    pub(crate) fn json(&self) -> Result<String> {
        Ok(format!("{}\n", serde_json::to_string_pretty(self)?))
    }

    pub(crate) fn exit_code(&self) -> ExitCode {
        if self.runs.iter().all(Run::passes) {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        }
    }
}
