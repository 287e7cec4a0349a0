//! The endpoint or object that a command is about.

use std::fmt::Write as _;

use anyhow::{Result, anyhow, bail};
use serde_json::Value;
use sps_client::RawResponse;
use sps_model::{Difference, EndpointInfo, EndpointKind, Method, differences};
use sps_validate::{Form, Kind, Version};

use crate::{command::request, endpoint, output::complain, spec::locate};

/// The argument that names the target.
#[derive(Debug, clap::Args)]
pub(super) struct TargetArg {
    /// Endpoint or object, such as management/email or policies/time_policies/-100, or a path below /api
    #[arg(value_name = "ENDPOINT")]
    endpoint: String,
}

/// An endpoint or an object.
#[derive(Debug, Clone)]
pub(super) struct Target {
    pub(super) path: String,
    /// The query of a GET, encoded.
    query: Option<String>,
    /// The endpoint, if the spec has it.
    pub(super) endpoint: Option<&'static EndpointInfo>,
    /// Whether the path names an object of the endpoint.
    has_key: bool,
}

impl TargetArg {
    pub(super) fn locate(&self) -> Result<Target> {
        Target::named(&self.endpoint)
    }

    /// Locates the target of a change.
    ///
    /// # Errors
    /// The endpoint does not support the method; names the command that does.
    pub(super) fn locate_for(&self, method: Method) -> Result<Target> {
        let target = self.locate()?;
        if target.query.is_some() {
            bail!("only `sps get` takes a query, the part from `?` on");
        }
        target.require(method)?;
        Ok(target)
    }
}

impl Target {
    /// Finds the endpoint or object of this name.
    pub(super) fn named(name: &str) -> Result<Self> {
        let (name, query) = name.split_once('?').map_or((name, None), |it| (it.0, Some(it.1)));
        let query = query.map(encoded);
        if let Some(located) = locate(name) {
            let path = located.path();
            let has_key = located.key.is_some();
            return Ok(Self { path, query, endpoint: Some(located.endpoint), has_key });
        }
        if let Some(endpoint) = endpoint::outside_spec(name) {
            let path = name.trim_end_matches('/').to_owned();
            return Ok(Self { path, query, endpoint: Some(endpoint), has_key: false });
        }
        let path = match endpoint::part(name) {
            Some(path) => path,
            None if name == "/api" || name.starts_with("/api/") => name.to_owned(),
            None => bail!("{}; for any other, pass the full path, /api/…", endpoint::unknown(name)),
        };
        Ok(Self { path, query, endpoint: None, has_key: false })
    }

    /// The path with the query.
    pub(super) fn address(&self) -> String {
        match &self.query {
            Some(query) => format!("{}?{query}", self.path),
            None => self.path.clone(),
        }
    }

    /// Whether it is changed in transactions.
    pub(super) fn is_configuration(&self) -> bool {
        sps_client::needs_transaction(&self.path)
    }

    /// Whether a POST does work there and creates no object.
    pub(super) fn is_action(&self) -> bool {
        self.endpoint.is_some_and(|it| it.kind == EndpointKind::Action)
    }

    /// Checks that a method can succeed. An endpoint outside the spec passes, with a note.
    pub(super) fn require(&self, method: Method) -> Result<()> {
        let Some(endpoint) = self.endpoint else {
            complain(&format!(
                "note: {} is not in the spec, so the body is not checked",
                self.path
            ));
            return Ok(());
        };
        // The order of a collection has no path of its own.
        let path = if endpoint.path.starts_with('/') { endpoint.path } else { &self.path };
        let name = endpoint::short(path);
        match (endpoint.kind, method, self.has_key) {
            (EndpointKind::Collection, Method::Put | Method::Delete, false) => bail!(
                "{name} is a collection; name one of its objects, {name}/KEY{}",
                if method == Method::Put {
                    format!(", or create one with `sps post {name}`")
                } else {
                    String::new()
                }
            ),
            (EndpointKind::Collection, Method::Post, true) => bail!(
                "{} is an object; `sps put` replaces it, and `sps post {name}` creates another",
                endpoint::short(&self.path)
            ),
            (EndpointKind::Unknown | EndpointKind::Collection, _, _)
            | (EndpointKind::Job, Method::Delete, true) => Ok(()),
            _ if endpoint.methods.contains(&method) => Ok(()),
            (EndpointKind::Singleton, Method::Post, _) => {
                bail!("{name} always exists; `sps put {name}` replaces it")
            }
            (EndpointKind::Singleton, Method::Delete, _) => {
                bail!("{name} always exists and cannot be deleted; `sps put {name}` replaces it")
            }
            (EndpointKind::Container, _, _) => {
                bail!("{name} only holds other endpoints; `sps endpoints` lists them")
            }
            _ => bail!("{name} does not support {method}; `sps show {name}` lists its methods"),
        }
    }

