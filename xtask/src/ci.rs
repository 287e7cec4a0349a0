//! `cargo xtask ci`: everything that CI runs, in order.

use std::{
    process::Command,
    time::{Duration, Instant},
};

use anyhow::bail;

use crate::{
    ansible, api, bench, codegen, dist, editors,
    markdown::{MAIN_COMMAND, TEST_COMMAND},
    mutate_spec, package, shells, tidy, workspace,
};

/// Runs every step, also after one that fails, and prints what became of each and how long it took.
pub(crate) fn ci() -> anyhow::Result<()> {
    let start = Instant::now();
    let results: Vec<_> = steps().iter().map(|step| (step.name, step.run())).collect();
    println!();
    for (name, (result, time)) in &results {
        let word = if result.is_ok() { "passes" } else { "FAILS" };
        println!("{:>7.1} s  {word:6}  {name}", time.as_secs_f64());
    }
    println!("{:>7.1} s  in all", start.elapsed().as_secs_f64());
    let failed: Vec<_> =
        results.iter().filter(|(_, (result, _))| result.is_err()).map(|(name, _)| *name).collect();
    if !failed.is_empty() {
        bail!("CI fails: {}", failed.join(", "));
    }
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
            workspace::run(command.envs(environment.iter().copied()), "the command above")
        })
    }

    fn run(&self) -> (anyhow::Result<()>, Duration) {
        println!("\n=== {}", self.name);
        let start = Instant::now();
        let result = (self.work)();
        let time = start.elapsed();
        if let Err(error) = &result {
            println!("{error:#}");
        }
        let word = if result.is_ok() { "passes" } else { "FAILS" };
        println!("=== {} {word} ({:.1} s)", self.name, time.as_secs_f64());
        (result, time)
    }
}

/// Gives the OpenAPI document to programs of other people, as far as they can be installed.
fn openapi() -> anyhow::Result<()> {
    if Command::new("python3").arg("--version").output().is_err() {
        println!("not run: python3 is not installed");
        return Ok(());
    }
    let build = ["build", "--quiet", "--package", "sps-cli", "--locked"];
    workspace::run(&mut workspace::cargo(&build), "cargo build")?;
    let script = workspace::root().join("tests/clients/openapi.py");
    let mut check = Command::new("python3");
    check.arg(script).arg(workspace::target()?.join("debug/sps"));
    workspace::run(&mut check, "tests/clients/openapi.py")
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
        // Each crate alone, too: a run over the workspace turns its features on for each other.
        Step::new("packages", || package::package(&[])),
        Step::new("shells", shells::install),
        // The same random inputs in every run: a commit passes or it does not.
        Step::cargo("tests", &[("INSTA_UPDATE", "no"), ("PROPTEST_RNG_SEED", "1")], test),
        Step::cargo(
            "documentation",
            &[("RUSTDOCFLAGS", "-D warnings")],
            // As docs.rs builds it.
            vec!["doc", "--workspace", "--no-deps", "--all-features", "--locked"],
        ),
        Step::new("public items", || api::api(true)),
        Step::new("generated files", || codegen::codegen(codegen::Options::CHECK)),
        Step::new("tidiness", tidy::tidy),
        Step::new("mutants of the spec", || mutate_spec::mutate_spec(mutate_spec::Options::CI)),
        Step::new("instructions", bench::check_if_possible),
        Step::new("OpenAPI", openapi),
        Step::new("Ansible", ansible::check),
        Step::new("editors", editors::check),
        Step::new("packages of the binary", dist::check_if_possible),
        Step::cargo("main job", &[], [&["run", "--locked"], &MAIN_COMMAND[2..]].concat()),
    ]
}
