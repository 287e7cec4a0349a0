//! Developer commands: `cargo xtask codegen [--check] | new-endpoint | tidy | mutate-spec | ansible | editors | api | page | package | ci | bench | dist`.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "its output is what it is for")]

mod ansible;
mod api;
mod bench;
mod ci;
mod codegen;
mod dist;
mod editors;
mod markdown;
mod mutate_spec;
mod new_endpoint;
mod package;
mod page;
mod shells;
mod tidy;
mod workspace;

use std::{env, process::ExitCode};

use anyhow::bail;

const USAGE: &str = "\
usage: cargo xtask <command>

  codegen                 write the generated files and refresh the snapshots
  codegen --check         write nothing, list files that are out of date
  codegen --no-snapshots  leave the snapshots alone (also with --check)
  new-endpoint PATH [--kind KIND]
                          write a page to fill in, an example and first cases
  tidy                    what compilers cannot test: arrows, first lines, README
  mutate-spec             change every fact of the spec: some hand-written case must notice
  mutate-spec --sample N [--seed S]
                          try so many of these changes, chosen by the seed
  ansible [--measure N]   the playbooks of the collection, sanity and lint; or a play over N simulators
  editors                 the extension of VS Code: types, tests, package; Neovim edits a tree with `sps lsp`
  api [--check]           write the lists of public items, or compare them
  page [--pictures DIR]   the page of the simulator and the reports, in Chromium; a picture of each page and theme
  package [CRATE…]        pack every crate, and build each, or these, from its archive alone
  ci                      everything that CI runs, in order
  bench [--format json]   measure the cost of checking a document, as ratios; also written into docs/speed.md
  bench --instructions [--check | --record]
                          the same in instructions that valgrind counts; compare with the recorded ratios, or record
  bench --bulk            `sps check` on many files beside other validators, and on a long JSON Lines file
  bench --compile         how long the compiler takes for the models, and for each type more
  bench --site            `sps plan` and `sps apply` on 5 000 files: time, memory and requests
  bench --lsp [--binary FILE]
                          `sps lsp` on 5 000 files: start, edits, completion, memory; only print those of a binary
  bench --fleet           fleets of 1, 100 and 1 000 simulators, and 200 appliances planned and applied
  dist [--out DIR]        the packages of the binary, into target/dist: archive, Debian package, wheel, digests
  dist --check            build everything twice, as two people would, and compare the bytes
  dist --binary FILE [--out DIR | --check]
                          the same without a wheel, around a binary that is there";

fn main() -> ExitCode {
    if api::is_rustdoc() {
        return api::rustdoc();
    }
    let args: Vec<String> = env::args().skip(1).collect();
    match run(&args.iter().map(String::as_str).collect::<Vec<_>>()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(args: &[&str]) -> anyhow::Result<()> {
    match args {
        ["codegen", options @ ..] => codegen::codegen(codegen::Options::parse(options)?),
        ["new-endpoint", options @ ..] => {
            new_endpoint::new_endpoint(&new_endpoint::Options::parse(options)?)
        }
        ["tidy"] => tidy::tidy(),
        ["mutate-spec", options @ ..] => {
            mutate_spec::mutate_spec(mutate_spec::Options::parse(options)?)
        }
        ["ansible"] => ansible::check(),
        ["ansible", "--measure", appliances] => ansible::measure(appliances),
        ["editors"] => editors::check(),
        ["api"] => api::api(false),
        ["api", "--check"] => api::api(true),
        ["page"] => page::page(None),
        ["page", "--pictures", folder] => page::page(Some(folder)),
        ["package", names @ ..] => package::package(names),
        ["ci"] => ci::ci(),
        ["dist", options @ ..] => dist::dist(options),
        ["bench", options @ ..] => bench::bench(options),
        ["help" | "--help" | "-h"] => {
            println!("{USAGE}");
            Ok(())
        }
        _ => bail!("{USAGE}"),
    }
}
