//! One document, served by prism, and every operation called against it.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context as _, Result};
use bitbucket::catalog::Content;
use serde_json::Value;
use url::Url;

use super::{
    callers::{self, AUTHORIZATION, Caller},
    declared::Declared,
    prism::Mock,
    progress::Progress,
    recorder::{Exchange, Passing, Recorder},
    served::Examples,
    subject::Subject,
    verdict::{self, Violation},
};
use crate::support::{
    arguments::{Call, ExpectedBody},
    difference::difference,
    document::{Content as Json, Document, Location, Operation},
    encoding,
    request::{self, Checked},
    samples::Samples,
};

/// How often an operation is called at most, until each of its choices had its
/// turn: more than any enum has values.
const MOST_CALLS: usize = 64;

/// What came of calling every operation.
#[derive(Debug, Default)]
pub(crate) struct Findings {
    pub(crate) operations: usize,
    /// Those that came to the wire.
    pub(crate) called: BTreeSet<String>,
    /// Those of which prism cannot judge a part, which the recorder did.
    pub(crate) recorded: BTreeSet<String>,
    pub(crate) calls: usize,
    /// By what they are known by, the first of each.
    pub(crate) violations: BTreeMap<String, Violation>,
    /// Answers that the client could not read, as violations of `answer`.
    pub(crate) undecoded: BTreeMap<String, Violation>,
    /// What prism says about the answers that it made itself.
    pub(crate) answers: BTreeMap<String, Violation>,
}

/// Calls the operations of one document against what prism serves.
pub(crate) struct Examiner<'a> {
    subject: &'a Subject,
    call: Caller,
    declared: Declared,
    recorder: Recorder,
    /// The path that the operations' paths are below.
    base: String,
}

impl<'a> Examiner<'a> {
    /// An examiner that calls `subject`'s operations against `mock`.
    pub(crate) async fn new(subject: &'a Subject, mock: &Mock) -> Result<Self> {
        let recorder = Recorder::start(mock.authority().clone()).await?;
        Ok(Self {
            subject,
            call: callers::of(subject.product, recorder.origin())?,
            declared: Declared::by(&subject.served),
            recorder,
            base: base_path(&subject.served)?,
        })
    }

    /// Calls every operation until each of its choices had its turn.
    pub(crate) async fn examine(&self, progress: &Progress) -> Findings {
        let operations = self.subject.called.operations();
        let mut findings = Findings {
            operations: operations.len(),
            ..Findings::default()
        };
        for operation in &operations {
            progress.step(&operation.id);
            // Of its own: what is sent must not depend on other operations, or
            // a new one would change what is found with all that follow.
            let mut samples = Samples::declared(&self.subject.called);
            for _ in 0..MOST_CALLS {
                self.call(operation, &mut samples, &mut findings).await;
                if samples.unused().is_empty() {
                    break;
                }
            }
        }
        findings
    }

    async fn call(
        &self,
        operation: &Operation,
        samples: &mut Samples<'_>,
        findings: &mut Findings,
    ) {
        let call = Call::full(operation, samples);
        self.recorder.pass_on(Passing {
            expected: format!("{}{}", self.base, call.path),
            passed_on: whole_segments(operation, &call),
            with_body: is_for_prism(&call),
        });
        let answer = (self.call)(&operation.id, call.arguments()).await;
        let exchanges = self.recorder.take_exchanges();
        let before = findings.violations.len();
        findings.calls += 1;
        let [first, rest @ ..] = &exchanges[..] else {
            let message = format!("nothing was sent: {:?}", answer.as_ref().err());
            findings.violation(Violation::new(&operation.id, "request", "unsent", &message));
            return;
        };
        findings.called.insert(operation.id.clone());
        self.judge(operation, &call, first, findings);
        if !rest.is_empty() && !first.answer.status.is_redirection() {
            let message = format!("{} requests", exchanges.len());
            let id = &operation.id;
            findings.violation(Violation::new(id, "request", "repeated", &message));
        }
        // A problem is no answer to this operation.
        let refused = first.answer.status.as_u16() >= 400;
        if !refused
            && findings.violations.len() == before
            && let Err(message) = read(answer, self.subject.examples.get(&operation.id)).await
        {
            let violation = Violation::new(&operation.id, "answer", "undecoded", &message);
            findings
                .undecoded
                .entry(violation.key())
                .or_insert(violation);
        }
    }

