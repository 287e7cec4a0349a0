//! The document of a run for programs: its result, or the error that it had before it had one.

use anyhow::Result;
use serde_json::{Value, json};

use crate::{
    output::{
        record,
        stdout::{Stdout, print_json},
    },
    status::Status,
};

/// Prints the result of a command that changes or plans: the object with `schema_version`, with the warnings, and with the
/// error if there was one.
pub(crate) fn print_result(out: &mut Stdout, mut result: Value, status: Status) -> Result<()> {
    result["schema_version"] = 1.into();
    result["warnings"] = record::warnings();
    if let Some(error) = record::error(status) {
        result["error"] = error;
    }
    print_json(out, &result)
}

/// Prints the document of a run that failed before it had a result.
pub(crate) fn conclude(out: &mut Stdout, status: Status) -> Result<()> {
    if !record::is_on() || out.is_used() || status == Status::Done {
        return Ok(());
    }
    let document = json!({
        "schema_version": 1,
        "error": record::error(status),
        "warnings": record::warnings(),
    });
    print_json(out, &document)
}
