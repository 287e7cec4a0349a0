//! `sps pem`: a certificate file as the string that the API takes.

use std::{io::Write as _, path::PathBuf};

use anyhow::{Context as _, Result};
use sps_validate::{Limits, pem};

use crate::{
    check::input,
    output::{self, Stdout, one_line},
    status::Status,
};

/// Print a certificate file as the JSON string that the API takes.
///
/// Takes away what stands around the certificate, and mends line ends and line lengths. The result is
/// one line with its quotes, to be pasted into a body.
///
/// Exit status: 0 done, 1 the file does not hold exactly one certificate, 2 it could not be read.
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Args {
    /// The file with the certificate in PEM, or `-` for standard input.
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

/// Runs the command.
pub(crate) fn run(args: &Args, out: &mut Stdout) -> Result<Status> {
    let document = match input::read(&args.file, &Limits::default()) {
        Ok(document) => document,
        Err(unreadable) => {
            let hint = if unreadable.reason.starts_with("not UTF-8") {
                "; a certificate in DER becomes PEM with `openssl x509 -inform der`"
            } else {
                ""
            };
            output::complain(&format!(
                "error: {}: {}{hint}",
                one_line(&unreadable.source),
                unreadable.reason
            ));
            return Ok(Status::Unreadable);
        }
    };
    match pem::normalize(&document.text) {
        Ok(text) => {
            let line = serde_json::to_string(&text).context("cannot write the certificate")?;
            writeln!(out, "{line}")?;
            out.flush()?;
            Ok(Status::Valid)
        }
        Err(error) => {
            output::complain(&format!("error: {}: {error}", one_line(&document.source)));
            Ok(Status::Invalid)
        }
    }
}
