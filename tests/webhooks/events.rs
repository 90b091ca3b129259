//! The events and what they say.

use std::collections::BTreeSet;

use bitbucket::{
    types::{CommitStatusState, PullRequestState},
    webhooks::{Event, PipelineSpanName, PushedRef},
};

use crate::{
    payloads, samples,
    values::{self, schema},
};

fn sample(key: &str) -> Event {
    let samples = samples::all();
    let (_, payload) = samples
        .iter()
        .find(|(name, _)| *name == key)
        .unwrap_or_else(|| panic!("no sample of {key}"));
    Event::from_json(key, payload.to_string().as_bytes()).unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn every_key_of_the_document_has_its_event() {
    let document = values::effective();
    let keys = schema(&document, "EventKey")["enum"].as_array().unwrap();
    let keys: BTreeSet<_> = keys.iter().map(|key| key.as_str().unwrap()).collect();
    let sampled: BTreeSet<_> = samples::all().into_iter().map(|(key, _)| key).collect();
    let described: BTreeSet<_> = payloads::by_event()
        .into_iter()
        .map(|(key, _)| key)
        .collect();
    assert_eq!(sampled, keys);
    assert_eq!(described, keys);
    for key in keys {
        let event = sample(key);
        assert!(!matches!(event, Event::Unknown(_)), "{key}");
        assert_eq!(event.key().as_str(), key);
    }
}

#[test]
fn events_say_who_and_where() {
    for (key, payload) in samples::all() {
        let event = sample(key);
        let actor = event
            .actor()
            .and_then(|actor| actor.display_name.as_deref());
        assert_eq!(actor, payload["actor"]["display_name"].as_str(), "{key}");
        let repository = event.repository();
        let name = repository.and_then(|repository| repository.full_name.as_deref());
        assert_eq!(name, payload["repository"]["full_name"].as_str(), "{key}");
    }
}

#[test]
fn a_push_says_what_moved() {
    let Event::RepositoryPush(push) = sample("repo:push") else {
        panic!("a push");
    };
    let changes: Vec<_> = push.changes().collect();
    let [branch, tag, bookmark] = &changes[..] else {
        panic!("{changes:?}");
    };
    assert_eq!(branch.name(), Some("dark-theme"));
    assert_eq!(branch.forced, Some(true));
    assert_eq!(branch.truncated, Some(true));
    let target = branch.new.as_ref().and_then(PushedRef::target).unwrap();
    assert!(target.hash.as_ref().unwrap().starts_with("9f3b7a1c"));
    assert_eq!(branch.commits.as_ref().unwrap().len(), 1);
    let links = branch.links.as_ref().unwrap();
    assert!(
        links
            .diff
            .as_ref()
            .unwrap()
            .href
            .as_ref()
            .unwrap()
            .contains("/diff/")
    );

    assert!(tag.old.is_none());
    assert_eq!(tag.created, Some(true));
    assert!(matches!(&tag.new, Some(PushedRef::Tag(tag)) if tag.name.as_deref() == Some("1.2")));

    assert_eq!(bookmark.name(), Some("from-mercurial"));
    assert_eq!(bookmark.closed, Some(true));
    assert!(matches!(&bookmark.old, Some(PushedRef::Bookmark(_))));
    assert!(bookmark.new.is_none());
}

#[test]
fn an_update_says_what_was_and_what_is() {
    let Event::RepositoryUpdated(updated) = sample("repo:updated") else {
        panic!("an update");
    };
    let changes = updated.changes.unwrap();
    let name = changes.name.unwrap();
    assert_eq!(name.old.as_deref(), Some("website"));
    assert_eq!(name.new.as_deref(), Some("site"));
    assert_eq!(changes.website.unwrap().old, None);
    let links = changes.links.unwrap().new.unwrap();
    assert!(links.html.unwrap().href.unwrap().ends_with("/acme/site"));
}

#[test]
fn what_is_not_described_is_kept() {
    let Event::RepositoryTransfer(transfer) = sample("repo:transfer") else {
        panic!("a transfer");
    };
    assert_eq!(transfer.other["previous_owner"]["display_name"], "Lee");
}

#[test]
fn events_of_pull_requests_have_what_they_are_about() {
    let Event::PullRequestFulfilled(merged) = sample("pullrequest:fulfilled") else {
        panic!("a merge");
    };
    let pull_request = merged.pull_request.unwrap();
    assert_eq!(pull_request.state, Some(PullRequestState::Merged));
    assert!(pull_request.merge_commit.is_some());

    let Event::PullRequestApproved(approved) = sample("pullrequest:approved") else {
        panic!("an approval");
    };
    let approval = approved.approval.unwrap();
    assert_eq!(
        approval.date.unwrap().to_rfc3339(),
        "2026-03-02T10:11:12.131415+00:00"
    );
    assert_eq!(approval.user.unwrap().nickname.as_deref(), Some("lee"));

    let Event::PullRequestChangesRequestCreated(request) =
        sample("pullrequest:changes_request_created")
    else {
        panic!("a request for changes");
    };
    assert!(request.changes_request.unwrap().user.is_some());

    let Event::PullRequestCommentResolved(resolved) = sample("pullrequest:comment_resolved") else {
        panic!("a comment");
    };
    let comment = resolved.comment.unwrap();
    assert_eq!(comment.id, Some(17));
    assert_eq!(comment.inline.as_ref().unwrap().to, Some(10));
    assert!(comment.resolution.is_some());
}

#[test]
fn events_of_commits_and_issues_have_what_they_are_about() {
    let Event::CommitStatusUpdated(updated) = sample("repo:commit_status_updated") else {
        panic!("a status");
    };
    let status = updated.commit_status.unwrap();
    assert_eq!(status.state, Some(CommitStatusState::Failed));

    let Event::CommitCommentCreated(commented) = sample("repo:commit_comment_created") else {
        panic!("a comment");
    };
    assert!(commented.comment.is_some() && commented.commit.is_some());

    let Event::IssueUpdated(updated) = sample("issue:updated") else {
        panic!("an issue");
    };
    let changes = updated.changes.unwrap();
    assert_eq!(changes["status"].new.as_ref().unwrap(), "on hold");
    let assignee = &changes["assignee"];
    assert!(assignee.old.is_none());
    assert_eq!(assignee.new.as_ref().unwrap()["display_name"], "Lee");
}

#[test]
fn spans_say_what_ran_and_for_how_long() {
    let Event::PipelineSpanCreated(spans) = sample("pipeline:span_created") else {
        panic!("spans");
    };
    let spans: Vec<_> = spans.spans().collect();
    let [run, container] = &spans[..] else {
        panic!("{spans:?}");
    };
    assert_eq!(run.name, Some(PipelineSpanName::PipelineRun));
    let attribute = |key| run.attribute(key).unwrap();
    assert_eq!(
        attribute("pipeline.target.ref_name").as_str(),
        Some("dark-theme")
    );
    assert_eq!(attribute("pipeline_run.run_number").as_i64(), Some(5));
    assert_eq!(attribute("pipeline.is_free").as_bool(), Some(false));
    assert!(run.attribute("nothing").is_none());
    let end = |span: &bitbucket::webhooks::PipelineSpan| {
        let times = [&span.start_time, &span.end_time];
        times.map(|time| time.as_ref().unwrap().date_time().unwrap())
    };
    let [started, ended] = end(run);
    assert_eq!((ended - started).num_milliseconds(), 90_500);
    assert_eq!(run.other["status"]["code"], 1);

    assert_eq!(container.name, Some(PipelineSpanName::Container));
    assert_eq!(container.parent_span_id, run.span_id);
    // A number is as good as a text.
    let [started, ended] = end(container);
    assert_eq!((ended - started).num_seconds(), 59);
    let usage = container.attribute("container.cpu.usage").unwrap();
    assert_eq!(usage.as_f64(), Some(0.75));
    assert_eq!(usage.as_str(), None);
    assert_eq!(usage.as_json()["doubleValue"], 0.75);
}
