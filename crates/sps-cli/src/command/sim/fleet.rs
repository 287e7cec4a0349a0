//! `sps sim --fleet`: many simulators in one process.

use std::{
    fs,
    io::Write as _,
    net::{IpAddr, SocketAddr},
    path::Path,
};

use anyhow::{Context as _, Result, bail};
use serde_json::json;
use sps_sim::{Builder, Simulator};

use crate::{
    command::sim::{Args, access, files, inventory, print_access, reach, serve, warn},
    output::{Stdout, print_json},
    status::Status,
};

/// Number of requests that each simulator keeps. No option shows them, and a thousand simulators must stay small.
const KEPT_REQUESTS: usize = 100;

/// Starts the fleet, says how to reach it, and serves until a signal.
pub(super) async fn run(args: &Args, count: u16, out: &mut Stdout) -> Result<Status> {
    let simulators = start(args, count).await?;
    let text = inventory::inventory(&simulators);
    if let Some(file) = &args.inventory {
        inventory::write(file, &text)?;
    }
    let Some(first) = simulators.first() else { bail!("a fleet has one simulator at least") };
    if out.is_json() {
        let mut result = access(args, first)?;
        let urls = simulators
            .iter()
            .map(|it| json!({"name": it.name(), "page": it.page_url(), "url": it.url()}));
        result["simulators"] = urls.collect();
        if let Some(members) = result.as_object_mut() {
            members.remove("url");
            members.remove("page");
        }
        print_json(out, &result)?;
    } else if let Some(file) = &args.inventory {
        for simulator in &simulators {
            writeln!(out, "listening on {}", simulator.url())?;
        }
        print_access(args, out, first)?;
        writeln!(out, "inventory: {}", file.display())?;
        print_page(out, first)?;
        out.flush()?;
    } else {
        // The inventory alone, so that it can be redirected, and no file gets the password.
        write!(out, "{text}")?;
        out.flush()?;
        let mut error = Stdout::to_stderr();
        print_access(args, &mut error, first)?;
        print_page(&mut error, first)?;
        error.flush()?;
    }
    serve(args, &simulators).await;
    Ok(Status::Done)
}

/// Says how to open the pages. Each simulator has its own; they have the same token, if they need one.
fn print_page(out: &mut Stdout, simulator: &Simulator) -> Result<()> {
    if let Some(page) = simulator.page_url() {
        let token = page.strip_prefix(&simulator.url()).unwrap_or_default();
        writeln!(out, "page: the address of each simulator, followed by {token}")?;
        if let Some(address) = reach::outside(simulator) {
            let own = if simulator.addr().is_ipv6() { "[::1]" } else { "127.0.0.1" };
            let address = match address {
                IpAddr::V4(it) => it.to_string(),
                IpAddr::V6(it) => format!("[{it}]"),
            };
            writeln!(out, "page for other machines: with {address} instead of {own}")?;
        }
    }
    Ok(())
}

async fn start(args: &Args, count: u16) -> Result<Vec<Simulator>> {
    check(args, count)?;
    files::allow(count, args.state.is_some())?;
    if let Some(folder) = &args.state {
        create_folder(folder)?;
    }
    let seed = args.seed_tree()?;
    let first = args.builder(seed.as_ref(), args.listen)?.kept_requests(KEPT_REQUESTS);
    let first = start_one(args, first, 1).await?;
    if let Some(seed) = &seed {
        seed.plant(&first).await?;
    }
    let mut simulators = vec![first];
    for number in 2..=count {
        let mut twin = simulators[0].twin().listen(address(args.listen, number)?);
        if args.state.is_some() {
            // What the state of the first one has is not that of another.
            twin = twin.new_configuration();
            if let Some(key) = &args.extra_key {
                twin = twin.extra_key(key);
            }
        }
        let twin = start_one(args, twin, number).await?;
        if let (Some(seed), Some(_)) = (&seed, &args.state) {
            seed.plant(&twin).await?;
        }
        simulators.push(twin);
    }
    simulators[0].restart_log(args.log.as_deref())?;
    for (number, simulator) in (1..).zip(&simulators) {
        if number > 1 {
            simulator.share_log(&simulators[0]);
        }
        let name = name(number);
        for fault in &args.fault {
            if fault.appliance.as_ref().is_none_or(|it| *it == name) {
                simulator.add_fault(fault.fault.clone());
            }
        }
    }
    reach::warn(args, &simulators[0]);
    Ok(simulators)
}

async fn start_one(args: &Args, builder: Builder, number: u16) -> Result<Simulator> {
    let name = name(number);
    let mut builder = builder.name(&name);
    if let Some(state) = args.state_of(Some(&name)) {
        builder = builder.state(state);
    }
    let simulator = builder.start().await.map_err(|error| args.explain(error))?;
    warn(args, &simulator);
    Ok(simulator)
}

/// Finds what cannot work before anything starts.
fn check(args: &Args, count: u16) -> Result<()> {
    address(args.listen, count)?;
    for name in args.fault.iter().filter_map(|it| it.appliance.as_deref()) {
        let number = name.strip_prefix("sps").and_then(|it| it.parse().ok());
        if !number.is_some_and(|it: u16| (1..=count).contains(&it) && self::name(it) == name) {
            bail!("no simulator {name} for a fault: the fleet has sps1 to {}", self::name(count));
        }
    }
    Ok(())
}

/// The name of a simulator, which does not depend on the size of the fleet: its state has that name, too.
fn name(number: u16) -> String {
    format!("sps{number}")
}

/// The address of a simulator: a free port, or the ports from the first one on.
fn address(listen: SocketAddr, number: u16) -> Result<SocketAddr> {
    let mut address = listen;
    if listen.port() != 0 {
        let Some(port) = listen.port().checked_add(number - 1) else {
            bail!("port {} and the {} after it are no ports", listen.port(), number - 1);
        };
        address.set_port(port);
    }
    Ok(address)
}

/// Creates the folder of the states, for its owner alone.
fn create_folder(path: &Path) -> Result<()> {
    if path.is_file() {
        bail!("with `--fleet`, `--state` is a folder, and {} is a file", path.display());
    }
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path).with_context(|| format!("cannot create {}", path.display()))
}
