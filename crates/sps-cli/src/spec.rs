//! The spec that the binary carries, with the overlay that the user adds.

use std::{
    borrow::Cow,
    env,
    ffi::OsString,
    path::{Path, PathBuf},
    str::FromStr as _,
    sync::{LazyLock, OnceLock},
};

use anyhow::{Result, anyhow, bail};
use sps_catalog::Catalog;
use sps_model::{EndpointInfo, Located, locate_in};
use sps_spec::{Code, Spec, Version};

/// The option for an overlay, which every command has.
#[derive(Debug, Clone, Default, clap::Args)]
#[command(next_help_heading = "Spec")]
#[expect(clippy::doc_markdown, reason = "the help shows the text as it is")]
pub(crate) struct SpecArgs {
    /// Add or replace pages of the spec: a directory with `endpoints/`, `types/` or both [env: SPS_SPEC]
    #[arg(long, global = true, value_name = "DIR")]
    spec: Option<PathBuf>,
}

/// The spec with an overlay.
struct Overlay {
    spec: Spec,
    endpoints: &'static [&'static EndpointInfo],
}

/// The overlay of this process. Many places look endpoints up, and all of them know the same ones.
static OVERLAY: OnceLock<Overlay> = OnceLock::new();

impl SpecArgs {
    /// Makes sure that the parser found the option where [`read_overlay`] did.
    pub(crate) fn is_read(&self) -> bool {
        self.spec.is_none() || OVERLAY.get().is_some()
    }
}

/// Reads the overlay that the arguments or the environment name. Without one, nothing is read or parsed.
///
/// The arguments are searched before they are parsed: values of other options, such as codes, may be those of the overlay.
///
/// # Errors
/// All mistakes in its files.
pub(crate) fn read_overlay(arguments: impl IntoIterator<Item = OsString>) -> Result<()> {
    let variable = || env::var_os("SPS_SPEC").filter(|it| !it.is_empty()).map(PathBuf::from);
    match named(arguments).or_else(variable) {
        Some(dir) => Overlay::read(&dir).map(|overlay| drop(OVERLAY.set(overlay))),
        None => Ok(()),
    }
}

/// The value of the option in arguments.
fn named(arguments: impl IntoIterator<Item = OsString>) -> Option<PathBuf> {
    let mut arguments = arguments.into_iter().skip(1).take_while(|it| it != "--");
    while let Some(argument) = arguments.next() {
        if argument == "--spec" {
            return arguments.next().map(PathBuf::from);
        }
        if let Some(dir) = argument.to_str().and_then(|it| it.strip_prefix("--spec=")) {
            return Some(PathBuf::from(dir));
        }
    }
    None
}

impl Overlay {
    fn read(dir: &Path) -> Result<Self> {
        if !dir.is_dir() {
            let name = dir.display();
            let what = if dir.exists() { "is no directory" } else { "does not exist" };
            bail!("{name} {what}; `--spec` and SPS_SPEC take a directory with pages");
        }
        let spec = Spec::embedded_with_overlay(dir).map_err(|errors| {
            // The first line of the text follows `error: `.
            let text = errors.to_string();
            anyhow!("{}", text.strip_prefix("error: ").unwrap_or(&text))
        })?;
        let catalog = Catalog::new(&spec).map_err(|error| anyhow!("{}: {error}", dir.display()))?;
        Ok(Self { endpoints: catalog.endpoints(), spec })
    }
}

/// The spec, parsed when it is first needed: checking valid documents does without it.
pub(crate) fn spec() -> &'static Spec {
    static SPEC: LazyLock<Spec> = LazyLock::new(Spec::embedded);
    OVERLAY.get().map_or_else(|| &*SPEC, |overlay| &overlay.spec)
}

/// Every code. Without an overlay, the pages of the spec are not parsed for it.
pub(crate) fn codes() -> &'static [Code] {
    static CODES: LazyLock<Vec<Code>> = LazyLock::new(Spec::embedded_codes);
    OVERLAY.get().map_or_else(|| &*CODES, |overlay| &overlay.spec.codes)
}

/// The code with this name.
pub(crate) fn code(name: &str) -> Option<&'static Code> {
    codes().iter().find(|it| it.code == name)
}

/// The spec with the overlay, if there is one.
pub(crate) fn overlaid_spec() -> Option<&'static Spec> {
    OVERLAY.get().map(|overlay| &overlay.spec)
}

/// Every endpoint: those that were compiled in, or those of the spec with the overlay.
pub(crate) fn endpoints() -> &'static [&'static EndpointInfo] {
    OVERLAY.get().map_or(sps_model::ENDPOINTS, |overlay| overlay.endpoints)
}

/// Finds the endpoint of a path.
pub(crate) fn locate(path: &str) -> Option<Located<'_>> {
    locate_in(endpoints(), path)
}

/// The version that a command is about.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct TargetArgs {
    /// Version of the appliance; what other versions have is left out
    #[arg(long, value_name = "VERSION", value_parser = version)]
    pub(crate) target: Option<Version>,
}

impl TargetArgs {
    /// The spec as this version has it; all of it without one.
    pub(crate) fn spec(&self) -> Cow<'static, Spec> {
        match &self.target {
            Some(version) => Cow::Owned(spec().at(version)),
            None => Cow::Borrowed(spec()),
        }
    }
}

/// A version of the appliance, as `sps check` takes it.
pub(crate) fn version(text: &str) -> Result<Version, String> {
    sps_validate::Version::from_str(text).map_err(|error| error.to_string())?;
    text.parse().map_err(|error| format!("{error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_option_before_arguments_are_parsed() {
        let find = |line: &str| named(line.split(' ').map(OsString::from));
        assert_eq!(find("sps check --spec a b"), Some(PathBuf::from("a")));
        assert_eq!(find("sps --spec=a check b"), Some(PathBuf::from("a")));
        assert_eq!(find("sps check -- --spec a"), None);
        assert_eq!(find("--spec a"), None);
    }
}
