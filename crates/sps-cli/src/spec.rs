//! The spec that the binary carries.

use std::sync::LazyLock;

use sps_spec::{Endpoint, Spec};

use crate::endpoint;

/// The spec, read when it is first needed: checking valid documents does without it.
pub(crate) fn spec() -> &'static Spec {
    static SPEC: LazyLock<Spec> = LazyLock::new(Spec::embedded);
    &SPEC
}

/// The endpoint that the user named.
///
/// # Errors
/// There is none of that name; says which one is near.
pub(crate) fn named(name: &str) -> Result<&'static Endpoint, String> {
    let path = endpoint::named(name)?.path;
    spec().endpoint(path).ok_or_else(|| endpoint::unknown(name))
}
