//! The ways to a [`Spec`].

use std::path::Path;

use crate::{
    endpoint::Spec,
    error::Errors,
    lint::lint,
    load::{Loaded, files, load},
};

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
        let Loaded { spec, places, mut errors } = load(files)?;
        errors.extend(lint(&spec, &places));
        if errors.is_empty() { Ok(spec) } else { Err(Errors::sorted(errors)) }
    }

    /// The spec that travels inside this crate.
    ///
    /// # Panics
    ///
    /// Never in a crate that was built from a checked tree: a test loads these very files.
    #[cfg(feature = "embedded")]
    pub fn embedded() -> Self {
        let files = crate::embedded::FILES
            .iter()
            .map(|(name, text)| ((*name).to_owned(), (*text).to_owned()));
        Self::from_files(files).expect("the embedded files are the ones that the tests load")
    }
}
