//! The requests that read an appliance.

use std::collections::{BTreeSet, VecDeque};

use serde_json::Value;
use sps_client::{Client, ErrorKind, links};
use sps_model::{
    EndpointInfo, EndpointKind, Method, locate_in,
    validate::{Form, Version},
};

use super::{CONFIGURATION, Raw, SnapshotError, Wanted, failed, lacks, references};
use crate::place::{short, unknown};

/// Most requests that follow links. The API of any version has fewer containers.
const MAX_LINKS: usize = 1_000;

/// Reads objects, and remembers what cannot be read.
pub(super) struct Reader<'r> {
    client: &'r Client,
    wanted: &'r Wanted,
    version: Option<Version>,
    pub(super) raw: Vec<Raw>,
    pub(super) unreadable: Vec<SnapshotError>,
    /// The paths that were read, also those of which the appliance has nothing.
    pub(super) done: BTreeSet<String>,
}

impl<'r> Reader<'r> {
    pub(super) fn new(client: &'r Client, wanted: &'r Wanted, version: Option<Version>) -> Self {
        let (raw, unreadable, done) = (Vec::new(), Vec::new(), BTreeSet::new());
        Self { client, wanted, version, raw, unreadable, done }
    }

    /// Reads what is wanted.
    ///
    /// # Errors
    /// The appliance does not answer any more.
    pub(super) async fn read(&mut self) -> Result<(), SnapshotError> {
        if let Wanted::Endpoints(endpoints) = self.wanted {
            for endpoint in endpoints {
                self.endpoint(endpoint).await?;
            }
            return Ok(());
        }
        for info in self.client.endpoints().iter().copied() {
            if is_read(info, self.version) && self.wanted.has(short(info)) {
                self.objects(info, info.path).await?;
            }
        }
        self.follow().await?;
        if let Wanted::Below(_) = self.wanted {
            // Once: what is read for its names refers to nothing that matters.
            let collections: Vec<String> =
                self.raw.iter().flat_map(references::collections).collect();
            for collection in collections {
                if !self.done.contains(&collection) {
                    self.named(&collection).await?;
                }
            }
        }
        Ok(())
    }

    /// Reads an endpoint that has to be there.
    async fn endpoint(&mut self, endpoint: &str) -> Result<(), SnapshotError> {
        let path = format!("{CONFIGURATION}{endpoint}");
        let known = locate_in(self.client.endpoints(), &path);
        let info = known.map_or_else(|| unknown(endpoint), |it| it.endpoint);
        // Objects that cannot be listed have no names, and nothing compares them.
        if info.methods.contains(&Method::Get) && !self.objects(info, &path).await? {
            self.unreadable.push(SnapshotError::Lacking { path });
        }
        Ok(())
    }

    /// Reads a collection for the names of its objects. Where it is missing, references show their keys.
    async fn named(&mut self, path: &str) -> Result<(), SnapshotError> {
        let below = path.strip_prefix(CONFIGURATION).unwrap_or(path);
        let known = locate_in(self.client.endpoints(), path);
        let info = known.map_or_else(|| unknown(below), |it| it.endpoint);
        if info.methods.contains(&Method::Get) {
            self.objects(info, path).await?;
        }
        Ok(())
    }

    /// Follows the links of the appliance to endpoints that the spec does not have.
    async fn follow(&mut self) -> Result<(), SnapshotError> {
        let root = CONFIGURATION.trim_end_matches('/');
        let mut queue = VecDeque::from([root.to_owned()]);
        let mut seen = BTreeSet::from([root.to_owned()]);
        while let Some(path) = queue.pop_front() {
            if seen.len() > MAX_LINKS {
                return Err(lacks(&path, "end of its links"));
            }
            let response = match self.get(&path).await {
                Ok(Some(response)) => response,
                Ok(None) => continue,
                Err(error) => {
                    self.note(error)?;
                    continue;
                }
            };
            let links = links(&path, &response);
            let is_known = locate_in(self.client.endpoints(), &path).is_some();
            let below = path.strip_prefix(CONFIGURATION);
            if let Some(below) = below.filter(|_| links.is_empty() && !is_known) {
                if self.wanted.has(below) {
                    let info = unknown(below);
                    let result = self.take(info, &path, response).await;
                    self.keep(&path, result)?;
                }
                continue;
            }
            for link in links {
                let is_new = match locate_in(self.client.endpoints(), &link) {
                    Some(it) => it.key.is_none() && it.endpoint.kind == EndpointKind::Container,
                    None => true,
                };
                let is_wanted =
                    link.strip_prefix(CONFIGURATION).is_some_and(|it| self.wanted.has(it));
                if is_new && is_wanted && seen.insert(link.clone()) {
                    queue.push_back(link);
                }
            }
        }
        Ok(())
    }

