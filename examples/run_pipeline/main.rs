//! Runs the pipeline of a branch, shows the log of each step while it grows, and
//! says how the pipeline went.
//!
//! ```sh
//! cargo run --example run_pipeline
//! ```
//!
//! With credentials in the environment the pipeline is run by the real Bitbucket:
//!
//! ```sh
//! export BITBUCKET_EMAIL=kim@example.com BITBUCKET_API_TOKEN=…  # or BITBUCKET_ACCESS_TOKEN
//! export BITBUCKET_WORKSPACE=acme BITBUCKET_REPOSITORY=website
//! cargo run --example run_pipeline -- main
//! ```
//!
//! To end the program ends the wait only: the pipeline runs on.

#[path = "../tour/environment.rs"]
mod environment;
mod loopback;

use std::{env, error::Error, io::Write as _, time::Duration};

use bitbucket::{
    Auth, Client, Polling,
    handle::{Pipeline, Repository},
    types,
};
use environment::Destination;
use serde_json::json;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let branch = env::args().nth(1).unwrap_or_else(|| "main".to_owned());
    let pipeline: types::Pipeline = serde_json::from_value(json!({
        "target": {"type": "pipeline_ref_target", "ref_type": "branch", "ref_name": branch},
    }))?;
    let repository = repository().await?;
    let started = repository.create_pipeline().body(pipeline).send().await?;
    let uuid = started.uuid.as_deref().ok_or("the pipeline has no UUID")?;
    let number = started.build_number.unwrap_or_default();
    println!("Pipeline {number} has started.");

    let polling = Polling::default().time_limit(Duration::from_secs(2 * 60 * 60));
    let pipeline = repository.pipeline(uuid);
    // Its steps are known as soon as it runs.
    let runs =
        |seen: &types::Pipeline| matches!(seen.state, Some(types::PipelineState::InProgress(_)));
    pipeline.wait_until(polling.clone(), runs).await?;
    show_logs(&pipeline, &polling).await?;

    let run = pipeline.wait(polling).await?;
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

/// One after the other. A log that has grown meanwhile is shown from its beginning.
async fn show_logs(pipeline: &Pipeline, polling: &Polling) -> Result<(), Box<dyn Error>> {
    let mut steps = pipeline.list_pipeline_steps().stream();
    while let Some(step) = steps.try_next().await? {
        println!(
            "--- {}",
            step.name.as_deref().unwrap_or("A step without a name")
        );
        let uuid = step.uuid.ok_or("the step has no UUID")?;
        let mut log = pipeline.follow_log(uuid, polling.clone());
        while let Some(part) = log.try_next().await? {
            std::io::stdout().write_all(&part)?;
        }
    }
    println!("---");
    Ok(())
}

async fn repository() -> Result<Repository, Box<dyn Error>> {
    if let Some(destination) = environment::destination()? {
        let Destination {
            auth,
            workspace,
            repository,
        } = destination;
        let client = Client::builder().auth(auth).build()?;
        return Ok(client.repository(workspace, repository));
    }
    let base_url = loopback::serve().await?;
    println!("No credentials in the environment: talking to a server on loopback, {base_url}.");
    let auth = Auth::api_token("kim@example.com", "any token will do here");
    let client = Client::builder().base_url(base_url).auth(auth).build()?;
    Ok(client.repository("acme", "website"))
}
