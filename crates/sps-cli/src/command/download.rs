//! Downloads into files, with a progress bar.

use std::path::Path;

use anyhow::{Result, anyhow, bail};
use indicatif::{ProgressBar, ProgressStyle};
use sps_client::{Client, Progress};

use crate::{
    check::read,
    file_name::is_stdin,
    output::{is_quiet, one_line, remark},
};

/// Finds out whether a file can be written, before anything is requested for it.
///
/// # Errors
/// It is standard output, a folder, or in a folder that cannot be written. `what` names the content.
pub(super) fn try_target(file: &Path, what: &str) -> Result<()> {
    if is_stdin(file) {
        bail!(
            "cannot write {what} to standard output, where an incomplete one looks complete; pass a file"
        );
    }
    let name = file.display();
    if file.is_dir() {
        bail!("cannot write {name}: expected a file, found a directory");
    }
    let folder = file.parent().filter(|it| !it.as_os_str().is_empty());
    let attempt = tempfile::tempfile_in(folder.unwrap_or_else(|| Path::new(".")));
    attempt.map(drop).map_err(|error| anyhow!("cannot write {name}: {}", read::reason(&error)))
}

/// Downloads a path into a file, reports it, and gives the number of bytes.
pub(super) async fn save(client: &Client, path: &str, file: &Path) -> Result<u64> {
    // Hides itself when standard error is not a terminal.
    let bar = if is_quiet() { ProgressBar::hidden() } else { ProgressBar::new(0) };
    if let Ok(style) = ProgressStyle::with_template("{bar:30} {bytes}/{total_bytes} {eta} left") {
        bar.set_style(style);
    }
    let progress = |it: Progress| {
        bar.set_length(it.total.unwrap_or(it.bytes));
        bar.set_position(it.bytes);
    };
    let bytes = client.download_to_file(path, file, progress).await;
    bar.finish_and_clear();
    let bytes = bytes?;
    remark(&format!("saved {} ({bytes} bytes)", one_line(&file.display().to_string())));
    Ok(bytes)
}
