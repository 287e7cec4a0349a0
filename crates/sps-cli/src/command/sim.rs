//! `sps sim`: a local simulator of the API, or a fleet of them.

mod files;
mod fleet;
mod inventory;
mod named_fault;
mod reach;

use std::{
    fs,
    io::Write as _,
    net::SocketAddr,
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::{Context as _, Result, anyhow, bail};
use serde_json::json;
use sps_sim::{Builder, Locks, Page, Simulator, User};

use self::named_fault::NamedFault;
use crate::{
    check::read,
    command::site::{SecretArgs, Seed},
    connection::{password::clean, runtime},
    output::{Stdout, print_json, remark},
    spec::{overlaid_spec, version},
    status::Status,
};

/// How many paths are listed in a warning.
const MAX_LISTED_PATHS: usize = 20;

/// How often to look whether a simulator had to refuse a connection.
const LOOK: Duration = Duration::from_secs(1);

/// Run a local simulator of the API, or a fleet of them, until Ctrl-C
///
/// Simulates the REST API of one version as the guide describes it: logins, transactions and their lock, objects,
/// references, errors, jobs and uploads. Changes are kept in memory, or in the file of --state. The first lines of the
/// output are the address, the user and the password.
///
/// A browser that opens the address sees what the simulator holds: the configuration, pending changes, sessions, jobs, and the
/// requests as they come; and it can arm faults. Where other machines can reach the simulator, only the printed address of
/// the page, with its token, opens it.
///
/// With --fleet, many simulators run in one process, each with its own state and port. The output is an Ansible inventory of
/// them, and the user and the password are on standard error. With --inventory, the inventory is written to a file, and the
/// output has one address a line before the user and the password.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Exit status:
  0  stopped by Ctrl-C
  1  the tree of --site is invalid
  2  it could not start

Examples:
  sps sim --listen 127.0.0.1:8443 --certificate sim.pem
  sps sim --target 6.0.1 --fault 'PUT /api/transaction drop-after x1'
  sps sim --target 7.5 --locks single --log requests.jsonl
  sps sim --site examples/site
  sps sim --site config --made-up-secrets
  sps sim --seed 7 --user alice --client-ca ca.pem
  sps sim --fleet 10 --inventory hosts.yml --site examples/site
  sps sim --fleet 3 --listen 127.0.0.1:8443 --fault 'sps2: * * status=503'
  curl --cacert sim.pem --user admin https://127.0.0.1:8443/api/authentication")]
pub(crate) struct Args {
    /// Run this many simulators, named sps1, sps2 and so on, and print an Ansible inventory of them
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    fleet: Option<u16>,

    /// With --fleet: write the inventory to this file instead
    ///
    /// It holds no password, but takes it from the environment.
    #[arg(long, value_name = "FILE", requires = "fleet")]
    inventory: Option<PathBuf>,

    /// Address to listen on; port 0 picks a free one
    ///
    /// A fleet with port 0 takes a free one for each simulator. With another port, that is the one of sps1, and the others
    /// follow.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:0")]
    listen: SocketAddr,

    /// Version to simulate, such as 6.0.1 or 7.5 [default: the newest]
    #[arg(long, value_name = "VERSION", value_parser = version)]
    target: Option<sps_spec::Version>,

    /// Load the configuration from this file and save it there, with its secrets in plain text
    ///
    /// With --fleet: a folder with one such file for each simulator, such as sps1.json.
    #[arg(long, value_name = "FILE")]
    state: Option<PathBuf>,

    /// Start with the configuration of the tree in this directory, as `sps apply` applies it
    ///
    /// The version is the one in the tree's sps.toml, unless --target says another. The log of --log begins after that, and
    /// faults begin to strike.
    #[arg(long, value_name = "DIR", conflicts_with = "uninitialized")]
    site: Option<PathBuf>,

    /// With --site: make up every secret of the tree instead of reading it, also where it says `keep`
    #[arg(long, requires = "site")]
    made_up_secrets: bool,

    /// Reject what an appliance ignores: unknown keys, duplicate keys, wrappers
    #[arg(long)]
    strict: bool,

    /// Transactions that may be open at once: one, or one for each session [default: as the version has it]
    #[arg(long, value_name = "LOCKS", value_enum)]
    locks: Option<LocksArg>,

    /// Sessions that may be open at once; a login beyond that gets 429 [default: any number]
    #[arg(long, value_name = "N")]
    max_sessions: Option<usize>,

    /// Append each request to this file as one line of JSON, without bodies and secrets
    ///
    /// With --fleet, `appliance` names the simulator.
    #[arg(long, value_name = "FILE")]
    log: Option<PathBuf>,

    /// Fail on purpose: `METHOD PATH KIND [xTIMES] [pPROBABILITY]` (repeatable)
    ///
    /// METHOD and PATH may be `*`. KIND is drop-before, drop-after, status=503, delay=2s, slow-body=2s, truncate-body,
    /// expire-session, foreign-lock=NAME, lose-key=NAME or fail-job. In a fleet, `sps2: METHOD …` strikes at that simulator
    /// alone, and a fault without a name at each.
    #[arg(long, value_name = "FAULT")]
    fault: Vec<NamedFault>,

    /// Add a key that the spec does not know to every object, as newer firmware does; a PUT without it loses it
    #[arg(long, value_name = "KEY")]
    extra_key: Option<String>,

    /// Start before the first setup: only the welcome wizard of /api/setup works, and it sets the password of `admin`
    #[arg(long, conflicts_with_all = ["user", "password_file"])]
    uninitialized: bool,

    /// Serve no page for a browser
    #[arg(long)]
    no_page: bool,

    /// Host name under which a browser may ask for the page, beside those of this machine (repeatable)
    #[arg(long, value_name = "NAME", value_parser = host_name, conflicts_with = "no_page")]
    page_host: Vec<String>,

    /// Let the page show secrets where a link asks for them
    #[arg(long, conflicts_with = "no_page")]
    page_secrets: bool,

    /// Serve HTTP instead of HTTPS, for clients that cannot trust another certificate
    #[arg(long)]
    plain_http: bool,

    /// Write the server certificate to this file [default: printed, or saved next to --state]
    #[arg(long, value_name = "FILE", conflicts_with = "plain_http")]
    certificate: Option<PathBuf>,

    /// User with all permissions
    #[arg(long, value_name = "NAME", default_value = "admin", value_parser = user_name)]
    user: String,

    /// File with the password of that user [default: a random one, printed]
    #[arg(long, value_name = "FILE")]
    password_file: Option<PathBuf>,

    /// User with read permission, and a file with the password (repeatable)
    #[arg(long, value_name = "NAME=FILE", value_parser = reader)]
    reader: Vec<Reader>,

    /// Accept client certificates signed by the authorities in this PEM file; the common name is the user
    #[arg(long, value_name = "FILE", conflicts_with = "plain_http")]
    client_ca: Option<PathBuf>,

    /// Derive keys, tokens and passwords from this number; runs become repeatable, but secrets predictable
    #[arg(long, value_name = "NUMBER")]
    seed: Option<u64>,

    #[command(flatten)]
    secrets: SecretArgs,
}

/// How many transactions may be open at once.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum LocksArg {
    /// One: it locks the configuration for all others
    Single,
    /// One for each session: a commit after that of another session is refused
    Parallel,
}

