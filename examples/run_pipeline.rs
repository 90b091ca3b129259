//! Runs the pipeline of a branch, waits for its end and says how its steps went.
//!
//! ```sh
//! export BITBUCKET_EMAIL=kim@example.com BITBUCKET_API_TOKEN=…  # or BITBUCKET_ACCESS_TOKEN
//! export BITBUCKET_WORKSPACE=acme BITBUCKET_REPOSITORY=website
//! cargo run --example run_pipeline -- main
//! ```
//!
//! To end the program ends the wait only: the pipeline runs on.

use std::{env, error::Error, time::Duration};

use bitbucket::{Auth, Client, Polling, types};
use serde_json::json;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let branch = env::args().nth(1).ok_or("which branch?")?;
    let workspace = env::var("BITBUCKET_WORKSPACE").map_err(|_| "set BITBUCKET_WORKSPACE")?;
    let repository = env::var("BITBUCKET_REPOSITORY").map_err(|_| "set BITBUCKET_REPOSITORY")?;
    let mut client = Client::builder().auth(Auth::from_env()?);
    // For a Bitbucket of one's own, such as one for tests.
    if let Ok(url) = env::var("BITBUCKET_BASE_URL") {
        client = client.base_url(url);
    }
    let repository = client.build()?.repository(workspace, repository);

    let pipeline: types::Pipeline = serde_json::from_value(json!({
        "target": {"type": "pipeline_ref_target", "ref_type": "branch", "ref_name": branch},
    }))?;
    let started = repository.create_pipeline().body(pipeline).send().await?;
    let uuid = started.uuid.as_deref().ok_or("the pipeline has no UUID")?;
    let number = started.build_number.unwrap_or_default();
    println!("Pipeline {number} has started.");

    let polling = Polling::default()
        .first_pause(Duration::from_secs(2))
        .time_limit(Duration::from_secs(2 * 60 * 60));
    let run = repository.pipeline(uuid).wait(polling).await?;
    for step in &run.steps {
        println!(
            "{}: {} s",
            step.name.as_deref().unwrap_or("A step without a name"),
            step.duration_in_seconds.unwrap_or_default(),
        );
    }
    run.into_successful()?;
    println!("It was successful.");
    Ok(())
}
