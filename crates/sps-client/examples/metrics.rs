//! An exporter of metrics: answers `GET /metrics` with the health of an appliance, in the text form of Prometheus.
//!
//! With `SPS_HOST`, an address such as `https://sps.example.com`, it exports that appliance on port 9870, and reads `SPS_USER`,
//! `SPS_PASSWORD` and `SPS_CA_FILE`. Without, it starts a simulator, prints one scrape of it, and ends.

#![expect(clippy::print_stdout, reason = "an example shows its result")]

use std::{env, error::Error, fmt::Write as _, fs};

use axum::{
    Router, extract::State, http::header::CONTENT_TYPE, response::IntoResponse, routing::get,
};
use sps_client::{Client, Login};
use sps_model::HealthStatus;
use sps_sim::Simulator;
use tokio::net::TcpListener;

#[tokio::main]
pub(crate) async fn main() -> Result<(), Box<dyn Error>> {
    if let Ok(url) = env::var("SPS_HOST") {
        let client = Client::builder(&url)?
            .login(Login::password(env::var("SPS_USER")?, env::var("SPS_PASSWORD")?))
            .ca_pem(fs::read(env::var("SPS_CA_FILE")?)?)
            .connect()
            .await?;
        axum::serve(TcpListener::bind("127.0.0.1:9870").await?, exporter(client)).await?;
        return Ok(());
    }
    let simulator = Simulator::builder().start().await?;
    print!("{}", metrics(&connect(&simulator).await?).await);
    Ok(())
}

/// The exporter; a program gives it to `axum::serve`.
pub(crate) fn exporter(client: Client) -> Router {
    Router::new().route("/metrics", get(scrape)).with_state(client)
}

/// A client of the simulator.
pub(crate) async fn connect(simulator: &Simulator) -> Result<Client, sps_client::Error> {
    Client::builder(&simulator.url())?
        .login(Login::password(simulator.user(), simulator.password()))
        .ca_pem(simulator.certificate_pem().unwrap_or_default())
        .connect()
        .await
}

async fn scrape(State(client): State<Client>) -> impl IntoResponse {
    ([(CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], metrics(&client).await)
}

/// Reads the health once. An appliance that does not answer is a metric too: alerts are made of it.
async fn metrics(client: &Client) -> String {
    let health = client.health_status().await;
    let mut text = Text::default();
    text.family("sps_up", "Whether the appliance answers.");
    text.sample("sps_up", &[], if health.is_ok() { 1.0 } else { 0.0 });
    match health {
        Ok(health) => describe(&health.body, &mut text),
        // The error names host and request, and never a secret.
        Err(error) => println!("{error}"),
    }
    text.0
}

fn describe(health: &HealthStatus, text: &mut Text) {
    text.family("sps_use_percent", "Use of a resource.");
    for (resource, value) in [
        ("cpu", health.cpu),
        ("disk", health.disk),
        ("memory", health.memory),
        ("swap", health.swap),
    ] {
        text.sample("sps_use_percent", &[("resource", resource)], value);
    }
    text.family("sps_load", "Load, averaged over some minutes.");
    for (minutes, value) in [("1", health.load1), ("5", health.load5), ("15", health.load15)] {
        text.sample("sps_load", &[("minutes", minutes)], value);
    }
    text.family("sps_sessions", "Open sessions.");
    let sessions = &health.sessions;
    for (protocol, count) in [
        ("http", sessions.http),
        ("ica", sessions.ica),
        ("mssql", sessions.mssql),
        ("rdp", sessions.rdp),
        ("ssh", sessions.ssh),
        ("telnet", sessions.telnet),
        ("vnc", sessions.vnc),
    ] {
        text.sample("sps_sessions", &[("protocol", protocol)], count);
    }
    text.family("sps_tainted_files", "Firmware files that were changed.");
    let files = &health.firmware.tainted_files;
    for (firmware, count) in [("boot", files.boot), ("core", files.core)] {
        text.sample("sps_tainted_files", &[("firmware", firmware)], count);
    }
}

/// The text form: a family of metrics, then its samples.
#[derive(Default)]
struct Text(String);

impl Text {
    fn family(&mut self, name: &str, help: &str) {
        // Writing to a `String` cannot fail.
        let _ = writeln!(self.0, "# HELP {name} {help}\n# TYPE {name} gauge");
    }

    fn sample(&mut self, name: &str, labels: &[(&str, &str)], value: impl std::fmt::Display) {
        let labels: Vec<_> =
            labels.iter().map(|(key, value)| format!("{key}=\"{value}\"")).collect();
        let labels =
            if labels.is_empty() { String::new() } else { format!("{{{}}}", labels.join(",")) };
        let _ = writeln!(self.0, "{name}{labels} {value}");
    }
}
