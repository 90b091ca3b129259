//! Links and redirects from a server that means harm: wherever they point, the
//! credentials go to the client's own origin alone.

use std::time::Duration;

use bitbucket::{Auth, Client, Method, Polling, RetryPolicy, reqwest::Proxy, types};
use futures_util::{StreamExt as _, TryStreamExt as _};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{
    cases, runtime,
    support::server::{Answer, Answers, Recorded, Server},
    text,
};

const SECRET: &str = "s3cret";
/// A server at loopback could not be called by such a name: all requests go
/// through a proxy, which sees wherever they are meant to go.
const OWN: &str = "http://api.bitbucket.org";

/// Everything that takes an address from a server, or from a caller who has it
/// from one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Next,
    NextOfRaw,
    NextAtOnce,
    RedirectOfJson,
    RedirectOfBytes,
    RedirectOfRaw,
    RedirectOfWrite,
    RedirectOfForm,
    RedirectOfNext,
    Merge,
    Export,
    Link,
    LinkAsText,
    LinkAsStream,
    Address,
    MergeTask,
    IssueExport,
}

const KINDS: [Kind; 17] = [
    Kind::Next,
    Kind::NextOfRaw,
    Kind::NextAtOnce,
    Kind::RedirectOfJson,
    Kind::RedirectOfBytes,
    Kind::RedirectOfRaw,
    Kind::RedirectOfWrite,
    Kind::RedirectOfForm,
    Kind::RedirectOfNext,
    Kind::Merge,
    Kind::Export,
    Kind::Link,
    Kind::LinkAsText,
    Kind::LinkAsStream,
    Kind::Address,
    Kind::MergeTask,
    Kind::IssueExport,
];

impl Kind {
    fn is_redirect(self) -> bool {
        matches!(
            self,
            Self::RedirectOfJson
                | Self::RedirectOfBytes
                | Self::RedirectOfRaw
                | Self::RedirectOfNext
        )
    }

    /// Whether the address is the value of a header.
    fn is_header(self) -> bool {
        let is_write = matches!(self, Self::RedirectOfWrite | Self::RedirectOfForm);
        self.is_redirect() || is_write || matches!(self, Self::Merge | Self::Export)
    }

    /// What the server says with `address` in it, if it is asked first.
    fn answers(self, address: &str) -> Vec<Answer> {
        let page = |next: &str| {
            let page = json!({"values": [{}], "next": next, "page": 1, "pagelen": 1, "size": 9});
            Answer::json(200, &page)
        };
        let to = |status| Answer::new(status).header("Location", address);
        match self {
            Self::Next | Self::NextOfRaw | Self::NextAtOnce => vec![page(address)],
            Self::RedirectOfJson | Self::RedirectOfBytes | Self::RedirectOfRaw => vec![to(302)],
            Self::RedirectOfWrite => vec![to(307)],
            Self::RedirectOfForm => vec![to(308)],
            Self::RedirectOfNext => vec![page("?page=2"), to(303)],
            Self::Merge | Self::Export => vec![to(202)],
            _ => vec![],
        }
    }

