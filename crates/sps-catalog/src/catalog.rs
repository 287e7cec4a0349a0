//! The endpoints of a spec, each with the tables of its bodies.

use std::collections::BTreeMap;

use sps_model::{
    EndpointInfo, EndpointKind, Method,
    validate::{Form, Subject},
};
use sps_spec::{Body, Endpoint, Spec};

use crate::{
    error::Error,
    leak::{leak, text},
    tables::{Tables, constraint, versions},
};

/// The endpoints of a spec with the tables that their bodies are checked against.
#[derive(Debug, Clone, Default)]
pub struct Catalog(BTreeMap<String, &'static EndpointInfo>);

impl Catalog {
    /// Makes the tables of every endpoint.
    ///
    /// # Errors
    /// A fact that no table can hold, such as a rule with too many inputs.
    pub fn new(spec: &Spec) -> Result<Self, Error> {
        Self::of(spec, |_| true)
    }

    /// Makes the tables of the endpoints that `is_wanted` chooses.
    ///
    /// # Errors
    /// As [`Self::new`].
    pub fn of(spec: &Spec, is_wanted: impl Fn(&Endpoint) -> bool) -> Result<Self, Error> {
        let mut tables = Tables::new(spec);
        let endpoints = spec.endpoints.iter().filter(|endpoint| is_wanted(endpoint));
        let bodies = endpoints.map(|endpoint| {
            let mut subject = |body: &Option<Body>, form| {
                let Some(body) = body else { return Ok(None) };
                let wrappers = endpoint.wrappers.iter().map(|it| text(it)).collect();
                let kind = tables.kind(&body.ty, &body.constraint, false)?;
                let subject = Subject::new(kind, form)
                    .wrappers(leak(wrappers))
                    .constraint(constraint(&body.constraint));
                Ok(Some(subject.versions(versions(&endpoint.versions))))
            };
            let request = subject(&endpoint.request, Form::Request)?;
            let response = subject(&endpoint.response, Form::Response)?;
            let info = EndpointInfo::new(
                text(&endpoint.path),
                kind(endpoint.kind),
                leak(endpoint.methods.iter().map(|it| method(*it)).collect()),
                versions(&endpoint.versions),
            );
            let info = info
                .described(text(&endpoint.title), text(&endpoint.doc))
                .ordered(endpoint.ordered);
            let info: &'static EndpointInfo = Box::leak(Box::new(info.bodies(request, response)));
            Ok((endpoint.path.clone(), info))
        });
        Ok(Self(bodies.collect::<Result<_, Error>>()?))
    }

    /// The subject of a document for the endpoint at `path`; `None` if it is unknown or has no such body.
    pub fn subject(&self, path: &str, form: Form) -> Option<Subject> {
        self.0.get(path)?.subject(form)
    }

    /// All endpoints, sorted by path, as the client and [`sps_model::locate_in`] take them. Each call leaks a list.
    pub fn endpoints(&self) -> &'static [&'static EndpointInfo] {
        leak(self.0.values().copied().collect())
    }

    /// The full paths of all endpoints, sorted.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }
}

fn kind(kind: sps_spec::EndpointKind) -> EndpointKind {
    match kind {
        sps_spec::EndpointKind::Singleton => EndpointKind::Singleton,
        sps_spec::EndpointKind::Collection => EndpointKind::Collection,
        sps_spec::EndpointKind::Container => EndpointKind::Container,
        sps_spec::EndpointKind::Job => EndpointKind::Job,
        sps_spec::EndpointKind::Status => EndpointKind::Status,
        sps_spec::EndpointKind::Action => EndpointKind::Action,
    }
}

fn method(method: sps_spec::Method) -> Method {
    match method {
        sps_spec::Method::Get => Method::Get,
        sps_spec::Method::Post => Method::Post,
        sps_spec::Method::Put => Method::Put,
        sps_spec::Method::Delete => Method::Delete,
    }
}
