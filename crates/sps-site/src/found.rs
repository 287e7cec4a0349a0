//! What an appliance has: itself and its objects.

use std::{collections::BTreeMap, fmt};

use serde::{Deserialize, Serialize};
use serde_json::Value;
use sps_model::{EndpointInfo, validate::Version};

use crate::{label::Label, object::Object};

/// An appliance at one moment: which one it is, and the state of its configuration.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Appliance {
    /// The address with which it was reached.
    pub url: String,
    /// Its host name.
    pub name: String,
    /// Its firmware version, as it writes it itself; empty if it does not tell.
    pub version: String,
    /// Its serial number, where it tells it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub serial: Option<String>,
    /// The hash of its whole configuration, which every commit changes; `None` before version 6.1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub config_hash: Option<String>,
}

impl Appliance {
    /// Describes an appliance of which only the address is known.
    pub fn new(url: impl Into<String>) -> Self {
        Self { url: url.into(), ..Self::default() }
    }

    /// Its firmware version as a number, without what may follow it, such as a build; `None` if it does not tell.
    pub fn release(&self) -> Option<Version> {
        self.version.split(' ').next()?.parse().ok()
    }
}

/// One object of an appliance. Its `Debug` hides the bodies.
#[derive(Clone)]
#[non_exhaustive]
pub struct Found {
    /// Its name in a site.
    pub label: Label,
    /// Its endpoint; [`EndpointInfo::unknown`] where no source shows it.
    pub endpoint: &'static EndpointInfo,
    /// Its key in the collection; `None` for a singleton.
    pub key: Option<String>,
    /// Its absolute path.
    pub path: String,
    /// Its body in site form; see [`Notation`](crate::Notation).
    pub body: Value,
    /// Its body in request form, with bare keys: the base of a PUT.
    pub request: Value,
    /// The places of secrets in the body: the pointer, and the key of the password object there; `None` for a value that no
    /// response shows, and for a password that is not set.
    pub secrets: BTreeMap<String, Option<String>>,
    /// Whether it comes with the appliance and cannot be deleted.
    pub is_builtin: bool,
}

impl Found {
    /// Describes an object with the same body in both forms and without secrets.
    pub fn new(
        label: Label,
        endpoint: &'static EndpointInfo,
        path: impl Into<String>,
        body: Value,
    ) -> Self {
        Self {
            label,
            endpoint,
            key: None,
            path: path.into(),
            request: body.clone(),
            body,
            secrets: BTreeMap::new(),
            is_builtin: false,
        }
    }
}

impl From<&Found> for Object {
    fn from(found: &Found) -> Self {
        Self::new(found.label.clone(), found.endpoint, found.body.clone())
    }
}

impl fmt::Debug for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Found")
            .field("label", &self.label.to_string())
            .field("path", &self.path)
            .finish_non_exhaustive()
    }
}
