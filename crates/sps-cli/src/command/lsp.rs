//! `sps lsp`: the language server.

use std::{
    io::{IsTerminal as _, stdin},
    sync::Arc,
};

use anyhow::{Result, bail};
use sps_lsp::{Library, Settings, serve_stdio};
use sps_model::EndpointInfo;
use sps_validate::Version;

use crate::{
    check::{allow, validate},
    spec::{endpoints, spec},
    status::Status,
};

/// Serve an editor: problems while you type, completion, documentation, rename
///
/// Speaks the Language Server Protocol on standard input and output; an editor starts it. It checks the files below a folder
/// with `sps.toml` as `sps check` does. It writes no file, starts no program and reads no secret.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Waive the rule with this code in every tree (repeatable); codes of the structure cannot be waived
    #[arg(long, value_name = "CODE", value_parser = allow::code)]
    allow: Vec<&'static str>,

    /// Check for this version instead of the one in sps.toml
    #[arg(long, value_name = "VERSION")]
    target: Option<Version>,
}

/// Runs the command.
pub(crate) fn run(args: &Args) -> Result<Status> {
    if stdin().is_terminal() {
        bail!(
            "an editor starts this command, with its messages on standard input; see docs/editors.md"
        );
    }
    let mut settings = Settings::default();
    settings.load = settings.load.with_endpoints(endpoints().iter().copied());
    settings.allow = args.allow.iter().map(|it| (*it).to_owned()).collect();
    settings.target = args.target;
    settings.now = validate::now();
    settings.library = Arc::new(Pages);
    serve_stdio(settings)?;
    Ok(Status::Done)
}

/// The pages of the spec.
#[derive(Debug)]
struct Pages;

impl Library for Pages {
    fn template(&self, endpoint: &'static EndpointInfo) -> Option<String> {
        let page = spec().endpoint(endpoint.path)?;
        sps_codegen::template(spec(), page, None).ok()
    }

    fn docs(&self, endpoint: &'static EndpointInfo, pointer: &str) -> Option<String> {
        sps_codegen::member(spec(), spec().endpoint(endpoint.path)?, pointer)
    }
}
