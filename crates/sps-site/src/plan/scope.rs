//! What a plan may touch.

use crate::{label::Label, place::is_below};

/// What a plan may touch beyond the objects of the tree, and what it must not.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct Scope {
    /// Collections in which objects are deleted that the tree lacks, as paths below `/api/configuration/`.
    pub owned: Vec<String>,
    /// Endpoints and objects that are left alone, as paths or labels.
    pub ignored: Vec<String>,
    /// Renames: the old label and the new one.
    pub moved: Vec<(Label, Label)>,
    /// Endpoints and objects besides which everything is left alone; empty for none.
    pub only: Vec<String>,
}

impl Scope {
    pub(crate) fn is_owned(&self, label: &Label) -> bool {
        self.owned.iter().any(|it| it == label.endpoint())
    }

    /// Whether the caller named this very object.
    pub(crate) fn is_named(&self, label: &Label) -> bool {
        let text = label.to_string();
        self.only.contains(&text)
    }

    pub(crate) fn is_ignored(&self, label: &Label) -> bool {
        if self.ignored.is_empty() && self.only.is_empty() {
            return false;
        }
        let text = label.to_string();
        let has = |paths: &[String]| paths.iter().any(|path| is_below(&text, path));
        has(&self.ignored) || !(self.only.is_empty() || has(&self.only))
    }
}
