//! Lists ten thousand pull requests from a server on loopback, by this crate
//! and by hand, and compares wall time and CPU time.
//!
//! ```sh
//! cargo bench --bench paging              # with and without latency, about two minutes
//! cargo bench --bench paging -- --quick   # a tenth of it, to see that it runs
//! ```
//!
//! The server is a process of its own, so that the CPU time is the client's.

mod measure;
mod payload;
mod server;
mod ways;

use std::{error::Error, process::ExitCode, time::Duration};

use measure::Table;
use server::Server;
use ways::{Job, Way};

/// How much is to be measured.
struct Plan {
    pull_requests: usize,
    rounds: usize,
    rounds_with_latency: usize,
}

const WHOLE: Plan = Plan {
    pull_requests: 10_000,
    rounds: 25,
    rounds_with_latency: 2,
};
const QUICK: Plan = Plan {
    pull_requests: 1_000,
    rounds: 5,
    rounds_with_latency: 1,
};

/// Of each answer, as from a Bitbucket that is not next door.
const LATENCY: Duration = Duration::from_millis(50);

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let has = |wanted: &str| arguments.iter().any(|argument| argument == wanted);
    let result = match arguments.as_slice() {
        [serve, latency, count] if serve == server::ARGUMENT => server::serve(latency, count),
        // `cargo bench` says `--bench`; whoever merely tries out the targets does not.
        _ if has("--bench") && !has("--quick") => bench(&WHOLE),
        _ => bench(&QUICK),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn bench(plan: &Plan) -> Result<(), Box<dyn Error>> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let count = plan.pull_requests;
    let server = Server::start(Duration::ZERO, count)?;
    println!(
        "{count} pull requests of {} bytes on average, in pages of {}",
        server.bytes / count,
        payload::PAGE_LENGTH,
    );
    println!("\nwithout latency, {} rounds", plan.rounds);
    runtime.block_on(compare(&server, count, plan.rounds, &Way::WITHOUT_LATENCY))?;

    let server = Server::start(LATENCY, count)?;
    let rounds = plan.rounds_with_latency;
    println!(
        "\nwith {} ms of latency, {rounds} rounds",
        LATENCY.as_millis()
    );
    runtime.block_on(compare(&server, count, rounds, &Way::WITH_LATENCY))
}

/// Each round takes every way once, in another order than the round before.
async fn compare(
    server: &Server,
    count: usize,
    rounds: usize,
    ways: &[Way],
) -> Result<(), Box<dyn Error>> {
    let mut jobs = Vec::new();
    for way in ways {
        // A client of its own: otherwise one way uses the connections, and their
        // buffers, that another has opened.
        let job = Job::new(&server.base_url, count)?;
        if server.latency.is_zero() {
            job.run(*way).await?;
        }
        jobs.push(job);
    }
    let mut table = Table::new(ways);
    for round in 0..rounds {
        let mut order: Vec<usize> = (0..ways.len()).collect();
        order.rotate_left(round % ways.len());
        if round % 2 == 1 {
            order.reverse();
        }
        for index in order {
            let watch = measure::Watch::start()?;
            jobs[index].run(ways[index]).await?;
            table.add(index, watch.stop()?);
        }
    }
    table.print();
    Ok(())
}
