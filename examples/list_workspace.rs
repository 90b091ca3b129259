//! Lists the open pull requests of all repositories of a workspace that nobody
//! has touched for two weeks.
//!
//! ```sh
//! export BITBUCKET_EMAIL=kim@example.com BITBUCKET_API_TOKEN=…  # or BITBUCKET_ACCESS_TOKEN
//! export BITBUCKET_WORKSPACE=acme
//! cargo run --example list_workspace
//! ```

use std::{
    env,
    error::Error,
    time::{Duration, SystemTime},
};

use bitbucket::{
    Auth, Client,
    query::{Fields, Query, Sort},
};
use futures_util::TryStreamExt as _;
use serde::Deserialize;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);
/// As many repositories are asked at once.
const AT_ONCE: usize = 4;

/// Of a repository, its name is all that is needed.
#[derive(Deserialize)]
struct Repository {
    slug: String,
}

#[derive(Deserialize)]
struct PullRequest {
    id: i64,
    title: String,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let workspace = env::var("BITBUCKET_WORKSPACE").map_err(|_| "set BITBUCKET_WORKSPACE")?;
    let mut client = Client::builder().auth(Auth::from_env()?);
    // For a Bitbucket of one's own, such as one for tests.
    if let Ok(url) = env::var("BITBUCKET_BASE_URL") {
        client = client.base_url(url);
    }
    let client = client.build()?;

    let active = SystemTime::now() - 365 * DAY;
    let repositories = client
        .list_repositories()
        .workspace(&workspace)
        .q(Query::field("updated_on").greater_than(active))
        .sort(Sort::ascending("slug"))
        .fields(Fields::of_values(["slug"]))
        .stream_as::<Repository>();

    // The next repositories are asked while this one's are printed.
    let mut stale = repositories
        .map_ok(|repository| stale(&client, &workspace, repository))
        .try_buffered(AT_ONCE);
    while let Some((repository, pull_requests)) = stale.try_next().await? {
        for pull_request in pull_requests {
            println!("{repository} #{}: {}", pull_request.id, pull_request.title);
        }
    }
    Ok(())
}

async fn stale(
    client: &Client,
    workspace: &str,
    repository: Repository,
) -> Result<(String, Vec<PullRequest>), bitbucket::Error> {
    let two_weeks_ago = SystemTime::now() - 14 * DAY;
    let filter = Query::field("state")
        .equals("OPEN")
        .and(Query::field("updated_on").less_than(two_weeks_ago));
    let pull_requests = client
        .repository(workspace, &repository.slug)
        .list_pull_requests()
        .q(filter)
        .sort(Sort::ascending("updated_on"))
        .fields(Fields::of_values(["id", "title"]))
        .stream_as()
        .try_collect()
        .await?;
    Ok((repository.slug, pull_requests))
}
