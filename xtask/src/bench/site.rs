//! `cargo xtask bench --site`: time, memory and requests of `sps plan` and `sps apply` on a large tree.

use std::{
    env::consts::EXE_SUFFIX,
    fs,
    io::{BufRead as _, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context as _, bail};
use serde_json::Value;

use super::{
    publish,
    tree::{self, COLLECTIONS, OBJECTS, VARIABLE},
};
use crate::workspace;

/// Objects that change before the second plan, and how many of them because of a secret.
const CHANGES: usize = 50;
const SECRETS: usize = 5;
/// How often a plan is made; the fastest counts.
const ROUNDS: usize = 5;
/// What a plan of the whole tree may take. Unit: seconds, mebibytes.
const SECONDS: f64 = 2.0;
const MEBIBYTES: f64 = 200.0;

/// Measures, and writes the figures into the page.
pub(super) fn site() -> anyhow::Result<()> {
    let mut build =
        workspace::cargo(&["build", "--quiet", "--release", "--locked", "--package", "sps-cli"]);
    workspace::run(&mut build, "building `sps`")?;
    let sps = workspace::target()?.join("release").join(format!("sps{EXE_SUFFIX}"));
    let folder = workspace::scratch("site")?;
    let (table, missed) = measure(&sps, &folder)?;
    fs::remove_dir_all(&folder).with_context(|| format!("removing {}", folder.display()))?;
    publish("cargo xtask bench --site", &table)?;
    if missed.is_empty() { Ok(()) } else { bail!("missed: {}", missed.join("; ")) }
}

/// The table, and the aims that were missed.
fn measure(sps: &Path, folder: &Path) -> anyhow::Result<(String, Vec<String>)> {
    let (root, small) = (folder.join("tree"), folder.join("one"));
    let mut files = tree::files(OBJECTS, SECRETS);
    let [least, most, all] = tree::write(&root, &files)?;
    tree::write(&small, &tree::files(1, 0))?;
    let simulator = Simulator::start(sps, folder)?;
    let mut bench = Bench { simulator, rows: Vec::new(), missed: Vec::new() };
    // Endpoints that the tree names; passwords, to which it also refers, cannot be listed.
    let endpoints = COLLECTIONS.len();
    let plan_limit = endpoints + 5;
    let apply_limit = |changes, secrets| changes + secrets + 3 * endpoints + 10;

    bench.plan("plan 1 object, empty appliance", &small, "first", 3, 1 + 5)?;
    let plan = bench.plan("plan all, empty appliance", &root, "first", 3, plan_limit)?;
    bench.expect_fast("the plan for an empty appliance", &plan);
    let limit = apply_limit(OBJECTS, SECRETS);
    bench.apply("apply all, empty appliance", &root, "first", limit)?;
    let plan = bench.plan("plan all, nothing to change", &root, "first", 0, plan_limit)?;
    bench.expect_fast("the plan", &plan);
    bench.plan("plan 1 object, nothing to change", &small, "first", 0, 1 + 5)?;
    tree::change(&mut files, CHANGES - SECRETS);
    tree::write(&root, &files)?;
    let plan = bench.plan("plan all, 50 changes", &root, "second", 3, plan_limit)?;
    bench.expect_fast("the plan of 50 changes", &plan);
    let limit = apply_limit(CHANGES, SECRETS);
    bench.apply("apply 50 changes, 5 of them secrets", &root, "second", limit)?;
    bench.plan("plan all after that", &root, "second", 0, plan_limit)?;

    let Bench { rows, missed, .. } = bench;
    let heads = ["run", "wall, s", "user, s", "peak, MiB", "GETs", "requests", "requests allowed"];
    let table = super::table(heads.map(str::to_owned).to_vec(), rows);
    let kilobyte = |bytes: usize| format!("{}.{}", bytes / 1000, bytes % 1000 / 100);
    let text = format!(
        "{OBJECTS} objects in {endpoints} collections, bodies of {} to {} kB, {} kB on average.\n\n{table}",
        kilobyte(least),
        kilobyte(most),
        kilobyte(all / OBJECTS),
    );
    Ok((text, missed))
}

struct Bench {
    simulator: Simulator,
    rows: Vec<Vec<String>>,
    missed: Vec<String>,
}

impl Bench {
    /// Plans several times; the fastest run. Nothing but GETs and the login is sent, and only so many of them.
    fn plan(
        &mut self,
        what: &str,
        root: &Path,
        secret: &str,
        status: i32,
        limit: usize,
    ) -> anyhow::Result<Cost> {
        let mut best: Option<Cost> = None;
        for _ in 0..ROUNDS {
            let mut command = self.simulator.command("plan", root, secret);
            let cost = self.simulator.run(command.arg("--quiet"), status)?;
            let peak = best.as_ref().map_or(0.0, |it| it.peak).max(cost.peak);
            let is_faster = best.as_ref().is_none_or(|it| cost.wall < it.wall);
            if is_faster {
                best = Some(cost);
            }
            if let Some(best) = &mut best {
                best.peak = peak;
            }
        }
        let best = best.context("a plan was made")?;
        // The limit is of reading the configuration; the appliance itself and the session come on top.
        self.add(what, &best, Some(limit), best.gets);
        Ok(best)
    }

    fn apply(&mut self, what: &str, root: &Path, secret: &str, limit: usize) -> anyhow::Result<()> {
        let mut command = self.simulator.command("apply", root, secret);
        let cost = self.simulator.run(command.args(["--yes", "--quiet"]), 0)?;
        self.add(what, &cost, Some(limit), cost.requests);
        Ok(())
    }

    fn add(&mut self, what: &str, cost: &Cost, limit: Option<usize>, count: usize) {
        let limit = limit.filter(|limit| {
            if count > *limit {
                self.missed.push(format!("{what}: {count} requests, {limit} are allowed"));
            }
            true
        });
        self.rows.push(vec![
            what.to_owned(),
            format!("{:.2}", cost.wall.as_secs_f64()),
            format!("{:.2}", cost.user),
            format!("{:.0}", cost.peak),
            cost.gets.to_string(),
            cost.requests.to_string(),
            limit.map_or_else(|| "–".to_owned(), |it| it.to_string()),
        ]);
    }

    fn expect_fast(&mut self, what: &str, cost: &Cost) {
        let (seconds, mebibytes) = (cost.wall.as_secs_f64(), cost.peak);
        if seconds > SECONDS {
            self.missed.push(format!("{what} took {seconds:.2} s, {SECONDS} are allowed"));
        }
        if mebibytes > MEBIBYTES {
            self.missed.push(format!("{what} took {mebibytes:.0} MiB, {MEBIBYTES} are allowed"));
        }
    }
}

/// What a run of the binary took.
struct Cost {
    wall: Duration,
    /// Seconds of the processor in user mode.
    user: f64,
    /// Mebibytes.
    peak: f64,
    gets: usize,
    requests: usize,
}

/// `sps sim` in a process of its own.
struct Simulator {
    child: Child,
    sps: PathBuf,
    folder: PathBuf,
    url: String,
}

impl Simulator {
    fn start(sps: &Path, folder: &Path) -> anyhow::Result<Self> {
        fs::write(folder.join("password"), "bench")?;
        fs::write(folder.join("log"), "")?;
        let mut child = workspace::command(sps)
            .args(["sim", "--target", "8.0", "--certificate"])
            .arg(folder.join("ca.pem"))
            .arg("--password-file")
            .arg(folder.join("password"))
            .arg("--log")
            .arg(folder.join("log"))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .context("starting `sps sim`")?;
        let mut line = String::new();
        let stdout = child.stdout.take().context("the output of `sps sim`")?;
        BufReader::new(stdout).read_line(&mut line)?;
        let url = line.trim().strip_prefix("listening on ").map(str::to_owned);
        let url = url.with_context(|| format!("`sps sim` printed {line:?}"))?;
        Ok(Self { child, sps: sps.to_owned(), folder: folder.to_owned(), url })
    }

    /// A command that connects to it.
    fn command(&self, name: &str, root: &Path, secret: &str) -> Command {
        let mut command = workspace::command(&self.sps);
        command.arg(name).arg(root).args(["--host", &self.url, "--user", "admin"]);
        command.arg("--password-file").arg(self.folder.join("password"));
        command.arg("--ca-file").arg(self.folder.join("ca.pem"));
        // Neither the settings nor the state of the user of this machine.
        for variable in ["HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME"] {
            command.env(variable, self.folder.join("home"));
        }
        for number in 0..SECRETS {
            command.env(format!("{VARIABLE}_{number}"), format!("the {secret} of {number}"));
        }
        command
    }

    /// Runs a command to its end.
    fn run(&self, command: &mut Command, expected: i32) -> anyhow::Result<Cost> {
        let ((gets_before, before), user_before) = (self.requests()?, user_of_children());
        let output = self.folder.join("output");
        let file = fs::File::create(&output)?;
        command.stdin(Stdio::null()).stderr(file.try_clone()?).stdout(file);
        let start = Instant::now();
        let mut child = command.spawn().context("starting `sps`")?;
        let status = format!("/proc/{}/status", child.id());
        let mut peak = 0;
        // The system keeps the peak until the process ends, so nothing but the last moment can be missed.
        let ended = loop {
            if let Some(ended) = child.try_wait()? {
                break ended;
            }
            peak = kibibytes(&fs::read_to_string(&status).unwrap_or_default()).max(peak);
            thread::sleep(Duration::from_millis(1));
        };
        let wall = start.elapsed();
        if ended.code() != Some(expected) {
            let text = fs::read_to_string(&output).unwrap_or_default();
            let text: Vec<_> = text.lines().rev().take(20).collect();
            bail!("{command:?} ended with {ended}:\n{}", text.join("\n"));
        }
        let (gets, requests) = self.requests()?;
        let peak = f64::from(peak) / 1024.0;
        let user = user_of_children() - user_before;
        Ok(Cost { wall, user, peak, gets: gets - gets_before, requests: requests - before })
    }

    /// How many requests of the configuration the simulator has had: how many GETs, and how many of all methods. Logins
    /// and logouts belong to every session.
    fn requests(&self) -> anyhow::Result<(usize, usize)> {
        let log = fs::read_to_string(self.folder.join("log"))?;
        let (mut gets, mut all) = (0, 0);
        for line in log.lines() {
            let line: Value = serde_json::from_str(line).context("the log of the simulator")?;
            all += 1;
            gets += usize::from(line["method"] == "GET");
        }
        Ok((gets, all))
    }
}

impl Drop for Simulator {
    fn drop(&mut self) {
        // If it has ended, there is nothing to end.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What all children that have ended spent in user mode; Linux counts it in hundredths of a second.
fn user_of_children() -> f64 {
    let text = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // The name of the program, in parentheses, may hold spaces.
    let ticks =
        text.rsplit_once(") ").and_then(|(_, fields)| fields.split(' ').nth(13)?.parse().ok());
    ticks.map_or(0.0, |ticks: u32| f64::from(ticks) / 100.0)
}

/// The peak of the memory of a process, in what Linux says about it.
fn kibibytes(status: &str) -> u32 {
    super::kibibytes(status, "VmHWM:")
}
