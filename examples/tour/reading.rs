//! The reading half of the tour: it changes nothing.

use std::time::Duration;

use bitbucket::{Client, Error, types};
use serde::Deserialize;

use crate::step;

/// The real Bitbucket may hold thousands: this is enough to see how it goes.
const ENOUGH: usize = 12;
const ENOUGH_BYTES: usize = 256 * 1024;

/// The repositories of a workspace, through all pages.
pub(crate) async fn repositories(client: &Client, workspace: &str) -> Result<(), Error> {
    step(&format!(
        "the repositories of `{workspace}`, two a page: the stream turns the pages"
    ));
    let mut repositories = client
        .workspace(workspace)
        .list_repositories()
        .pagelen(2)
        .stream();
    let mut count = 0;
    while count < ENOUGH
        && let Some(repository) = repositories.try_next().await?
    {
        count += 1;
        println!(
            "   {:<32} {:<8} {}",
            repository.full_name.as_deref().unwrap_or("?"),
            if repository.is_private == Some(true) {
                "private"
            } else {
                "public"
            },
            repository.description.as_deref().unwrap_or(""),
        );
    }
    println!("   {count} repositories");
    Ok(())
}

/// The open pull requests of a repository; gives the number of the first.
pub(crate) async fn pull_requests(
    client: &Client,
    workspace: &str,
    repository: &str,
) -> Result<Option<i64>, Error> {
    step(&format!(
        "the open pull requests of `{workspace}/{repository}`, three a page"
    ));
    let mut open = client
        .repository(workspace, repository)
        .list_pull_requests()
        .state(vec![types::PullRequestState::Open])
        .pagelen(3)
        .stream();
    let mut first = None;
    let mut count = 0;
    while count < ENOUGH
        && let Some(pull_request) = open.try_next().await?
    {
        count += 1;
        first = first.or(pull_request.id);
        println!("   {}", line(&pull_request));
    }
    println!("   {count} open pull requests");
    Ok(first)
}

/// Every field may be missing: Bitbucket leaves out what one may not see, and
/// what `fields` did not ask for.
fn line(pull_request: &types::PullRequest) -> String {
    let branch = pull_request
        .source
        .as_ref()
        .and_then(|source| source.branch.as_ref())
        .and_then(|branch| branch.name.as_deref());
    let author = pull_request
        .author
        .as_ref()
        .and_then(|author| author.display_name.as_deref());
    format!(
        "#{:<5} {:<38} {} ({})",
        pull_request.id.unwrap_or_default(),
        pull_request.title.as_deref().unwrap_or("?"),
        author.unwrap_or("somebody"),
        branch.unwrap_or("no branch"),
    )
}

/// Three fields of each pull request, as a type of one's own.
pub(crate) async fn three_fields(
    client: &Client,
    workspace: &str,
    repository: &str,
) -> Result<(), Error> {
    #[derive(Deserialize)]
    struct Summary {
        id: i64,
        comment_count: i64,
        updated_on: String,
    }

    step("three fields of each are enough: only they are sent, into a type of our own");
    let mut summaries = client
        .repository(workspace, repository)
        .list_pull_requests()
        .fields("next,values.id,values.comment_count,values.updated_on")
        .stream_as::<Summary>();
    let mut count = 0;
    while count < ENOUGH
        && let Some(summary) = summaries.try_next().await?
    {
        count += 1;
        let Summary {
            id,
            comment_count,
            updated_on,
        } = summary;
        println!("   #{id:<5} {comment_count:>2} comments, last touched {updated_on}");
    }
    Ok(())
}

/// One pull request; on loopback the first attempt is one too many.
pub(crate) async fn pull_request(
    client: &Client,
    workspace: &str,
    repository: &str,
    id: i64,
) -> Result<(), Error> {
    step(&format!("pull request #{id} itself"));
    let handle = client.repository(workspace, repository).pull_request(id);
    let pull_request = politely(async || handle.get_pull_request().send().await).await?;
    println!("   {}", line(&pull_request));
    println!(
        "   {} comments",
        pull_request.comment_count.unwrap_or_default()
    );
    for participant in pull_request.participants.iter().flatten() {
        let user = participant
            .user
            .as_ref()
            .and_then(|user| user.display_name.as_deref());
        let state = participant
            .state
            .as_ref()
            .map_or("has not decided", |state| state.as_str());
        println!("   {}: {state}", user.unwrap_or("somebody"));
    }
    Ok(())
}

/// Makes a call, and waits as long as Bitbucket asks where there were too many.
async fn politely<T>(call: impl AsyncFn() -> Result<T, Error>) -> Result<T, Error> {
    for _ in 0..3 {
        match call().await {
            Err(error) if error.is_rate_limited() => {
                let wait = error.retry_after().unwrap_or(Duration::from_secs(30));
                println!("   {error}");
                println!("   waiting {} s, as Bitbucket asks", wait.as_secs());
                tokio::time::sleep(wait).await;
            }
            result => return result,
        }
    }
    call().await
}

/// The diff as it arrives; it need not fit into memory.
pub(crate) async fn diff(
    client: &Client,
    workspace: &str,
    repository: &str,
    id: i64,
) -> Result<(), Error> {
    step(&format!("the diff of #{id}, as a stream of bytes"));
    let mut diff = client
        .repository(workspace, repository)
        .pull_request(id)
        .get_pull_request_diff()
        .send()
        .await?
        .into_inner();
    println!(
        "   {}",
        diff.content_type().unwrap_or("of no declared type")
    );
    let (mut bytes, mut lines) = (0, 0);
    while bytes < ENOUGH_BYTES
        && let Some(part) = diff.try_next().await?
    {
        bytes += part.len();
        lines += part.iter().filter(|byte| **byte == b'\n').count();
        println!("   {:>6} bytes more, {lines} lines so far", part.len());
    }
    Ok(())
}

/// What is not there is an error that says so.
pub(crate) async fn missing(
    client: &Client,
    workspace: &str,
    repository: &str,
) -> Result<(), Error> {
    step("a pull request that does not exist");
    let nowhere = client
        .repository(workspace, repository)
        .pull_request(999_999_999);
    match nowhere.get_pull_request().send().await {
        Ok(_) => println!("   it does exist"),
        Err(error) if error.is_not_found() => println!("   {error}"),
        Err(error) => return Err(error),
    }
    Ok(())
}
