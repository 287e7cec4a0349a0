//! What belongs at a place of a body, by the tables of the API.

use sps_model::{
    EndpointInfo, shape,
    validate::{Field, FieldForm, Form, Kind, Shape, Target, Version},
};

use crate::loose::{Name, Node, Step};

/// What belongs at a place.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place {
    pub(crate) kind: Kind,
}

/// How the collections of references are looked up.
pub(crate) type Endpoints<'e> = &'e dyn Fn(&str) -> Option<&'static EndpointInfo>;

impl Place {
    /// The whole body of an endpoint.
    pub(crate) fn of(endpoint: &'static EndpointInfo) -> Self {
        let kind = endpoint.subject(Form::Request).map_or(Kind::Any, |it| it.body);
        Self { kind }
    }

    /// What belongs at the end of a way.
    pub(crate) fn at(self, way: &[Step<'_>], endpoints: Endpoints<'_>) -> Self {
        way.iter().fold(self, |place, step| place.step(step, endpoints))
    }

    fn step(self, step: &Step<'_>, endpoints: Endpoints<'_>) -> Self {
        let kind = match step.name {
            Name::Index(_) => shape::element(self.kind),
            Name::Key(member) if member.key == "$new" => {
                let target = self.target().and_then(|it| endpoints(it.path));
                let kind = target.map_or(Kind::Any, |it| Self::of(it).kind);
                return Self { kind };
            }
            // The value of another notation is a text.
            Name::Key(member) if member.key.starts_with('$') => return self,
            Name::Key(member) => {
                let tag = self.tag(step.owner);
                shape::member(self.kind, tag.as_deref(), &member.key).unwrap_or(Kind::Any)
            }
        };
        Self { kind }
    }

    /// The value of the tag of an object.
    fn tag(self, owner: &Node) -> Option<String> {
        let Kind::Named(ty) = self.kind.peeled() else { return None };
        let Shape::Union { tag, .. } = ty.shape else { return None };
        owner.get(tag)?.text().map(str::to_owned)
    }

    /// The collection that a reference leads to.
    pub(crate) fn target(self) -> Option<&'static Target> {
        match self.kind.peeled() {
            Kind::Reference(target) => Some(target),
            _ => None,
        }
    }

    /// The keys that an object may have here, and whether it needs them.
    pub(crate) fn keys(self, owner: &Node, version: Option<Version>) -> Vec<Key> {
        let Kind::Named(ty) = self.kind.peeled() else { return Vec::new() };
        match ty.shape {
            Shape::Struct { fields, .. } => fields
                .iter()
                .enumerate()
                .filter(|(_, it)| it.form != FieldForm::Response)
                .filter(|(number, _)| {
                    version.is_none_or(|it| ty.member(*number).versions.contains(it))
                })
                .map(|(number, it)| Key::of(it, ty.member(number).required))
                .collect(),
            Shape::Union { tag, content, variants, .. } => {
                let chosen = self.tag(owner);
                let variant = variants.iter().find(|it| Some(it.value) == chosen.as_deref());
                let tag = Key { name: tag, kind: self.kind, is_required: true, is_tag: true };
                // A variant without content must not have any.
                let kind = variant.map_or(Some(Kind::Any), |it| it.content);
                let content = kind.map(|kind| {
                    let is_required = !matches!(kind, Kind::Optional(_));
                    Key { name: content, kind, is_required, is_tag: false }
                });
                [Some(tag), content].into_iter().flatten().collect()
            }
            _ => Vec::new(),
        }
    }

    /// The words that may be here.
    pub(crate) fn words(self, version: Option<Version>) -> Vec<&'static str> {
        let Kind::Named(ty) = self.kind.peeled() else { return Vec::new() };
        let allows =
            |number: usize| version.is_none_or(|it| ty.member(number).versions.contains(it));
        match ty.shape {
            Shape::Enum { values, .. } => {
                let values = values.iter().enumerate().filter(|(number, _)| allows(*number));
                values.map(|(_, it)| it.value).collect()
            }
            _ => Vec::new(),
        }
    }

    /// The values that the tag of an object may have.
    pub(crate) fn variants(self) -> Vec<&'static str> {
        let Kind::Named(ty) = self.kind.peeled() else { return Vec::new() };
        match ty.shape {
            Shape::Union { variants, .. } => variants.iter().map(|it| it.value).collect(),
            _ => Vec::new(),
        }
    }

    /// Whether null may be here.
    pub(crate) fn is_nullable(self) -> bool {
        let mut kind = self.kind;
        loop {
            kind = match kind {
                Kind::Nullable(_) => return true,
                Kind::Optional(inner) => *inner,
                _ => return false,
            };
        }
    }
}

/// A key that may be here.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Key {
    pub(crate) name: &'static str,
    /// What belongs behind it; for a tag, the union itself.
    pub(crate) kind: Kind,
    pub(crate) is_required: bool,
    pub(crate) is_tag: bool,
}

impl Key {
    fn of(field: &Field, required: bool) -> Self {
        let is_required = required || !matches!(field.kind, Kind::Optional(_));
        Self { name: field.name, kind: field.kind, is_required, is_tag: false }
    }
}
