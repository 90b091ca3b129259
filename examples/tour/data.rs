//! What the Bitbucket of the tour holds.

use serde_json::{Value, json};

use crate::pull_request::{PullRequest, account, uuid};

/// The workspace.
pub(crate) const WORKSPACE: &str = "acme";
/// The repository that has pull requests.
pub(crate) const REPOSITORY: &str = "website";
/// The user that the tour's credentials belong to.
pub(crate) const USER: &str = "Kim Visitor";

const REPOSITORIES: [(&str, &str); 5] = [
    (REPOSITORY, "What customers see first"),
    ("billing", "Invoices, reminders, taxes"),
    ("search", "Finds products by what people call them"),
    ("infrastructure", "Machines and networks, as text"),
    ("handbook", "How we work"),
];

/// State, author and title, from the newest to the oldest.
const PULL_REQUESTS: [(&str, &str, &str); 9] = [
    ("OPEN", "Ada Marsh", "Offer a dark theme"),
    ("OPEN", "Bo Lind", "Serve the fonts ourselves"),
    ("MERGED", "Ada Marsh", "Keep robots off the basket"),
    ("OPEN", "Chi Okoro", "Retry a payment that timed out"),
    ("OPEN", "Dee Vance", "Describe the pictures"),
    ("DECLINED", "Bo Lind", "Bring back the carousel"),
    ("OPEN", "Ada Marsh", "Allow no foreign scripts"),
    ("OPEN", "Chi Okoro", "Write dates as readers do"),
    ("OPEN", "Dee Vance", "Make a kinder page of the 404"),
];

/// The workspace's repositories, as they are listed.
pub(crate) fn repositories(api: &str) -> Vec<Value> {
    REPOSITORIES
        .iter()
        .map(|(slug, description)| repository(api, slug, description))
        .collect()
}

fn repository(api: &str, slug: &str, description: &str) -> Value {
    let full_name = format!("{WORKSPACE}/{slug}");
    let own = format!("{api}/repositories/{full_name}");
    json!({
        "type": "repository",
        "uuid": uuid(&full_name),
        "name": slug,
        "slug": slug,
        "full_name": full_name,
        "description": description,
        "is_private": slug != "handbook",
        "scm": "git",
        "fork_policy": "no_public_forks",
        "language": "rust",
        "size": 1_048_576 * slug.len(),
        "has_issues": false,
        "has_wiki": false,
        "website": null,
        "mainbranch": { "type": "branch", "name": "main" },
        "owner": account(api, "Acme"),
        "workspace": { "type": "workspace", "slug": WORKSPACE, "name": "Acme", "uuid": uuid(WORKSPACE) },
        "project": { "type": "project", "key": "WEB", "name": "Web", "uuid": uuid("WEB") },
        "created_on": "2024-02-01T08:30:00.123456+00:00",
        "updated_on": "2026-06-11T16:20:42.654321+00:00",
        "links": {
            "self": { "href": own },
            "html": { "href": format!("https://bitbucket.org/{full_name}") },
            "pullrequests": { "href": format!("{own}/pullrequests") },
            "clone": [
                { "name": "https", "href": format!("https://bitbucket.org/{full_name}.git") },
                { "name": "ssh", "href": format!("git@bitbucket.org:{full_name}.git") },
            ],
        },
    })
}

/// The repository's pull requests in any of these states, as they are listed.
pub(crate) fn pull_requests(api: &str, states: &[String]) -> Vec<Value> {
    let repository = format!("{WORKSPACE}/{REPOSITORY}");
    PULL_REQUESTS
        .iter()
        .zip((1..=31).rev())
        .filter(|((state, ..), _)| states.iter().any(|wanted| wanted == state))
        .map(|((state, author, title), id)| {
            PullRequest {
                api,
                repository: &repository,
                id,
                title,
                description: &format!(
                    "{title}, as agreed on Monday.\n\n\
                     Please look at the *names* first; the rest follows them."
                ),
                state,
                author,
                branch: &title.to_lowercase().replace(' ', "-"),
                comment_count: id * 7 % 5,
            }
            .listed()
        })
        .collect()
}

/// One pull request with its reviewers, as it is shown alone.
pub(crate) fn pull_request(api: &str, id: &str, comments: usize, approved: bool) -> Option<Value> {
    let states = ["OPEN", "MERGED", "DECLINED"].map(str::to_owned);
    let mut found = pull_requests(api, &states)
        .into_iter()
        .find(|pull_request| pull_request["id"].as_u64() == id.parse().ok())?;
    let count = found["comment_count"].as_u64().unwrap_or_default();
    found["comment_count"] = json!(count + comments as u64);
    found["reviewers"] = json!([account(api, USER), account(api, "Dee Vance")]);
    found["participants"] = json!([participant(api, approved), {
        "type": "participant",
        "role": "REVIEWER",
        "approved": false,
        "state": null,
        "participated_on": null,
        "user": account(api, "Dee Vance"),
    }]);
    Some(found)
}

/// What the visitor has to do with a pull request.
pub(crate) fn participant(api: &str, approved: bool) -> Value {
    json!({
        "type": "participant",
        "role": "REVIEWER",
        "approved": approved,
        "state": approved.then_some("approved"),
        "participated_on": approved.then_some("2026-06-12T09:15:30.123456+00:00"),
        "user": account(api, USER),
    })
}

/// A comment of the visitor's.
pub(crate) fn comment(api: &str, pull_request: &str, id: usize, content: &Value) -> Value {
    let raw = content.as_str().unwrap_or_default();
    let own = format!("{api}/repositories/{WORKSPACE}/{REPOSITORY}/pullrequests/{pull_request}");
    json!({
        "type": "pullrequest_comment",
        "id": id,
        "content": {
            "type": "rendered", "raw": raw, "markup": "markdown", "html": format!("<p>{raw}</p>"),
        },
        "user": account(api, USER),
        "deleted": false,
        "pending": false,
        "created_on": "2026-06-12T09:14:03.123456+00:00",
        "updated_on": "2026-06-12T09:14:03.123456+00:00",
        "links": {
            "self": { "href": format!("{own}/comments/{id}") },
            "html": { "href": format!(
                "https://bitbucket.org/{WORKSPACE}/{REPOSITORY}/pull-requests/{pull_request}#comment-{id}"
            ) },
        },
    })
}

/// The diff of a pull request, file by file.
pub(crate) fn diff() -> Vec<String> {
    ["theme/colours.css", "theme/toggle.js", "theme/README.md"]
        .iter()
        .enumerate()
        .map(|(index, path)| {
            let lines = 40 * (index + 1);
            let added: String =
                (1..=lines).map(|line| format!("+  line {line} of {path}\n")).collect();
            format!(
                "diff --git a/{path} b/{path}\nindex 3e5f1a2..b81c9d4 100644\n--- a/{path}\n+++ b/{path}\n\
                 @@ -1,1 +1,{lines} @@\n-  what was there before\n{added}"
            )
        })
        .collect()
}
