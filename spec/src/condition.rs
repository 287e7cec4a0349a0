//! Questions about conditions: their inputs, their truth, and the members that their paths lead to.

use crate::{
    endpoint::Spec,
    error::did_you_mean,
    format::Format,
    rule::{Condition, Literal, Path},
    types::{Field, FieldType, Struct, TypeDef, Union},
};

/// How a condition uses a member, the weakest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Use {
    /// Only whether the member is there.
    Presence,
    /// Only whether the member is null.
    Null,
    /// The value of the member; null is one.
    Value,
    /// The text or the number of the member: null has none.
    Content,
}

/// A member as a condition sees it; a member that is absent has no fact.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Fact<'a> {
    /// Null.
    Null,
    /// A boolean.
    Bool(bool),
    /// A whole number.
    Int(i128),
    /// A string, an enum value, a tag, or the key of a reference.
    Str(&'a str),
    /// An object, a list, or a fraction.
    Other,
}

/// Source of the facts about one object that a condition asks for.
pub trait Facts {
    /// Returns the member at a path; `None` if it is absent.
    fn fact(&self, path: &[String]) -> Option<Fact<'_>>;

    /// Whether a text has a format; `None` if this is unknown.
    fn has_format(&self, _format: Format, _text: &str) -> Option<bool> {
        None
    }

    /// Whether a check written by hand passes; `None` if this is unknown.
    fn custom(&self, _name: &str, _inputs: &[Path]) -> Option<bool> {
        None
    }

    /// Whether the object behind the reference at a path satisfies a condition; `None` if this is unknown.
    fn referent(&self, _path: &[String], _about: &Condition) -> Option<bool> {
        None
    }
}

impl Condition {
    /// The members that deciding this takes, in order of first mention, each with its strongest use.
    ///
    /// Paths inside a `Referent` are about another object and do not count.
    pub fn uses(&self) -> Vec<(&Path, Use)> {
        let mut uses = Vec::new();
        self.collect_uses(&mut uses);
        uses
    }

    fn collect_uses<'a>(&'a self, uses: &mut Vec<(&'a Path, Use)>) {
        let (paths, usage) = match self {
            Self::All(parts) | Self::Any(parts) => {
                return parts.iter().for_each(|part| part.collect_uses(uses));
            }
            Self::Not(inner) => return inner.collect_uses(uses),
            Self::Present(path) | Self::Absent(path) => (vec![path], Use::Presence),
            Self::Null(path) => (vec![path], Use::Null),
            Self::Equals(path, _) | Self::In(path, _) => (vec![path], Use::Value),
            Self::Hex(path)
            | Self::Referent(path, _)
            | Self::Length { path, .. }
            | Self::Charset { path, .. }
            | Self::HexLength { path, .. }
            | Self::Range { path, .. }
            | Self::Format { path, .. } => (vec![path], Use::Content),
            Self::Custom { inputs, .. } => (inputs.iter().collect(), Use::Content),
        };
        for path in paths {
            match uses.iter_mut().find(|(known, _)| *known == path) {
                Some((_, strongest)) => *strongest = usage.max(*strongest),
                None => uses.push((path, usage)),
            }
        }
    }

    /// The two sides, if this is "both or neither": any of "all of both" and "not any of both".
    pub fn as_equivalence(&self) -> Option<(&Self, &Self)> {
        let Self::Any(parts) = self else { return None };
        let ([Self::All(both), Self::Not(neither)] | [Self::Not(neither), Self::All(both)]) =
            &parts[..]
        else {
            return None;
        };
        match (&both[..], &**neither) {
            ([left, right], Self::Any(parts)) if parts == both => Some((left, right)),
            _ => None,
        }
    }

