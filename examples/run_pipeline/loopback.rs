//! A Bitbucket on loopback with one pipeline of two steps, which write a line
//! every third of a second.

use std::{convert::Infallible, io, time::Duration};

use bytes::Bytes;
use http_body_util::Full;
use hyper::{
    Method, Request, Response, StatusCode,
    body::Incoming,
    header::{CONTENT_RANGE, CONTENT_TYPE, HeaderValue, RANGE},
    server::conn::http1,
    service::service_fn,
};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::{net::TcpListener, time::Instant};

const LINE: Duration = Duration::from_millis(300);
const STEPS: [(&str, &[&str]); 2] = [
    ("Build", &["+ make", "compiling", "linking", "done"]),
    ("Test", &["+ make test", "42 tests", "all of them passed"]),
];

/// Serves until the program ends, and says at which base URL.
pub(crate) async fn serve() -> io::Result<String> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    let base_url = format!("http://{}/2.0", listener.local_addr()?);
    let started = Instant::now();
    tokio::spawn(async move {
        while let Ok((connection, _)) = listener.accept().await {
            tokio::spawn(async move {
                let service = service_fn(move |request| async move {
                    Ok::<_, Infallible>(answer(&request, started.elapsed()))
                });
                // A visitor who leaves in the middle is nobody's fault.
                let _ = http1::Builder::new()
                    .serve_connection(TokioIo::new(connection), service)
                    .await;
            });
        }
    });
    Ok(base_url)
}

fn answer(request: &Request<Incoming>, elapsed: Duration) -> Response<Full<Bytes>> {
    let path = request.uri().path().trim_end_matches('/');
    let lines = usize::try_from(elapsed.as_millis() / LINE.as_millis()).unwrap_or(usize::MAX);
    let all = STEPS.iter().map(|(_, log)| log.len()).sum();
    let numbered = |path: &str| path.rsplit('/').next()?.parse::<usize>().ok();
    if request.method() == Method::POST {
        return as_json(&pipeline("pending", None));
    }
    if let Some(step) = path.strip_suffix("/log").and_then(numbered) {
        return log(step, lines, request.headers().get(RANGE));
    }
    if path.ends_with("/steps") {
        let steps: Vec<_> = (0..STEPS.len()).map(|number| step(number, lines)).collect();
        return as_json(&json!({"values": steps}));
    }
    match numbered(path).filter(|_| path.contains("/steps/")) {
        Some(number) => as_json(&step(number, lines)),
        None if lines < all => as_json(&pipeline("in_progress", None)),
        None => as_json(&pipeline("completed", Some("successful"))),
    }
}

fn pipeline(state: &str, result: Option<&str>) -> Value {
    let state = self::state("pipeline_state", state, result);
    json!({"type": "pipeline", "uuid": "{p}", "build_number": 7, "state": state})
}

fn state(family: &str, state: &str, result: Option<&str>) -> Value {
    let mut object = json!({"type": format!("{family}_{state}"), "name": state.to_uppercase()});
    if let Some(result) = result {
        let kind = format!("{family}_{state}_{result}");
        object["result"] = json!({"type": kind, "name": result.to_uppercase()});
    }
    object
}

/// How many of all the lines the steps before this one have written.
fn before(number: usize) -> usize {
    STEPS.iter().take(number).map(|(_, log)| log.len()).sum()
}

fn step(number: usize, lines: usize) -> Value {
    let (name, log) = STEPS[number.min(STEPS.len() - 1)];
    let written = lines.saturating_sub(before(number));
    let state = match written {
        0 => state("pipeline_step_state", "pending", None),
        written if written < log.len() => state("pipeline_step_state", "in_progress", None),
        _ => state("pipeline_step_state", "completed", Some("successful")),
    };
    json!({"type": "pipeline_step", "uuid": number.to_string(), "name": name, "state": state})
}

fn log(number: usize, lines: usize, range: Option<&HeaderValue>) -> Response<Full<Bytes>> {
    let written = lines.saturating_sub(before(number));
    let lines = STEPS[number.min(STEPS.len() - 1)].1.iter().take(written);
    let text: String = lines.map(|line| format!("{line}\n")).collect();
    let mut answer = Response::new(Full::default());
    if written == 0 {
        *answer.status_mut() = StatusCode::NOT_FOUND;
        return answer;
    }
    let first = range
        .and_then(|range| {
            range
                .to_str()
                .ok()?
                .strip_prefix("bytes=")?
                .strip_suffix('-')
        })
        .and_then(|first| first.parse::<usize>().ok())
        .unwrap_or_default();
    let Some(rest) = text.get(first..).filter(|rest| !rest.is_empty()) else {
        *answer.status_mut() = StatusCode::RANGE_NOT_SATISFIABLE;
        return answer;
    };
    *answer.status_mut() = StatusCode::PARTIAL_CONTENT;
    let part = format!("bytes {first}-{}/{}", text.len() - 1, text.len());
    answer
        .headers_mut()
        .extend(part.parse().map(|part| (CONTENT_RANGE, part)));
    *answer.body_mut() = Full::from(rest.to_owned());
    answer
}

fn as_json(value: &Value) -> Response<Full<Bytes>> {
    let mut answer = Response::new(Full::from(value.to_string()));
    let json = HeaderValue::from_static("application/json");
    answer.headers_mut().insert(CONTENT_TYPE, json);
    answer
}