    /// Does what leads to `address`. What comes of it is the server's business;
    /// what was sent is judged.
    async fn exercise(self, client: &Client, address: &str) {
        let repository = client.repository("acme", "website");
        let raw = |method| {
            client
                .request(method, "/start")
                .header("Cookie", SECRET)
                .header("X-Api-Key", SECRET)
        };
        let link = || -> types::Link {
            serde_json::from_value(json!({ "href": address })).expect("any text is a link")
        };
        let polling = Polling::default()
            .first_pause(Duration::ZERO)
            .time_limit(Duration::from_millis(200));
        match self {
            Self::Next | Self::RedirectOfNext => {
                let stream = repository.list_pull_requests().stream();
                drop(stream.take(5).try_collect::<Vec<_>>().await);
            }
            Self::NextOfRaw => {
                let pages = raw(Method::GET).pages::<Value>();
                drop(pages.take(5).try_collect::<Vec<_>>().await);
            }
            Self::NextAtOnce => {
                let stream = repository.list_pull_requests().stream().concurrent_pages(3);
                drop(stream.take(5).try_collect::<Vec<_>>().await);
            }
            Self::RedirectOfJson => drop(repository.get_repository().send().await),
            Self::RedirectOfBytes => {
                let diff = repository.pull_request(7).get_pull_request_diff();
                drop(diff.send().await);
            }
            Self::RedirectOfRaw => drop(raw(Method::GET).send::<Value>().await),
            Self::RedirectOfWrite => {
                let body = json!({"token": SECRET});
                drop(raw(Method::POST).json(&body).send::<Value>().await);
            }
            Self::RedirectOfForm => {
                let form = bitbucket::Form::new().text("token", SECRET);
                drop(repository.create_download().body(form).send().await);
            }
            Self::Merge => {
                let merge = repository.pull_request(7).merge_pull_request();
                drop(merge.send_and_wait(polling).await);
            }
            Self::Export => drop(repository.export_issues().send_and_wait(polling).await),
            Self::Link => drop(client.follow(link()).send::<Value>().await),
            Self::LinkAsText => drop(client.follow(address).send_bytes().await),
            Self::LinkAsStream => {
                let stream = client.follow(address).stream::<Value>();
                drop(stream.take(5).try_collect::<Vec<_>>().await);
            }
            Self::Address => {
                let request = client.request(Method::PUT, address);
                drop(request.json(&json!({"token": SECRET})).send_empty().await);
            }
            Self::MergeTask => {
                if let Ok(task) = client.merge_task(address) {
                    drop(task.wait(polling).await);
                }
            }
            Self::IssueExport => {
                if let Ok(export) = client.issue_export(address) {
                    drop(export.wait(polling).await);
                }
            }
        }
    }
}

fn client(base_url: &str, proxy: Option<&Server>) -> Client {
    let builder = Client::builder()
        .base_url(base_url)
        .auth(Auth::bearer(SECRET))
        .retry(RetryPolicy::none());
    let builder = match proxy {
        Some(proxy) => builder.proxy(Proxy::all(proxy.origin()).expect("an origin is a URL")),
        None => builder.no_proxy(),
    };
    builder.build().expect("the settings are sound")
}

fn holds_secret(request: &Recorded) -> bool {
    request.headers.contains_key("authorization")
        || format!("{} {:?}", request.target, request.headers).contains(SECRET)
        || String::from_utf8_lossy(&request.body).contains(SECRET)
}

/// Of a proxy: what was sent, and where to.
fn judge(kind: Kind, requests: &[Recorded]) -> Result<usize, String> {
    let mut abroad = 0;
    for request in requests {
        let at_home = request.target.starts_with(&format!("{OWN}/"))
            && request.header("host") == Some("api.bitbucket.org");
        let place = format!("{} {}", request.method, request.target);
        if at_home {
            continue;
        }
        abroad += 1;
        if holds_secret(request) {
            return Err(format!("{kind:?}: credentials went to {place}"));
        }
        if !kind.is_redirect() {
            return Err(format!("{kind:?}: went to {place}"));
        }
        // The way to an https server begins by asking the proxy for it.
        if !matches!(request.method.as_str(), "GET" | "CONNECT") {
            return Err(format!("{kind:?}: wrote to {place}"));
        }
    }
    Ok(abroad)
}

struct Bench {
    proxy: Server,
    answers: Answers,
    client: Client,
}

impl Bench {
    async fn new() -> Self {
        let (proxy, answers) = Server::with_queue().await;
        let client = client(&format!("{OWN}/2.0"), Some(&proxy));
        Self {
            proxy,
            answers,
            client,
        }
    }

    async fn check(&self, kind: Kind, address: &str) -> Result<Vec<Recorded>, String> {
        for answer in kind.answers(address) {
            self.answers.push(answer);
        }
        self.answers.push(Answer::json(200, &json!({})));
        kind.exercise(&self.client, address).await;
        self.answers.clear();
        let requests = self.proxy.take_requests();
        judge(kind, &requests).map_err(|failure| format!("{failure} for {address:?}"))?;
        Ok(requests)
    }
}

