//! `sps request`: a request made of a response.

use std::{
    io::{IsTerminal as _, Write as _},
    path::{Path, PathBuf},
};

use anyhow::Result;
use sps_model::EndpointInfo;
use sps_validate::{
    Form, Limits,
    json::{self, Node, Value},
    rewrite,
};

use crate::{
    check::{
        document::Document,
        read,
        shape::{ResponseShape, no_body, refuse_error_response},
    },
    endpoint,
    file_name::is_stdin,
    output::{Stdout, complain, count, one_line},
    status::Status,
    usage::MissingArgument,
};

/// Turn a response into the request that sends it back
///
/// Unwraps the body and replaces reference objects with their keys. A body that is bare already does not change. The
/// result is not checked; `sps check` does that.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Exit status:
  0  done
  1  the document is not JSON
  2  it could not be read, or holds no body

Examples:
  sps request response.json > body.json
  curl … | sps request -e management/email - | sps check -e management/email -")]
pub(crate) struct Args {
    /// File with the response, or `-` for standard input [default: -]
    #[arg(value_name = "FILE", default_value = "-", hide_default_value = true)]
    file: PathBuf,

    /// Endpoint of the response [default: from `meta.href` or the path of the file]
    #[arg(long, short, value_name = "ENDPOINT")]
    endpoint: Option<String>,
}

/// Runs the command.
pub(crate) fn run(args: &Args, out: &mut Stdout) -> Result<Status> {
    if is_stdin(&args.file) && std::io::stdin().is_terminal() {
        let message = "no response to rewrite: pass a file, or pipe the response in";
        return Err(MissingArgument { command: "request", message }.into());
    }
    match body(&args.file, args.endpoint.as_deref()) {
        Ok(body) => {
            out.write_all(body.as_bytes())?;
            out.flush()?;
            Ok(Status::Done)
        }
        Err((status, message)) => {
            complain(&format!("error: {message}"));
            Ok(status)
        }
    }
}

fn body(file: &Path, named: Option<&str>) -> Result<String, (Status, String)> {
    let limits = Limits::default();
    let document = read::body(file, &limits)
        .map_err(|it| (Status::Failed, format!("{}: {}", one_line(&it.source), it.reason)))?;
    let invalid = |reason| (Status::Invalid, format!("{}:{reason}", one_line(&document.source)));
    let parsed = document.parse(&limits).map_err(|it| invalid(document.described(&it)))?;
    document.refuse_doubts(&parsed).map_err(invalid)?;
    rewritten(&document, &parsed.root, named)
        .map_err(|reason| (Status::Failed, format!("{}: {reason}", one_line(&document.source))))
}

/// Makes a request of a response of this endpoint.
pub(crate) fn of_response(text: &str, endpoint: &'static EndpointInfo) -> Result<String, String> {
    let root = json::scan(text, &Limits::default()).map_err(|error| error.to_string())?;
    body_in(&root, endpoint)
}

fn rewritten(document: &Document, root: &Node<'_>, named: Option<&str>) -> Result<String, String> {
    refuse_error_response(root)?;
    let endpoint = match named {
        Some(name) => endpoint::named(name)?,
        None => endpoint::of_document(Some(root), document.endpoint(), document.path.as_deref())?,
    };
    body_in(root, endpoint)
}

fn body_in(root: &Node<'_>, endpoint: &'static EndpointInfo) -> Result<String, String> {
    let subject =
        endpoint.subject(Form::Request).ok_or_else(|| no_body(endpoint, Form::Request))?;
    match ResponseShape::of(root, endpoint) {
        ResponseShape::Wrapped => {
            let members = root.members().unwrap_or_default();
            let mut bodies = members.iter().filter(|it| subject.wrappers.contains(&&*it.key));
            match (bodies.next(), bodies.next()) {
                (Some(_), Some(second)) => Err(format!("duplicate key `{}`", second.key)),
                (Some(body), None) if matches!(body.value.value, Value::Null) => {
                    Err("the body of this response is null".to_owned())
                }
                _ => Ok(rewrite(root, &subject)),
            }
        }
        ResponseShape::Bare => Ok(rewrite(root, &subject)),
        ResponseShape::Bodiless => {
            Err("this response to a change has no body; pass a response to a GET of the object"
                .to_owned())
        }
        ResponseShape::Listing => match root.get("items").and_then(Node::as_array) {
            Some([item]) if item.get("body").is_some() => Ok(rewrite(item, &subject)),
            Some([_]) => Err(
                "the item of this list has no body; pass a response to a GET of its `meta.href`"
                    .to_owned(),
            ),
            Some(items) => Err(format!(
                "this list has {}; pass one item, such as from `jq '.items[0]'`, or a response to a GET of its \
                 `meta.href`",
                count(items.len(), "item")
            )),
            None => Err("expected a list in `items`".to_owned()),
        },
    }
}
