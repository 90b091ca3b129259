//! The ways to list all pull requests.

use std::{error::Error, time::Duration};

use bitbucket::{Auth, Client, ItemStream, Page, types};
use reqwest::header::ACCEPT;
use serde::{Deserialize, de::DeserializeOwned};

use crate::payload::{PAGE_LENGTH, PATH};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

const EMAIL: &str = "kim@example.com";
const TOKEN: &str = "a token";
/// How many pages are asked for at once.
const AT_ONCE: usize = 4;
/// What a caller with something to do does after every so many items.
const WORK: Duration = Duration::from_millis(5);
const ITEMS_A_WORK: usize = 10;

/// One way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    ByHand,
    Stream,
    StreamConcurrently,
    MinimalByHand,
    StreamAs,
    StreamAsConcurrently,
    WorkByHand,
    WorkInStream,
}

impl Way {
    pub(crate) const WITHOUT_LATENCY: [Self; 6] = [
        Self::ByHand,
        Self::Stream,
        Self::StreamConcurrently,
        Self::MinimalByHand,
        Self::StreamAs,
        Self::StreamAsConcurrently,
    ];
    pub(crate) const WITH_LATENCY: [Self; 8] = [
        Self::ByHand,
        Self::Stream,
        Self::StreamConcurrently,
        Self::MinimalByHand,
        Self::StreamAs,
        Self::StreamAsConcurrently,
        Self::WorkByHand,
        Self::WorkInStream,
    ];

    pub(crate) fn label(self) -> &'static str {
        match self {
            Self::ByHand => "all fields: by hand",
            Self::Stream => "  .stream()",
            Self::StreamConcurrently => "  .stream().concurrent_pages(4)",
            Self::MinimalByHand => "three fields: by hand",
            Self::StreamAs => "  .stream_as()",
            Self::StreamAsConcurrently => "  .stream_as().concurrent_pages(4)",
            Self::WorkByHand => "5 ms of work every 10 items: by hand",
            Self::WorkInStream => "  .stream()",
        }
    }

    /// The same job by hand.
    pub(crate) fn by_hand(self) -> Self {
        match self {
            Self::ByHand | Self::Stream | Self::StreamConcurrently => Self::ByHand,
            Self::MinimalByHand | Self::StreamAs | Self::StreamAsConcurrently => {
                Self::MinimalByHand
            }
            Self::WorkByHand | Self::WorkInStream => Self::WorkByHand,
        }
    }
}

/// Three fields of a pull request.
#[derive(Deserialize)]
struct Minimal {
    id: i64,
    title: String,
    author: MinimalAuthor,
}

#[derive(Deserialize)]
struct MinimalAuthor {
    display_name: String,
}

/// As much of a page as a loop by hand needs.
#[derive(Deserialize)]
struct MinimalPage<T> {
    next: Option<String>,
    values: Vec<T>,
}

/// Listing all pull requests of one server.
pub(crate) struct Job {
    base_url: String,
    count: usize,
    client: Client,
    http: reqwest::Client,
}

/// What has been listed so far.
#[derive(Default)]
struct Listed {
    count: usize,
    ids: i64,
    letters: usize,
}

impl Listed {
    fn add(&mut self, id: Option<i64>, title: Option<&str>, author: Option<&str>) {
        self.count += 1;
        self.ids += id.unwrap_or_default();
        self.letters += title.map_or(0, str::len) + author.map_or(0, str::len);
    }

    fn add_all_fields(&mut self, pull_request: &types::PullRequest) {
        let author = pull_request
            .author
            .as_ref()
            .and_then(|author| author.display_name.as_deref());
        self.add(pull_request.id, pull_request.title.as_deref(), author);
    }

    fn add_minimal(&mut self, pull_request: &Minimal) {
        let Minimal { id, title, author } = pull_request;
        self.add(Some(*id), Some(title), Some(&author.display_name));
    }

