//! The spec that the binary carries.

use std::{borrow::Cow, str::FromStr as _, sync::LazyLock};

use sps_spec::{Spec, Version};

/// The spec, parsed when it is first needed: checking valid documents does without it.
pub(crate) fn spec() -> &'static Spec {
    static SPEC: LazyLock<Spec> = LazyLock::new(Spec::embedded);
    &SPEC
}

/// The spec as this version has it; all of it without one.
pub(crate) fn spec_at(target: Option<&Version>) -> Cow<'static, Spec> {
    match target {
        Some(version) => Cow::Owned(spec().at(version)),
        None => Cow::Borrowed(spec()),
    }
}

/// A version of the appliance, as `sps check` takes it.
pub(crate) fn version(text: &str) -> Result<Version, String> {
    sps_validate::Version::from_str(text).map_err(|error| error.to_string())?;
    text.parse().map_err(|error| format!("{error}"))
}