    /// Checks that an appliance of this version has the endpoint.
    ///
    /// # Errors
    /// It does not; names the versions that do.
    pub(super) fn require_version(&self, version: Option<Version>) -> Result<()> {
        match (self.endpoint, version) {
            (Some(endpoint), Some(version)) if !endpoint.versions.contains(version) => bail!(
                "the appliance has version {version}, and {} exists in {}",
                endpoint::short(endpoint.path),
                endpoint.versions
            ),
            _ => Ok(()),
        }
    }

    /// The endpoint, for a command that cannot do without its description.
    pub(super) fn known(&self, command: &str) -> Result<&'static EndpointInfo> {
        self.endpoint.ok_or_else(|| {
            anyhow!(
                "{}: `sps {command}` needs an endpoint of the spec; `sps endpoints` lists all",
                self.path
            )
        })
    }

    /// The body that leaves the object as the response shows it.
    pub(super) fn request(&self, response: &RawResponse) -> Result<String> {
        let Some(endpoint) = self.endpoint else {
            bail!("--request needs an endpoint of the spec; `sps endpoints` lists all");
        };
        request::of_response(&response.content.as_value().to_string(), endpoint)
            .map_err(|reason| anyhow!("{}: {reason}", self.path))
    }

    /// The body of a response or request, such that two of them can be compared: in the form of a request where the
    /// spec has the endpoint, as it is otherwise.
    pub(super) fn body(&self, text: &str) -> Result<Value, String> {
        let invalid = |error: serde_json::Error| {
            format!("invalid JSON at line {}, column {}", error.line(), error.column())
        };
        match self.endpoint {
            Some(endpoint) => {
                serde_json::from_str(&request::of_response(text, endpoint)?).map_err(invalid)
            }
            None => {
                let mut value: Value = serde_json::from_str(text).map_err(invalid)?;
                let is_response = value.get("meta").is_some() && value.get("body").is_some();
                Ok(if is_response { value["body"].take() } else { value })
            }
        }
    }

    /// The body of the current object.
    pub(super) fn current(&self, response: &RawResponse) -> Result<Value> {
        self.body(&response.content.as_value().to_string())
            .map_err(|reason| anyhow!("{}: {reason}", self.path))
    }

    /// What differs between two bodies, without secrets.
    pub(super) fn differences(&self, before: &Value, after: &Value) -> Vec<Difference> {
        let subject = self.endpoint.and_then(|endpoint| endpoint.subject(Form::Request));
        let kind = subject.map_or(Kind::Any, |subject| subject.body);
        differences(kind, &before.clone().into(), &after.clone().into())
    }
}

/// A query with what an address cannot hold encoded, such as spaces. What is encoded already stays as it is.
fn encoded(query: &str) -> String {
    let mut text = String::new();
    for byte in query.bytes() {
        if byte.is_ascii_graphic() && !b"\"#<>\\^`{|}".contains(&byte) {
            text.push(char::from(byte));
        } else {
            // Writing to a string cannot fail.
            let _ = write!(text, "%{byte:02X}");
        }
    }
    text
}

/// A response as indented JSON.
pub(super) fn pretty(response: &RawResponse) -> Result<String> {
    Ok(serde_json::to_string_pretty(response.content.as_value())?)
}
