//! What has to change on an appliance, so that it has what a tree describes.
//!
//! * [`Prepared`] is a tree that was checked, with the values of its secrets: everything that needs no connection.
//! * [`Plan::compare`] compares objects of a tree with those of an appliance. It sends nothing, so it can be tested alone.
//! * [`Plan::to_text`], [`Plan::to_json`], [`Plan::to_markdown`] and [`Plan::to_dot`] show a plan.
//! * [`Plan::save`] and [`SavedPlan`] keep one for later. [`Plan::commit`] carries it out; see [`crate::apply`].
//!
//! Objects are matched by label, after the renames of `[[moved]]`. Bodies are compared member by member in normal form: a
//! member that is null or has its default equals one that is absent, elements of a list belong together as in a longest
//! common subsequence, and those of a list without order wherever they are. What the appliance has and neither the spec nor
//! the file knows is sent back as it is.
//!
//! # Secrets
//!
//! A plan has no value of a secret, only where it comes from and why it changes. The [`State`](crate::State) remembers what
//! was applied as keyed hashes. What it does not know is not compared, listed by [`Plan::not_compared`], and left alone until
//! [`Inputs::rotate`] names it. A saved plan has none either: not even what the appliance shows in unknown members, which is
//! read again when the plan is applied.
//!
//! # Order
//!
//! An object is created before the first request that refers to it, and deleted after the last one that drops its
//! reference. Where new objects refer to each other in a circle, a reference that may be null is set in a second request,
//! and where objects of a circle are deleted, one becomes null first. If none may be null, [`Problem::Circle`] names them.

mod change;
mod compare;
mod kinds;
mod mask;
mod matching;
mod options;
mod order;
mod pointer;
mod problem;
mod references;
mod referrers;
mod remember;
mod render;
mod saved;
mod scope;
mod secret;
mod walk;
mod world;

#[cfg(test)]
#[expect(
    clippy::needless_pass_by_value,
    clippy::option_option,
    reason = "bodies are written as values, and a member may be absent or null"
)]
mod tests;

use std::{collections::BTreeMap, fmt, path::PathBuf, sync::Arc};

use crate::{found::Appliance, label::Label, object::Object};

pub(crate) use self::{
    change::counted,
    kinds::{Place, body_kind, tag_of},
    order::Operation,
    remember::SecretKeys,
    secret::{Fate, Origin, Slot},
    walk::{Fill, FillWith, Kept},
};
pub use self::{
    change::{Action, Change, HIDDEN, Note, Op, PlannedObject, Reason, Summary},
    compare::Inputs,
    options::{PlanError, PlanOptions, Prepared},
    order::OperationKind,
    problem::{Problem, Problems},
    references::PlannedReference,
    render::{MarkdownOptions, Shown, ShownLine, Side, Style},
    saved::{SavedPlan, SavedPlanError},
    scope::Scope,
    secret::Values,
};

