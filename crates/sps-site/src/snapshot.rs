//! The configuration of an appliance, read and brought into site form.

mod body;
mod names;

use std::collections::BTreeSet;

use serde_json::Value;
use sps_client::{Client, ErrorKind};
use sps_model::{
    EndpointInfo, EndpointKind, Method, locate,
    validate::{Form, Version},
};

use self::{body::Forms, names::Names};
use crate::{
    found::{Appliance, Found},
    label::Label,
    place::short,
};

const CONFIGURATION: &str = "/api/configuration/";

/// What an appliance has, as a plan compares it and an export writes it. Reading it changes nothing.
///
/// ```no_run
/// # async fn example(client: sps_client::Client) -> Result<(), sps_site::SnapshotError> {
/// use sps_site::{Snapshot, Wanted};
///
/// let snapshot = Snapshot::read(&client, &Wanted::Everything).await?;
/// for object in snapshot.objects() {
///     println!("{}", object.label);
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Snapshot {
    /// The appliance itself.
    pub appliance: Appliance,
    objects: Vec<Found>,
}

/// What of an appliance is read.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Wanted {
    /// Every endpoint of the configuration that the spec has and the appliance too, if its objects can be changed or others
    /// refer to them. Endpoints of which no source shows more than the name are left out.
    Everything,
    /// These endpoints, as paths below `/api/configuration/`.
    Endpoints(BTreeSet<String>),
}

/// Why an appliance could not be read. What cannot be read never counts as absent.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SnapshotError {
    /// A request failed.
    #[error("cannot read {path}")]
    Request {
        /// The path.
        path: String,
        /// Why.
        #[source]
        error: Box<sps_client::Error>,
    },
    /// The appliance does not have an endpoint.
    #[error("the appliance does not have {path}")]
    Lacking {
        /// The path.
        path: String,
    },
    /// A response has another form than the endpoint should have.
    #[error("cannot read {path}: the response has no {lacks}")]
    Form {
        /// The path.
        path: String,
        /// What is missing in it.
        lacks: &'static str,
    },
}

impl Snapshot {
    /// Reads an appliance: one request for itself and one for each endpoint, and one for each object where the version lists
    /// objects without their bodies, before 6.1.
    ///
    /// The configuration may change between two requests. A plan therefore carries [`Appliance::config_hash`], which is
    /// compared before anything is changed.
    ///
    /// # Errors
    /// [`SnapshotError`], with the path that could not be read.
    pub async fn read(client: &Client, wanted: &Wanted) -> Result<Self, SnapshotError> {
        let appliance = appliance(client).await?;
        let mut raw = Vec::new();
        match wanted {
            Wanted::Endpoints(endpoints) => {
                for endpoint in endpoints {
                    let path = format!("{CONFIGURATION}{endpoint}");
                    let info = locate(&path).map_or_else(|| unknown(&path), |it| it.endpoint);
                    // Objects that cannot be listed have no names, and nothing compares them.
                    if info.methods.contains(&Method::Get)
                        && !read(client, info, &path, &mut raw).await?
                    {
                        return Err(SnapshotError::Lacking { path });
                    }
                }
            }
            Wanted::Everything => {
                let version = version(&appliance);
                for info in sps_model::endpoints().filter(|it| is_read(it, version)) {
                    read(client, info, info.path, &mut raw).await?;
                }
            }
        }
        let names = Names::new(&raw);
        let mut objects: Vec<Found> = raw.iter().map(|it| found(it, &names)).collect();
        objects.sort_by(|one, other| one.label.cmp(&other.label));
        Ok(Self { appliance, objects })
    }

    /// Every object, sorted by label.
    pub fn objects(&self) -> &[Found] {
        &self.objects
    }

    /// The object with this label.
    pub fn find(&self, label: &Label) -> Option<&Found> {
        let at = self.objects.binary_search_by(|it| it.label.cmp(label)).ok()?;
        self.objects.get(at)
    }
}

/// An object as a response showed it.
struct Raw {
    endpoint: &'static EndpointInfo,
    /// The path of the endpoint.
    path: String,
    key: Option<String>,
    body: Value,
}

async fn appliance(client: &Client) -> Result<Appliance, SnapshotError> {
    const INFO: &str = "/api/info";
    let response = client.get_raw(INFO).await.map_err(|error| failed(INFO, error))?;
    let body = response.content.as_value().get("body").filter(|it| it.is_object());
    let body = body.ok_or_else(|| lacks(INFO, "body"))?;
    let text = |key: &str| body[key].as_str().map(str::to_owned);
    let mut appliance = Appliance::new(client.url());
    appliance.name = text("hostname").unwrap_or_default();
    appliance.version = text("firmware_version").unwrap_or_default();
    appliance.config_hash = text("config_hash");
    Ok(appliance)
}