    fn judge(
        &self,
        operation: &Operation,
        call: &Call,
        exchange: &Exchange,
        findings: &mut Findings,
    ) {
        let verdict = verdict::read(&operation.id, &exchange.answer);
        for violation in verdict.request {
            findings.violation(violation);
        }
        for violation in verdict.answer {
            findings.answers.entry(violation.key()).or_insert(violation);
        }
        for violation in self.declared.undeclared(operation, &exchange.request) {
            findings.violation(violation);
        }
        if !is_for_prism(call)
            && let Some(violation) = self.declared.undeclared_body(operation, &exchange.request)
        {
            findings.violation(violation);
        }
        if self.subject.judges_answers() {
            let checked = request::check(
                &exchange.request,
                &self.base,
                Some(AUTHORIZATION),
                operation,
                call,
            );
            if let Err(message) = checked {
                let id = &operation.id;
                findings.violation(Violation::new(id, "request", "recorded", &message));
            }
            if is_recorders(operation, call) {
                findings.recorded.insert(operation.id.clone());
            }
        }
    }
}

impl Findings {
    fn violation(&mut self, violation: Violation) {
        self.violations.entry(violation.key()).or_insert(violation);
    }

    /// Everything that has to be explained.
    pub(crate) fn to_explain(&self, answers: bool) -> impl Iterator<Item = &Violation> {
        let answers = answers.then(|| self.answers.values());
        let found = self.violations.values().chain(self.undecoded.values());
        found.chain(answers.into_iter().flatten())
    }
}

/// The path below which a document's paths are.
fn base_path(document: &Value) -> Result<String> {
    let server = document["servers"][0]["url"].as_str();
    let server: Url = server.context("the document names no server")?.parse()?;
    Ok(server.path().trim_end_matches('/').to_owned())
}

/// Whether prism cannot judge all of it: it takes a path apart before it looks
/// at a parameter, so that none can hold a slash, and some bodies it cannot
/// read.
fn is_recorders(operation: &Operation, call: &Call) -> bool {
    let mut path = operation.parameters(Location::Path);
    path.any(|parameter| parameter.slash) || !is_for_prism(call)
}

/// Whether prism can judge the body, by `served::is_for_prism`'s reasons.
fn is_for_prism(call: &Call) -> bool {
    !matches!(
        call.body,
        ExpectedBody::Multipart(_) | ExpectedBody::Text(..)
    )
}

/// The path with each parameter in a segment of its own, without the base path,
/// which prism does not know.
fn whole_segments(operation: &Operation, call: &Call) -> String {
    let mut path = operation.path.clone();
    for parameter in operation.parameters(Location::Path) {
        let value = &call.arguments[&parameter.name];
        let text = value
            .as_str()
            .map_or_else(|| value.to_string(), str::to_owned);
        let segment = encoding::segment(&text);
        path = path.replace(&format!("{{{}}}", parameter.name), &segment);
    }
    path
}

/// Whether the client could read the answer, and all of the example that prism
/// was given for it.
async fn read(
    answer: Result<bitbucket::Response<Content>, bitbucket::Error>,
    example: Option<&Value>,
) -> Checked {
    let answer = answer.map_err(|error| format!("{error:?}"))?;
    match (answer.into_inner(), example) {
        (Content::Json(read), Some(example)) if read != *example => {
            Err(difference("the answer", example, &read))
        }
        (Content::Bytes(bytes), _) => {
            bytes.bytes().await.map_err(|error| error.to_string())?;
            Ok(())
        }
        _ => Ok(()),
    }
}

/// An answer to each operation that answers with JSON.
pub(crate) fn examples(document: &Document) -> Examples {
    let operations = document.operations().into_iter();
    operations
        .filter_map(|operation| match &operation.success.content {
            Json::Json(schema) => {
                let example = Samples::declared(document).of(schema);
                Some((operation.id, example))
            }
            _ => None,
        })
        .collect()
}
