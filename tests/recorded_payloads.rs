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

use exceptions::EXCEPTIONS;
use serde_json::Value;
use values::{Findings, Shape, differences};

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
        println!("skipped: BITBUCKET_PAYLOADS names no folder, and there is none beside the checkout");
        return;
    };
    let document = values::effective();
    let index = values::read(folder.join("INDEX.json"));
    let recordings = index.as_object().expect("the index is an object");
    let mut findings = Findings::new(EXCEPTIONS);
    let mut decoded = 0;
    for (file, recording) in recordings {
        if findings.excepts(file) {
            continue;
        }
        let text = fs::read_to_string(folder.join(file)).unwrap_or_else(|error| panic!("{file}: {error}"));
        match check(&document, recording, &text, file, &mut findings) {
            Ok(()) => decoded += 1,
            Err(message) => findings.fail(file, &message),
        }
    }
    println!("{} recordings, {decoded} decoded", recordings.len());
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
    let operation = values::operation(document, call).ok_or_else(|| format!("no operation {call}"))?;
    let shape = match recording["kind"].as_str() {
        Some("response") => values::response(operation),
        Some("request") => values::request(operation),
        Some("error_response") => values::error_type(),
        other => return Err(format!("of kind {other:?}")),
    };
    if let Some(body) = recording["request_body"].as_str() {
        let body = read(body)?;
        compare(&values::request(operation), &body, &format!("{file} (request)"), findings)?;
    }
    if recording["json"] == Value::Bool(false) {
        // Bytes go to the caller as they are.
        return if shape == Shape::Nothing { Ok(()) } else { Err(format!("{shape:?} was expected")) };
    }
    compare(&shape, &read(text)?, file, findings)
}

fn read(text: &str) -> Result<Value, String> {
    serde_json::from_str(text).map_err(|error| error.to_string())
}

fn compare(shape: &Shape, value: &Value, name: &str, findings: &mut Findings) -> Result<(), String> {
    let written = values::write_back_shape(shape, value)?;
    findings.add(name, &format!("{shape:?}"), &differences(value, &written));
    Ok(())
}
