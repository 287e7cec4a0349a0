//! `sps lsp`: the language server.

use std::{
    io::{IsTerminal as _, stdin},
    path::Path,
    sync::Arc,
};

use anyhow::{Result, bail};
use sps_lsp::{Library, Settings, serve_stdio};
use sps_model::EndpointInfo;
use sps_validate::{Context, Form, Report, Version};

use crate::{
    check::{
        allow,
        document::{ByPath, Document},
        validate::{self, Declared},
    },
    endpoint,
    file_name::is_yaml,
    spec::{endpoints, spec},
    status::Status,
};

/// Serve an editor: problems while you type, completion, documentation, rename
///
/// Speaks the Language Server Protocol on standard input and output; an editor starts it. It checks the files below a folder
/// with `sps.toml` as `sps check` does, and other files whose paths name an endpoint of two words or more, such as
/// `management/email.yaml`. It writes no file, starts no program and reads no secret.
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
            "an editor starts this command, with its messages on standard input; `sps lsp --help` shows its options"
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

    fn endpoint(&self, path: &Path) -> Option<&'static EndpointInfo> {
        let is_known_ending = path.extension().is_some_and(|it| it == "json") || is_yaml(path);
        let endpoint = is_known_ending.then(|| endpoint::of_path(path)).flatten()?;
        // One word alone, such as `passwords`, is the name of many folders.
        let is_clear = endpoint::short(endpoint.path).contains('/')
            || path.components().any(|it| it.as_os_str() == "configuration");
        (is_clear && endpoint.subject(Form::Request).is_some()).then_some(endpoint)
    }

    fn check(&self, path: &Path, text: &str, settings: &Settings) -> Option<Report> {
        let endpoint = self.endpoint(path)?;
        let waived: Vec<_> = settings.allow.iter().map(String::as_str).collect();
        let mut context = Context::default();
        context.target = settings.target;
        context.now = settings.now;
        context.waived = &waived;
        let (source, by_path) = (path.display().to_string(), ByPath::Known(Some(endpoint)));
        let document = Document::whole(source, Some(path.to_owned()), text.to_owned(), by_path);
        let checked = validate::check(document, Declared::default(), &context).ok()?;
        Some(checked.report)
    }
}
