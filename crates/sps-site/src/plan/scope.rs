//! What a plan may touch.

use sps_model::validate::suggest;

use super::Problem;
use crate::{label::Label, object::Object, place::is_below};

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

    /// The places of [`Self::only`] at which the tree has nothing and owns nothing: most likely misspelled, and a plan of
    /// nothing would look as if there were nothing to change.
    pub(crate) fn missing(&self, objects: &[Object]) -> Vec<Problem> {
        if self.only.is_empty() {
            return Vec::new();
        }
        let labels: Vec<String> = objects.iter().map(|it| it.label.to_string()).collect();
        let is_owned = |only: &str| {
            self.owned.iter().any(|owned| is_below(owned, only) || is_below(only, owned))
        };
        let is_here = |only: &str| labels.iter().any(|it| is_below(it, only)) || is_owned(only);
        let missing = self.only.iter().filter(|it| !is_here(it));
        let problem = |place: &String| {
            let endpoints = objects.iter().map(|it| it.label.endpoint());
            let all = labels.iter().map(String::as_str).chain(endpoints);
            let nearest = suggest::nearest(place, all).first().map(|it| (*it).to_owned());
            Problem::NothingThere { place: place.clone(), nearest }
        };
        missing.map(problem).collect()
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
