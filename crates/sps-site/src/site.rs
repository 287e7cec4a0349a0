//! A tree of files.

use std::{
    fmt, mem,
    path::{Path, PathBuf},
    sync::Arc,
};

use crate::{
    check::{self, CheckOptions},
    load::{LoadError, LoadOptions, Tree},
    object::Object,
    repair::{self, Repair},
    report::SiteReport,
    settings::Settings,
};

/// The configuration of an appliance as a tree of files.
///
/// One file has one object, as the whole body of a request in JSON or YAML. The folders are those of the URL below
/// `/api/configuration`, and in a collection the name of the file is the name of the object: `management/email.yaml`,
/// `policies/time_policies/office.json`. Characters that no file name may have are percent-encoded. What `.gitignore` says
/// does not matter, hidden folders do not belong to the tree, and `sps.toml` at its root has the [`Settings`].
///
/// ```
/// use std::fs;
///
/// use sps_site::{CheckOptions, Site};
///
/// let root = tempfile::tempdir()?;
/// let folder = root.path().join("policies/time_policies");
/// fs::create_dir_all(&folder)?;
/// let times = r#"[["8:00", "18:00"]]"#;
/// fs::write(
///     folder.join("office.json"),
///     format!(r#"{{"name": "office", "Mon": {times}, "Tue": {times}, "Wed": {times}, "Thu": {times},
///         "Fri": {times}, "Sat": [], "Sun": []}}"#),
/// )?;
///
/// let site = Site::load(root.path())?;
/// let report = site.check(&CheckOptions::default());
/// assert!(report.is_valid(), "{report}");
/// assert_eq!(site.objects()[0].label.to_string(), "policies/time_policies/office");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Site {
    root: PathBuf,
    tree: Tree,
    /// Shared with plans, which outlive the rest of the tree.
    objects: Arc<[Object]>,
}

impl Site {
    /// Reads `sps.toml` and every file of an object below this folder.
    ///
    /// Mistakes in the files are no error here: [`Self::check`] reports all of them.
    ///
    /// # Errors
    /// The folder, or `sps.toml` in it, cannot be read.
    pub fn load(root: impl AsRef<Path>) -> Result<Self, LoadError> {
        Self::load_with(root, &LoadOptions::default())
    }

    /// Reads a tree with other endpoints or limits than the default ones.
    ///
    /// # Errors
    /// As [`Self::load`].
    pub fn load_with(root: impl AsRef<Path>, options: &LoadOptions) -> Result<Self, LoadError> {
        let root = root.as_ref();
        let mut tree = Tree::load(root, options)?;
        let objects = mem::take(&mut tree.objects).into();
        Ok(Self { root: root.to_owned(), tree, objects })
    }

    /// Lists every problem of every file, with its place. Without the values of secrets nothing is read but the files,
    /// which are in memory: a job that has no secrets can check every tree.
    pub fn check(&self, options: &CheckOptions<'_>) -> SiteReport {
        check::check(&self.tree, options)
    }

    /// Finds the files that can be repaired without a decision: the repairs of
    /// [`fix()`](sps_model::validate::fix()), made in the texts themselves. Notations are left as they are, and nothing is
    /// written.
    pub fn repairs(&self, options: &CheckOptions<'_>) -> Vec<Repair> {
        repair::repairs(&self.tree, options)
    }

    /// The folder, as it was named.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The objects of the files without an error of form, sorted by label. If [`Self::check`] finds an error, others may be
    /// missing.
    pub fn objects(&self) -> &[Object] {
        &self.objects
    }

    pub(crate) fn shared_objects(&self) -> Arc<[Object]> {
        Arc::clone(&self.objects)
    }

    pub(crate) fn tree(&self) -> &Tree {
        &self.tree
    }

    /// The settings of `sps.toml`; the default ones if there is no such file.
    pub fn settings(&self) -> &Settings {
        &self.tree.settings
    }
}

impl fmt::Debug for Site {
    /// Leaves the bodies out, which may have secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Site")
            .field("root", &self.root)
            .field("objects", &self.objects.len())
            .field("settings", &self.tree.settings)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeMap, fs};

    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::{file_name::stem, label::composed};

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        /// Whatever the names are, each has a file, and the files have the names.
        #[test]
        fn s161_names_are_the_same_after_reading(names in prop::collection::vec("\\PC{1,12}|[aA/%.~:]{1,6}|[a-c]{240,300}", 1..8)) {
            // Labels that differ in letter case only are an error of their own.
            let names: BTreeMap<String, String> =
                names.into_iter().map(|it| (composed(&it).to_lowercase(), composed(&it))).collect();
            let root = tempfile::tempdir().unwrap();
            let folder = root.path().join("policies/user_databases");
            fs::create_dir_all(&folder).unwrap();
            for name in names.values() {
                let text = json!({"name": name}).to_string();
                fs::write(folder.join(format!("{}.json", stem(name))), text).unwrap();
            }
            let site = Site::load(root.path()).unwrap();
            let mut found: Vec<_> =
                site.objects().iter().map(|it| it.label.name().unwrap().to_owned()).collect();
            let mut expected: Vec<_> = names.into_values().collect();
            found.sort();
            expected.sort();
            prop_assert_eq!(found, expected);
        }
    }
}
