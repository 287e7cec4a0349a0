//! Many GETs at the simulator, from one session and from five hundred: `cargo bench -p tests --bench load`.
//!
//! No request may fail; what is printed depends on the machine.

#![expect(clippy::print_stdout, reason = "a bench prints its table")]
#![expect(clippy::unwrap_used, reason = "a bench stops at the first surprise")]
#![expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]

use std::time::{Duration, Instant};

use sps_client::{Client, Login};
use sps_model::HealthMonitoring;
use sps_sim::{Simulator, User};
use tokio::task::JoinSet;

/// Requests of each row, shared among its sessions.
const REQUESTS: usize = 20_000;

#[tokio::main]
async fn main() {
    // With HTTPS, as in production.
    let simulator = Simulator::builder().user(User::admin("admin", "a")).start().await.unwrap();
    println!("| Sessions | Requests | Errors | Requests per second | p50 | p99 |");
    println!("|---|---|---|---|---|---|");
    for sessions in [1, 500] {
        row(&simulator, sessions).await;
    }
    simulator.stop().await;
}

async fn row(simulator: &Simulator, sessions: usize) {
    let mut logins = JoinSet::new();
    for _ in 0..sessions {
        let builder = Client::builder(&simulator.url()).unwrap();
        let builder = builder.ca_pem(simulator.certificate_pem().unwrap());
        // Count failures instead of repeating the request.
        let builder = builder.retries(0, Duration::ZERO).login(Login::password("admin", "a"));
        logins.spawn(builder.connect());
    }
    let clients: Vec<_> = logins.join_all().await.into_iter().map(Result::unwrap).collect();
    let start = Instant::now();
    let mut work = JoinSet::new();
    for client in clients {
        work.spawn(async move {
            let mut times = Vec::with_capacity(REQUESTS / sessions);
            let mut errors = 0_usize;
            for _ in 0..REQUESTS / sessions {
                let start = Instant::now();
                match client.get::<HealthMonitoring>().await {
                    Ok(_) => times.push(start.elapsed()),
                    Err(error) => {
                        println!("{error}");
                        errors += 1;
                    }
                }
            }
            (times, errors)
        });
    }
    let mut all = Vec::with_capacity(REQUESTS);
    let mut errors = 0;
    for (times, failed) in work.join_all().await {
        all.extend(times);
        errors += failed;
    }
    let rate = all.len() as f64 / start.elapsed().as_secs_f64();
    all.sort_unstable();
    let at = |percent: usize| all[all.len() * percent / 100].as_secs_f64() * 1e3;
    let count = all.len();
    let (half, most) = (at(50), at(99));
    println!("| {sessions} | {count} | {errors} | {rate:.0} | {half:.2} ms | {most:.2} ms |");
    assert_eq!(errors, 0, "some requests failed");
}
