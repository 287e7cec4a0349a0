//! One object of a site.

use std::{fmt, path::PathBuf};

use serde_json::Value;
use sps_model::EndpointInfo;

use crate::label::Label;

/// One object, as a file describes it. Its `Debug` hides the body, which may have secrets.
#[derive(Clone)]
#[non_exhaustive]
pub struct Object {
    /// Its name in the site.
    pub label: Label,
    /// Where it belongs; [`EndpointInfo::unknown`] where no source shows the endpoint.
    pub endpoint: &'static EndpointInfo,
    /// The file, relative to the root of the tree.
    pub file: PathBuf,
    /// The whole body of a request in site form; see [`Notation`](crate::Notation). Each `$ref` is a whole label.
    pub body: Value,
}

impl Object {
    /// Describes an object that no file has.
    pub fn new(label: Label, endpoint: &'static EndpointInfo, body: Value) -> Self {
        Self { label, endpoint, file: PathBuf::new(), body }
    }
}

impl fmt::Debug for Object {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Object")
            .field("label", &self.label)
            .field("endpoint", &self.endpoint.path)
            .field("file", &self.file)
            .finish_non_exhaustive()
    }
}
