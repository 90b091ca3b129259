//! Lists the catalogue, shows an operation as a tool, and calls it by its id.
//!
//! ```sh
//! cargo run --example catalog --features catalog
//! cargo run --example catalog --features catalog -- get_workspace '{"workspace": "acme"}'
//! ```
//!
//! Without credentials it calls a Bitbucket that it starts itself, and that
//! knows one repository. With credentials in the environment it calls the real
//! one: `BITBUCKET_EMAIL` and `BITBUCKET_API_TOKEN`, or `BITBUCKET_ACCESS_TOKEN`.

use std::{collections::BTreeMap, env, error::Error};

use bitbucket::{
    Auth, Client,
    catalog::{self, Arguments, Content},
};
use httpmock::MockServer;
use serde_json::{Map, Value, json};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut given = env::args().skip(1);
    let id = given.next().unwrap_or_else(|| "get_repository".to_owned());
    let arguments: Map<String, Value> = match given.next() {
        Some(text) => serde_json::from_str(&text)?,
        None => Map::from_iter([
            ("workspace".to_owned(), json!("acme")),
            ("repo_slug".to_owned(), json!("website")),
        ]),
    };

    list();
    show(&id)?;

    if let Ok(auth) = Auth::from_env() {
        let client = Client::builder().auth(auth).build()?;
        return call(&client, &id, arguments).await;
    }
    let server = bitbucket().await;
    let client = Client::builder().base_url(server.base_url()).build()?;
    call(&client, &id, arguments).await
}

/// How many operations there are of each tag.
fn list() {
    let mut tags = BTreeMap::<_, usize>::new();
    for tag in catalog::operations().iter().flat_map(|entry| entry.tags) {
        *tags.entry(*tag).or_default() += 1;
    }
    println!("{} operations:", catalog::operations().len());
    for (tag, count) in tags {
        println!("{count:>4} {tag}");
    }
}

/// What a tool catalogue has to tell of a tool.
fn show(id: &str) -> Result<(), Box<dyn Error>> {
    let entry = catalog::operation(id).ok_or_else(|| format!("there is no operation {id}"))?;
    let tool = json!({
        "name": entry.operation.id(),
        "description": entry.description(),
        "inputSchema": entry.arguments_schema(),
    });
    println!("\n{tool:#}");
    println!("It needs the scopes {:?}.", entry.scopes);
    Ok(())
}

async fn call(
    client: &Client,
    id: &str,
    arguments: Map<String, Value>,
) -> Result<(), Box<dyn Error>> {
    let arguments: Arguments = arguments.into_iter().collect();
    match catalog::call(client, id, arguments).await?.into_inner() {
        Content::Json(value) => println!("\n{value:#}"),
        Content::Bytes(bytes) => println!("\n{}", bytes.text().await?),
        Content::Accepted { location } => println!("\nUnder way: {location:?}"),
        _ => println!("\nDone."),
    }
    Ok(())
}

/// A Bitbucket with one repository.
async fn bitbucket() -> MockServer {
    let server = MockServer::start_async().await;
    server
        .mock_async(|when, then| {
            when.method("GET").path("/repositories/acme/website");
            then.json_body(json!({
                "type": "repository",
                "full_name": "acme/website",
                "mainbranch": {"type": "branch", "name": "main"},
            }));
        })
        .await;
    server
}