impl From<LocksArg> for Locks {
    fn from(locks: LocksArg) -> Self {
        match locks {
            LocksArg::Single => Self::Single,
            LocksArg::Parallel => Self::Parallel,
        }
    }
}

/// A user with read permission.
#[derive(Debug, Clone)]
struct Reader {
    name: String,
    password_file: PathBuf,
}

fn reader(text: &str) -> Result<Reader, String> {
    let (name, file) = text.split_once('=').ok_or("expected NAME=FILE")?;
    Ok(Reader { name: user_name(name)?, password_file: file.into() })
}

/// A name that can log in; in Basic credentials it ends at the first colon.
fn user_name(text: &str) -> Result<String, String> {
    if text.is_empty() || text.contains(|it: char| it == ':' || it.is_control()) {
        return Err("expected a name without colons and control characters".to_owned());
    }
    Ok(text.to_owned())
}

/// A host name, as a browser sends it.
fn host_name(text: &str) -> Result<String, String> {
    let is_part = |it: char| it.is_ascii_alphanumeric() || matches!(it, '-' | '.' | '_');
    if text.is_empty() || !text.chars().all(is_part) {
        return Err("expected a host name without a port, such as sps.example.com".to_owned());
    }
    Ok(text.to_owned())
}

/// Runs the command.
pub(crate) fn run(args: &Args, out: &mut Stdout) -> Result<Status> {
    if let Some(count) = args.fleet {
        return runtime::run_on_all_cores(fleet::run(args, count, out));
    }
    if let Some(name) = args.fault.iter().find_map(|it| it.appliance.as_ref()) {
        bail!("the fault for {name} needs a fleet: pass `--fleet`, or leave out `{name}:`");
    }
    runtime::run(async {
        let simulator = start(args).await?;
        if out.is_json() {
            let access = access(args, &simulator)?;
            print_json(out, &access)?;
        } else {
            writeln!(out, "listening on {}", simulator.url())?;
            print_access(args, out, &simulator)?;
            out.flush()?;
        }
        serve(args, &[simulator]).await;
        Ok(Status::Done)
    })
}

