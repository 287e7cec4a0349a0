//! The configuration of an appliance, read and brought into site form.

mod body;
mod names;
mod reader;
mod references;

use std::collections::BTreeSet;

use serde_json::Value;
use sps_client::Client;
use sps_model::EndpointInfo;

use self::{body::Forms, names::Names, reader::Reader};
use crate::{
    found::{Appliance, Found},
    label::Label,
    place::{self, CONFIGURATION, short},
};

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
    wanted: Wanted,
    /// The paths that were read, also those of which the appliance has nothing.
    read: BTreeSet<String>,
}

/// What of an appliance is read.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Wanted {
    /// Everything that files can describe: every endpoint that the spec has and the appliance too, and those to which the
    /// appliance links although the spec does not have them.
    Everything,
    /// Of everything, these endpoints, areas and objects, as paths below `/api/configuration/` or labels. The collections to
    /// which they refer are read for the names in them.
    Below(Vec<String>),
    /// These endpoints, as paths below `/api/configuration/`, and nothing else.
    Endpoints(BTreeSet<String>),
}

impl Wanted {
    /// Whether an endpoint, as a path below `/api/configuration/`, may have wanted objects.
    fn has(&self, endpoint: &str) -> bool {
        match self {
            Self::Everything => true,
            Self::Below(places) => places
                .iter()
                .any(|it| place::is_below(endpoint, it) || place::is_below(it, endpoint)),
            Self::Endpoints(endpoints) => endpoints.contains(endpoint),
        }
    }

    /// Whether an object is wanted.
    fn has_object(&self, label: &Label) -> bool {
        match self {
            Self::Below(places) => {
                let label = label.to_string();
                places.iter().any(|it| place::is_below(&label, it))
            }
            _ => true,
        }
    }
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
    /// objects without their bodies, before 6.1. [`Wanted::Everything`] follows the links of the appliance as well.
    ///
    /// The configuration may change between two requests. A plan therefore carries [`Appliance::config_hash`], which is
    /// compared before anything is changed.
    ///
    /// # Errors
    /// [`SnapshotError`], with the path that could not be read.
    pub async fn read(client: &Client, wanted: &Wanted) -> Result<Self, SnapshotError> {
        Self::read_of(client, Self::appliance_of(client).await?, wanted).await
    }

    /// Reads which appliance answers, and its version.
    ///
    /// # Errors
    /// [`SnapshotError`].
    pub async fn appliance_of(client: &Client) -> Result<Appliance, SnapshotError> {
        appliance(client).await
    }

    /// Reads an appliance, as [`Self::read`] does, that [`Self::appliance_of`] has named before.
    ///
    /// # Errors
    /// [`SnapshotError`], with the path that could not be read.
    pub async fn read_of(
        client: &Client,
        appliance: Appliance,
        wanted: &Wanted,
    ) -> Result<Self, SnapshotError> {
        let (snapshot, unreadable) = Self::read_each(client, appliance, wanted).await?;
        match unreadable.into_iter().next() {
            None => Ok(snapshot),
            Some(error) => Err(error),
        }
    }

    /// Reads what can be read, and returns why the rest cannot.
    ///
    /// # Errors
    /// The appliance itself cannot be read, or does not answer any more.
    pub async fn read_readable(
        client: &Client,
        wanted: &Wanted,
    ) -> Result<(Self, Vec<SnapshotError>), SnapshotError> {
        Self::read_each(client, Self::appliance_of(client).await?, wanted).await
    }

    async fn read_each(
        client: &Client,
        appliance: Appliance,
        wanted: &Wanted,
    ) -> Result<(Self, Vec<SnapshotError>), SnapshotError> {
        let mut reader = Reader::new(client, wanted, appliance.release());
        reader.read().await?;
        let Reader { raw, unreadable, done, .. } = reader;
        let names = Names::new(&raw);
        // Each response goes when its object is made.
        let objects = raw.into_iter().map(|it| found(&it, &names));
        let mut objects: Vec<Found> = objects.filter(|it| wanted.has_object(&it.label)).collect();
        objects.sort_by(|one, other| one.label.cmp(&other.label));
        let snapshot = Self { appliance, objects, wanted: wanted.clone(), read: done };
        Ok((snapshot, unreadable))
    }

    /// Every object, sorted by label.
    pub fn objects(&self) -> &[Found] {
        &self.objects
    }

    /// Whether an object with this label would be here if the appliance had it.
    pub fn covers(&self, label: &Label) -> bool {
        self.wanted.has_object(label)
            && self.read.contains(&format!("{CONFIGURATION}{}", label.endpoint()))
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

fn failed(path: &str, error: sps_client::Error) -> SnapshotError {
    SnapshotError::Request { path: path.to_owned(), error: Box::new(error) }
}

fn lacks(path: &str, lacks: &'static str) -> SnapshotError {
    SnapshotError::Form { path: path.to_owned(), lacks }
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
