//! What is asked of Bitbucket: the columns of the table.

use std::{
    io::Cursor,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use bitbucket::{
    Auth, Client, Error, Form, Part, Polling,
    auth::oauth::{Consumer, Tokens},
    types,
};
use serde_json::{Value, json};
use tokio::sync::Semaphore;

use crate::{fault_server::Received, faults::Normal};

/// Every kind of call. The fault befalls one request of each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Call {
    /// GET, decoded.
    Get,
    /// A list of three pages; the second is the faulty one.
    List,
    /// A file as a stream of bytes.
    Bytes,
    /// A file saved to a path, over an older one.
    Save,
    /// POST with JSON, decoded.
    Post,
    /// A form with a file, which can be read again.
    UploadFile,
    /// A form with a reader, which cannot.
    UploadReader,
    /// The request for a token, by client credentials.
    Token,
    /// The request for a token, by a refresh token.
    Refresh,
    /// A merge in the background; asking after it is what is faulty.
    Merge,
    /// Waiting for a pipeline; asking after it is what is faulty.
    Pipeline,
}

pub(crate) const CALLS: [Call; 11] = [
    Call::Get,
    Call::List,
    Call::Bytes,
    Call::Save,
    Call::Post,
    Call::UploadFile,
    Call::UploadReader,
    Call::Token,
    Call::Refresh,
    Call::Merge,
    Call::Pipeline,
];

/// How a call ended.
pub(crate) struct Ended {
    pub(crate) result: Result<Delivered, Error>,
    /// What was lost, repeated or made up on the way.
    pub(crate) fault: Option<String>,
}

/// What a call gave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Delivered {
    /// What would have come without a fault.
    Exactly,
    /// What came instead, which nobody can tell from what was meant.
    AsItCame,
    /// It has no end, and was dropped in the middle.
    Endless,
}

const TARGET: &str = "/2.0/repositories/acme/website";
const DIFF: &str = "diff --git a/a.txt b/a.txt\n--- a/a.txt\n+++ b/a.txt\n-\"one\"\n+\"two\"\n";
/// Short, since it may take one more connection for each half of what is missing.
const FILE: &str = "\"f\"\n";
const ITEMS: [i64; 6] = [1, 2, 3, 4, 5, 6];

/// What is uploaded: more than one part of it.
pub(crate) fn content() -> Vec<u8> {
    (0..50_000_u32).flat_map(u32::to_le_bytes).collect()
}

