//! The values that an argument takes, by the name that the help has for them.

use std::{collections::BTreeSet, ffi::OsStr};

use clap::{Arg, Command};
use clap_complete::{
    ArgValueCompleter, CompletionCandidate, PathCompleter, engine::ValueCompleter as _,
};
use sps_spec::Version;

use crate::{
    check::allow,
    connection, endpoint,
    spec::{codes, endpoints, spec},
};

/// Where the values of an argument come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Source {
    Endpoints,
    EndpointsAndFiles,
    Codes,
    WaivableCodes,
    Versions,
    Profiles,
    Files,
    Folders,
}

/// Who lists files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Files {
    /// The shell, which knows how to quote them: the answer has a mark.
    LeftToTheShell,
    /// We do.
    Listed,
}

/// Begins the marks in an answer. No value has it.
const MARK: &str = "\u{1}";

impl Source {
    /// The source of an argument, unless it has possible values or any text fits.
    fn of(argument: &Arg) -> Option<Self> {
        let name = argument.get_value_names()?.first()?.as_str();
        Some(match name {
            "ENDPOINT" | "LABEL" | "COLLECTION" => Self::Endpoints,
            "A" | "B" | "[ENDPOINT] FILE" => Self::EndpointsAndFiles,
            "CODE" if argument.get_id() == "allow" => Self::WaivableCodes,
            "CODE" => Self::Codes,
            "VERSION" => Self::Versions,
            "NAME" if argument.get_id() == "profile" => Self::Profiles,
            "FILE" | "PATH" | "PATCH" | "DIR|PLAN" => Self::Files,
            "DIR" => Self::Folders,
            _ => return None,
        })
    }

    /// Reads a mark: what was before it in the word, and what it means.
    pub(super) fn of_mark(value: &str) -> Option<(&str, Self)> {
        let (prefix, mark) = value.split_once(MARK)?;
        Some((prefix, if mark == "folders" { Self::Folders } else { Self::Files }))
    }

    fn candidates(self, current: &OsStr, files: Files) -> Vec<CompletionCandidate> {
        // What begins with a dash is an option: the engine asks for the values of a positional argument, too.
        let text = current.to_str().filter(|it| !it.starts_with('-'));
        let Some(text) = text else { return Vec::new() };
        let mut found = match self {
            Self::Endpoints | Self::EndpointsAndFiles => endpoint_names(text.starts_with('/')),
            Self::Codes => code_names(|_| true),
            Self::WaivableCodes => code_names(|name| allow::code(name).is_ok()),
            Self::Versions => versions(),
            Self::Profiles => {
                connection::profile_names().into_iter().map(CompletionCandidate::new).collect()
            }
            Self::Files | Self::Folders => Vec::new(),
        };
        found.retain(|it| it.get_value().to_string_lossy().starts_with(text));
        let is_folder = self == Self::Folders;
        match files {
            _ if !matches!(self, Self::EndpointsAndFiles | Self::Files | Self::Folders) => {}
            Files::LeftToTheShell => {
                let mark = if is_folder { "folders" } else { "files" };
                found.push(CompletionCandidate::new(format!("{MARK}{mark}")));
            }
            Files::Listed => {
                let paths = if is_folder { PathCompleter::dir() } else { PathCompleter::any() };
                found.extend(paths.complete(current));
            }
        }
        found
    }
}

/// The command, with the values of every argument.
pub(super) fn with_values(command: Command, files: Files) -> Command {
    let command = command.mut_args(|argument| match Source::of(&argument) {
        Some(source) => argument
            .add(ArgValueCompleter::new(move |current: &OsStr| source.candidates(current, files))),
        None => argument,
    });
    command.mut_subcommands(|command| with_values(command, files))
}

fn candidate(value: &str, help: &str) -> CompletionCandidate {
    CompletionCandidate::new(value).help(Some(help.to_owned().into()))
}

fn endpoint_names(whole_paths: bool) -> Vec<CompletionCandidate> {
    let name = |path| if whole_paths { path } else { endpoint::short(path) };
    endpoints().iter().map(|it| candidate(name(it.path), it.title)).collect()
}

fn code_names(is_wanted: impl Fn(&str) -> bool) -> Vec<CompletionCandidate> {
    let wanted = codes().iter().filter(|it| is_wanted(&it.code));
    wanted.map(|it| candidate(&it.code, &it.title)).collect()
}

/// The versions of the guides that were read, and those that changed something; the newest first.
fn versions() -> Vec<CompletionCandidate> {
    let spec = spec();
    let guides = spec.endpoints.iter().flat_map(|it| &it.sources);
    let guides = guides.filter(|it| it.guide == "REST API Reference Guide");
    let read = guides.filter_map(|it| it.version.parse().ok());
    let changes = spec.endpoints.iter().map(|it| &it.versions);
    let changes = changes.flat_map(|it| [it.since.clone(), it.until.clone()]).flatten();
    let known: BTreeSet<Version> = read.chain(changes).collect();
    let newest_first = known.iter().rev().enumerate();
    newest_first
        .map(|(order, it)| CompletionCandidate::new(it.to_string()).display_order(Some(order)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Values that are free text or a number.
    const FREE: &[&str] = &[
        "ADDRESS",
        "FAULT",
        "HEX",
        "HOST",
        "KEY",
        "LABEL/POINTER",
        "N",
        "NAME",
        "NAME=FILE",
        "NUMBER",
        "PATTERN",
        "POINTER",
        "PREFIX",
        "PROXY",
        "SECONDS",
        "TEXT",
        "VALUE",
    ];

    #[test]
    fn every_argument_has_values_or_takes_any_text() {
        let mut commands = vec![<crate::cli::Cli as clap::CommandFactory>::command()];
        commands[0].build();
        let mut number = 0;
        while let Some(command) = commands.pop() {
            for argument in command.get_arguments() {
                let takes_values = argument.get_num_args().is_some_and(|it| it.takes_values());
                let is_closed = !argument.get_possible_values().is_empty();
                if takes_values && !is_closed && Source::of(argument).is_none() {
                    let names = argument.get_value_names().unwrap_or_default();
                    let is_free = names.iter().all(|it| FREE.contains(&it.as_str()));
                    assert!(
                        is_free,
                        "{} {argument}: list its value in `Source::of` or in `FREE`",
                        command.get_name()
                    );
                }
                number += 1;
            }
            commands
                .extend(command.get_subcommands().filter(|it| it.get_name() != "help").cloned());
        }
        assert!(number > 100, "{number}");
    }
}
