//! Makes a snippet, changes it, and removes it again.
//!
//! ```sh
//! cargo run --example snippets
//! ```
//!
//! With credentials in the environment it does so in the real Bitbucket:
//!
//! ```sh
//! export BITBUCKET_EMAIL=kim@example.com BITBUCKET_API_TOKEN=…  # or BITBUCKET_ACCESS_TOKEN
//! export BITBUCKET_WORKSPACE=acme BITBUCKET_REPOSITORY=website
//! cargo run --example snippets
//! ```

mod upload_server;

use std::error::Error;

use upload_server::Visit;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let Visit {
        client,
        workspace,
        repository,
    } = upload_server::visit().await?;
    let workspace = client.workspace(workspace);
    let made = workspace
        .new_snippet()
        .title(format!("Notes on {repository}"))
        .private(true)
        .file("april.txt", "Nothing yet\n")
        .file("data.csv", "day,notes\n1,0\n")
        .send()
        .await?;
    let id = made.into_inner().id.ok_or("the snippet has no id")?;
    println!("Made the snippet {id}.");

    let snippet = workspace.snippet(&id);
    let changed = snippet
        .change()
        .title("Notes")
        .rename_file("april.txt", "may.txt", "All is new\n")
        .delete_file("data.csv")
        .send()
        .await?;
    let files = changed.into_inner().files.unwrap_or_default();
    let names: Vec<_> = files.into_keys().collect();
    println!("Its files are now {}.", names.join(", "));

    snippet.delete_snippet().send().await?;
    println!("Removed it.");
    Ok(())
}
