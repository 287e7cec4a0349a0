//! `sps pem`: a certificate file as the string that the API takes.

use std::{io::Write as _, path::PathBuf};

use anyhow::{Context as _, Result};
use sps_validate::pem::{self, PemError};

use crate::{
    output::{self, Stdout, one_line},
    status::Status,
    tls_files,
};

/// Print a certificate file as the JSON string that the API takes.
///
/// Removes text around the certificate, and repairs line ends and line lengths. The result is one line
/// with its quotes, to be pasted into a body. A certificate that is irregular gives a warning.
///
/// Exit status: 0 done, 1 the file does not hold exactly one certificate, 2 it could not be read, or is
/// binary.
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Args {
    /// The file with the certificate in PEM, or `-` for standard input.
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

/// Runs the command.
pub(crate) fn run(args: &Args, out: &mut Stdout) -> Result<Status> {
    let bytes = match tls_files::read(&args.file) {
        Ok(bytes) => bytes,
        Err(error) => {
            output::complain(&format!("error: {}", one_line(&error.to_string())));
            return Ok(Status::Unreadable);
        }
    };
    let source = args.file.display().to_string();
    let source = one_line(&source);
    let text = match pem::normalize(&bytes) {
        Ok(text) => text,
        Err(error) => {
            output::complain(&format!("error: {source}: {error}"));
            let is_binary = std::str::from_utf8(&bytes).is_err();
            return Ok(match error {
                PemError::Container(_) | PemError::NotPem if is_binary => Status::Unreadable,
                _ => Status::Invalid,
            });
        }
    };
    // Nothing else is in the file, or it could not be the one certificate.
    for item in pem::read(&bytes).certificates().unwrap_or_default() {
        for irregularity in item.certificate.irregularities() {
            output::complain(&format!("warning: {source}: irregular certificate: {irregularity}"));
        }
        if item.has_trust_settings {
            output::complain(&format!(
                "note: {source}: the trust settings of OpenSSL were left out, as `openssl x509 -in FILE` does"
            ));
        }
    }
    let line = serde_json::to_string(&text).context("cannot write the certificate")?;
    writeln!(out, "{line}")?;
    out.flush()?;
    Ok(Status::Valid)
}
