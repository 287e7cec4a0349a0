//! The endpoint or object that a command is about.

use anyhow::{Result, anyhow, bail};
use sps_client::RawResponse;
use sps_model::{EndpointInfo, locate};

use crate::{command::request, endpoint};

/// The argument that names the target.
#[derive(Debug, clap::Args)]
pub(super) struct TargetArg {
    /// Endpoint or object, such as management/email or policies/time_policies/-100, or a path below /api
    #[arg(value_name = "ENDPOINT")]
    endpoint: String,
}

/// An endpoint or an object.
#[derive(Debug)]
pub(super) struct Target {
    pub(super) path: String,
    /// The endpoint, if the spec has it.
    pub(super) endpoint: Option<&'static EndpointInfo>,
}

impl TargetArg {
    pub(super) fn locate(&self) -> Result<Target> {
        let name = self.endpoint.as_str();
        if let Some(located) = locate(name) {
            let path = match located.key {
                Some(key) => format!("{}/{key}", located.endpoint.path),
                None => located.endpoint.path.to_owned(),
            };
            return Ok(Target { path, endpoint: Some(located.endpoint) });
        }
        if name == "/api" || name.starts_with("/api/") {
            return Ok(Target { path: name.to_owned(), endpoint: None });
        }
        bail!("{}; for any other, pass the full path, /api/…", endpoint::unknown(name))
    }
}

impl Target {
    /// Whether it is changed in transactions.
    pub(super) fn is_configuration(&self) -> bool {
        self.path.starts_with("/api/configuration/")
    }

    /// The body that leaves the object as the response shows it.
    pub(super) fn request(&self, response: &RawResponse) -> Result<String> {
        let Some(endpoint) = self.endpoint else {
            bail!("--request needs a known endpoint; `sps endpoints` lists all");
        };
        request::of_response(&response.content.as_value().to_string(), endpoint)
            .map_err(|reason| anyhow!("{}: {reason}", self.path))
    }
}

/// A response as indented JSON.
pub(super) fn pretty(response: &RawResponse) -> Result<String> {
    Ok(serde_json::to_string_pretty(response.content.as_value())?)
}
