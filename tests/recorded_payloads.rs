//! No recorded answer and no recorded request loses a field in the generated
//! types.
//!
//! The recordings are not part of the project. The test reads them from the
//! folder that `BITBUCKET_PAYLOADS` names, or from `../shared/payloads` beside
//! the checkout, where an `INDEX.json` tells of each file which operation it
//! belongs to (`"operation": "GET /user"`) and what it is (`"kind"`: `response`,
//! `request` or `error_response`).

mod values;

#[path = "recorded_payloads/exceptions.rs"]
mod exceptions;

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use exceptions::{EXCEPTIONS, READ_AS};
use serde_json::Value;
use values::{Findings, Nulls, Shape};

fn folder() -> Option<PathBuf> {
    if let Some(named) = env::var_os("BITBUCKET_PAYLOADS") {
        return Some(PathBuf::from(named));
    }
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/payloads");
    beside.is_dir().then_some(beside)
}

#[test]
fn no_recording_loses_a_field() {
    let Some(folder) = folder() else {
        println!("skipped: BITBUCKET_PAYLOADS names no folder, and none is beside the checkout");
        return;
    };
    let document = values::effective();
    let index = values::read(folder.join("INDEX.json"));
    let recordings = index.as_object().expect("the index is an object");
    let mut findings = Findings::new(EXCEPTIONS, READ_AS);
    for (file, recording) in recordings {
        let text = fs::read_to_string(folder.join(file));
        let text = text.unwrap_or_else(|error| panic!("{file}: {error}"));
        if let Err(message) = check(&document, recording, &text, file, &mut findings) {
            findings.fail(file, &message);
        }
    }
    println!(
        "{} recordings, {} bodies read, {} exceptions",
        recordings.len(),
        findings.read,
        EXCEPTIONS.len()
    );
    findings.settle();
}

fn check(
    document: &Value,
    recording: &Value,
    text: &str,
    file: &str,
    findings: &mut Findings,
) -> Result<(), String> {
    let call = recording["operation"].as_str().ok_or("no operation")?;
    let operation =
        values::operation(document, call).ok_or_else(|| format!("no operation {call}"))?;
    let (shapes, nulls) = match recording["kind"].as_str() {
        Some("response") => (values::answers(document, operation), Nulls::Nothing),
        Some("request") => (vec![values::request(operation)], Nulls::Something),
        Some("error_response") => (vec![values::error_type()], Nulls::Nothing),
        other => return Err(format!("of kind {other:?}")),
    };
    if let Some(body) = recording["request_body"].as_str() {
        let request = [values::request(operation)];
        let name = format!("{file} (request)");
        findings.check(&name, &request, &read(body)?, Nulls::Something);
    }
    if recording["json"] == Value::Bool(true) {
        findings.check(file, &shapes, &read(text)?, nulls);
    } else if shapes != [Shape::Nothing] {
        return Err(format!("bytes, where {shapes:?} was expected"));
    }
    Ok(())
}

fn read(text: &str) -> Result<Value, String> {
    serde_json::from_str(text).map_err(|error| error.to_string())
}
