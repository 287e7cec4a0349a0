//! `sps completions`: the script that teaches a shell to complete.

use std::io::{IsTerminal as _, Write as _};

use anyhow::{Context as _, Result};
use clap::ValueEnum as _;
use serde_json::json;

use crate::{
    completion::Shell,
    output::{Stdout, print_json, remark},
    status::Status,
};

/// Print the script that lets a shell complete commands, options, endpoints and codes
///
/// The script asks `sps` itself for every TAB: so it also knows your profiles, and the pages of an overlay.
///
/// bash:
///   put `source <(sps completions bash)` into ~/.bashrc
///
/// zsh:
///   put `source <(sps completions zsh)` into ~/.zshrc, below `autoload -Uz compinit && compinit`;
///   or save the script as `_sps` in a folder of $fpath
///
/// fish:
///   run `sps completions fish > ~/.config/fish/completions/sps.fish`
///
/// PowerShell:
///   put `sps completions powershell | Out-String | Invoke-Expression` into the file in $PROFILE
///
/// elvish:
///   put `eval (sps completions elvish | slurp)` into ~/.config/elvish/rc.elv
#[derive(Debug, clap::Args)]
#[command(
    verbatim_doc_comment,
    after_help = "\
Examples:
  sps completions bash > sps.bash
  sps completions zsh > _sps"
)]
pub(crate) struct Args {
    /// Shell to write the script for
    #[arg(value_enum, value_name = "SHELL")]
    shell: Shell,
}

/// Runs the command.
pub(crate) fn run(args: &Args, out: &mut Stdout) -> Result<Status> {
    let script = args.shell.script().context("cannot make the script")?;
    if out.is_json() {
        let name = args.shell.to_possible_value().map(|it| it.get_name().to_owned());
        print_json(out, &json!({"shell": name, "script": script}))?;
        return Ok(Status::Done);
    }
    out.write_all(script.as_bytes())?;
    out.flush()?;
    if std::io::stdout().is_terminal() {
        remark(&format!("note: to set it up, {}", args.shell.set_up()));
    }
    Ok(Status::Done)
}
