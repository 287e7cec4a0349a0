//! `sps diff`: of an object, or of whole configurations.

use anyhow::Result;

use crate::{
    command::{
        object::{self, DiffArgs},
        site,
    },
    output::Stdout,
    status::Status,
};

/// Runs `sps diff`.
pub(crate) fn diff(args: &DiffArgs, out: &mut Stdout) -> Result<Status> {
    if let Some((before, after, connection)) = args.sides()
        && let Some(status) = site::diff(before, after, connection, out)?
    {
        return Ok(status);
    }
    object::diff(args, out)
}
