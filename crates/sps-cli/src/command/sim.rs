//! `sps sim`: an appliance to try things on.

use std::{
    fs,
    io::Write as _,
    net::SocketAddr,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result, bail};
use sps_sim::{Fault, Simulator, User};

use crate::{
    connection::runtime,
    output::{Stdout, complain},
    status::Status,
};

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
  sps sim --seed 7 --user alice --client-ca ca.pem
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

    /// Who may do everything.
    #[arg(long, value_name = "NAME", default_value = "admin", value_parser = user_name)]
    user: String,

    /// A file with the password of that user; a random one is made and printed otherwise.
    #[arg(long, value_name = "FILE")]
    password_file: Option<PathBuf>,

    /// Another user, who may only read, and a file with the password. May be repeated.
    #[arg(long, value_name = "NAME=FILE", value_parser = reader)]
    reader: Vec<Reader>,

    /// Take certificates of users (`?type=x509`) that the authorities in this file signed. The common name
    /// is the name of the user.
    #[arg(long, value_name = "FILE", conflicts_with = "plain_http")]
    client_ca: Option<PathBuf>,

    /// Draw keys, tokens and passwords from this number: a run can be repeated, and its secrets guessed.
    #[arg(long, value_name = "NUMBER")]
    seed: Option<u64>,
}

/// Somebody who may only read.
#[derive(Debug, Clone)]
struct Reader {
    name: String,
    password_file: PathBuf,
}

fn reader(text: &str) -> Result<Reader, String> {
    let (name, file) = text.split_once('=').ok_or("it is not NAME=FILE")?;
    Ok(Reader { name: user_name(name)?, password_file: file.into() })
}

/// A name that can log in: in Basic credentials it ends at the first colon.
fn user_name(text: &str) -> Result<String, String> {
    if text.is_empty() || text.contains(|it: char| it == ':' || it.is_control()) {
        return Err("a name is not empty, and has no colon and no control characters".to_owned());
    }
    Ok(text.to_owned())
}

/// Runs the command.
pub(crate) fn run(args: &Args, out: &mut Stdout) -> Result<Status> {
    runtime::run(async {
        let simulator = start(args).await?;
        writeln!(out, "listening on {}", simulator.url())?;
        writeln!(out, "user: {}", simulator.user())?;
        match &args.password_file {
            // Whoever wrote the file knows it, and outputs are kept where others read them.
            Some(file) => writeln!(out, "password: (from {})", file.display())?,
            None => writeln!(out, "password: {}", simulator.password())?,
        }
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
    builder = match &args.password_file {
        Some(file) => builder.user(User::admin(&args.user, password(file)?)),
        None => builder.first_user(&args.user),
    };
    let mut names = vec![&args.user];
    for Reader { name, password_file } in &args.reader {
        if names.contains(&name) {
            bail!("there are two users with the name {name}");
        }
        names.push(name);
        builder = builder.user(User::reader(name, password(password_file)?));
    }
    if let Some(file) = &args.client_ca {
        builder = builder.trust_client_ca(text(file)?);
    }
    if let Some(seed) = args.seed {
        builder = builder.seed(seed);
    }
    let simulator = builder.start().await.map_err(|error| match (error, &args.client_ca) {
        (error @ sps_sim::Error::ClientCa(_), Some(file)) => {
            anyhow::Error::new(error).context(format!("cannot use {}", file.display()))
        }
        (error, _) => error.into(),
    })?;
    warn(args, simulator.left_out());
    for fault in &args.fault {
        simulator.add_fault(fault.clone());
    }
    Ok(simulator)
}

fn text(file: &Path) -> Result<String> {
    fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))
}

/// The password in a file, without the end of its line.
fn password(file: &Path) -> Result<String> {
    let text = text(file)?;
    let password = text.trim_end_matches(['\r', '\n']);
    if password.is_empty() {
        bail!("there is no password in {}", file.display());
    }
    Ok(password.to_owned())
}

/// Tells what the state holds and the simulator has not.
fn warn(args: &Args, left_out: &[String]) {
    let Some(state) = args.state.as_ref().filter(|_| !left_out.is_empty()) else { return };
    let state = state.display();
    complain(&format!("warning: this version does not have all of {state}; left out are:"));
    for path in left_out.iter().take(LISTED) {
        complain(&format!("  {path}"));
    }
    if left_out.len() > LISTED {
        complain(&format!("  and {} more", left_out.len() - LISTED));
    }
    complain(&format!("the first commit keeps the file as it is now, as {state}.VERSION.bak"));
}