    /// For a caller who has something to do with the items.
    async fn work(&self) {
        if self.count.is_multiple_of(ITEMS_A_WORK) {
            tokio::time::sleep(WORK).await;
        }
    }
}

impl Job {
    pub(crate) fn new(base_url: &str, count: usize) -> Result<Self> {
        Ok(Self {
            base_url: base_url.to_owned(),
            count,
            client: Client::builder()
                .base_url(base_url)
                .auth(Auth::api_token(EMAIL, TOKEN))
                .build()?,
            http: reqwest::Client::builder().user_agent("by-hand/1").build()?,
        })
    }

    /// Does the job one way, and makes sure that it was done.
    pub(crate) async fn run(&self, way: Way) -> Result<()> {
        let listed = match way {
            Way::ByHand => self.by_hand(false).await?,
            Way::Stream => Self::stream(self.list().stream(), false).await?,
            Way::StreamConcurrently => {
                Self::stream(self.list().stream().concurrent_pages(AT_ONCE), false).await?
            }
            Way::MinimalByHand => self.minimal_by_hand().await?,
            Way::StreamAs => Self::stream_as(self.list().stream_as()).await?,
            Way::StreamAsConcurrently => {
                Self::stream_as(self.list().stream_as().concurrent_pages(AT_ONCE)).await?
            }
            Way::WorkByHand => self.by_hand(true).await?,
            Way::WorkInStream => Self::stream(self.list().stream(), true).await?,
        };
        let expected = self.count * (self.count + 1) / 2;
        if listed.count == self.count
            && usize::try_from(listed.ids) == Ok(expected)
            && listed.letters > 40 * self.count
        {
            Ok(())
        } else {
            Err(format!("{way:?} listed {} of {}", listed.count, self.count).into())
        }
    }

    fn list(&self) -> bitbucket::builder::ListPullRequests {
        self.client
            .repository("acme-corporation", "web-frontend")
            .list_pull_requests()
            .state(vec![types::PullRequestState::Open])
            .pagelen(100)
    }

    async fn stream(
        mut items: ItemStream<Page<types::PullRequest>>,
        works: bool,
    ) -> Result<Listed> {
        let mut listed = Listed::default();
        while let Some(pull_request) = items.try_next().await? {
            listed.add_all_fields(&pull_request);
            if works {
                listed.work().await;
            }
        }
        Ok(listed)
    }

    async fn stream_as(mut items: ItemStream<Page<Minimal>>) -> Result<Listed> {
        let mut listed = Listed::default();
        while let Some(pull_request) = items.try_next().await? {
            listed.add_minimal(&pull_request);
        }
        Ok(listed)
    }

    async fn by_hand(&self, works: bool) -> Result<Listed> {
        let mut listed = Listed::default();
        let mut next = Some(self.first_page());
        while let Some(address) = next {
            let page: Page<types::PullRequest> = self.get(&address).await?;
            for pull_request in page.values.iter().flatten() {
                listed.add_all_fields(pull_request);
                if works {
                    listed.work().await;
                }
            }
            next = page.next;
        }
        Ok(listed)
    }

    async fn minimal_by_hand(&self) -> Result<Listed> {
        let mut listed = Listed::default();
        let mut next = Some(self.first_page());
        while let Some(address) = next {
            let page: MinimalPage<Minimal> = self.get(&address).await?;
            for pull_request in &page.values {
                listed.add_minimal(pull_request);
            }
            next = page.next;
        }
        Ok(listed)
    }

    fn first_page(&self) -> String {
        format!("{}{PATH}?pagelen={PAGE_LENGTH}&state=OPEN", self.base_url)
    }

    async fn get<T: DeserializeOwned>(&self, address: &str) -> Result<T> {
        let answer = self
            .http
            .get(address)
            .basic_auth(EMAIL, Some(TOKEN))
            .header(ACCEPT, "application/json")
            .send()
            .await?;
        Ok(answer.error_for_status()?.json().await?)
    }
}
