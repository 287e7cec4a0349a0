//! The question that a check answers: which body, in which form, for which versions.

use crate::{
    descriptor::{Constraint, Kind, Shape},
    json::{Node, Value},
    version::Versions,
};

/// Direction of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Form {
    /// To the appliance: a bare body, references as bare keys.
    Request,
    /// From the appliance: wrapped or bare, references as objects, unknown keys kept.
    Response,
}

/// The description that a document is checked against.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Subject {
    /// The kind of the body.
    pub body: Kind,
    /// The direction of the document.
    pub form: Form,
    /// The keys under which responses carry the body; usually `body` alone.
    pub wrappers: &'static [&'static str],
    /// The versions that have the endpoint.
    pub versions: Versions,
    /// Bounds and format of a body that is no object, or of its elements.
    pub constraint: Constraint,
}

impl Subject {
    /// Describes a body in a form: wrapped as `body` in responses, known to every version.
    pub const fn new(body: Kind, form: Form) -> Self {
        Self {
            body,
            form,
            wrappers: &["body"],
            versions: Versions::ALL,
            constraint: Constraint::NONE,
        }
    }

    /// Sets the wrapper keys.
    #[must_use]
    pub const fn wrappers(self, wrappers: &'static [&'static str]) -> Self {
        Self { wrappers, ..self }
    }

    /// Sets the versions that have the endpoint.
    #[must_use]
    pub const fn versions(self, versions: Versions) -> Self {
        Self { versions, ..self }
    }

    /// Sets bounds and format of a body that is no object.
    #[must_use]
    pub const fn constraint(self, constraint: Constraint) -> Self {
        Self { constraint, ..self }
    }

    /// Sets the form.
    #[must_use]
    pub const fn form(self, form: Form) -> Self {
        Self { form, ..self }
    }

    /// Whether `root` is the wrapper in which responses carry this body.
    pub fn is_wrapped(&self, root: &Node<'_>) -> bool {
        // A body may have a key of that name itself.
        let declares = |key: &str| match self.body.peeled() {
            Kind::Named(ty) => match ty.shape {
                Shape::Struct { fields, .. } => fields.iter().any(|field| field.name == key),
                Shape::Union { tag, content, .. } => key == tag || key == content,
                Shape::Enum { .. } => false,
            },
            _ => false,
        };
        let carries =
            |key: &str| (self.wrappers.contains(&key) || key == "items") && !declares(key);
        let Value::Object(members) = &root.value else { return false };
        let is_known = |key: &str| carries(key) || matches!(key, "key" | "meta");
        // Newer firmware may have more beside the body; `meta` then tells that it is a response.
        let has_links = || root.get("meta").is_some_and(|meta| meta.members().is_some());
        members.iter().any(|member| carries(&member.key))
            && (members.iter().all(|member| is_known(&member.key))
                || (!declares("meta") && has_links()))
    }
}
