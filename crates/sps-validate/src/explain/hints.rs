//! Hints: the place or the variant that a misplaced key or value belongs to.

use crate::{
    descriptor::{Field, Kind, Shape, Type, Variant},
    finding::{Choice, Home},
};

/// The variants of the union whose content is being checked.
#[derive(Clone, Copy)]
pub(super) struct Siblings {
    pub(super) ty: &'static Type,
    pub(super) tag: &'static str,
    pub(super) chosen: &'static str,
    pub(super) variants: &'static [Variant],
}

impl Siblings {
    /// Returns another variant that takes a string of this format.
    pub(super) fn taker(self, text: &str) -> Option<Choice> {
        let takes = |(index, variant): (usize, &Variant)| {
            let constraint = &self.ty.member(index).constraint;
            variant.value != self.chosen
                && matches!(variant.content, Some(Kind::String))
                && constraint.format.is_some()
                && constraint.check_str(text).is_ok()
        };
        let at = self.variants.iter().enumerate().position(takes)?;
        Some(Choice { tag: self.tag, value: self.variants[at].value })
    }

    /// Returns another variant that has the key.
    pub(super) fn owner(self, key: &str) -> Option<Home> {
        let has_key = |kind| fields_of(kind).iter().any(|field| field.name == key);
        let owner = self
            .variants
            .iter()
            .find(|variant| variant.value != self.chosen && variant.content.is_some_and(has_key))?;
        let choice = Choice { tag: self.tag, value: owner.value };
        Some(Home::Variant { choice, chosen: self.chosen })
    }
}

/// Returns the place in the body where a key of exactly this name belongs.
pub(super) fn home_of(body: Kind, key: &str) -> Option<Home> {
    let mut search = Search { key, path: Vec::new(), variants: Vec::new() };
    search.find(body).then(|| {
        if search.path.is_empty() {
            Home::Body
        } else {
            Home::Member { path: search.path.join("."), variants: search.variants }
        }
    })
}

/// The deepest place that is searched: types may contain themselves.
const MAX_DEPTH: usize = 6;

struct Search<'k> {
    key: &'k str,
    path: Vec<&'static str>,
    variants: Vec<Choice>,
}

impl Search<'_> {
    /// Whether the key was found; path and variants then lead to it.
    fn find(&mut self, kind: Kind) -> bool {
        if self.path.len() > MAX_DEPTH {
            return false;
        }
        match kind.peeled() {
            Kind::List(inner) | Kind::Array(inner, _) | Kind::Map(inner) | Kind::Ordered(inner) => {
                self.find(*inner)
            }
            Kind::Named(Type { shape: Shape::Struct { fields, .. }, .. }) => {
                fields.iter().any(|field| field.name == self.key)
                    || fields.iter().any(|field| self.find_below(field.name, field.kind))
            }
            Kind::Named(Type { shape: Shape::Union { content, variants, tag, .. }, .. }) => {
                variants.iter().any(|variant| {
                    let Some(kind) = variant.content else { return false };
                    self.variants.push(Choice { tag, value: variant.value });
                    let found = self.find_below(content, kind);
                    if !found {
                        self.variants.pop();
                    }
                    found
                })
            }
            _ => false,
        }
    }

    fn find_below(&mut self, name: &'static str, kind: Kind) -> bool {
        self.path.push(name);
        let found = self.find(kind);
        if !found {
            self.path.pop();
        }
        found
    }
}

/// The fields of a struct, if the kind is one.
fn fields_of(kind: Kind) -> &'static [Field] {
    match kind.peeled() {
        Kind::Named(Type { shape: Shape::Struct { fields, .. }, .. }) => fields,
        _ => &[],
    }
}