/// Prints what a client needs beside the address.
fn print_access(args: &Args, out: &mut Stdout, simulator: &Simulator) -> Result<()> {
    writeln!(out, "user: {}", simulator.user())?;
    match &args.password_file {
        _ if args.uninitialized => writeln!(out, "password: (set by the welcome wizard)")?,
        // The user has the file, and output often ends up in logs.
        Some(file) => writeln!(out, "password: (from {})", file.display())?,
        None => writeln!(out, "password: {}", simulator.password())?,
    }
    if let (Some(page), None) = (simulator.page_url(), args.fleet) {
        writeln!(out, "page: {page}")?;
        if let Some(page) = reach::page_elsewhere(simulator) {
            writeln!(out, "page for other machines: {page}")?;
        }
    }
    if let Some(pem) = simulator.certificate_pem() {
        match &args.certificate {
            Some(file) => {
                write_certificate(file, pem)?;
                writeln!(out, "certificate: {}", file.display())?;
            }
            None => match args.state_of(simulator.name()) {
                Some(state) => writeln!(out, "certificate: {}.crt.pem", state.display())?,
                None => write!(out, "{pem}")?,
            },
        }
    }
    if let Some(fingerprint) = simulator.sha256_fingerprint() {
        writeln!(out, "sha256: {fingerprint}")?;
    }
    Ok(())
}

fn write_certificate(file: &Path, pem: &str) -> Result<()> {
    fs::write(file, pem).with_context(|| format!("cannot write {}", file.display()))
}

/// What a client needs, for programs.
fn access(args: &Args, simulator: &Simulator) -> Result<serde_json::Value> {
    let pem = simulator.certificate_pem();
    if let (Some(file), Some(pem)) = (&args.certificate, &pem) {
        write_certificate(file, pem)?;
    }
    let is_made_up = args.password_file.is_none() && !args.uninitialized;
    let password = is_made_up.then(|| simulator.password());
    Ok(json!({
        "url": simulator.url(),
        "page": simulator.page_url(),
        "user": simulator.user(),
        "password": password,
        "certificate": pem,
        "sha256": simulator.sha256_fingerprint(),
    }))
}

/// Serves until a signal. Says so if connections have to wait.
async fn serve(args: &Args, simulators: &[Simulator]) {
    let mut interrupted = Box::pin(runtime::interrupted());
    loop {
        tokio::select! {
            () = &mut interrupted => break,
            () = tokio::time::sleep(LOOK) => {}
        }
        if let Some(error) = simulators.iter().find_map(Simulator::accept_error) {
            remark(&format!("warning: connections wait, because one could not be taken: {error}"));
            files::advise();
            interrupted.await;
            break;
        }
    }
    let error = simulators.first().and_then(Simulator::log_error);
    if let (Some(file), Some(error)) = (&args.log, error) {
        remark(&format!("warning: {} is incomplete: {error}", file.display()));
    }
}

async fn start(args: &Args) -> Result<Simulator> {
    files::allow(1, args.state.is_some())?;
    let seed = args.seed_tree()?;
    let builder = args.builder(seed.as_ref(), args.listen)?;
    let builder = match (&args.log, &seed) {
        (Some(file), None) => builder.log_file(file),
        _ => builder,
    };
    let simulator = builder.start().await.map_err(|error| args.explain(error))?;
    warn(args, &simulator);
    if let Some(seed) = seed {
        seed.plant(&simulator).await?;
        simulator.restart_log(args.log.as_deref())?;
    }
    for fault in &args.fault {
        simulator.add_fault(fault.fault.clone());
    }
    reach::warn(args, &simulator);
    Ok(simulator)
}

