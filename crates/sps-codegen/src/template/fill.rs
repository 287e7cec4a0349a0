//! From a type to one body, given what was chosen wherever there is a choice.

use std::collections::BTreeMap;

use sps_spec::{
    Body, Condition, Constraint, Enum, Field, FieldType, Format, Literal, ORDER, Presence, Rule,
    Spec, Struct, TypeDef, Union, Versions, collection,
};

use super::{
    certificate::CERTIFICATE,
    score::{Broken, broken},
};
use crate::{json::Json, page::walk::below};

/// What is where a secret is wanted.
const SECRET: &str = "change-me-please";

/// One possible body.
#[derive(Debug, Clone)]
pub(super) struct Filled {
    pub(super) body: Json,
    /// Where it could have been another, in the order of the body.
    pub(super) sites: Vec<Site>,
    pub(super) score: Score,
}

/// A place with a choice.
#[derive(Debug, Clone)]
pub(super) struct Site {
    pub(super) pointer: String,
    pub(super) choices: usize,
}

/// How bad a body is, worst things first; less is better.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Score {
    /// Whether the variant that was asked for is missing.
    lacks_variant: bool,
    broken: Broken,
}

impl Score {
    /// Whether no body can be better.
    pub(super) fn is_perfect(self) -> bool {
        self == Self::default()
    }
}

/// A body of the named type. `picks` says which choice to take where; elsewhere it is the first.
pub(super) fn fill(
    spec: &Spec,
    body: &Body,
    variant: Option<&str>,
    picks: &BTreeMap<String, usize>,
) -> Filled {
    let mut filler = Filler {
        spec,
        variant,
        picks,
        sites: Vec::new(),
        has_variant: false,
        references: 0,
        used: Vec::new(),
        open: Vec::new(),
    };
    let leaf = Leaf {
        constraint: &body.constraint,
        sensitive: false,
        value: body.example.as_ref(),
        position: 0,
    };
    let filled = filler.value(&body.ty, "", leaf);
    let score = Score {
        lacks_variant: variant.is_some() && !filler.has_variant,
        broken: body.name().map(|name| broken(spec, name, &filled)).unwrap_or_default(),
    };
    Filled { body: filled, sites: filler.sites, score }
}

struct Filler<'a> {
    spec: &'a Spec,
    variant: Option<&'a str>,
    picks: &'a BTreeMap<String, usize>,
    sites: Vec<Site>,
    has_variant: bool,
    /// How many placeholders were given out.
    references: usize,
    /// Keys of single-use objects that examples gave out.
    used: Vec<String>,
    /// Names of the types around.
    open: Vec<&'a str>,
}

/// What a leaf may be made from.
#[derive(Clone, Copy)]
struct Leaf<'a> {
    constraint: &'a Constraint,
    sensitive: bool,
    value: Option<&'a Literal>,
    /// Position in a list of fixed length, whose elements had better differ.
    position: usize,
}

impl<'a> Filler<'a> {
    fn named(&mut self, name: &str, pointer: &str, value: Option<&Literal>) -> Json {
        let Some(def) = self.spec.type_def(name) else { return Json::Null };
        if self.open.contains(&def.name()) {
            // Only a type that demands itself gets here, and it has no finite body.
            return Json::Object(Vec::new());
        }
        self.open.push(def.name());
        let json = match def {
            TypeDef::Struct(it) => self.structure(it, pointer),
            TypeDef::Union(it) => self.union(it, pointer),
            TypeDef::Enum(it) => self.word(it, pointer, value, false),
        };
        self.open.pop();
        json
    }

    fn structure(&mut self, it: &'a Struct, pointer: &str) -> Json {
        let mut object = Json::Object(Vec::new());
        // A member can depend on one that comes later, so those without a condition are filled in first.
        let (always, when): (Vec<_>, Vec<_>) = it
            .fields
            .iter()
            .filter(|field| !field.response_only && is_current(&field.versions))
            .filter(|field| field.presence != Presence::Optional || !self.is_inside(&field.ty))
            .partition(|field| {
                !matches!(field.presence, Presence::When(_))
                    && self.unwanted_if(it, field).is_none()
            });
        for field in always {
            self.member(it, field, pointer, &mut object);
        }
        for field in when {
            let wanted = match &field.presence {
                Presence::When(condition) => condition.decide(&object) == Some(true),
                _ => self.unwanted_if(it, field).and_then(|it| it.decide(&object)) != Some(true),
            };
            if wanted {
                self.member(it, field, pointer, &mut object);
            }
        }
        object
    }

