//! `sps pem`: a certificate file as the JSON string for a body.

use std::{io::Write as _, path::PathBuf, str};

use anyhow::{Context as _, Result};
use sps_validate::pem::{self, PemError};

use crate::{
    check::read,
    output::{Stdout, complain, one_line},
    status::Status,
};

/// Print a certificate file as a JSON string for a body
///
/// Removes text around the certificate, and repairs line ends and line lengths. The result is one line in quotes.
/// An irregular certificate gives a warning.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Exit status:
  0  done
  1  the file does not hold exactly one certificate
  2  the file could not be read, or is binary")]
pub(crate) struct Args {
    /// File with the certificate in PEM, or `-` for standard input
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

/// Runs the command.
pub(crate) fn run(args: &Args, out: &mut Stdout) -> Result<Status> {
    let bytes = match read::bytes(&args.file) {
        Ok(bytes) => bytes,
        Err(error) => {
            complain(&format!("error: {}", one_line(&error.to_string())));
            return Ok(Status::Failed);
        }
    };
    let source = args.file.display().to_string();
    let source = one_line(&source);
    let text = match pem::normalize(&bytes) {
        Ok(text) => text,
        Err(error) => {
            complain(&format!("error: {source}: {error}"));
            let is_binary = str::from_utf8(&bytes).is_err();
            return Ok(match error {
                PemError::Container(_) | PemError::NotPem if is_binary => Status::Failed,
                _ => Status::Invalid,
            });
        }
    };
    // The file contains one certificate and nothing else.
    for item in pem::read(&bytes).certificates().unwrap_or_default() {
        for irregularity in item.certificate.irregularities() {
            complain(&format!("warning: {source}: irregular certificate: {irregularity}"));
        }
        if item.has_trust_settings {
            complain(&format!(
                "note: {source}: the trust settings of OpenSSL were left out, as `openssl x509 -in FILE` does"
            ));
        }
    }
    let line = serde_json::to_string(&text).context("cannot write the certificate")?;
    writeln!(out, "{line}")?;
    out.flush()?;
    Ok(Status::Done)
}
