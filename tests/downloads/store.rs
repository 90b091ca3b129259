//! A file store on loopback: a file with an entity tag, of which it gives parts,
//! and connections that it cuts.

use std::sync::{Arc, Mutex};

use crate::support::server::{Answer, Recorded, Server};

/// What the store does at present.
#[derive(Clone, Debug)]
pub(crate) struct Store {
    pub(crate) content: Vec<u8>,
    pub(crate) validator: Option<(&'static str, String)>,
    pub(crate) knows_ranges: bool,
    /// After how many bytes of the answer each connection is cut, the next one
    /// first.
    pub(crate) cuts: Vec<usize>,
}

impl Store {
    pub(crate) fn of(content: impl Into<Vec<u8>>) -> Self {
        Self {
            content: content.into(),
            validator: Some(("ETag", "\"one\"".to_owned())),
            knows_ranges: true,
            cuts: Vec::new(),
        }
    }

    pub(crate) fn cut_after(mut self, cuts: impl Into<Vec<usize>>) -> Self {
        self.cuts = cuts.into();
        self
    }

    pub(crate) fn validated_by(mut self, header: &'static str, value: &str) -> Self {
        self.validator = Some((header, value.to_owned()));
        self
    }

    /// Serves it. What it does can be changed meanwhile.
    pub(crate) async fn serve(self) -> (Server, Arc<Mutex<Self>>) {
        let store = Arc::new(Mutex::new(self));
        let shared = Arc::clone(&store);
        let server = Server::start(move |request| shared.lock().unwrap().answer(request)).await;
        (server, store)
    }

    pub(crate) fn answer(&mut self, request: &Recorded) -> Answer {
        let total = self.content.len();
        let mut status = 200;
        let mut part = 0..total;
        let mut headers: Vec<(&str, String)> = Vec::new();
        let validator = self.validator.as_ref().map(|(_, value)| value.as_str());
        let is_same = request
            .header("if-range")
            .is_none_or(|condition| Some(condition) == validator);
        if let Some(range) = request
            .header("range")
            .filter(|_| self.knows_ranges && is_same)
        {
            let (first, last) = range
                .strip_prefix("bytes=")
                .unwrap()
                .split_once('-')
                .unwrap();
            let last = last.parse::<usize>().ok().map(|last| last.min(total - 1));
            part = match (first.parse::<usize>(), last) {
                (Ok(first), last) => first..last.map_or(total, |last| last + 1),
                (Err(_), count) => total - count.unwrap()..total,
            };
            if part.start >= total {
                return Answer::new(416).header("Content-Range", format!("bytes */{total}"));
            }
            status = 206;
            let range = format!("bytes {}-{}/{total}", part.start, part.end - 1);
            headers.push(("Content-Range", range));
        }
        let bytes = self.content[part].to_vec();
        headers.push(("Content-Length", bytes.len().to_string()));
        headers.extend(self.validator.clone());
        let mut answer = headers
            .into_iter()
            .fold(Answer::new(status), |answer, (name, value)| {
                answer.header(name, value)
            });
        if self.cuts.is_empty() {
            return answer.part(bytes);
        }
        let cut = self.cuts.remove(0).min(bytes.len().saturating_sub(1));
        // In two pieces, so that there is more than one write.
        let middle = cut / 2;
        for piece in [&bytes[..middle], &bytes[middle..cut]] {
            if !piece.is_empty() {
                answer = answer.part(piece.to_vec());
            }
        }
        answer.cut()
    }
}

/// Bytes of which each piece differs from the one before it.
pub(crate) fn content(length: usize) -> Vec<u8> {
    (0..=250).cycle().take(length).collect()
}

/// The parts that were asked for, and on what condition.
pub(crate) fn asked(server: &Server) -> Vec<(Option<String>, Option<String>)> {
    server
        .take_requests()
        .iter()
        .map(|request| {
            let header = |name| request.header(name).map(str::to_owned);
            (header("range"), header("if-range"))
        })
        .collect()
}

/// A request for all of it.
pub(crate) fn whole() -> (Option<String>, Option<String>) {
    (None, None)
}

pub(crate) fn part(range: &str, condition: &str) -> (Option<String>, Option<String>) {
    (Some(range.to_owned()), Some(condition.to_owned()))
}