    /// The condition under which a rule wants an optional member to be absent.
    fn unwanted_if(&self, it: &'a Struct, field: &Field) -> Option<&'a Condition> {
        let member = std::slice::from_ref(&field.name);
        let is_ban =
            |rule: &&Rule| matches!(&rule.holds, Condition::Absent(path) if path == member);
        self.spec.rules_on(&it.name).find(is_ban)?.when.as_ref()
    }

    /// Fills in one member and puts it where the spec's order wants it.
    fn member(&mut self, of: &Struct, field: &'a Field, pointer: &str, object: &mut Json) {
        let value = self.field(field, &below(pointer, &field.name));
        let Json::Object(members) = object else { return };
        let place = |name: &str| of.fields.iter().position(|it| it.name == name);
        let at = members.partition_point(|(name, _)| place(name) < place(&field.name));
        members.insert(at, (field.name.clone(), value));
    }

    fn field(&mut self, field: &'a Field, pointer: &str) -> Json {
        let value = field.example.as_ref().or(field.default.as_ref());
        if field.tag
            && let FieldType::Named(name) = &field.ty
            && let Some(TypeDef::Enum(it)) = self.spec.type_def(name)
        {
            return self.word(it, pointer, value, true);
        }
        if field.nullable && self.is_inside(&field.ty) {
            return Json::Null;
        }
        // Null is the first choice only where nothing says what else would make sense.
        let says_more = value.is_some()
            || field.sensitive
            || field.constraint.format.is_some()
            || matches!(field.ty.leaf(), FieldType::Named(_));
        if field.nullable && !says_more && self.pick(format!("{pointer}?null"), 2) == 0 {
            return Json::Null;
        }
        let leaf =
            Leaf { constraint: &field.constraint, sensitive: field.sensitive, value, position: 0 };
        self.value(&field.ty, pointer, leaf)
    }

    fn union(&mut self, it: &'a Union, pointer: &str) -> Json {
        let tag = below(pointer, &it.tag);
        let words: Vec<_> = it
            .variants
            .iter()
            .filter(|it| is_current(&it.versions))
            .map(|it| it.value.as_str())
            .collect();
        let Some(word) = self.selection(&tag, &words) else { return Json::Object(Vec::new()) };
        let mut members = vec![(it.tag.clone(), Json::Str(word.to_owned()))];
        if let Some(payload) = it.variant(word).and_then(|variant| variant.payload.as_ref()) {
            // The word is part of the place, or a choice made in one variant would be used in another.
            let pointer = format!("{}({word})", below(pointer, &it.content));
            let leaf = Leaf {
                constraint: &payload.constraint,
                sensitive: payload.sensitive,
                value: payload.example.as_ref(),
                position: 0,
            };
            members.push((it.content.clone(), self.value(&payload.ty, &pointer, leaf)));
        }
        Json::Object(members)
    }

    fn word(&mut self, it: &'a Enum, pointer: &str, first: Option<&Literal>, tag: bool) -> Json {
        let first = match first {
            Some(Literal::Str(word)) => it.value(word).map(|it| it.value.as_str()),
            _ => None,
        };
        let others = it
            .values
            .iter()
            .filter(|it| is_current(&it.versions))
            .map(|it| it.value.as_str())
            .filter(|word| Some(*word) != first);
        let words: Vec<_> = first.into_iter().chain(others).collect();
        let word = if tag {
            self.selection(pointer, &words)
        } else {
            words.get(self.pick(pointer.to_owned(), words.len())).copied()
        };
        word.map_or(Json::Null, |word| Json::Str(word.to_owned()))
    }

    /// The word for a tag: the one that was asked for, where it is one of them.
    fn selection<'w>(&mut self, pointer: &str, words: &[&'w str]) -> Option<&'w str> {
        let asked = words.iter().find(|word| Some(**word) == self.variant);
        if let Some(word) = asked {
            self.has_variant = true;
            return Some(word);
        }
        words.get(self.pick(pointer.to_owned(), words.len())).copied()
    }

    fn value(&mut self, ty: &'a FieldType, pointer: &str, leaf: Leaf<'_>) -> Json {
        match ty {
            FieldType::Bool => {
                let first = !matches!(leaf.value, Some(Literal::Bool(false)));
                Json::Bool(first == (self.pick(pointer.to_owned(), 2) == 0))
            }
            FieldType::Int | FieldType::Number => Json::Int(int(leaf)),
            FieldType::String => Json::Str(string(leaf)),
            FieldType::Any => Json::Object(Vec::new()),
            FieldType::Named(name) => self.named(name, pointer, leaf.value),
            FieldType::Ref(to) => Json::Str(self.reference(to, leaf.value)),
            FieldType::List(inner) if **inner == FieldType::Any || self.is_inside(inner) => {
                Json::List(Vec::new())
            }
            FieldType::List(inner) => Json::List(vec![self.value(inner, pointer, leaf)]),
            FieldType::Array(inner, count) => {
                let elements = (0..*count).map(|position| {
                    let pointer = format!("{pointer}/{position}");
                    self.value(inner, &pointer, Leaf { position, ..leaf })
                });
                Json::List(elements.collect())
            }
            FieldType::Map(inner) if **inner == FieldType::Any || self.is_inside(inner) => {
                Json::Object(Vec::new())
            }
            FieldType::Map(inner) => {
                Json::Object(vec![("example".to_owned(), self.value(inner, pointer, leaf))])
            }
            FieldType::Ordered(inner) => {
                let order = Json::List(vec!["example".into()]);
                let value = self.value(inner, pointer, leaf);
                Json::Object(vec![(ORDER.to_owned(), order), ("example".to_owned(), value)])
            }
        }
    }

    /// The example, or a placeholder that no other reference has.
    fn reference(&mut self, to: &str, example: Option<&Literal>) -> String {
        let single_use = self.spec.endpoint(collection(to)).is_some_and(|it| it.single_use);
        if let Some(Literal::Str(key)) = example
            && !(single_use && self.used.contains(key))
        {
            self.used.push(key.clone());
            return key.clone();
        }
        self.references += 1;
        format!("00000000-0000-4000-8000-{:012}", self.references)
    }

    /// Whether a value of this type would lie inside one of the same type.
    fn is_inside(&self, ty: &FieldType) -> bool {
        matches!(ty.leaf(), FieldType::Named(name) if self.open.contains(&name.as_str()))
    }

    fn pick(&mut self, pointer: String, choices: usize) -> usize {
        let picked = self.picks.get(&pointer).copied().unwrap_or(0);
        self.sites.push(Site { pointer, choices });
        picked.min(choices.saturating_sub(1))
    }
}