    /// Decides it in three-valued logic; `None` means undecided.
    ///
    /// A member that is absent leaves a condition on it undecided, except for `Present` and `Absent`.
    pub fn decide(&self, facts: &dyn Facts) -> Option<bool> {
        let fact = |path: &Path| facts.fact(path);
        let text = |path: &Path| match facts.fact(path) {
            Some(Fact::Str(text)) => Some(text),
            _ => None,
        };
        let within = |count: usize, min: &Option<u64>, max: &Option<u64>| {
            let count = u64::try_from(count).unwrap_or(u64::MAX);
            min.is_none_or(|min| min <= count) && max.is_none_or(|max| count <= max)
        };
        match self {
            Self::Equals(path, literal) => fact(path).map(|it| literal.is(it)),
            Self::In(path, literals) => {
                fact(path).map(|it| literals.iter().any(|literal| literal.is(it)))
            }
            Self::Present(path) => Some(fact(path).is_some()),
            Self::Absent(path) => Some(fact(path).is_none()),
            Self::Null(path) => fact(path).map(|it| it == Fact::Null),
            Self::All(parts) => all(parts.iter().map(|part| part.decide(facts))),
            Self::Any(parts) => {
                all(parts.iter().map(|part| part.decide(facts).map(|it| !it))).map(|none| !none)
            }
            Self::Not(inner) => inner.decide(facts).map(|it| !it),
            Self::Length { path, min, max } => {
                text(path).map(|it| within(it.chars().count(), min, max))
            }
            Self::Charset { path, chars } => text(path)
                .map(|it| it.chars().all(|c| c.is_ascii_alphanumeric() || chars.contains(c))),
            Self::Hex(path) => text(path).map(|it| hex_digits(it).is_some()),
            Self::HexLength { path, min, max } => text(path)
                .map(|it| hex_digits(it).is_none_or(|digits| within(digits.len(), min, max))),
            Self::Range { path, min, max } => match fact(path) {
                Some(Fact::Int(it)) => {
                    let (min, max) = (min.map(i128::from), max.map(i128::from));
                    Some(min.is_none_or(|min| min <= it) && max.is_none_or(|max| it <= max))
                }
                _ => None,
            },
            Self::Format { path, format } => facts.has_format(*format, text(path)?),
            Self::Referent(path, about) => facts.referent(path, about),
            Self::Custom { name, inputs } => facts.custom(name, inputs),
        }
    }
}

impl Literal {
    fn is(&self, fact: Fact<'_>) -> bool {
        match (self, fact) {
            (Self::Bool(literal), Fact::Bool(it)) => *literal == it,
            (Self::Int(literal), Fact::Int(it)) => i128::from(*literal) == it,
            (Self::Str(literal), Fact::Str(it)) => literal == it,
            _ => false,
        }
    }
}

/// Whether all hold: one that does not decides, else one that is undecided.
fn all(parts: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    let mut all = Some(true);
    for part in parts {
        match part {
            Some(false) => return Some(false),
            Some(true) => {}
            None => all = None,
        }
    }
    all
}

fn hex_digits(text: &str) -> Option<&str> {
    let digits = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")).unwrap_or(text);
    digits.bytes().all(|it| it.is_ascii_hexdigit()).then_some(digits)
}

