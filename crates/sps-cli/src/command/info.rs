//! `sps info`: what an appliance says about itself.

use anyhow::Result;

use crate::{
    connection::{self, runtime},
    output::{self, Stdout},
    status::Status,
};

/// Print what an appliance says about itself: its version, its name, its addresses.
///
/// Exit status: 0 done, 2 it could not be read, 130 interrupted.
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Args {
    #[command(flatten)]
    connection: connection::Args,
}

/// Runs the command.
pub(crate) fn run(args: &Args, out: &mut Stdout) -> Result<Status> {
    runtime::with_appliance(&args.connection, async |client| {
        let response = client.get_raw("/api/info").await?;
        let body = &response.content.as_value()["body"];
        output::said(out, &serde_json::to_string_pretty(body)?)?;
        Ok(Status::Valid)
    })
}
