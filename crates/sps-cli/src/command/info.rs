//! `sps info`: the version and the name of an appliance.

use anyhow::Result;

use crate::{
    connection::{self, runtime},
    output::{self, Stdout},
    status::Status,
};

/// Print the version and the name of the appliance
///
/// Prints the body of /api/info as JSON.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Exit status:
  0    done
  2    it could not be read
  130  interrupted")]
pub(crate) struct Args {
    #[command(flatten)]
    connection: connection::Args,
}

/// Runs the command.
pub(crate) fn run(args: &Args, out: &mut Stdout) -> Result<Status> {
    runtime::with_appliance(&args.connection, async |client| {
        let response = client.get_raw("/api/info").await?;
        let body = &response.content.as_value()["body"];
        output::print(out, &serde_json::to_string_pretty(body)?)?;
        Ok(Status::Done)
    })
}
