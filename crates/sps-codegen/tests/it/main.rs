//! What the pages and templates say about the real spec.

mod pages;
mod reference;
mod schema;
mod small;
mod templates;

use std::path::Path;

use sps_spec::{Endpoint, Spec};

/// The spec of this checkout.
fn spec() -> Spec {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../spec");
    Spec::from_dir(&dir).unwrap_or_else(|errors| panic!("{errors}"))
}

/// The endpoint with this short path.
fn endpoint<'a>(spec: &'a Spec, short: &str) -> &'a Endpoint {
    let mut endpoints = spec.endpoints.iter();
    endpoints.find(|it| it.short_path() == short).unwrap_or_else(|| panic!("no endpoint {short}"))
}
