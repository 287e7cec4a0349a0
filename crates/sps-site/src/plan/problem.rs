//! Reasons why a tree cannot be brought onto an appliance.

use crate::label::Label;

/// A reason why there is no plan. No text has a secret in it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Problem {
    /// The appliance has no such singleton.
    #[error("the appliance has no {label}")]
    NotOnAppliance {
        /// The object.
        label: Label,
    },
    /// The API cannot create objects in this collection.
    #[error("{label} cannot be created: the API has no request for it")]
    NotCreatable {
        /// The object.
        label: Label,
    },
    /// The API cannot change this object.
    #[error("{label} cannot be changed: the API has no request for it")]
    NotChangeable {
        /// The object.
        label: Label,
    },
    /// A `$ref` leads to an object that neither the tree nor the appliance has.
    #[error("{label}#{pointer}: there is no {reference}{}", did_you_mean(nearest.as_deref()))]
    UnknownReference {
        /// The object with the reference.
        label: Label,
        /// The place of the reference.
        pointer: String,
        /// The reference.
        reference: String,
        /// The object with the nearest name.
        nearest: Option<String>,
    },
    /// A `$ref` fits several objects of the appliance.
    #[error("{label}#{pointer}: {reference} is the name of several objects: {}", candidates.join(", "))]
    AmbiguousReference {
        /// The object with the reference.
        label: Label,
        /// The place of the reference.
        pointer: String,
        /// The reference.
        reference: String,
        /// The labels of the objects.
        candidates: Vec<String>,
    },
    /// The appliance has several objects of this name.
    #[error("{label} is the name of several objects of the appliance: {}", candidates.join(", "))]
    AmbiguousLabel {
        /// The object of the tree.
        label: Label,
        /// The labels of the objects.
        candidates: Vec<String>,
    },
    /// The appliance has an object whose name differs in letter case only.
    #[error(
        "{label} and {found}, which the appliance has, differ in letter case only; rename one of them, or say with [[moved]] that they are the same"
    )]
    CaseClash {
        /// The object of the tree.
        label: Label,
        /// The object of the appliance.
        found: Label,
    },
    /// Several objects of the appliance would get one name.
    #[error("[[moved]] gives the name {to} to several objects: {}", names(from))]
    MovedTogether {
        /// The objects.
        from: Vec<Label>,
        /// The name.
        to: Label,
    },
    /// An object cannot be renamed, because its new name is taken.
    #[error("[[moved]] cannot rename {from}: the appliance has {to} already")]
    MoveBlocked {
        /// The object.
        from: Label,
        /// The name.
        to: Label,
    },
    /// Entries of `[[moved]]` form a circle.
    #[error("[[moved]] leads in a circle: {}", names(labels))]
    MovedInCircle {
        /// The names in the circle.
        labels: Vec<Label>,
    },
    /// A secret is to be kept, and the appliance has none there.
    #[error(
        "{label}#{pointer}: there is no secret to keep; say where its value comes from, such as {{\"$secret\": \"env:NAME\"}}"
    )]
    NothingToKeep {
        /// The object.
        label: Label,
        /// The place of the secret.
        pointer: String,
    },
    /// A secret is to be kept that the appliance does not show, while other members of its object change.
    #[error(
        "{label}#{pointer}: the appliance does not show this secret, so a change of the object would lose it; say where its value comes from"
    )]
    CannotKeep {
        /// The object.
        label: Label,
        /// The place of the secret.
        pointer: String,
    },
    /// The value of a secret was not read.
    #[error("{label}#{pointer}: the secret was not read")]
    NoValue {
        /// The object.
        label: Label,
        /// The place of the secret.
        pointer: String,
    },
    /// A `$secret` is at a reference to something else than a password.
    #[error("{label}#{pointer}: $secret makes a password, and no {collection}; use $new")]
    NoPassword {
        /// The object.
        label: Label,
        /// The place.
        pointer: String,
        /// The collection that belongs here.
        collection: String,
    },
    /// A `$new` is where the spec knows no reference to a single-use object.
    #[error("{label}#{pointer}: no object can be made here with $new")]
    NewWithoutCollection {
        /// The object.
        label: Label,
        /// The place.
        pointer: String,
    },
    /// An object is deleted to which another one still refers.
    #[error("{label} would be deleted, but {by} refers to it at {pointer}")]
    StillReferenced {
        /// The object without a file.
        label: Label,
        /// The object that refers to it.
        by: Label,
        /// The place of the reference.
        pointer: String,
    },
    /// New or deleted objects refer to each other in a circle without a reference that may be null.
    #[error(
        "objects refer to each other in a circle, and none of the references may be null: {}",
        names(labels)
    )]
    Circle {
        /// The objects in the circle.
        labels: Vec<Label>,
    },
    /// Only this is to be planned, and the tree has nothing there.
    #[error("the tree has nothing at {place}{}", did_you_mean(nearest.as_deref()))]
    NothingThere {
        /// The label or path that was given.
        place: String,
        /// The nearest one in the tree.
        nearest: Option<String>,
    },
    /// A secret is to be changed that is to be kept.
    #[error("{place} is kept; say in the file where its new value comes from")]
    KeptSecret {
        /// The place that was given.
        place: String,
    },
    /// A secret is to be changed that the tree does not have.
    #[error("there is no secret at {place}{}", did_you_mean(nearest.as_deref()))]
    UnknownSecret {
        /// The place that was given.
        place: String,
        /// The nearest place with a secret.
        nearest: Option<String>,
    },
}

/// All reasons why there is no plan.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Problems(Vec<Problem>);

impl Problems {
    pub(crate) fn new(mut problems: Vec<Problem>) -> Self {
        problems.sort_by_cached_key(ToString::to_string);
        problems.dedup();
        Self(problems)
    }

    /// The problems, sorted by their texts.
    pub fn iter(&self) -> impl Iterator<Item = &Problem> {
        self.0.iter()
    }
}

impl std::fmt::Display for Problems {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (index, problem) in self.0.iter().enumerate() {
            let separator = if index == 0 { "" } else { "; " };
            write!(f, "{separator}{problem}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Problems {}

fn names(labels: &[Label]) -> String {
    labels.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

fn did_you_mean(nearest: Option<&str>) -> String {
    nearest.map_or_else(String::new, |nearest| format!("; did you mean {nearest}?"))
}
