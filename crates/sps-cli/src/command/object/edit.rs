//! `sps edit`: an object in an editor.

use std::{
    env, fs,
    io::{self, IsTerminal as _, Write as _},
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context as _, Result, bail};
use sps_model::Method;

use crate::{
    command::object::{
        change::{Action, Base, Change, ChangeOptions, report, version},
        draft::Draft,
        outcome,
        target::TargetArg,
    },
    connection::runtime,
    output::{Stdout, complain, print_result},
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
  4    the object has changed meanwhile, or another session committed first; nothing took effect
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
        let version = args.change.target.or(version);
        let response = client.get_raw(&target.path).await?;
        let before = target.request(&response)?;
        let base = Base { body: serde_json::from_str(&before)?, source: "it".to_owned() };
        let file = draft_file(&before)?;
        report("editing", &file.display().to_string());
        let draft = loop {
            let edited = file.clone();
            let text = match runtime::undisturbed(move || in_editor(&edited)).await {
                Ok(text) => text,
                Err(error) => {
                    keep(&file);
                    return Err(error);
                }
            };
            if text == before {
                let _ = fs::remove_file(&file);
                report("unchanged", "nothing was edited");
                return unchanged(out);
            }
            let draft = Draft::new("edited body", text, &target, args.change.leniency());
            if draft.check_against(&base.body, version)? {
                break draft;
            }
            if !again()? {
                keep(&file);
                return Ok(Status::Invalid);
            }
        };
        if target.differences(&base.body, &draft.value()?).is_empty() {
            let _ = fs::remove_file(&file);
            report("unchanged", "the edit changes no value");
            return unchanged(out);
        }
        let change = Change { target, action: Action::Replace(draft), base: Some(base) };
        let result = args.change.apply(client, out, change, version).await;
        if matches!(result, Ok(Status::Done | Status::Different)) {
            let _ = fs::remove_file(&file);
        } else {
            keep(&file);
        }
        result
    })
}

/// Ends an edit that changes nothing.
fn unchanged(out: &mut Stdout) -> Result<Status> {
    if out.is_json() {
        print_result(out, outcome::not_committed(Status::Done, &[]), Status::Done)?;
    }
    Ok(Status::Done)
}

/// Opens the file in the user's editor, and gives back its text.
fn in_editor(file: &Path) -> Result<String> {
    let editor = ["VISUAL", "EDITOR"].into_iter().filter_map(|name| env::var(name).ok());
    let editor = editor.map(|it| it.trim().to_owned()).find(|it| !it.is_empty());
    let editor = editor.unwrap_or_else(|| if cfg!(windows) { "notepad" } else { "vi" }.to_owned());
    let mut command = editor_of(&editor, file);
    // Standard output is for the result.
    if !io::stdout().is_terminal() {
        command.stdout(io::stderr());
    }
    let status = command.status().with_context(|| format!("cannot run the editor `{editor}`"))?;
    if !status.success() {
        bail!(
            "the editor `{editor}` failed ({status}); nothing was sent; EDITOR chooses another one"
        );
    }
    fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))
}

/// The editor with the file. As with git and crontab, its variable may have options and quotes.
#[cfg(not(windows))]
fn editor_of(editor: &str, file: &Path) -> Command {
    let mut command = Command::new("sh");
    command.arg("-c").arg(format!("{editor} \"$@\"")).arg(editor).arg(file);
    command
}

/// The same for `cmd`, which reads other quotes than Rust writes around arguments.
#[cfg(windows)]
fn editor_of(editor: &str, file: &Path) -> Command {
    use std::os::windows::process::CommandExt as _;

    let mut command = Command::new("cmd");
    command.raw_arg(format!("/D /S /C \"{editor} \"{}\"\"", file.display()));
    command
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

/// Makes the file to edit, which only its user can read. It stays until the edit was sent, however the run ends.
fn draft_file(text: &str) -> Result<PathBuf> {
    let mut file = tempfile::Builder::new()
        .prefix("sps-edit-")
        .suffix(".json")
        .tempfile()
        .context("cannot make a file to edit")?;
    file.write_all(text.as_bytes()).context("cannot write the file to edit")?;
    let (_, path) = file.keep().context("cannot keep the file to edit")?;
    Ok(path)
}

/// Says where the edit is that was not sent.
fn keep(file: &Path) {
    complain(&format!("note: your edit is in {}", file.display()));
}