impl Call {
    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::List => "list",
            Self::Bytes => "byte stream",
            Self::Save => "download to a file",
            Self::Post => "POST",
            Self::UploadFile => "upload of a file",
            Self::UploadReader => "upload of a reader",
            Self::Token => "token",
            Self::Refresh => "token refresh",
            Self::Merge => "merge",
            Self::Pipeline => "pipeline",
        }
    }

    /// How many requests go before the one that is faulty.
    pub(crate) fn prelude(self) -> usize {
        usize::from(matches!(self, Self::List | Self::Merge))
    }

    pub(crate) fn fetches_token(self) -> bool {
        matches!(self, Self::Token | Self::Refresh)
    }

    /// Whether the faulty request must not be repeated where it may have been heard.
    pub(crate) fn is_once(self) -> bool {
        matches!(
            self,
            Self::Post | Self::UploadFile | Self::UploadReader | Self::Refresh
        )
    }

    pub(crate) fn uploads(self) -> bool {
        matches!(self, Self::UploadFile | Self::UploadReader)
    }

    /// Whether this is the request that the fault befalls.
    pub(crate) fn is_target(self, request: &Received) -> bool {
        let path = request.target.split('?').next().unwrap_or_default();
        if path.starts_with("/2.0/elsewhere") {
            return true;
        }
        let suffix = match self {
            Self::Get => return path == TARGET,
            Self::List => return request.target.contains("page=2"),
            Self::Bytes => "/diff",
            Self::Save => "/downloads/text.diff",
            Self::Post => "/pullrequests",
            Self::UploadFile | Self::UploadReader => "/downloads",
            Self::Token | Self::Refresh => "/token",
            Self::Merge => "/task-status/1",
            Self::Pipeline => "/pipelines/7",
        };
        path.ends_with(suffix)
    }

    /// What a sound Bitbucket answers.
    pub(crate) fn answer(self, request: &Received) -> Normal {
        let value = match self {
            Self::List => {
                let origin = request.header("host").unwrap_or_default();
                return page(&request.target, origin);
            }
            Self::Bytes => return Normal::of("text/plain", DIFF),
            Self::Save => return part(request),
            Self::Post => json!({"type": "pullrequest", "id": 7, "title": "x"}),
            Self::Merge if request.method == "POST" => return accepted(),
            Self::Merge => json!({
                "task_status": "SUCCESS",
                "merge_result": {"type": "pullrequest", "id": 7, "title": "x"},
            }),
            Self::Pipeline if request.target.ends_with("/steps") => {
                json!({"values": [{"name": "build"}]})
            }
            Self::Pipeline => json!({
                "build_number": 7,
                "state": {"type": "pipeline_state_completed", "name": "COMPLETED", "result": {
                    "type": "pipeline_state_completed_successful", "name": "SUCCESSFUL",
                }},
                "uuid": "7",
            }),
            Self::Token | Self::Refresh if self.is_target(request) => json!({
                "access_token": "t0ken", "expires_in": 7200, "token_type": "bearer",
            }),
            _ => json!({"slug": "website"}),
        };
        Normal::json(&value)
    }

    pub(crate) fn auth(self, origin: &str) -> Auth {
        let consumer = Consumer::new("key", "s3cret").token_url(format!("{origin}/token"));
        match self {
            Self::Token => Auth::oauth(consumer.client_credentials()),
            Self::Refresh => Auth::oauth(consumer.with_tokens(Tokens::refreshing("r3fresh"))),
            _ => Auth::bearer("s3cret"),
        }
    }

    pub(crate) async fn run(self, client: &Client, file: &Path) -> Ended {
        let repository = client.repository("acme", "website");
        let result = match self {
            Self::List => return list(client).await,
            Self::Bytes => return bytes(client).await,
            Self::Save => return save(client).await,
            Self::Get | Self::Token | Self::Refresh => {
                let found = repository.get_repository().send().await;
                found.map(|found| found.slug.as_deref() == Some("website"))
            }
            Self::Post => {
                let body = types::PullRequest::builder().title("x");
                let made = repository.create_pull_request().body(body).send().await;
                made.map(|made| made.id == Some(7))
            }
            Self::UploadFile | Self::UploadReader => {
                let part = if self == Self::UploadFile {
                    Part::file(file)
                } else {
                    Part::reader(Cursor::new(content()), None)
                };
                let form = Form::new().part("files", part.file_name("numbers.bin"));
                let sent = repository.create_download().body(form).send().await;
                sent.map(|_| true)
            }
            Self::Merge => {
                let merge = repository.pull_request(7).merge_pull_request();
                let merged = merge.send_and_wait(often()).await;
                merged.map(|merged| merged.id == Some(7))
            }
            Self::Pipeline => {
                let run = repository.pipeline("7").wait(often()).await;
                run.map(|run| run.is_successful() && run.steps.len() == 1)
            }
        };
        let (result, fault) = match result {
            Ok(true) => (Ok(Delivered::Exactly), None),
            Ok(false) => (Ok(Delivered::AsItCame), Some("another answer".to_owned())),
            Err(error) => (Err(error), None),
        };
        Ended { result, fault }
    }
}

fn often() -> Polling {
    Polling::default()
        .first_pause(Duration::from_millis(1))
        .longest_pause(Duration::from_millis(5))
        .time_limit(Duration::from_secs(60))
}

fn accepted() -> Normal {
    let location = format!("{TARGET}/pullrequests/7/merge/task-status/1");
    let mut accepted = Normal::json(&Value::Null);
    accepted.status = "202 Accepted";
    accepted.headers.push(("Location", location));
    accepted
}

/// The file, or what is asked for of it.
fn part(request: &Received) -> Normal {
    let whole = Normal::of("application/octet-stream", FILE).with("ETag", "\"one\"");
    let range = request.header("range").and_then(|range| {
        let (first, last) = range.strip_prefix("bytes=")?.split_once('-')?;
        Some((first.parse::<usize>().ok()?, last.parse::<usize>().ok()?))
    });
    let Some((first, last)) = range else {
        return whole;
    };
    let range = format!("bytes {first}-{last}/{}", FILE.len());
    Normal {
        status: "206 Partial Content",
        body: FILE.as_bytes()[first..=last].to_vec(),
        ..whole.with("Content-Range", &range)
    }
}

