//! The writing half of the tour, for the Bitbucket on loopback alone.

use bitbucket::{Client, Error, types};

use crate::step;

/// Says something about a pull request.
pub(crate) async fn comment(
    client: &Client,
    workspace: &str,
    repository: &str,
    id: i64,
) -> Result<(), Error> {
    step(&format!("a comment on #{id}"));
    let content = types::RenderedText::builder().raw("Well done, and *well named*.");
    let comment = client
        .repository(workspace, repository)
        .pull_request(id)
        .create_pull_request_comment()
        .body(types::Comment::builder().content(content))
        .send()
        .await?;
    let link = comment.links.as_ref().and_then(|links| links.html.as_ref());
    println!(
        "   {} comment {}",
        comment.status(),
        comment.id.unwrap_or_default()
    );
    println!(
        "   {}",
        link.and_then(|link| link.href.as_deref())
            .unwrap_or("no link")
    );
    Ok(())
}

/// Approves a pull request.
pub(crate) async fn approve(
    client: &Client,
    workspace: &str,
    repository: &str,
    id: i64,
) -> Result<(), Error> {
    step(&format!("an approval of #{id}"));
    let participant = client
        .repository(workspace, repository)
        .pull_request(id)
        .approve_pull_request()
        .send()
        .await?;
    if participant.state == Some(types::ParticipantState::Approved) {
        let name = participant
            .user
            .as_ref()
            .and_then(|user| user.display_name.as_deref());
        println!("   approved by {}", name.unwrap_or("somebody"));
    }
    Ok(())
}

/// A request that Bitbucket refuses says which fields are to blame.
pub(crate) async fn refused(
    client: &Client,
    workspace: &str,
    repository: &str,
) -> Result<(), Error> {
    step("a new pull request without a title and without a branch");
    let attempt = client
        .repository(workspace, repository)
        .create_pull_request()
        .body(types::PullRequest::builder().description("Just a thought"))
        .send()
        .await;
    match attempt {
        Ok(created) => println!("   created #{}", created.id.unwrap_or_default()),
        Err(error) if error.is_bad_request() => {
            println!("   {}", error.message().unwrap_or("no message"));
            for (field, objections) in error.fields() {
                println!("   {field}: {}", objections.join(" "));
            }
        }
        Err(error) => return Err(error),
    }
    Ok(())
}