/// Reads what is at an endpoint; `false` if the appliance does not have it.
async fn read(
    client: &Client,
    endpoint: &'static EndpointInfo,
    path: &str,
    raw: &mut Vec<Raw>,
) -> Result<bool, SnapshotError> {
    let Some(response) = get(client, path).await? else { return Ok(false) };
    let mut add = |key: Option<String>, body: Value| {
        raw.push(Raw { endpoint, path: path.to_owned(), key, body });
    };
    if endpoint.kind != EndpointKind::Collection && response.get("body").is_some() {
        add(None, take_body(path, response)?);
        return Ok(true);
    }
    let Value::Object(mut members) = response else { return Err(lacks(path, "items")) };
    let Some(Value::Array(items)) = members.remove("items") else {
        return Err(lacks(path, "items"));
    };
    for mut item in items {
        let key = item.get("key").and_then(Value::as_str).map(str::to_owned);
        let key = key.ok_or_else(|| lacks(path, "key for each item"))?;
        let body = match item.get_mut("body") {
            Some(body) => body.take(),
            None => {
                let object = format!("{path}/{key}");
                let response = get(client, &object).await?;
                // It was in the list a moment ago.
                let response =
                    response.ok_or_else(|| SnapshotError::Lacking { path: object.clone() })?;
                take_body(&object, response)?
            }
        };
        add(Some(key), body);
    }
    Ok(true)
}

async fn get(client: &Client, path: &str) -> Result<Option<Value>, SnapshotError> {
    match client.get_raw(path).await {
        Ok(response) => {
            let content = response.content.as_value().clone();
            if content.get("error").is_some_and(Value::is_object) {
                return Err(lacks(path, "body, but an error"));
            }
            Ok(Some(content))
        }
        Err(error) if *error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(failed(path, error)),
    }
}

fn take_body(path: &str, mut response: Value) -> Result<Value, SnapshotError> {
    response.get_mut("body").map(Value::take).ok_or_else(|| lacks(path, "body"))
}

fn failed(path: &str, error: sps_client::Error) -> SnapshotError {
    SnapshotError::Request { path: path.to_owned(), error: Box::new(error) }
}

fn lacks(path: &str, lacks: &'static str) -> SnapshotError {
    SnapshotError::Form { path: path.to_owned(), lacks }
}

/// An endpoint that no source shows. Its table lives as long as the process, like those that were compiled in.
fn unknown(path: &str) -> &'static EndpointInfo {
    Box::leak(Box::new(EndpointInfo::unknown(Box::leak(path.to_owned().into_boxed_str()))))
}

fn version(appliance: &Appliance) -> Option<Version> {
    appliance.version.split(' ').next()?.parse().ok()
}

/// Whether an endpoint is a part of the configuration that files can describe, or has objects that they may refer to.
fn is_read(endpoint: &EndpointInfo, version: Option<Version>) -> bool {
    let has_objects = endpoint.kind == EndpointKind::Collection;
    let is_described =
        endpoint.kind == EndpointKind::Singleton && endpoint.subject(Form::Request).is_some();
    endpoint.path.starts_with(CONFIGURATION)
        && !endpoint.path.contains('{')
        && (has_objects || is_described)
        && endpoint.methods.contains(&Method::Get)
        && version.is_none_or(|version| endpoint.versions.contains(version))
}

fn found(raw: &Raw, names: &Names) -> Found {
    let label = names.label(raw);
    let path = match &raw.key {
        Some(key) => format!("{}/{key}", raw.path),
        None => raw.path.clone(),
    };
    let Forms { body, request, secrets } = Forms::of(raw.endpoint, &raw.body, names);
    let mut found = Found::new(label, raw.endpoint, path, body);
    found.request = request;
    found.secrets = secrets;
    // Objects that come with the appliance have negative numbers as keys.
    found.is_builtin = raw.key.as_deref().is_some_and(|key| {
        key.strip_prefix('-').is_some_and(|number| number.bytes().all(|it| it.is_ascii_digit()))
    });
    found.key.clone_from(&raw.key);
    found
}

/// The path of an endpoint below `/api/configuration/`.
fn below_configuration(raw: &Raw) -> &str {
    raw.path.strip_prefix(CONFIGURATION).unwrap_or_else(|| short(raw.endpoint))
}
