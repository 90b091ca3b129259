//! What can go wrong: the rows of the table.

use std::{io::Write as _, time::Duration};

use crate::fault_server::{Act, Received};

/// What the server would answer if nothing were wrong.
#[derive(Clone, Debug)]
pub(crate) struct Normal {
    pub(crate) status: &'static str,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: Vec<u8>,
}

impl Normal {
    pub(crate) fn json(value: &serde_json::Value) -> Self {
        Self::of("application/json", value.to_string())
    }

    pub(crate) fn of(content_type: &str, body: impl Into<Vec<u8>>) -> Self {
        Self {
            status: "200 OK",
            headers: vec![("Content-Type", content_type.to_owned())],
            body: body.into(),
        }
    }

    pub(crate) fn with(&self, name: &'static str, value: &str) -> Self {
        let mut other = self.clone();
        other.headers.retain(|(known, _)| *known != name);
        other.headers.push((name, value.to_owned()));
        other
    }

    fn body(&self, body: impl Into<Vec<u8>>) -> Self {
        let mut other = self.clone();
        other.body = body.into();
        other
    }

    /// Status line and headers, with whatever says how long the body is.
    fn head(&self, framing: &str) -> Vec<u8> {
        let lines = self.headers.iter();
        let lines: String = lines
            .map(|(name, value)| format!("{name}: {value}\r\n"))
            .collect();
        let head = format!("HTTP/1.1 {}\r\n{lines}", self.status);
        (head + framing + "\r\n\r\n").into_bytes()
    }

    pub(crate) fn bytes(&self) -> Vec<u8> {
        let length = format!("Content-Length: {}", self.body.len());
        [self.head(&length), self.body.clone()].concat()
    }

    fn chunked(&self) -> (Vec<u8>, Vec<u8>) {
        let size = format!("{:x}\r\n", self.body.len());
        let chunk = [size.as_bytes(), &self.body, b"\r\n"].concat();
        (self.head("Transfer-Encoding: chunked"), chunk)
    }

    /// The first half of the body, under the length of the whole of it.
    fn half(&self) -> Vec<u8> {
        let bytes = self.bytes();
        bytes[..bytes.len() - self.body.len().div_ceil(2)].to_vec()
    }

    /// A body that is valid and far too long.
    fn padded(&self, spaces: usize) -> Vec<u8> {
        [&self.body[..1], &vec![b' '; spaces], &self.body[1..]].concat()
    }
}

type Answer = fn(&Normal, &Received, usize) -> Vec<Act>;

#[derive(Clone, Copy)]
pub(crate) enum Stage {
    /// Nobody listens.
    Refuse,
    /// The connection is reset before anything is read.
    ResetAtOnce,
    /// The connection is reset in the middle of the request.
    ResetWithin,
    /// The request is read, and this is what comes instead of its answer. The
    /// number says how many were answered so before.
    Answer(Answer),
}

#[derive(Clone, Copy)]
pub(crate) struct Fault {
    pub(crate) group: &'static str,
    pub(crate) name: &'static str,
    pub(crate) stage: Stage,
    /// It takes as long as the timeouts, so that it is begun with.
    pub(crate) slow: bool,
    /// Only a limit on the whole of an attempt ends it.
    pub(crate) endless: bool,
    /// It says that nothing was done, so that a POST may be repeated.
    pub(crate) refuses: bool,
}

const CONNECTION: &str = "Connection";
const SILENCE: &str = "Silence";
const FRAMING: &str = "Broken answers";
const CONTENT: &str = "Wrong content";
const SIZE: &str = "Size";
const REDIRECTS: &str = "Redirects";
const STATUS: &str = "Statuses";

const fn fault(group: &'static str, name: &'static str, answer: Answer) -> Fault {
    Fault {
        group,
        name,
        stage: Stage::Answer(answer),
        slow: false,
        endless: false,
        refuses: false,
    }
}

const fn at(name: &'static str, stage: Stage) -> Fault {
    Fault {
        stage,
        ..fault(CONNECTION, name, |_, _, _| Vec::new())
    }
}

const fn slow(group: &'static str, name: &'static str, answer: Answer) -> Fault {
    Fault {
        slow: true,
        ..fault(group, name, answer)
    }
}

