//! A pull request as Bitbucket lists it. The bench lists these as well.

use serde_json::{Value, json};

/// What makes one pull request differ from another.
pub(crate) struct PullRequest<'a> {
    /// What the links to the API begin with.
    pub(crate) api: &'a str,
    /// `workspace/repository`.
    pub(crate) repository: &'a str,
    pub(crate) id: usize,
    pub(crate) title: &'a str,
    pub(crate) description: &'a str,
    pub(crate) state: &'a str,
    pub(crate) author: &'a str,
    pub(crate) branch: &'a str,
    pub(crate) comment_count: usize,
}

impl PullRequest<'_> {
    /// The object in a listing. The object itself, asked for alone, also has
    /// reviewers and participants.
    pub(crate) fn listed(&self) -> Value {
        let paragraphs = self.description.replace("\n\n", "</p>\n<p>");
        json!({
            "type": "pullrequest",
            "id": self.id,
            "title": self.title,
            "description": self.description,
            "summary": {
                "type": "rendered",
                "raw": self.description,
                "markup": "markdown",
                "html": format!("<p>{paragraphs}</p>"),
            },
            "state": self.state,
            "draft": false,
            "queued": false,
            "author": account(self.api, self.author),
            "source": self.endpoint(self.branch, 0x5eed),
            "destination": self.endpoint("main", 0xba5e),
            "comment_count": self.comment_count,
            "task_count": self.id % 3,
            "close_source_branch": true,
            "closed_by": null,
            "merge_commit": null,
            "reason": "",
            "created_on": self.moment(9),
            "updated_on": self.moment(17),
            "links": self.links(),
        })
    }

    fn links(&self) -> Value {
        let Self {
            api,
            repository,
            id,
            ..
        } = self;
        let own = format!("{api}/repositories/{repository}/pullrequests/{id}");
        let range = format!("{repository}:{}%0D{}", hash(*id, 0x5eed), hash(*id, 0xba5e));
        let between = |what: &str| {
            format!(
                "{api}/repositories/{repository}/{what}/{range}?from_pullrequest_id={id}&topic=true"
            )
        };
        json!({
            "self": { "href": own },
            "html": { "href": format!("https://bitbucket.org/{repository}/pull-requests/{id}") },
            "commits": { "href": format!("{own}/commits") },
            "approve": { "href": format!("{own}/approve") },
            "request-changes": { "href": format!("{own}/request-changes") },
            "diff": { "href": between("diff") },
            "diffstat": { "href": between("diffstat") },
            "comments": { "href": format!("{own}/comments") },
            "activity": { "href": format!("{own}/activity") },
            "merge": { "href": format!("{own}/merge") },
            "decline": { "href": format!("{own}/decline") },
            "statuses": { "href": format!("{own}/statuses") },
        })
    }

    /// Where the pull request comes from, or where it goes to.
    fn endpoint(&self, branch: &str, salt: usize) -> Value {
        let Self {
            api, repository, ..
        } = self;
        let hash = hash(self.id, salt);
        let own = format!("{api}/repositories/{repository}");
        let name = repository.rsplit('/').next().unwrap_or(repository);
        json!({
            "branch": { "name": branch },
            "commit": {
                "type": "commit",
                "hash": hash,
                "links": {
                    "self": { "href": format!("{own}/commit/{hash}") },
                    "html": { "href": format!("https://bitbucket.org/{repository}/commits/{hash}") },
                },
            },
            "repository": {
                "type": "repository",
                "name": name,
                "full_name": repository,
                "uuid": uuid(repository),
                "links": {
                    "self": { "href": own },
                    "html": { "href": format!("https://bitbucket.org/{repository}") },
                    "avatar": { "href": format!("https://bytebucket.org/ravatar/{}?ts=rust", encoded_uuid(repository)) },
                },
            },
        })
    }

    fn moment(&self, hour: usize) -> String {
        let (month, day) = (self.id / 28 % 12 + 1, self.id % 28 + 1);
        format!(
            "2026-{month:02}-{day:02}T{hour:02}:41:07.{:06}+00:00",
            self.id
        )
    }
}

/// A user as Bitbucket shows one everywhere.
pub(crate) fn account(api: &str, name: &str) -> Value {
    let id = encoded_uuid(name);
    let initials: String = name
        .split(' ')
        .filter_map(|word| word.chars().next())
        .collect();
    let picture = format!("{:016x}{:016x}", mixed(name, 3), mixed(name, 4));
    json!({
        "type": "user",
        "display_name": name,
        "nickname": name,
        "uuid": uuid(name),
        "account_id": format!("557058:{}", uuid(name).trim_matches(['{', '}'])),
        "links": {
            "self": { "href": format!("{api}/users/{id}") },
            "html": { "href": format!("https://bitbucket.org/{id}/") },
            "avatar": { "href": format!(
                "https://secure.gravatar.com/avatar/{picture}?d=https%3A%2F%2Favatar-management--avatars\
                 .us-west-2.prod.public.atl-paas.net%2Finitials%2F{initials}-3.png"
            ) },
        },
    })
}

/// The same name has the same UUID everywhere.
pub(crate) fn uuid(name: &str) -> String {
    let (a, b) = (mixed(name, 1), mixed(name, 2));
    format!(
        "{{{:08x}-{:04x}-4{:03x}-a{:03x}-{:012x}}}",
        a >> 32,
        a >> 16 & 0xffff,
        a & 0xfff,
        b >> 48 & 0xfff,
        b & 0xffff_ffff_ffff
    )
}

fn encoded_uuid(name: &str) -> String {
    uuid(name).replace('{', "%7B").replace('}', "%7D")
}

/// The twelve digits that Bitbucket shows of a commit's hash.
fn hash(id: usize, salt: usize) -> String {
    format!(
        "{:012x}",
        mixed(&id.to_string(), salt as u64) & 0xffff_ffff_ffff
    )
}

/// A number that looks random and is always the same (FNV-1a).
fn mixed(text: &str, salt: u64) -> u64 {
    text.bytes()
        .fold(0xcbf2_9ce4_8422_2325 ^ salt, |mixed, byte| {
            (mixed ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        })
}
