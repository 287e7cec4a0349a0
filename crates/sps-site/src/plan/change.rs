//! What a plan says about one object.

use std::fmt;

use serde_json::Value;

use crate::label::Label;

/// A number of things, in the singular or the plural.
pub(crate) fn counted(count: usize, thing: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {thing}{plural}")
}

/// The text in place of a value that must not be shown.
pub const HIDDEN: &str = "(hidden)";

/// What happens to an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Action {
    /// It is created.
    Create,
    /// Some of its members change.
    Change,
    /// It is deleted.
    Delete,
    /// Nothing: the appliance has it as the tree describes it.
    None,
}

impl Action {
    /// The word for it in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Change => "change",
            Self::Delete => "delete",
            Self::None => "none",
        }
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One object of a plan.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct PlannedObject {
    /// Its name in the site.
    pub label: Label,
    /// Its name on the appliance, if it gets another one.
    pub renamed_from: Option<Label>,
    /// What happens to it.
    pub action: Action,
    /// The members that change; none if the action is [`Action::None`].
    pub changes: Vec<Change>,
    /// What a reader has to know besides.
    pub notes: Vec<Note>,
}

/// The change of one member.
///
/// Values are in site form: a reference shows the label, a secret where it comes from. In place of what must not be shown
/// is [`HIDDEN`].
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Change {
    /// The kind of the change.
    pub op: Op,
    /// The place, as an RFC 6901 pointer. An index into a list counts the elements of the file, and for [`Op::Remove`]
    /// those of the appliance.
    pub pointer: String,
    /// The value of the appliance, if it has one.
    pub before: Option<Value>,
    /// The value of the file, if it has one.
    pub after: Option<Value>,
    /// Why a secret changes, whose value is not shown.
    pub reason: Option<Reason>,
}

/// The kind of a change, named as in RFC 6902.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Op {
    /// The appliance has no value.
    Add,
    /// Both have a value.
    Replace,
    /// The file has no value.
    Remove,
}

impl Op {
    /// The word for it in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Add => "add",
            Self::Replace => "replace",
            Self::Remove => "remove",
        }
    }
}

/// Why a secret changes.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reason {
    /// The source has another value than the one that was applied.
    NewValue {
        /// The source, such as `env:NAME`; `$new` for an object that is described in the file.
        source: String,
    },
    /// The appliance refers to another secret than the one that was applied.
    OtherReference,
    /// The caller asked for it.
    Asked,
    /// The appliance has no secret there.
    NotSet,
}

impl Reason {
    /// The word for it in JSON.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::NewValue { .. } => "new-value",
            Self::OtherReference => "other-reference",
            Self::Asked => "asked",
            Self::NotSet => "not-set",
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NewValue { source } => write!(f, "new value behind {source}"),
            Self::OtherReference => f.write_str("the appliance refers to another secret"),
            Self::Asked => f.write_str("the change was asked for"),
            Self::NotSet => f.write_str("the appliance has no secret here"),
        }
    }
}

/// What a reader of a plan has to know about an object.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Note {
    /// The appliance has a member that neither the spec nor the file knows. It is sent back as it is.
    Kept {
        /// The place.
        pointer: String,
    },
    /// It is unknown whether the appliance has this secret, so it is left alone.
    NotCompared {
        /// The place.
        pointer: String,
    },
    /// The appliance leaves out a list or map that is empty in the file. They count as equal.
    LeftOut {
        /// The place.
        pointer: String,
    },
    /// The appliance answers a number as a text, or the other way around. They count as equal.
    OtherType {
        /// The place.
        pointer: String,
    },
    /// The appliance does not show this secret, so the request leaves it out.
    NotSent {
        /// The place.
        pointer: String,
    },
    /// The appliance has an object under the old name of a `[[moved]]`, and one under the new name too.
    NotMoved {
        /// The old name.
        from: Label,
    },
    /// A reference is null at first, because the object behind it is created later.
    SetLater {
        /// The places of the references.
        pointers: Vec<String>,
    },
    /// A reference becomes null first, because the object behind it is deleted too.
    ClearedFirst {
        /// The places of the references.
        pointers: Vec<String>,
    },
    /// It is built in: the appliance cannot delete it, although the tree lacks it and the caller named it.
    BuiltIn,
    /// A note of a saved plan.
    Saved(String),
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Kept { pointer } => {
                write!(f, "{pointer} is unknown to the spec and to the file, and is kept")
            }
            Self::NotCompared { pointer } => {
                write!(f, "the secret at {pointer} cannot be compared and is left alone")
            }
            Self::LeftOut { pointer } => {
                write!(f, "the appliance leaves out {pointer}, which counts as empty")
            }
            Self::OtherType { pointer } => {
                write!(f, "the appliance answers {pointer} as a value of another type")
            }
            Self::NotSent { pointer } => write!(
                f,
                "the appliance does not show the secret at {pointer}, so the request leaves it out"
            ),
            Self::NotMoved { from } => {
                write!(f, "the appliance has {from} too, which [[moved]] gives this name")
            }
            Self::SetLater { pointers } => write!(
                f,
                "created with null at {}, and set once the other object is there",
                pointers.join(", ")
            ),
            Self::ClearedFirst { pointers } => {
                write!(f, "becomes null at {} before it is deleted", pointers.join(", "))
            }
            Self::BuiltIn => f.write_str("it is built in, so it cannot be deleted"),
            Self::Saved(text) => f.write_str(text),
        }
    }
}

/// How many objects a plan creates, changes, deletes and leaves as they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
#[non_exhaustive]
pub struct Summary {
    /// Objects that are created.
    pub create: usize,
    /// Objects that change.
    pub change: usize,
    /// Objects that are deleted.
    pub delete: usize,
    /// Objects that stay as they are.
    pub unchanged: usize,
}

impl Summary {
    pub(crate) fn of(objects: &[PlannedObject]) -> Self {
        let count = |action| objects.iter().filter(|it| it.action == action).count();
        Self {
            create: count(Action::Create),
            change: count(Action::Change),
            delete: count(Action::Delete),
            unchanged: count(Action::None),
        }
    }

    /// The number of objects that do not stay as they are.
    pub const fn differences(&self) -> usize {
        self.create + self.change + self.delete
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { create, change, delete, unchanged } = self;
        write!(
            f,
            "{create} to create, {change} to change, {delete} to delete, {unchanged} unchanged"
        )
    }
}
