//! The endpoints of a spec, each with the tables of its bodies.

use std::collections::BTreeMap;

use sps_model::validate::{Form, Subject};
use sps_spec::{Body, Endpoint, Spec};

use crate::{
    error::Error,
    leak::{leak, text},
    tables::{Tables, constraint, versions},
};

/// The endpoints of a spec with the tables that their bodies are checked against.
#[derive(Debug, Clone, Default)]
pub struct Catalog(BTreeMap<String, Bodies>);

/// The subjects of one endpoint, for the forms that have a body.
#[derive(Debug, Clone, Copy)]
struct Bodies {
    request: Option<Subject>,
    response: Option<Subject>,
}

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
            Ok((endpoint.path.clone(), Bodies { request, response }))
        });
        Ok(Self(bodies.collect::<Result<_, Error>>()?))
    }

    /// The subject of a document for the endpoint at `path`; `None` if it is unknown or has no such body.
    pub fn subject(&self, path: &str, form: Form) -> Option<Subject> {
        let bodies = self.0.get(path)?;
        if form == Form::Request { bodies.request } else { bodies.response }
    }

    /// The full paths of all endpoints, sorted.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }
}
