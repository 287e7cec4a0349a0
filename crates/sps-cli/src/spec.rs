//! The spec that the binary carries.

use std::sync::LazyLock;

use sps_spec::Spec;

/// The spec, parsed when it is first needed: checking valid documents does without it.
pub(crate) fn spec() -> &'static Spec {
    static SPEC: LazyLock<Spec> = LazyLock::new(Spec::embedded);
    &SPEC
}