impl Args {
    /// The settings of a simulator, or of the first one of a fleet.
    fn builder(&self, seed: Option<&Seed>, listen: SocketAddr) -> Result<Builder> {
        let mut builder = Simulator::builder().listen(listen);
        let target = self.target.clone().or_else(|| seed.and_then(Seed::target));
        if let Some(target) = target {
            builder = builder.target(target);
        }
        if let Some(spec) = overlaid_spec() {
            builder = builder.spec(spec);
        }
        if let (Some(state), None) = (&self.state, self.fleet) {
            builder = builder.state(state);
        }
        if self.strict {
            builder = builder.strict();
        }
        if let Some(key) = &self.extra_key {
            builder = builder.extra_key(key);
        }
        if let Some(locks) = self.locks {
            builder = builder.locks(locks.into());
        }
        if let Some(sessions) = self.max_sessions {
            builder = builder.max_sessions(sessions);
        }
        if self.uninitialized {
            builder = builder.uninitialized();
        }
        if self.plain_http {
            builder = builder.plain_http();
        }
        if !self.no_page {
            builder = builder.page(self.page());
        }
        builder = match &self.password_file {
            Some(file) => builder.user(User::admin(&self.user, password(file)?)),
            None => builder.first_user(&self.user),
        };
        let mut names = vec![&self.user];
        for Reader { name, password_file } in &self.reader {
            if names.contains(&name) {
                bail!("duplicate user name {name}");
            }
            names.push(name);
            builder = builder.user(User::reader(name, password(password_file)?));
        }
        if let Some(file) = &self.client_ca {
            builder = builder.trust_client_ca(read::text(file)?);
        }
        if let Some(seed) = self.seed {
            builder = builder.seed(seed);
        }
        Ok(builder)
    }

    /// The settings of the page.
    fn page(&self) -> Page {
        let page = self.page_host.iter().fold(Page::new(), |page, name| page.host(name));
        if self.page_secrets { page.secrets() } else { page }
    }

    /// Names the file that a start failed at.
    fn explain(&self, error: sps_sim::Error) -> anyhow::Error {
        match (error, &self.client_ca) {
            (error @ sps_sim::Error::ClientCa(_), Some(file)) => {
                anyhow::Error::new(error).context(format!("cannot use {}", file.display()))
            }
            (error, _) => error.into(),
        }
    }

    /// The file with the state of a simulator: that of `--state`, or for a fleet one in that folder.
    fn state_of(&self, name: Option<&str>) -> Option<PathBuf> {
        let state = self.state.as_ref()?;
        Some(match name {
            Some(name) => state.join(format!("{name}.json")),
            None => state.clone(),
        })
    }

    /// Reads and checks the tree, if the simulator starts with one.
    fn seed_tree(&self) -> Result<Option<Seed>> {
        let Some(root) = &self.site else { return Ok(None) };
        let readers = self.reader.iter().map(|it| &it.password_file);
        if self.made_up_secrets {
            return Seed::read(root, None, self.target.as_ref()).map(Some);
        }
        let sources = self.secrets.sources_without_login()?;
        let sources = sources.hiding(self.password_file.iter().chain(readers));
        Seed::read(root, Some(&sources), self.target.as_ref()).map(Some)
    }
}

/// The password in a file.
fn password(file: &Path) -> Result<String> {
    clean(&read::text(file)?).map_err(|reason| anyhow!("{}: {reason}", file.display()))
}

/// Warns about parts of the state that the simulated version does not have.
fn warn(args: &Args, simulator: &Simulator) {
    let left_out = simulator.left_out();
    let Some(state) = args.state_of(simulator.name()).filter(|_| !left_out.is_empty()) else {
        return;
    };
    let state = state.display();
    remark(&format!("warning: this version does not support parts of {state}; ignored:"));
    for path in left_out.iter().take(MAX_LISTED_PATHS) {
        remark(&format!("  {path}"));
    }
    if left_out.len() > MAX_LISTED_PATHS {
        remark(&format!("  and {} more", left_out.len() - MAX_LISTED_PATHS));
    }
    remark(&format!("the first commit saves the current file as {state}.VERSION.bak"));
}
