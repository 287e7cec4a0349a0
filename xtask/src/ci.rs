//! `cargo xtask ci`: everything that CI runs, in order.

use std::process::Command;
use std::time::Duration;
use std::time::Instant;

use anyhow::Context as _;
use anyhow::bail;

use crate::tidy;
use crate::workspace;

/// The two commands of the README: the main job on the messages that ship with it, and the tests.
pub(crate) const MAIN_COMMAND: &[&str] =
    &["cargo", "run", "-p", "sps-cli", "--", "check", "examples"];
pub(crate) const TEST_COMMAND: &[&str] = &["cargo", "test", "--workspace"];

/// Packages whose features are off when they are built alone; a run over the workspace turns them on for each other.
const WITHOUT_FEATURES: &[&str] = &["sps-spec", "sps-codegen", "sps-model", "sps-cli"];

/// Runs every step, stops at the first that fails, and prints how long each took.
pub(crate) fn ci() -> anyhow::Result<()> {
    let start = Instant::now();
    let mut times = Vec::new();
    for step in steps() {
        let took = (step.name, step.run()?);
        times.push(took);
    }
    println!();
    for (name, time) in times {
        println!("{:>7.1} s  {name}", time.as_secs_f64());
    }
    println!("{:>7.1} s  in all: everything passes", start.elapsed().as_secs_f64());
    Ok(())
}

/// One thing that CI does.
struct Step {
    name: &'static str,
    work: Box<dyn Fn() -> anyhow::Result<()>>,
}

impl Step {
    fn new(name: &'static str, work: impl Fn() -> anyhow::Result<()> + 'static) -> Self {
        Self { name, work: Box::new(work) }
    }

    /// A cargo command and its environment.
    fn cargo(
        name: &'static str,
        environment: &'static [(&'static str, &'static str)],
        args: Vec<&'static str>,
    ) -> Self {
        Self::new(name, move || {
            let variables = environment.iter().map(|(key, value)| format!("{key}='{value}' "));
            println!("$ {}cargo {}", variables.collect::<String>(), args.join(" "));
            let mut command = workspace::cargo(&args);
            workspace::run(command.envs(environment.iter().copied()), "this command")
        })
    }

    fn run(&self) -> anyhow::Result<Duration> {
        println!("\n=== {}", self.name);
        let start = Instant::now();
        (self.work)().with_context(|| format!("CI stops at: {}", self.name))?;
        let time = start.elapsed();
        println!("=== {} ({:.1} s)", self.name, time.as_secs_f64());
        Ok(time)
    }
}

fn steps() -> Vec<Step> {
    let test = [&TEST_COMMAND[1..], &["--locked"]].concat();
    vec![
        Step::cargo("format", &[], vec!["fmt", "--all", "--check"]),
        Step::cargo(
            "lints",
            &[],
            vec![
                "clippy",
                "--workspace",
                "--all-targets",
                "--all-features",
                "--locked",
                "--",
                "-D",
                "warnings",
            ],
        ),
        Step::new("features", || {
            for package in WITHOUT_FEATURES {
                println!("$ cargo clippy --package {package} --locked -- -D warnings");
                let args =
                    ["clippy", "--quiet", "--package", package, "--locked", "--", "-D", "warnings"];
                workspace::run(&mut workspace::cargo(&args), "this command")?;
            }
            Ok(())
        }),
        Step::cargo("tests", &[("INSTA_UPDATE", "no")], test),
        Step::cargo(
            "documentation",
            &[("RUSTDOCFLAGS", "-D warnings")],
            vec!["doc", "--workspace", "--no-deps", "--locked"],
        ),
        Step::cargo("generated files", &[], vec!["xtask", "codegen", "--check"]),
        Step::new("tidiness", tidy::tidy),
        Step::cargo("main job", &[], [&["run", "--locked"], &MAIN_COMMAND[2..]].concat()),
        Step::new("output in the README", readme_output),
    ]
}

/// Runs every command that a `console` block of the README shows, and compares what it prints.
fn readme_output() -> anyhow::Result<()> {
    let readme = std::fs::read_to_string(workspace::root().join("README.md"))?;
    for block in tidy::blocks(&readme, "console") {
        let (command, expected) = block.split_once('\n').unwrap_or_default();
        let command = command.strip_prefix("$ ").context("a console block starts with `$ `")?;
        println!("$ {command}");
        let output =
            Command::new("sh").args(["-c", command]).current_dir(workspace::root()).output()?;
        let printed = String::from_utf8_lossy(&output.stdout);
        if printed != expected {
            bail!("the README prints this:\n{expected}\nand the command this:\n{printed}");
        }
    }
    Ok(())
}