pub(crate) const FAULTS: &[Fault] = &[
    Fault {
        refuses: true,
        ..at("refused", Stage::Refuse)
    },
    at("reset at once", Stage::ResetAtOnce),
    at("reset in the middle of the request", Stage::ResetWithin),
    fault(CONNECTION, "reset after the request", |_, _, _| {
        vec![Act::Reset]
    }),
    fault(CONNECTION, "closed after the request", |_, _, _| {
        vec![Act::Close]
    }),
    fault(
        CONNECTION,
        "closed after each answer, without a word",
        |normal, _, _| vec![Act::Send(normal.bytes()), Act::Close],
    ),
    slow(SILENCE, "no answer", |_, _, _| vec![Act::Hold]),
    slow(SILENCE, "stalls in the headers", |normal, _, _| {
        vec![Act::Send(normal.bytes()[..20].to_vec()), Act::Hold]
    }),
    slow(SILENCE, "stalls in the body", |normal, _, _| {
        vec![Act::Send(normal.half()), Act::Hold]
    }),
    slow(SILENCE, "503, and stalls in the body", |normal, _, _| {
        vec![
            Act::Send(status(normal, "503 Service Unavailable").half()),
            Act::Hold,
        ]
    }),
    slow(SILENCE, "103 Early Hints for ever", |_, _, _| {
        let hint = b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n".to_vec();
        vec![Act::Repeat(hint, Duration::from_millis(50))]
    }),
    Fault {
        endless: true,
        ..slow(SILENCE, "trickles for ever", |normal, _, _| {
            let (head, _) = normal.chunked();
            vec![
                Act::Send(head),
                Act::Repeat(b"1\r\n \r\n".to_vec(), Duration::from_millis(20)),
            ]
        })
    },
    fault(SILENCE, "trickles to its end", |normal, _, _| {
        vec![Act::Trickle(normal.bytes(), Duration::from_millis(1))]
    }),
    fault(FRAMING, "ends in the headers", |normal, _, _| {
        vec![Act::Send(normal.bytes()[..20].to_vec()), Act::Close]
    }),
    fault(FRAMING, "ends before its Content-Length", |normal, _, _| {
        vec![Act::Send(normal.half()), Act::Close]
    }),
    fault(
        FRAMING,
        "reset before its Content-Length",
        |normal, _, _| vec![Act::Send(normal.half()), Act::Reset],
    ),
    fault(FRAMING, "ends without its last chunk", |normal, _, _| {
        let (head, chunk) = normal.chunked();
        vec![Act::Send([head, chunk].concat()), Act::Close]
    }),
    fault(FRAMING, "a chunk of no size", |normal, _, _| {
        let (head, _) = normal.chunked();
        vec![
            Act::Send([head, b"zz\r\n{}\r\n".to_vec()].concat()),
            Act::Close,
        ]
    }),
    fault(
        FRAMING,
        "goes on after its Content-Length",
        |normal, _, _| vec![Act::Send([normal.bytes(), b" and more".to_vec()].concat())],
    ),
    fault(
        FRAMING,
        "another answer behind the answer",
        |normal, _, _| {
            let other = Normal::of(
                "application/json",
                r#"{"smuggled": true, "values": [{"id": 66}]}"#,
            );
            vec![Act::Send([normal.bytes(), other.bytes()].concat())]
        },
    ),
    fault(FRAMING, "two different Content-Lengths", |normal, _, _| {
        vec![Act::Send(normal.with("Content-Length", "3").bytes())]
    }),
    fault(FRAMING, "no HTTP", |_, _, _| {
        vec![Act::Send(b"SSH-2.0-conker\r\n".to_vec()), Act::Close]
    }),
    fault(FRAMING, "random bytes", |_, _, _| {
        vec![Act::Send((0..=255).rev().collect()), Act::Close]
    }),
    fault(FRAMING, "500 headers", |normal, _, _| {
        let mut normal = normal.clone();
        normal
            .headers
            .extend((0..500).map(|_| ("X-More", "x".to_owned())));
        vec![Act::Send(normal.bytes()), Act::Close]
    }),
    fault(FRAMING, "a header of 1 MiB", |normal, _, _| {
        vec![
            Act::Send(normal.with("X-Long", &"x".repeat(1 << 20)).bytes()),
            Act::Close,
        ]
    }),
    fault(FRAMING, "gzip that is none", |normal, _, _| {
        vec![Act::Send(normal.with("Content-Encoding", "gzip").bytes())]
    }),
    fault(FRAMING, "gzip that ends early", |normal, _, _| {
        let mut packed = gzip(&normal.body);
        packed.truncate(packed.len() - 9);
        vec![Act::Send(
            normal.with("Content-Encoding", "gzip").body(packed).bytes(),
        )]
    }),
    fault(FRAMING, "100 and 103 before the answer", |normal, _, _| {
        let early = b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n";
        vec![Act::Send([early.to_vec(), normal.bytes()].concat())]
    }),
    fault(CONTENT, "200 and a page to log in", |_, _, _| {
        let page = Normal::of("text/html", "<html><title>Log in</title></html>");
        vec![Act::Send(page.bytes())]
    }),
    fault(CONTENT, "200 and nothing", |normal, _, _| {
        vec![Act::Send(normal.body("").bytes())]
    }),
    fault(CONTENT, "half of the text", |normal, _, _| {
        vec![Act::Send(
            normal.body(&normal.body[..normal.body.len() / 2]).bytes(),
        )]
    }),
    fault(CONTENT, "a number", |normal, _, _| {
        vec![Act::Send(normal.body("42").bytes())]
    }),
    fault(CONTENT, "no UTF-8", |normal, _, _| {
        let mut body = normal.body.clone();
        let last = body.iter().rposition(|byte| *byte == b'"').unwrap_or(0);
        body.splice(last..last, [0xff, 0xfe]);
        vec![Act::Send(normal.body(body).bytes())]
    }),
    fault(CONTENT, "declared as an image", |normal, _, _| {
        vec![Act::Send(normal.with("Content-Type", "image/png").bytes())]
    }),
    fault(CONTENT, "of no declared type", |normal, _, _| {
        let mut normal = normal.clone();
        normal.headers.retain(|(name, _)| *name != "Content-Type");
        vec![Act::Send(normal.bytes())]
    }),
    fault(SIZE, "2 MiB", |normal, _, _| {
        vec![Act::Send(normal.body(normal.padded(2 << 20)).bytes())]
    }),
    fault(SIZE, "2 MiB, undeclared", |normal, _, _| {
        let (head, chunk) = normal.body(normal.padded(2 << 20)).chunked();
        vec![Act::Send([head, chunk, b"0\r\n\r\n".to_vec()].concat())]
    }),
    fault(SIZE, "gzip that unpacks to 4 MiB", |normal, _, _| {
        let packed = gzip(&normal.padded(4 << 20));
        vec![Act::Send(
            normal.with("Content-Encoding", "gzip").body(packed).bytes(),
        )]
    }),
    fault(SIZE, "503 and 2 MiB", |normal, _, _| {
        let large = normal.body(normal.padded(2 << 20));
        vec![Act::Send(status(&large, "503 Service Unavailable").bytes())]
    }),
    fault(REDIRECTS, "to itself", |normal, request, _| {
        vec![Act::Send(moved(normal, "302 Found", Some(&request.target)))]
    }),
    fault(REDIRECTS, "to itself, by 307", |normal, request, _| {
        vec![Act::Send(moved(
            normal,
            "307 Temporary Redirect",
            Some(&request.target),
        ))]
    }),
    fault(REDIRECTS, "ever on", |normal, _, number| {
        let next = format!("/2.0/elsewhere/{number}");
        vec![Act::Send(moved(normal, "302 Found", Some(&next)))]
    }),
    fault(REDIRECTS, "to nowhere", |normal, _, _| {
        vec![Act::Send(moved(normal, "302 Found", None))]
    }),
    fault(STATUS, "429", |normal, _, _| {
        let limited = status(normal, "429 Too Many Requests").with("Retry-After", "0");
        vec![Act::Send(limited.bytes())]
    })
    .refusing(),
    fault(STATUS, "500", |normal, _, _| {
        answer(normal, "500 Internal Server Error")
    }),
    fault(STATUS, "502, a page of HTML", |_, _, _| {
        let page = Normal::of("text/html", "<html><title>Bad Gateway</title></html>");
        answer(&page, "502 Bad Gateway")
    }),
    fault(STATUS, "503", |normal, _, _| {
        answer(normal, "503 Service Unavailable")
    }),
    fault(STATUS, "555", |normal, _, _| answer(normal, "555 Timeout")),
    fault(
        STATUS,
        "503, 429, 500, 555 and again",
        |normal, _, number| {
            let storm = [
                "503 Busy",
                "429 Too Many Requests",
                "500 Oops",
                "555 Timeout",
            ];
            answer(normal, storm[number % storm.len()])
        },
    ),
    fault(STATUS, "401", |normal, _, _| {
        answer(normal, "401 Unauthorized")
    }),
    fault(STATUS, "403", |normal, _, _| {
        answer(normal, "403 Forbidden")
    }),
    fault(STATUS, "204", |_, _, _| {
        vec![Act::Send(b"HTTP/1.1 204 No Content\r\n\r\n".to_vec())]
    }),
    fault(STATUS, "304, unasked", |_, _, _| {
        vec![Act::Send(b"HTTP/1.1 304 Not Modified\r\n\r\n".to_vec())]
    }),
    fault(STATUS, "101, unasked", |_, _, _| {
        let switch =
            "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n";
        vec![Act::Send(switch.into()), Act::Close]
    }),
    fault(STATUS, "a status of 999", |normal, _, _| {
        answer(normal, "999 Beyond")
    }),
];

impl Fault {
    const fn refusing(mut self) -> Self {
        self.refuses = true;
        self
    }

    /// Redirects are followed, which is no repetition.
    pub(crate) fn redirects(&self) -> bool {
        self.group == REDIRECTS
    }
}

fn status(normal: &Normal, status: &'static str) -> Normal {
    let mut other = normal.clone();
    other.status = status;
    other
}

fn answer(normal: &Normal, line: &'static str) -> Vec<Act> {
    vec![Act::Send(status(normal, line).bytes())]
}

fn moved(normal: &Normal, line: &'static str, target: Option<&str>) -> Vec<u8> {
    let moved = status(normal, line).body("");
    match target {
        Some(target) => moved.with("Location", target).bytes(),
        None => moved.bytes(),
    }
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).expect("a vector takes it");
    encoder.finish().expect("a vector takes it")
}