    /// Reads the objects at a path; `false` if the appliance does not have it.
    async fn objects(
        &mut self,
        endpoint: &'static EndpointInfo,
        path: &str,
    ) -> Result<bool, SnapshotError> {
        let result = match self.get(path).await {
            Ok(None) => {
                self.done.insert(path.to_owned());
                return Ok(false);
            }
            Ok(Some(response)) => self.take(endpoint, path, response).await,
            Err(error) => Err(error),
        };
        self.keep(path, result)?;
        Ok(true)
    }

    /// Keeps what was read at a path, or why it cannot be.
    fn keep(
        &mut self,
        path: &str,
        result: Result<Vec<Raw>, SnapshotError>,
    ) -> Result<(), SnapshotError> {
        match result {
            Ok(raw) => {
                self.done.insert(path.to_owned());
                self.raw.extend(raw);
                Ok(())
            }
            Err(error) => self.note(error),
        }
    }

    /// Keeps an error that concerns one path only.
    fn note(&mut self, error: SnapshotError) -> Result<(), SnapshotError> {
        if !concerns_one_path(&error) {
            return Err(error);
        }
        self.unreadable.push(error);
        Ok(())
    }

    /// The objects in a response.
    async fn take(
        &self,
        endpoint: &'static EndpointInfo,
        path: &str,
        response: Value,
    ) -> Result<Vec<Raw>, SnapshotError> {
        let raw =
            |key: Option<String>, body: Value| Raw { endpoint, path: path.to_owned(), key, body };
        if endpoint.kind != EndpointKind::Collection && response.get("body").is_some() {
            return Ok(vec![raw(None, take_body(path, response)?)]);
        }
        let Value::Object(mut members) = response else { return Err(lacks(path, "items")) };
        let Some(Value::Array(items)) = members.remove("items") else {
            return Err(lacks(path, "items"));
        };
        let mut objects = Vec::with_capacity(items.len());
        for mut item in items {
            let key = item.get("key").and_then(Value::as_str).map(str::to_owned);
            let key = key.ok_or_else(|| lacks(path, "key for each item"))?;
            let body = match item.get_mut("body") {
                Some(body) => body.take(),
                None => {
                    let object = format!("{path}/{key}");
                    let response = self.get(&object).await?;
                    // It was in the list a moment ago.
                    let response =
                        response.ok_or_else(|| SnapshotError::Lacking { path: object.clone() })?;
                    take_body(&object, response)?
                }
            };
            objects.push(raw(Some(key), body));
        }
        Ok(objects)
    }

    async fn get(&self, path: &str) -> Result<Option<Value>, SnapshotError> {
        match self.client.get_raw(path).await {
            Ok(response) => {
                let content = response.content.into_value();
                if content.get("error").is_some_and(Value::is_object) {
                    return Err(lacks(path, "body, but an error"));
                }
                Ok(Some(content))
            }
            // Only the appliance knows what it does not have: a page of a proxy says nothing.
            Err(error) if *error.kind() == ErrorKind::NotFound && error.server_type().is_some() => {
                Ok(None)
            }
            Err(error) => Err(failed(path, error)),
        }
    }
}

fn take_body(path: &str, mut response: Value) -> Result<Value, SnapshotError> {
    response.get_mut("body").map(Value::take).ok_or_else(|| lacks(path, "body"))
}

/// Whether other paths may be readable.
fn concerns_one_path(error: &SnapshotError) -> bool {
    match error {
        SnapshotError::Request { error, .. } => matches!(
            error.kind(),
            ErrorKind::NotFound
                | ErrorKind::Unauthorized
                | ErrorKind::UnexpectedResponse
                | ErrorKind::Semantic
                | ErrorKind::Other
        ),
        _ => true,
    }
}

/// Whether an endpoint is a part of the configuration that files can describe, or has objects that they may refer to.
fn is_read(endpoint: &EndpointInfo, version: Option<Version>) -> bool {
    let has_objects = endpoint.kind == EndpointKind::Collection;
    let is_described = endpoint.kind == EndpointKind::Singleton
        && (endpoint.subject(Form::Request).is_some() || endpoint.methods.contains(&Method::Put));
    endpoint.path.starts_with(CONFIGURATION)
        && !endpoint.path.contains('{')
        && (has_objects || is_described)
        && endpoint.methods.contains(&Method::Get)
        && version.is_none_or(|version| endpoint.versions.contains(version))
}
