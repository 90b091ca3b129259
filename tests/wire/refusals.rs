//! What is refused before anything is sent.

use bitbucket::ErrorKind;

use super::{Bench, Product, failed};
use crate::support::{
    arguments::Call,
    assert_none,
    document::{Location, Operation, Parameter},
    request::{Checked, equal},
    samples::Samples,
};

/// Values that would send a request to another resource than the one named, or
/// that no path can hold.
fn refused_values(parameter: &Parameter) -> Vec<&'static str> {
    let mut values = vec![".", "..", "", "a\nb", "\0", "a\u{7f}", "\u{85}"];
    if parameter.slash {
        values.extend(["a/../b", "../a", "a/.", "a//b", "/a", "a/\t/b"]);
    }
    values
}

pub(crate) async fn every_operation_refuses_what_would_change_its_path(product: &'static Product) {
    let document = product.read();
    let mut samples = Samples::new(&document);
    let bench = Bench::new(product).await;
    let mut failures = Vec::new();
    let (mut parameters, mut refused) = (0, 0);
    for operation in document.operations() {
        for parameter in operation.parameters(Location::Path) {
            parameters += 1;
            let call = Call::full(&operation, &mut samples);
            for value in refused_values(parameter) {
                match check_refusal(&bench, &operation, parameter, &call, value).await {
                    Ok(()) => refused += 1,
                    Err(failure) => failures.push(failed(&operation, &failure)),
                }
            }
        }
    }
    assert_none(&failures);
    assert!(parameters > product.operations, "{parameters} parameters");
    assert!(refused >= 7 * parameters, "{refused} refusals");
}

async fn check_refusal(
    bench: &Bench,
    operation: &Operation,
    parameter: &Parameter,
    call: &Call,
    value: &str,
) -> Checked {
    let name = parameter.name.as_str();
    let arguments = call.arguments().with(name, value);
    let given = bench.call(operation, arguments).await;
    if let Some(request) = bench.server.take_requests().pop() {
        return Err(format!("{name} = {value:?} was sent to {}", request.target));
    }
    let Err(error) = given else {
        return Err(format!("{name} = {value:?} is a success"));
    };
    equal("kind", &ErrorKind::InvalidRequest, &error.kind())?;
    let called = error.operation().map(bitbucket::Operation::id);
    equal("operation", &Some(operation.id.as_str()), &called)?;
    let text = error.to_string();
    if !text.contains(&format!("`{name}`")) {
        return Err(format!("{name} is missing from {text:?}"));
    }
    Ok(())
}

pub(crate) async fn every_operation_wants_its_required_parameters(product: &'static Product) {
    let document = product.read();
    let mut samples = Samples::new(&document);
    let bench = Bench::new(product).await;
    let mut failures = Vec::new();
    for operation in document.operations() {
        let call = Call::full(&operation, &mut samples);
        for parameter in operation.parameters.iter().filter(|it| it.required) {
            let name = &parameter.name;
            let arguments = call.clone().without(name).arguments();
            let given = bench.call(&operation, arguments).await;
            let sent = bench.server.take_requests().len();
            let refused = given.err().is_some_and(|error| {
                // The methods spell `reportId` as Rust does.
                let text = error.to_string().replace('_', "").to_lowercase();
                error.kind() == ErrorKind::InvalidRequest
                    && text.contains(&format!("`{}`", name.replace('_', "").to_lowercase()))
            });
            if !refused || sent > 0 {
                failures.push(failed(&operation, &format!("goes without {name}")));
            }
        }
    }
    assert_none(&failures);
}
