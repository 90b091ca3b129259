//! The 1.0 resources: every operation over the wire, every type, and what is
//! particular to them.

mod support;
mod tolerance;
mod values;
mod wire;

#[path = "v1/client.rs"]
mod client;
#[path = "v1/examples.rs"]
mod examples;

use bitbucket::v1::catalog;

const OPERATIONS: wire::Product = wire::Product {
    document: "cloud-v1",
    prefix: "/1.0",
    operations: 20,
    entries: catalog::operations,
    connect: |base_url, auth| {
        let client = support::client_as(base_url, auth);
        Box::new(move |id, arguments| {
            let client = client.clone();
            Box::pin(async move { catalog::call(&client.v1(), &id, arguments).await })
        })
    },
};

const TYPES: tolerance::Product = tolerance::Product {
    document: "cloud-v1",
    types: catalog::types,
};

wire::tests!(OPERATIONS);
tolerance::tests!(TYPES);

/// As Atlassian's pages have them, and the clients that use them: the document
/// could be wrong as a whole.
const REQUESTS: [(&str, &str); 20] = [
    ("list_matching_groups", "GET /groups"),
    ("list_groups", "GET /groups/{workspace}/"),
    ("create_group", "POST /groups/{workspace}/"),
    ("get_group", "GET /groups/{workspace}/{group_slug}"),
    ("update_group", "PUT /groups/{workspace}/{group_slug}/"),
    ("delete_group", "DELETE /groups/{workspace}/{group_slug}/"),
    (
        "list_group_members",
        "GET /groups/{workspace}/{group_slug}/members",
    ),
    (
        "add_group_member",
        "PUT /groups/{workspace}/{group_slug}/members/{member}",
    ),
    (
        "remove_group_member",
        "DELETE /groups/{workspace}/{group_slug}/members/{member}",
    ),
    (
        "list_group_privileges",
        "GET /group-privileges/{workspace}/",
    ),
    (
        "list_repository_group_privileges",
        "GET /group-privileges/{workspace}/{repo_slug}",
    ),
    (
        "list_group_repository_privileges",
        "GET /group-privileges/{workspace}/{group_owner}/{group_slug}",
    ),
    (
        "delete_group_privileges",
        "DELETE /group-privileges/{workspace}/{group_owner}/{group_slug}",
    ),
    (
        "get_repository_group_privilege",
        "GET /group-privileges/{workspace}/{repo_slug}/{group_owner}/{group_slug}",
    ),
    (
        "set_repository_group_privilege",
        "PUT /group-privileges/{workspace}/{repo_slug}/{group_owner}/{group_slug}",
    ),
    (
        "delete_repository_group_privilege",
        "DELETE /group-privileges/{workspace}/{repo_slug}/{group_owner}/{group_slug}",
    ),
    (
        "invite_to_repository",
        "POST /invitations/{workspace}/{repo_slug}/{email}",
    ),
    ("list_invitations", "GET /users/{accountname}/invitations"),
    ("invite_to_group", "PUT /users/{accountname}/invitations"),
    (
        "delete_invitations",
        "DELETE /users/{accountname}/invitations",
    ),
];

#[test]
fn the_requests_are_those_of_the_pages() {
    let found: Vec<_> = catalog::operations()
        .iter()
        .map(|entry| {
            let operation = entry.operation;
            let request = format!("{} {}", operation.method(), operation.path());
            (operation.id(), request)
        })
        .collect();
    for (id, request) in REQUESTS {
        assert!(found.contains(&(id, request.to_owned())), "{id}: {request}");
        assert!(catalog::operation(id).is_some(), "{id}");
    }
    assert_eq!(found.len(), REQUESTS.len());
}