/// Whether the newest version has it, as far as is known.
fn is_current(versions: &Versions) -> bool {
    versions.until.is_none()
}

/// A number within its bounds.
fn int(leaf: Leaf<'_>) -> i64 {
    if let Some(Literal::Int(it)) = leaf.value {
        return *it;
    }
    let max = leaf.constraint.maximum.unwrap_or(i64::MAX);
    0.min(max).max(leaf.constraint.minimum.unwrap_or(i64::MIN))
}

/// A string that keeps its format and length.
fn string(leaf: Leaf<'_>) -> String {
    let example = match leaf.value {
        Some(Literal::Str(it)) => Some(it.clone()),
        _ => None,
    };
    if leaf.sensitive {
        return fit(SECRET.to_owned(), leaf.constraint);
    }
    if let Some(example) = example.filter(|_| leaf.position == 0) {
        return example;
    }
    match (leaf.constraint.format, leaf.value) {
        (Some(format), _) => sample(format, leaf.position).to_owned(),
        (None, Some(Literal::Str(it))) => it.clone(),
        (None, _) => fit("example".to_owned(), leaf.constraint),
    }
}

/// A valid string of this format. Of a time of day, one later for each position, so that a pair makes a span.
fn sample(format: Format, position: usize) -> &'static str {
    match format {
        Format::EmailAddress => "someone@example.com",
        Format::IpAddress => "192.0.2.10",
        Format::IpNetwork => "192.0.2.0/24",
        Format::Url => "https://server.example.com/path",
        Format::Uuid => "11111111-aaaa-4bbb-8ccc-000000000001",
        Format::Fqdn => "server.example.com",
        Format::TimeOfDay if position == 0 => "8:00",
        Format::TimeOfDay => "17:00",
        Format::DateTime => "2024-05-06T07:08:09+00:00",
        Format::NoWhitespace => "example",
        Format::PemCertificate => CERTIFICATE,
    }
}

fn fit(text: String, constraint: &Constraint) -> String {
    let length = |bound: u64| usize::try_from(bound).unwrap_or(usize::MAX);
    let mut text = text;
    while text.chars().count() < constraint.min_length.map_or(0, length) {
        text.push('x');
    }
    match constraint.max_length.map(length) {
        Some(max) => text.chars().take(max).collect(),
        None => text,
    }
}
