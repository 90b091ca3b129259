//! What an error tells.

use bitbucket::ErrorKind;
use serde_json::json;

use super::{Bench, Product, failed};
use crate::support::{
    arguments::Call,
    assert_none,
    document::Operation,
    request::{Checked, equal},
    samples::Samples,
    server::Answer,
};

struct Failure {
    answer: Answer,
    status: u16,
    message: &'static str,
    retry_after: Option<u64>,
}

fn failure_answers() -> [Failure; 3] {
    let bad_request = json!({"type": "error", "error": {
        "message": "The title is missing.",
        "detail": "A title has at least one character.",
        "fields": {"title": ["required"]},
        "id": "f00",
    }});
    [
        Failure {
            answer: Answer::json(400, &bad_request),
            status: 400,
            message: "The title is missing.",
            retry_after: None,
        },
        Failure {
            answer: Answer::text(404, "Not found"),
            status: 404,
            message: "Not found",
            retry_after: None,
        },
        Failure {
            answer: Answer::text(429, "Rate limit for this resource has been exceeded")
                .header("Retry-After", "17"),
            status: 429,
            message: "Rate limit for this resource has been exceeded",
            retry_after: Some(17),
        },
    ]
}

pub(crate) async fn every_operation_tells_errors(product: &'static Product) {
    let document = product.read();
    let mut samples = Samples::new(&document);
    let bench = Bench::new(product).await;
    let mut failures = Vec::new();
    let mut told = 0;
    for operation in document.operations() {
        let call = Call::full(&operation, &mut samples);
        for failure in failure_answers() {
            match check_error(&bench, &operation, &call, failure).await {
                Ok(()) => told += 1,
                Err(failure) => failures.push(failed(&operation, &failure)),
            }
        }
    }
    assert_none(&failures);
    assert_eq!(told, product.operations * failure_answers().len());
}

async fn check_error(
    bench: &Bench,
    operation: &Operation,
    call: &Call,
    failure: Failure,
) -> Checked {
    let (given, _) = bench.exchange(operation, call, failure.answer).await?;
    let Err(error) = given else {
        return Err(format!("{} became a success", failure.status));
    };
    equal("kind", &ErrorKind::Status, &error.kind())?;
    let status = error.status().map(|status| status.as_u16());
    equal("status", &Some(failure.status), &status)?;
    equal("message", &Some(failure.message), &error.message())?;
    let retry_after = error.retry_after().map(|wait| wait.as_secs());
    equal("wait", &failure.retry_after, &retry_after)?;
    let called = error.operation().map(bitbucket::Operation::id);
    equal("operation", &Some(operation.id.as_str()), &called)?;
    equal("kind", &(failure.status == 404), &error.is_not_found())?;
    equal("kind", &(failure.status == 429), &error.is_rate_limited())?;
    if failure.status == 400 {
        let title = error.fields().get("title").map(Vec::as_slice);
        equal("field", &Some(&["required".to_owned()][..]), &title)?;
    }
    let text = error.to_string();
    let parts = [
        operation.id.as_str(),
        &failure.status.to_string(),
        failure.message,
    ];
    match parts.iter().find(|part| !text.contains(**part)) {
        None => Ok(()),
        Some(part) => Err(format!("{part:?} is missing from {text:?}")),
    }
}
