//! `sps edit`: an object in an editor.

use std::io::{self, IsTerminal as _, Write as _};

use anyhow::{Context as _, Result, anyhow};
use sps_client::Client;
use sps_model::Method;
use sps_validate::Version;

use crate::{
    command::object::{
        change::{Action, Base, Change, ChangeOptions, report, version},
        draft::Draft,
        target::{Target, TargetArg},
    },
    connection::runtime,
    endpoint,
    output::{Stdout, complain},
    status::Status,
};

/// Edit an object
///
/// Reads the object, opens it in the editor of VISUAL or EDITOR, checks the result, and goes on as `sps put` does. The
/// configuration is not locked while you edit. If the object has changed meanwhile, nothing is sent. An edit that could
/// not be sent is kept in a file.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Exit status:
  0    done, or nothing to change
  1    the edited body is invalid, or a value that was read back differs
  2    it could not be done
  3    with --dry-run: the edit would change something
  4    the object has changed meanwhile; nothing was sent
  130  interrupted

Examples:
  sps edit management/email
  EDITOR='code --wait' sps edit policies/time_policies/-100")]
pub(crate) struct EditArgs {
    #[command(flatten)]
    target: TargetArg,

    #[command(flatten)]
    change: ChangeOptions,
}

/// Runs `sps edit`.
pub(crate) fn edit(args: &EditArgs, out: &mut Stdout) -> Result<Status> {
    let target = args.target.locate()?;
    target.known("edit")?;
    target.require(Method::Put)?;
    args.change.with_appliance(async |client| {
        let version = version(client).await?;
        target.require_version(version)?;
        let response = client.get_raw(&target.path).await?;
        let base = Base {
            body: target.current(&response)?,
            source: endpoint::short(&target.path).to_owned(),
        };
        // The text of the response has the order of its members; a map of them has not.
        let before = target.request(&response)?;
        let mut text = before.clone();
        let draft = loop {
            text = runtime::undisturbed(move || in_editor(&text)).await?;
            if text == before {
                report("unchanged", "nothing was edited");
                return Ok(Status::Done);
            }
            let draft = Draft::new("edited body", text.clone(), &target, args.change.leniency());
            if draft.check_against(&base.body, version)? {
                break draft;
            }
            if !again()? {
                return keep(&text).map(|()| Status::Invalid);
            }
        };
        if target.differences(&base.body, &draft.value()?).is_empty() {
            report("unchanged", "the edit changes no value");
            return Ok(Status::Done);
        }
        let result = send(args, client, out, target, draft, base, version).await;
        if !matches!(result, Ok(Status::Done | Status::Different)) {
            keep(&text)?;
        }
        result
    })
}

async fn send(
    args: &EditArgs,
    client: &Client,
    out: &mut Stdout,
    target: Target,
    draft: Draft,
    base: Base,
    version: Option<Version>,
) -> Result<Status> {
    let change = Change { target, action: Action::Replace(draft), base: Some(base) };
    args.change.apply(client, out, change, version).await
}

/// Opens a text in the user's editor, and gives it back as it was saved.
fn in_editor(text: &str) -> Result<String> {
    let edited = dialoguer::Editor::new().extension(".json").trim_newlines(false).edit(text);
    let edited = edited.map_err(|error| {
        let dialoguer::Error::IO(error) = error;
        anyhow!("cannot run the editor: {error}; set EDITOR to one that is installed")
    })?;
    // Without a save nothing changed.
    Ok(edited.unwrap_or_else(|| text.to_owned()))
}

/// Asks whether to go back to the editor. Without a terminal the answer is no.
fn again() -> Result<bool> {
    if !io::stdin().is_terminal() || !io::stderr().is_terminal() {
        return Ok(false);
    }
    eprint_prompt("edit again? [Y/n] ");
    let mut answer = String::new();
    io::stdin().read_line(&mut answer).context("cannot read the answer")?;
    Ok(!answer.is_empty() && !answer.trim().eq_ignore_ascii_case("n"))
}

fn eprint_prompt(text: &str) {
    // Without a terminal to show it on, the answer is no anyway.
    let _ = write!(io::stderr(), "{text}").and_then(|()| io::stderr().flush());
}

/// Keeps a text that was not sent in a file that only its user can read.
fn keep(text: &str) -> Result<()> {
    let mut file = tempfile::Builder::new()
        .prefix("sps-edit-")
        .suffix(".json")
        .tempfile()
        .context("cannot keep the edited text")?;
    file.write_all(text.as_bytes()).context("cannot keep the edited text")?;
    let (_, path) = file.keep().context("cannot keep the edited text")?;
    complain(&format!("note: your edit is in {}", path.display()));
    Ok(())
}