/// What has to change on an appliance, so that it has what a tree describes.
///
/// Made by [`Plan::compare`] of what was read before, or read from a file. It shows no secret, and its `Debug` none either.
///
/// ```
/// use serde_json::json;
/// use sps_model::locate;
/// use sps_site::{
///     Appliance, Found, Label, Object, Plan, State,
///     plan::{Inputs, Style},
/// };
///
/// let label = Label::of_singleton("management/health_monitoring");
/// let endpoint = locate(label.endpoint()).ok_or("no such endpoint")?.endpoint;
/// let file = json!({"maximum_disk_utilization_ratio": 80, "maximum_load1": null});
/// let answer = json!({"maximum_disk_utilization_ratio": 70});
/// let tree = [Object::new(label.clone(), endpoint, file)];
/// let found = [Found::new(label, endpoint, "/api/configuration/management/health_monitoring", answer)];
///
/// let (appliance, state) = (Appliance::new("https://sps.example"), State::in_memory());
/// let plan = Plan::compare(Inputs::new(appliance, &tree, &found, &state))?;
/// let text = "\
/// ~ management/health_monitoring (change)
///     ~ /maximum_disk_utilization_ratio: 70 -> 80
///
/// plan: 0 to create, 1 to change, 0 to delete, 0 unchanged
/// ";
/// assert_eq!(plan.to_text(Style::Plain), text);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Plan {
    pub(crate) appliance: Appliance,
    pub(crate) objects: Vec<PlannedObject>,
    pub(crate) operations: Vec<Operation>,
    pub(crate) notes: Vec<String>,
    pub(crate) emptied: BTreeMap<String, usize>,
    /// The secrets of each object of the tree.
    pub(crate) slots: BTreeMap<Label, Vec<Slot>>,
    /// The keys of the objects to which the bodies of `$new` refer, by label.
    pub(crate) keys: BTreeMap<String, String>,
    /// The values of secrets; empty in a plan that was read from a file.
    pub(crate) values: Values,
    /// Values of the appliance that are sent back, by object and place; empty in a plan that was read from a file.
    pub(crate) kept: BTreeMap<Label, BTreeMap<String, Kept>>,
    /// What the plan was made of, so that it can be made again after it was applied.
    pub(crate) tree: Arc<[Object]>,
    pub(crate) scope: Scope,
    /// The root of the tree, as it was named; relative paths of secrets begin there. Empty for a tree in memory.
    pub(crate) root: PathBuf,
}

impl Plan {
    /// The appliance that the plan is for.
    pub fn appliance(&self) -> &Appliance {
        &self.appliance
    }

    /// Every object of the tree, and those that are deleted, sorted by label.
    pub fn objects(&self) -> &[PlannedObject] {
        &self.objects
    }

    /// The objects that do not stay as they are.
    pub fn differences(&self) -> impl Iterator<Item = &PlannedObject> {
        self.objects.iter().filter(|it| it.action != Action::None)
    }

    /// The requests in their order: the kind of each, and its object.
    pub fn steps(&self) -> impl ExactSizeIterator<Item = (OperationKind, &Label)> {
        self.operations.iter().map(|it| (it.kind, &it.label))
    }

    /// Which of the steps wait for each other, by their places in [`Self::steps`]: the first of a pair waits for the
    /// second.
    pub fn dependencies(&self) -> impl Iterator<Item = (usize, usize)> {
        let after = |(at, it): (usize, &Operation)| -> Vec<_> {
            it.after.iter().map(|first| (at, *first)).collect()
        };
        self.operations.iter().enumerate().flat_map(after)
    }

    /// How many objects are created, changed, deleted and left as they are.
    pub fn summary(&self) -> Summary {
        Summary::of(&self.objects)
    }

    /// Whether nothing has to change.
    pub fn is_empty(&self) -> bool {
        self.operations.is_empty()
    }

    /// What a reader has to know about the plan as a whole, such as that the appliance has another version than the tree.
    pub fn notes(&self) -> impl Iterator<Item = &str> {
        self.notes.iter().map(String::as_str)
    }

    /// Adds a remark about the plan as a whole.
    pub fn add_note(&mut self, note: impl Into<String>) {
        self.notes.push(note.into());
    }

    /// The collections that the tree owns and of which it has no object, with the number of objects that are deleted in
    /// each. That needs consent of its own.
    pub fn emptied(&self) -> impl Iterator<Item = (&str, usize)> {
        self.emptied.iter().map(|(collection, count)| (collection.as_str(), *count))
    }

    /// The places of all secrets that could not be compared.
    pub fn not_compared(&self) -> impl Iterator<Item = (&Label, &str)> {
        self.objects.iter().flat_map(|object| {
            object.notes.iter().filter_map(|note| match note {
                Note::NotCompared { pointer } => Some((&object.label, pointer.as_str())),
                _ => None,
            })
        })
    }
}

impl fmt::Debug for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Plan")
            .field("appliance", &self.appliance)
            .field("summary", &self.summary())
            .finish_non_exhaustive()
    }
}