/// The end of a path of wire names.
#[derive(Debug, Clone, Copy)]
pub enum End<'s> {
    /// A member of a struct.
    Field(&'s Field),
    /// The tag of a union.
    Tag(&'s Union),
    /// The content of a union whose variants have texts, if any.
    Text(&'s Union),
}

/// A path of wire names, followed through the types.
#[derive(Debug, Clone)]
pub struct Resolved<'s> {
    /// The members on the way, the outermost first.
    pub way: Vec<&'s Field>,
    /// The end.
    pub end: End<'s>,
}

impl Spec {
    /// Follows a path from a struct inwards. It may enter a union only to reach its tag, or content that is a text in
    /// every variant.
    ///
    /// # Errors
    ///
    /// A message about the segment that leads nowhere.
    pub fn resolve<'s>(&'s self, on: &'s Struct, path: &[String]) -> Result<Resolved<'s>, String> {
        let mut here = on;
        let mut way = Vec::new();
        for (at, name) in path.iter().enumerate() {
            let Some(field) = here.field(name) else {
                let near = did_you_mean(name, here.fields.iter().map(|field| field.name.as_str()));
                return Err(format!("`{}` has no member `{name}`{near}", here.name));
            };
            let rest = &path[at + 1..];
            if rest.is_empty() {
                return Ok(Resolved { way, end: End::Field(field) });
            }
            way.push(field);
            let inner = match &field.ty {
                FieldType::Named(inner) => self.type_def(inner),
                _ => None,
            };
            match inner {
                Some(TypeDef::Struct(inner)) => here = inner,
                Some(TypeDef::Union(union)) if rest == [union.tag.clone()] => {
                    return Ok(Resolved { way, end: End::Tag(union) });
                }
                Some(TypeDef::Union(union))
                    if rest == [union.content.clone()] && has_texts(union) =>
                {
                    return Ok(Resolved { way, end: End::Text(union) });
                }
                Some(TypeDef::Union(union)) => {
                    return Err(format!(
                        "a condition reaches only the tag of a union, or content that is a text in every variant: \
                         `{name}.{}`",
                        union.tag
                    ));
                }
                _ => return Err(format!("`{name}` has no members")),
            }
        }
        Err("this path is empty".to_owned())
    }
}

/// Whether each variant has a text as its content, or none.
fn has_texts(union: &Union) -> bool {
    let mut payloads = union.variants.iter().filter_map(|it| it.payload.as_ref()).peekable();
    payloads.peek().is_some() && payloads.all(|it| it.ty == FieldType::String)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(text: &str) -> Path {
        text.split('.').map(str::to_owned).collect()
    }

    struct Object;

    impl Facts for Object {
        fn fact(&self, path: &[String]) -> Option<Fact<'_>> {
            Some(match path.join(".").as_str() {
                "on" => Fact::Bool(true),
                "id" => Fact::Str("0X0aF"),
                "count" => Fact::Int(4),
                "none" => Fact::Null,
                _ => return None,
            })
        }
    }

    #[test]
    fn decides_in_three_values() {
        use Condition as C;
        let on = || C::Equals(path("on"), Literal::Bool(true));
        let off = || C::Equals(path("on"), Literal::Bool(false));
        let unknown = || C::Equals(path("absent"), Literal::Bool(true));
        let digits = |min| C::HexLength { path: path("id"), min: Some(min), max: None };
        let range = |max| C::Range { path: path("count"), min: Some(0), max: Some(max) };
        let chars = |chars: &str| C::Charset { path: path("id"), chars: chars.to_owned() };
        let length = |max| C::Length { path: path("id"), min: None, max: Some(max) };
        for (condition, expected) in [
            (on(), Some(true)),
            (C::In(path("count"), vec![Literal::Int(3), Literal::Int(4)]), Some(true)),
            (C::Equals(path("none"), Literal::Int(3)), Some(false)),
            (C::Present(path("none")), Some(true)),
            (C::Absent(path("none")), Some(false)),
            (C::Null(path("none")), Some(true)),
            (C::Null(path("on")), Some(false)),
            (C::All(vec![on(), unknown()]), None),
            (C::All(vec![unknown(), off()]), Some(false)),
            (C::Any(vec![unknown(), on()]), Some(true)),
            (C::Any(vec![unknown(), off()]), None),
            (C::Not(Box::new(unknown())), None),
            (C::Not(Box::new(off())), Some(true)),
            (C::Hex(path("id")), Some(true)),
            (digits(3), Some(true)),
            (digits(4), Some(false)),
            (length(5), Some(true)),
            (length(4), Some(false)),
            (range(4), Some(true)),
            (range(3), Some(false)),
            (chars(""), Some(true)),
            (C::Custom { name: "check".to_owned(), inputs: vec![path("id")] }, None),
        ] {
            assert_eq!(condition.decide(&Object), expected, "{condition:?}");
        }
    }

    #[test]
    fn the_strongest_use_of_a_member_counts() {
        let condition = Condition::Any(vec![
            Condition::Present(path("a")),
            Condition::Not(Box::new(Condition::Null(path("b")))),
            Condition::Equals(path("a"), Literal::Int(1)),
        ]);
        assert_eq!(condition.uses(), [(&path("a"), Use::Value), (&path("b"), Use::Null)]);
    }

    #[test]
    fn recognizes_both_or_neither() {
        let both = vec![Condition::Present(path("a")), Condition::Null(path("b"))];
        let neither = Condition::Not(Box::new(Condition::Any(both.clone())));
        let same = Condition::Any(vec![Condition::All(both.clone()), neither.clone()]);
        assert_eq!(same.as_equivalence(), Some((&both[0], &both[1])));
        let other = Condition::Any(vec![Condition::All(both[..1].to_vec()), neither]);
        assert_eq!(other.as_equivalence(), None);
    }
}
