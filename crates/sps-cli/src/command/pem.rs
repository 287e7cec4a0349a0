//! `sps pem`: a certificate file as the JSON string for a body.

use std::{io::Write as _, path::PathBuf};

use anyhow::{Context as _, Result};
use sps_validate::{Limits, pem};

use crate::{
    check::read,
    output::{Stdout, complain, one_line},
    status::Status,
};

/// Print a certificate file as a JSON string for a body
///
/// Removes text around the certificate, and repairs line ends and line lengths. The result is one line in quotes.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Exit status:
  0  done
  1  the file does not hold exactly one certificate
  2  the file could not be read")]
pub(crate) struct Args {
    /// File with the certificate in PEM, or `-` for standard input
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

/// Runs the command.
pub(crate) fn run(args: &Args, out: &mut Stdout) -> Result<Status> {
    let document = match read::document(&args.file, &Limits::default()) {
        Ok(document) => document,
        Err(error) => {
            complain(&format!("error: {}: {}", one_line(&error.source), error.reason));
            return Ok(Status::Failed);
        }
    };
    match pem::normalize(&document.text) {
        Ok(text) => {
            let line = serde_json::to_string(&text).context("cannot write the certificate")?;
            writeln!(out, "{line}")?;
            out.flush()?;
            Ok(Status::Done)
        }
        Err(error) => {
            complain(&format!("error: {}: {error}", one_line(&document.source)));
            Ok(Status::Invalid)
        }
    }
}
