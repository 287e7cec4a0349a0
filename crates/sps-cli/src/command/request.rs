//! `sps request`: from a response to the body that may be sent.

use std::{
    io::{IsTerminal as _, Write as _},
    path::{Path, PathBuf},
};

use anyhow::Result;
use sps_model::EndpointInfo;
use sps_validate::{
    Form, Limits,
    json::{self, Node},
    rewrite,
};

use crate::{
    check::{
        input::{self, Document},
        validate::{self, ResponseShape},
    },
    cli, endpoint,
    output::{self, Stdout, one_line},
    status::Status,
};

/// Turn a response of the appliance into the body to PUT back.
///
/// Takes the body out of its wrapper and turns references from objects into bare keys. A body that is
/// bare already stays as it is, so doing it twice does no harm. Nothing is checked: give the result to
/// `sps check`.
///
/// Exit status: 0 done, 1 the document is not JSON, 2 it could not be read or holds no body.
#[derive(Debug, clap::Args)]
#[command(
    verbatim_doc_comment,
    after_help = "\
Examples:
  sps request response.json > body.json
  curl … https://SPS/api/configuration/management/email | sps request | sps check -e management/email -"
)]
pub(crate) struct Args {
    /// The response; standard input if it is `-` or left out.
    #[arg(value_name = "FILE", default_value = "-", hide_default_value = true)]
    file: PathBuf,

    /// The endpoint, if neither `meta.href` nor the path of the file tells.
    #[arg(long, short, value_name = "ENDPOINT")]
    endpoint: Option<String>,
}

/// Runs the command.
pub(crate) fn run(args: &Args, out: &mut Stdout) -> Result<Status> {
    if input::is_stdin(&args.file) && std::io::stdin().is_terminal() {
        cli::missing("request", "no response to rewrite: name a file, or pipe one in");
    }
    match body(&args.file, args.endpoint.as_deref()) {
        Ok(body) => {
            out.write_all(body.as_bytes())?;
            out.flush()?;
            Ok(Status::Valid)
        }
        Err((status, words)) => {
            output::complain(&format!("error: {words}"));
            Ok(status)
        }
    }
}

fn body(file: &Path, named: Option<&str>) -> Result<String, (Status, String)> {
    let limits = Limits::default();
    let document = input::read(file, &limits)
        .map_err(|it| (Status::Unreadable, format!("{}: {}", one_line(&it.source), it.reason)))?;
    let root = json::scan(&document.text, &limits).map_err(|error| {
        let at = document.places().position(error.at());
        let source = one_line(&document.source);
        let what = if matches!(error, json::ScanError::Syntax { .. }) { "not JSON: " } else { "" };
        (Status::Invalid, format!("{source}:{}:{}: {what}{error}", at.line, at.column))
    })?;
    rewritten(&document, &root, named)
        .map_err(|reason| (Status::Unreadable, format!("{}: {reason}", one_line(&document.source))))
}

/// The body in a response of this endpoint.
pub(crate) fn of_response(text: &str, endpoint: &'static EndpointInfo) -> Result<String, String> {
    let root = json::scan(text, &Limits::default()).map_err(|error| error.to_string())?;
    body_in(&root, endpoint)
}

fn rewritten(document: &Document, root: &Node<'_>, named: Option<&str>) -> Result<String, String> {
    validate::refuse_error_response(root)?;
    let endpoint = match named {
        Some(name) => endpoint::named(name)?,
        None => endpoint::of_document(Some(root), document.endpoint(), document.path.as_deref())?,
    };
    body_in(root, endpoint)
}

fn body_in(root: &Node<'_>, endpoint: &'static EndpointInfo) -> Result<String, String> {
    let subject = endpoint
        .subject(Form::Request)
        .ok_or_else(|| validate::no_body(endpoint, Form::Request))?;
    match ResponseShape::of(root, endpoint) {
        ResponseShape::Bare | ResponseShape::Wrapped => Ok(rewrite(root, &subject)),
        ResponseShape::Bodiless => Err(
            "this is the response to a change and holds no body; GET the object and give that response"
                .to_owned(),
        ),
        ResponseShape::Listing => match root.get("items").and_then(Node::as_array) {
            Some([item]) if item.get("body").is_some() => Ok(rewrite(item, &subject)),
            Some([_]) => {
                Err("this lists 1 object, and shows no body of it; GET the object itself by its \
                 `meta.href` and give that response"
                    .to_owned())
            }
            Some(items) => Err(format!(
                "this lists {}; a body is made of one: GET it by its `meta.href`, or take its item out of the \
                 list, such as with `jq '.items[0]'`, and give that",
                output::count(items.len(), "object")
            )),
            None => Err("`items` is not a list".to_owned()),
        },
    }
}
