//! The ways to a [`Spec`].

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

#[cfg(feature = "embedded")]
use crate::{code::Code, load::is_common};
use crate::{
    endpoint::Spec,
    error::Errors,
    lint::{Lints, lint},
    load::{Loaded, files, load, overlay_files},
};

/// The source of facts that only responses show; nothing but an overlay can have it.
const LEARNED: &str =
    "\nlearned = { title = \"Responses of an appliance\", guide = \"none\", tag = \"inferred\" }\n";

impl Spec {
    /// Reads the spec from its folder: `endpoints/**/*.toml`, `types/*.toml`, `codes.toml`, `sources.toml` and
    /// `protocol.toml`.
    ///
    /// # Errors
    ///
    /// Every file that cannot be read, and what [`Self::from_files`] reports.
    pub fn from_dir(dir: &Path) -> Result<Self, Errors> {
        files(dir).and_then(Self::from_files)
    }

    /// Reads the spec from pairs of file name and text. Names are relative to `spec/`, with `/` between folders.
    ///
    /// A file that is not given counts as an empty one, which suits small tests.
    ///
    /// # Errors
    ///
    /// Every mistake in the form of every file; without any, every mistake that the lints find.
    pub fn from_files(files: impl IntoIterator<Item = (String, String)>) -> Result<Self, Errors> {
        Self::checked(files, |_| false)
    }

    /// Reads the spec from pairs of file name and text, with an overlay: a folder that has any part of what a spec
    /// has.
    ///
    /// A page or a file of types replaces the one of the same name. Sources and codes are added. The source `learned`
    /// is there for pages that responses are the only source of.
    ///
    /// # Errors
    ///
    /// As [`Self::from_files`]; names of files of the overlay start with that of its folder.
    pub fn with_overlay(
        base: impl IntoIterator<Item = (String, String)>,
        dir: &Path,
    ) -> Result<Self, Errors> {
        let overlay = overlay_files(dir).map_err(|errors| errors.below(dir, |_| true))?;
        let mut files: BTreeMap<String, String> = base.into_iter().collect();
        files.entry("sources.toml".to_owned()).or_default().push_str(LEARNED);
        let names: BTreeSet<String> = overlay.iter().map(|(name, _)| name.clone()).collect();
        files.extend(overlay);
        // What only a replaced page used is no mistake of the overlay.
        let spec = Self::checked(files, |name| !names.contains(name));
        spec.map_err(|errors| errors.below(dir, |name| names.contains(name)))
    }

    /// Reads files; those that may hold what nothing uses are named by `may_be_unused`.
    fn checked(
        files: impl IntoIterator<Item = (String, String)>,
        may_be_unused: impl Fn(&str) -> bool,
    ) -> Result<Self, Errors> {
        let Loaded { spec, places, mut errors } = load(files)?;
        let Lints { errors: found, leftovers } = lint(&spec, &places);
        errors.extend(found);
        errors.extend(leftovers.into_iter().filter(|it| !may_be_unused(it.file())));
        if errors.is_empty() { Ok(spec) } else { Err(Errors::sorted(errors)) }
    }

    /// The spec that travels inside this crate.
    ///
    /// # Panics
    ///
    /// Never in a crate that was built from a checked tree: a test loads these very files.
    #[cfg(feature = "embedded")]
    pub fn embedded() -> Self {
        // The lints passed when the crate was built.
        embedded(|_| true)
    }

    /// The codes of that spec. Its pages are not read, so this takes a tenth of the time.
    ///
    /// # Panics
    ///
    /// As [`Self::embedded`].
    #[cfg(feature = "embedded")]
    pub fn embedded_codes() -> Vec<Code> {
        embedded(is_common).codes
    }

    /// The spec that travels inside this crate, with the overlay in this folder.
    ///
    /// # Errors
    ///
    /// As [`Self::with_overlay`].
    #[cfg(feature = "embedded")]
    pub fn embedded_with_overlay(dir: &Path) -> Result<Self, Errors> {
        Self::with_overlay(embedded_files(), dir)
    }
}

/// What these of the embedded files say.
#[cfg(feature = "embedded")]
fn embedded(is_wanted: impl Fn(&str) -> bool) -> Spec {
    let files = embedded_files().filter(|(name, _)| is_wanted(name));
    load(files).expect("the embedded files are the ones that the tests load").spec
}

#[cfg(feature = "embedded")]
fn embedded_files() -> impl Iterator<Item = (String, String)> {
    crate::embedded::FILES.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned()))
}