fn page(target: &str, host: &str) -> Normal {
    let number = if target.contains("page=2") || target.contains("elsewhere") {
        2
    } else if target.contains("page=3") {
        3
    } else {
        1
    };
    let items = ITEMS[2 * number - 2..2 * number].iter();
    let items: Vec<_> = items
        .map(|id| json!({"type": "pullrequest", "id": id}))
        .collect();
    let mut page = json!({"pagelen": 2, "size": 6, "values": items});
    if number < 3 {
        page["next"] = json!(format!(
            "http://{host}{TARGET}/pullrequests?page={}",
            number + 1
        ));
    }
    Normal::json(&page)
}

async fn list(client: &Client) -> Ended {
    let repository = client.repository("acme", "website");
    let mut items = repository.list_pull_requests().stream();
    let mut ids = Vec::new();
    let result = loop {
        match items.try_next().await {
            Ok(Some(item)) => ids.push(item.id.unwrap_or_default()),
            Ok(None) => break Ok(Delivered::Exactly),
            Err(error) => break Err(error),
        }
    };
    let expected = if result.is_ok() {
        &ITEMS[..]
    } else {
        &ITEMS[..2]
    };
    let mut fault = (ids != expected).then(|| format!("the items {ids:?}"));
    if !matches!(items.try_next().await, Ok(None)) {
        fault = Some("something after the end".to_owned());
    }
    Ended { result, fault }
}

/// A stream with no end is dropped after so many parts.
const ENOUGH: u32 = 20;

async fn bytes(client: &Client) -> Ended {
    let repository = client.repository("acme", "website");
    let diff = repository.get_pull_request_diff().pull_request_id(7);
    let mut stream = match diff.send().await {
        Ok(answer) => answer.into_inner(),
        Err(error) => {
            return Ended {
                result: Err(error),
                fault: None,
            };
        }
    };
    let mut whole = Vec::new();
    let mut spaces = 0;
    let result = loop {
        match stream.try_next().await {
            Ok(Some(part)) => {
                spaces += u32::from(*part == *b" ");
                whole.extend_from_slice(&part);
            }
            Ok(None) if whole == DIFF.as_bytes() => break Ok(Delivered::Exactly),
            Ok(None) => break Ok(Delivered::AsItCame),
            Err(error) => break Err(error),
        }
        if spaces == ENOUGH {
            break Ok(Delivered::Endless);
        }
    };
    let made_up = result.is_err() && !DIFF.as_bytes().starts_with(&whole);
    Ended {
        result,
        fault: made_up.then(|| "bytes that nobody sent".to_owned()),
    }
}

/// What is in the file before.
const OLDER: &[u8] = b"what is there already";

async fn save(client: &Client) -> Ended {
    let directory = tempfile::tempdir().expect("there is room");
    let path = directory.path().join("text.diff");
    std::fs::write(&path, OLDER).expect("there is room");
    let spaces = Arc::new(Semaphore::new(0));
    let (counted, before) = (Arc::clone(&spaces), AtomicU64::new(0));
    let repository = client.repository("acme", "website");
    let download = repository.get_download().filename("text.diff").download();
    let download = download.on_progress(move |received, _| {
        let more = received.checked_sub(before.swap(received, Ordering::SeqCst));
        counted.add_permits(usize::from(more == Some(1)));
    });
    let result = tokio::select! {
        saved = download.save_to(&path) => saved.map(Some),
        _ = spaces.acquire_many(ENOUGH) => Ok(None),
    };
    let content = std::fs::read(&path).unwrap_or_default();
    let result = result.map(|length| match length {
        None => Delivered::Endless,
        Some(_) if content == FILE.as_bytes() => Delivered::Exactly,
        Some(_) => Delivered::AsItCame,
    });
    let is_old = content == OLDER;
    let replaced = matches!(result, Ok(Delivered::Exactly | Delivered::AsItCame));
    let mut fault = (is_old == replaced).then(|| format!("{content:?} is in the file"));
    // The temporary file of a download that was dropped is removed by another thread.
    for _ in 0..1000 {
        if std::fs::read_dir(&directory).map_or(0, Iterator::count) == 1 {
            return Ended { result, fault };
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    fault = Some("there is more than the file".to_owned());
    Ended { result, fault }
}