/// Addresses of which a careless reader could think that they are at home.
const ABROAD: [&str; 40] = [
    "http://evil.example/2.0/user",
    "//evil.example/2.0/user",
    "///evil.example/2.0/user",
    "////evil.example/2.0/user",
    r"\\evil.example\2.0\user",
    r"/\evil.example/2.0/user",
    r"\/evil.example/2.0/user",
    r"http:\\evil.example\2.0\user",
    "http:/\u{9}/evil.example/2.0/user",
    "ht\u{9}tp://evil.example/2.0/user",
    " http://evil.example/2.0/user",
    "HTTP://EVIL.EXAMPLE/2.0/user",
    "http://evil.example#@api.bitbucket.org/2.0/user",
    "http://evil.example?@api.bitbucket.org/2.0/user",
    r"http://evil.example\@api.bitbucket.org/2.0/user",
    "http://evil.example/@api.bitbucket.org/2.0/user",
    "http://api.bitbucket.org@evil.example/2.0/user",
    "http://api.bitbucket.org%40evil.example/2.0/user",
    "http://api.bitbucket.org:80@evil.example/2.0/user",
    "http://kim:s3cret@api.bitbucket.org/2.0/user",
    "http://kim@api.bitbucket.org/2.0/user",
    "http://:s3cret@api.bitbucket.org/2.0/user",
    "http://api.bitbucket.org.evil.example/2.0/user",
    "http://api.bitbucket.org./2.0/user",
    "http://api.bitbucket.org:8080/2.0/user",
    "http://api.bitbucket.org:0/2.0/user",
    "http://api.bitbucket.org:443/2.0/user",
    "https://api.bitbucket.org/2.0/user",
    "https://api.bitbucket.org:80/2.0/user",
    "ftp://api.bitbucket.org/2.0/user",
    "file:///2.0/user",
    "data:application/json,{}",
    "http://bitbucket.org/2.0/user",
    "http://x.api.bitbucket.org/2.0/user",
    "http://\u{430}pi.bitbucket.org/2.0/user",
    "http://xn--pi-7kc.bitbucket.org/2.0/user",
    "http://api.bitbucket\u{ad}.org.example/2.0/user",
    "http://127.0.0.1/2.0/user",
    "http://[::1]/2.0/user",
    "http://2130706433/2.0/user",
];

/// Addresses that are at home, however they are written.
const AT_HOME: [&str; 6] = [
    "http://api.bitbucket.org/2.0/user",
    "http://api.bitbucket.org:80/2.0/user",
    "HTTP://API.Bitbucket.ORG/2.0/user",
    "http://api.bitbucket.org:/2.0/user",
    "http://api%2Ebitbucket%2Eorg/2.0/user",
    "http://\u{24d0}pi.bitbucket\u{3002}org/2.0/user",
];

#[tokio::test]
async fn no_address_takes_the_credentials_abroad() {
    let bench = Bench::new().await;
    let mut failures = Vec::new();
    for kind in KINDS {
        for address in ABROAD {
            match bench.check(kind, address).await {
                Ok(requests) => failures.extend(requests.iter().find_map(|request| {
                    let reached = kind.is_redirect() || !request.target.ends_with("/user");
                    (!reached).then(|| format!("{kind:?}: {address:?} led to {}", request.target))
                })),
                Err(failure) => failures.push(failure),
            }
        }
    }
    super::support::assert_none(&failures);
}

/// The bench would see what it looks for: the redirects do lead abroad, and
/// what is at home is asked for, with the credentials.
#[tokio::test]
async fn what_is_at_home_is_reached() {
    let bench = Bench::new().await;
    for kind in KINDS {
        for address in AT_HOME {
            let requests = bench.check(kind, address).await.unwrap();
            let own = format!("{OWN}/2.0/user");
            // An address of the caller's own is taken as it is, if at all.
            let reached = requests
                .iter()
                .filter(|request| request.target.starts_with(&own))
                .inspect(|request| assert!(holds_secret(request), "{kind:?} {address}"))
                .count();
            // Header values are read as ASCII where they name a task.
            let skipped = !address.is_ascii() && matches!(kind, Kind::Merge | Kind::Export);
            assert_eq!(reached > 0, !skipped, "{kind:?} {address}: {requests:?}");
        }
        if kind.is_redirect() {
            let requests = bench.check(kind, ABROAD[0]).await.unwrap();
            assert_eq!(judge(kind, &requests), Ok(1), "{kind:?}");
        }
    }
}

