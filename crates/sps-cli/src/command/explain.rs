//! `sps explain`: the meaning of diagnostic codes.

use std::io::Write as _;

use anyhow::{Result, bail};
use serde_json::Value;
use sps_validate::suggest;

use crate::{
    command::facts,
    output::{Stdout, print_json},
    spec::spec,
    status::Status,
};

/// Explain a diagnostic code, or list all codes
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Code to explain, such as starttls-only
    #[arg(value_name = "CODE")]
    code: Option<String>,
}

/// Runs the command.
pub(crate) fn run(args: &Args, out: &mut Stdout) -> Result<Status> {
    let spec = spec();
    let text = match args.code.as_deref() {
        None if out.is_json() => {
            let codes: Vec<Value> = spec.codes.iter().map(facts::code).collect();
            print_json(out, &codes)?;
            return Ok(Status::Done);
        }
        None => sps_codegen::codes(spec),
        Some(name) => match spec.code(name) {
            Some(code) if out.is_json() => {
                print_json(out, &facts::code(code))?;
                return Ok(Status::Done);
            }
            Some(code) => sps_codegen::code(spec, code),
            None => {
                let codes = spec.codes.iter().map(|code| code.code.as_str());
                let near = match suggest::nearest(name, codes).first() {
                    Some(near) => format!("did you mean `{near}`? "),
                    None => String::new(),
                };
                bail!("unknown code `{name}`; {near}`sps explain` lists all");
            }
        },
    };
    out.write_all(text.as_bytes())?;
    out.flush()?;
    Ok(Status::Done)
}
