//! `sps sim`: an appliance to try things on.

use std::fs;
use std::io::Write as _;
use std::net::SocketAddr;
use std::path::PathBuf;

use anyhow::Context as _;
use anyhow::Result;
use sps_sim::Fault;
use sps_sim::Simulator;
use sps_sim::User;

use crate::output::Stdout;
use crate::runtime;
use crate::status::Status;

/// How much of what is left out is listed.
const LISTED: usize = 20;

/// Simulate an appliance until Ctrl-C.
///
/// Speaks the REST API as the guide describes it for one version: logins, transactions and their lock,
/// objects, references, errors, jobs and uploads. Changes are kept in memory, or in --state. The first
/// lines tell where it listens, and who may log in.
///
/// Exit status: 0 stopped by Ctrl-C, 2 it could not start.
#[derive(Debug, clap::Args)]
#[command(
    verbatim_doc_comment,
    after_help = "\
Examples:
  sps sim --listen 127.0.0.1:8443 --certificate sim.pem
  sps sim --target 6.0.1 --fault 'PUT /api/transaction drop-after x1'
  curl --cacert sim.pem --user admin https://127.0.0.1:8443/api/authentication"
)]
pub(crate) struct Args {
    /// Where to listen; port 0 takes any that is free.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:0")]
    listen: SocketAddr,

    /// The version to be, such as 6.0.1 or 7.5; the newest one otherwise.
    #[arg(long, value_name = "VERSION")]
    target: Option<sps_spec::Version>,

    /// Keep everything in this file, and start from it. It holds the secrets of the configuration in clear.
    #[arg(long, value_name = "FILE")]
    state: Option<PathBuf>,

    /// Refuse what an appliance would swallow: unknown keys, keys that stand twice, wrappers.
    #[arg(long)]
    strict: bool,

    /// Fail on purpose: `METHOD PATH WHAT [xTIMES] [pPROBABILITY]`, with `*` for any method or path. WHAT
    /// is drop-before, drop-after, status=503, delay=2s, slow-body=2s, truncate-body, expire-session,
    /// foreign-lock=NAME, lose-key=NAME or fail-job. May be repeated.
    #[arg(long, value_name = "FAULT")]
    fault: Vec<Fault>,

    /// Plain HTTP, for programs that cannot be told to trust a certificate.
    #[arg(long)]
    plain_http: bool,

    /// Write the certificate that clients have to trust here; otherwise it lies beside --state, or is
    /// printed.
    #[arg(long, value_name = "FILE", conflicts_with = "plain_http")]
    certificate: Option<PathBuf>,

    /// A file with the password of `admin`; a random one is made and printed otherwise.
    #[arg(long, value_name = "FILE")]
    password_file: Option<PathBuf>,
}

/// Runs the command.
pub(crate) fn run(args: &Args, out: &mut Stdout) -> Result<Status> {
    runtime::run(async {
        let simulator = start(args).await?;
        writeln!(out, "listening on {}", simulator.url())?;
        writeln!(out, "user: {}", simulator.user())?;
        writeln!(out, "password: {}", simulator.password())?;
        if let Some(pem) = simulator.certificate_pem() {
            match &args.certificate {
                Some(file) => {
                    fs::write(file, pem)
                        .with_context(|| format!("cannot write {}", file.display()))?;
                    writeln!(out, "certificate: {}", file.display())?;
                }
                None => match &args.state {
                    Some(state) => writeln!(out, "certificate: {}.crt.pem", state.display())?,
                    None => write!(out, "{pem}")?,
                },
            }
        }
        if let Some(fingerprint) = simulator.sha256_fingerprint() {
            writeln!(out, "sha256: {fingerprint}")?;
        }
        out.flush()?;
        runtime::interrupted().await;
        simulator.stop().await;
        Ok(Status::Valid)
    })
}

async fn start(args: &Args) -> Result<Simulator> {
    let mut builder = Simulator::builder().listen(args.listen);
    if let Some(target) = args.target.clone() {
        builder = builder.target(target);
    }
    if let Some(state) = &args.state {
        builder = builder.state(state);
    }
    if args.strict {
        builder = builder.strict();
    }
    if args.plain_http {
        builder = builder.plain_http();
    }
    if let Some(file) = &args.password_file {
        let text =
            fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
        builder = builder.user(User::admin("admin", text.trim_end_matches(['\r', '\n'])));
    }
    let simulator = builder.start().await?;
    warn(args, simulator.left_out());
    for fault in &args.fault {
        simulator.add_fault(fault.clone());
    }
    Ok(simulator)
}

/// Tells what the state holds and the simulator has not.
fn warn(args: &Args, left_out: &[String]) {
    let Some(state) = args.state.as_ref().filter(|_| !left_out.is_empty()) else { return };
    let state = state.display();
    eprintln!("warning: this version does not have all of {state}; left out are:");
    for path in left_out.iter().take(LISTED) {
        eprintln!("  {path}");
    }
    if left_out.len() > LISTED {
        eprintln!("  and {} more", left_out.len() - LISTED);
    }
    eprintln!("the first commit writes the file anew, and keeps this one as {state}.VERSION.bak");
}