/// The same between two servers, of which the other one listens at an address
/// that names this machine too.
#[tokio::test]
async fn no_spelling_of_an_address_is_another_servers() {
    let (other, _) = Server::with_queue().await;
    let (server, answers) = Server::with_queue().await;
    let client = client(&server.base_url(), None);
    let port = |server: &Server| {
        let (_, port) = server.origin().rsplit_once(':').expect("it has a port");
        port.to_owned()
    };
    let (own, others) = (port(&server), port(&other));
    for kind in KINDS {
        for address in [
            format!("http://127.0.0.1:{others}/2.0/user"),
            format!("//127.0.0.1:{others}/2.0/user"),
            format!("http://127.1:{others}/2.0/user"),
            format!("http://2130706433:{others}/2.0/user"),
            format!("http://0x7f.0.0.1:{others}/2.0/user"),
            format!("http://0177.0.0.1:{others}/2.0/user"),
            format!("http://[::ffff:127.0.0.1]:{others}/2.0/user"),
            format!("http://localhost:{others}/2.0/user"),
            format!("http://127.0.0.1:{own}@127.0.0.1:{others}/2.0/user"),
            // The same server by another name is another origin.
            format!("http://localhost:{own}/2.0/user"),
            format!("http://127.0.0.1.:{own}/2.0/user"),
            format!("http://[::ffff:127.0.0.1]:{own}/2.0/user"),
        ] {
            for answer in kind.answers(&address) {
                answers.push(answer);
            }
            kind.exercise(&client, &address).await;
            answers.clear();
            for request in other.take_requests() {
                assert!(kind.is_redirect(), "{kind:?} {address}: {request:?}");
                assert!(!holds_secret(&request), "{kind:?} {address}: {request:?}");
            }
            for request in server.take_requests() {
                let host = request.header("host").unwrap_or_default();
                let at_home = host == format!("127.0.0.1:{own}");
                assert!(
                    at_home || !holds_secret(&request),
                    "{kind:?} {address}: {request:?}"
                );
            }
        }
    }
}

/// Addresses that are put together of the parts which matter to a parser.
fn address() -> impl Strategy<Value = String> {
    let part = prop::sample::select(vec![
        "http",
        "https",
        "ftp",
        ":",
        "/",
        "//",
        "\\",
        "@",
        "?",
        "#",
        "api.bitbucket.org",
        "bitbucket.org",
        "evil.example",
        "127.0.0.1",
        "[::1]",
        "2130706433",
        ":80",
        ":443",
        ":8080",
        "%2e",
        "%2f",
        "%40",
        "%00",
        ".",
        "..",
        "\t",
        " ",
        "\u{3002}",
        "\u{430}",
        "2.0",
        "user",
    ]);
    prop_oneof![
        text(),
        prop::collection::vec(part, 0..10).prop_map(|parts| parts.concat()),
        ("https?:[/\\\\]{0,3}", text()).prop_map(|(start, end)| start + &end),
    ]
}

#[test]
fn no_text_takes_the_credentials_abroad() {
    let runtime = runtime();
    let bench = runtime.block_on(Bench::new());
    let kinds = prop::sample::select(&KINDS[..]);
    proptest!(cases(), |(kind in kinds, address in address())| {
        // A server cannot send a line break within a header.
        let sendable = !address.contains(['\r', '\n', '\0'])
            && address.chars().all(|one| !one.is_ascii_control() || one == '\t');
        prop_assume!(sendable || !kind.is_header());
        let checked = runtime.block_on(bench.check(kind, &address));
        prop_assert!(checked.is_ok(), "{:?}", checked.err());
    });
}
