//! `sps man`: the manual, one page for each command.

mod page;

use std::{
    env, fs,
    io::{self, ErrorKind, Write as _},
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result, anyhow, bail};
use clap::Command;
use serde_json::json;
use sps_validate::Timestamp;
use tempfile::NamedTempFile;

use crate::{
    check::validate::now,
    output::{Stdout, count, date, print_json, remark},
    status::Status,
};

/// Write the manual, one page for each command, into a directory
///
/// `man` finds the pages in ~/.local/share/man/man1 where ~/.local/bin is on the path. The variable SOURCE_DATE_EPOCH sets the date of the pages; without it, they have today's.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  sps man man1")]
#[expect(clippy::doc_markdown, reason = "the help shows the text as it is")]
pub(crate) struct Args {
    /// Directory to write to; it is made if it does not exist
    #[arg(value_name = "DIR")]
    dir: PathBuf,
}

/// Writes the pages of the command line.
pub(crate) fn run(mut command: Command, args: &Args, out: &mut Stdout) -> Result<Status> {
    let day = date(time()?);
    command.build();
    let pages = page::all(&command, None, &day)?;
    write_all(&args.dir, &pages)?;
    let directory = args.dir.display().to_string();
    if out.is_json() {
        let names: Vec<&String> = pages.iter().map(|(name, _)| name).collect();
        print_json(out, &json!({"directory": directory, "pages": names}))?;
    } else {
        remark(&format!("wrote {} to {directory}", count(pages.len(), "page")));
    }
    Ok(Status::Done)
}

/// The time for the date of the pages.
fn time() -> Result<Timestamp> {
    let name = "SOURCE_DATE_EPOCH";
    let Some(value) = env::var_os(name).filter(|it| !it.is_empty()) else {
        return now().ok_or_else(|| anyhow!("the clock is not set; set {name}"));
    };
    // Up to the year 9999, the last that a date has room for.
    let seconds = value.to_str().and_then(|it| it.parse().ok()).filter(|it| *it < 253_402_300_800);
    let seconds = seconds.ok_or_else(|| {
        anyhow!("{name} is no number of seconds since 1970: set it to one, or unset it")
    })?;
    Ok(Timestamp(seconds))
}

/// Writes all pages or none: each is complete beside its place before the first one takes it.
fn write_all(dir: &Path, pages: &[(String, String)]) -> Result<()> {
    let shown = dir.display();
    match fs::metadata(dir) {
        Ok(it) if !it.is_dir() => {
            bail!("{shown} is no directory; pass the directory that the pages belong into")
        }
        _ => {}
    }
    let is_new = !dir.exists();
    fs::create_dir_all(dir).map_err(|error| refused(dir, &error))?;
    let written = stage(dir, pages).and_then(|staged| {
        for (file, path) in staged {
            file.persist(&path).with_context(|| format!("cannot write {}", path.display()))?;
        }
        Ok(())
    });
    if written.is_err() && is_new {
        // Fails if there is something in it, which then stays.
        let _ = fs::remove_dir(dir);
    }
    written
}

/// Writes the pages beside their places.
fn stage(dir: &Path, pages: &[(String, String)]) -> Result<Vec<(NamedTempFile, PathBuf)>> {
    let mut staged = Vec::new();
    for (name, text) in pages {
        let path = dir.join(name);
        refuse_to_replace(&path)?;
        let mut builder = tempfile::Builder::new();
        // Not secret: the permissions of other new files.
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
        let mut file = builder.tempfile_in(dir).map_err(|error| refused(dir, &error))?;
        file.write_all(text.as_bytes()).map_err(|error| refused(dir, &error))?;
        staged.push((file, path));
    }
    Ok(staged)
}

/// Refuses to replace what is no page of ours.
fn refuse_to_replace(path: &Path) -> Result<()> {
    let shown = path.display();
    match fs::read(path) {
        Ok(text) if text.starts_with(page::MARK.as_bytes()) => Ok(()),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        _ => bail!(
            "{shown} exists and is no page of this command; nothing was written; move it away, or pass another directory"
        ),
    }
}

fn refused(dir: &Path, error: &io::Error) -> anyhow::Error {
    let shown = dir.display();
    match error.kind() {
        ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => anyhow!(
            "cannot write to {shown}: permission denied; pass a directory of yours, such as ~/.local/share/man/man1"
        ),
        ErrorKind::NotADirectory => {
            anyhow!("cannot write to {shown}: a part of the path is no directory")
        }
        _ => anyhow!("cannot write to {shown}: {error}"),
    }
}
