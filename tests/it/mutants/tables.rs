//! Descriptor tables made from a spec at run time, so that a changed spec can judge without being compiled.
//!
//! What `sps-codegen` and the derive write as Rust, this builds as data: the same [`Type`], [`Constraints`] and
//! [`Rule`], which the same walk of `sps-validate` reads. Only the conditions of rules are interpreted here. A test
//! compares the tables with the compiled ones, so a difference between the two roads cannot hide.

use std::{cell::RefCell, collections::BTreeMap};

use sps_spec::{Condition, Endpoint, FieldType, Literal, Presence, Severity, Spec, TypeDef};
use sps_validate::{
    Check, Constraint, Constraints, Context, EnumValue, Field, FieldForm, Form, Kind, Leaf, Member,
    Outcome, Rule, Shape, Subject, Target, Type, Variant, Version, Versions,
    format::{Format, hex},
    ignored, required,
};

/// What the bodies of some endpoints are made of.
///
/// Their rules live in this thread, until the next tables are made in it.
pub(super) struct Tables(BTreeMap<String, [Option<Subject>; 2]>);

impl Tables {
    /// The tables of the endpoints that are wanted.
    pub(super) fn new(spec: &Spec, wanted: impl Fn(&Endpoint) -> bool) -> Self {
        RULES.with_borrow_mut(Vec::clear);
        let mut builder = Builder { spec, types: BTreeMap::new(), open: Vec::new() };
        let endpoints = spec.endpoints.iter().filter(|endpoint| wanted(endpoint));
        Self(
            endpoints
                .map(|endpoint| {
                    let mut subject = |name: &Option<String>, form| {
                        let body = builder.named(name.as_ref()?);
                        let wrappers = endpoint.wrappers.iter().map(|it| text(it)).collect();
                        let subject = Subject::new(body, form).wrappers(leak(wrappers));
                        Some(subject.versions(versions(&endpoint.versions)))
                    };
                    let request = subject(&endpoint.request, Form::Request);
                    let response = subject(&endpoint.response, Form::Response);
                    (endpoint.path.clone(), [request, response])
                })
                .collect(),
        )
    }

    /// What a document for this path is checked against.
    pub(super) fn subject(&self, path: &str, form: Form) -> Option<Subject> {
        let [request, response] = self.0.get(path)?;
        if form == Form::Request { *request } else { *response }
    }
}

struct Builder<'s> {
    spec: &'s Spec,
    types: BTreeMap<String, Kind>,
    /// Types that are being built.
    open: Vec<String>,
}

impl Builder<'_> {
    fn named(&mut self, name: &str) -> Kind {
        if let Some(kind) = self.types.get(name) {
            return *kind;
        }
        // A type inside itself: no case is that deep.
        if self.open.iter().filter(|open| *open == name).count() > 2 {
            return Kind::Any;
        }
        self.open.push(name.to_owned());
        let def = self.spec.type_def(name).unwrap_or_else(|| panic!("no type {name}"));
        let ty = match def {
            TypeDef::Struct(def) => self.object(def),
            TypeDef::Union(def) => {
                let variants = def.variants.iter().map(|variant| {
                    let content = variant.payload.as_ref();
                    let content = content.map(|it| self.kind(&it.ty, &it.constraint, it.sensitive));
                    Variant::new(text(&variant.value), content)
                });
                let variants = leak(variants.collect());
                let members = def.variants.iter().map(|variant| {
                    let none = sps_spec::Constraint::default();
                    let constraint = variant.payload.as_ref().map_or(&none, |it| &it.constraint);
                    member(&variant.value, constraint, &variant.versions)
                });
                let constraints = Constraints::new("", leak(members.collect()));
                let (tag, content) = (text(&def.tag), text(&def.content));
                Type::new(text(name), Shape::Union { tag, content, variants }, constraints)
            }
            TypeDef::Enum(def) => {
                let none = sps_spec::Constraint::default();
                let values = def.values.iter().map(|value| {
                    let aliases = value.aliases.iter().map(|it| text(it)).collect();
                    EnumValue::new(text(&value.value)).aliases(leak(aliases))
                });
                let shape = Shape::Enum { values: leak(values.collect()) };
                let members = def.values.iter().map(|it| member(&it.value, &none, &it.versions));
                Type::new(text(name), shape, Constraints::new("", leak(members.collect())))
            }
        };
        self.open.pop();
        let kind = Kind::Named(Box::leak(Box::new(ty)));
        self.types.insert(name.to_owned(), kind);
        kind
    }

    fn object(&mut self, def: &sps_spec::Struct) -> Type {
        let response = def.form == sps_spec::Form::Response;
        let is_added = |field: &&sps_spec::Field| field.response_only && !response;
        let added = def.fields.iter().filter(is_added);
        let all: Vec<_> = def.fields.iter().filter(|it| !is_added(it)).chain(added).collect();
        let fields = all.iter().map(|field| {
            let mut kind = self.kind(&field.ty, &field.constraint, field.sensitive);
            if field.nullable {
                kind = Kind::Nullable(Box::leak(Box::new(kind)));
            }
            if field.presence != Presence::Required {
                kind = Kind::Optional(Box::leak(Box::new(kind)));
            }
            let it = Field::new(text(&field.name), kind);
            match (is_added(field), field.request_only) {
                (true, _) => it.only(FieldForm::Response),
                (false, request_only) => {
                    let it = if field.tag { it.tag() } else { it };
                    if request_only { it.only(FieldForm::Request) } else { it }
                }
            }
        });
        let shape = Shape::Struct { fields: leak(fields.collect()), open: def.open };
        let members = all.iter().map(|it| member(&it.name, &it.constraint, &it.versions));
        let mut rules = Vec::new();
        for field in &def.fields {
            if let Presence::When(condition) = &field.presence {
                let own = vec![field.name.clone()];
                let mut inputs = inputs(condition);
                inputs.push((own.clone(), Use::Presence));
                let live = |test| Live { inputs: inputs.clone(), when: None, test };
                let required = live(Test::Required(condition.clone()));
                let ignored = live(Test::Ignored(condition.clone()));
                rules.push(rule(Severity::Error, "missing-key", &own, required));
                rules.push(rule(Severity::Warning, "ignored-key", &own, ignored));
            }
        }
        let on = self.spec.rules_on(&def.name);
        rules.extend(on.map(|it| rule(it.severity, &it.code, &it.target, Self::live(def, it))));
        let constraints = Constraints::new("", leak(members.collect())).rules(leak(rules));
        Type::new(text(&def.name), shape, constraints)
    }

    fn live(def: &sps_spec::Struct, rule: &sps_spec::Rule) -> Live {
        let value = |path: &sps_spec::Path| (path.clone(), Use::Value);
        match &rule.holds {
            Condition::Referent(path, about) => {
                let [name] = path.as_slice() else { panic!("a reference of the object itself") };
                let Some(FieldType::Ref(target)) = def.field(name).map(|field| &field.ty) else {
                    // A mutant took the reference away: there is no object to ask about.
                    return Live { inputs: Vec::new(), when: None, test: Test::Nothing };
                };
                let test = Test::Referent(target.clone(), (**about).clone());
                Live { inputs: vec![value(path)], when: rule.when.clone(), test }
            }
            Condition::Custom { name, inputs } => Live {
                inputs: inputs.iter().map(value).collect(),
                when: rule.when.clone(),
                test: Test::Custom(custom(name)),
            },
            holds => {
                let whole = rule.when.iter().chain([holds]).cloned().collect();
                Live {
                    inputs: inputs(&Condition::All(whole)),
                    when: rule.when.clone(),
                    test: Test::Plain(holds.clone()),
                }
            }
        }
    }

    fn kind(&mut self, ty: &FieldType, constraint: &sps_spec::Constraint, sensitive: bool) -> Kind {
        let mut inner = |it: &FieldType| -> &'static Kind {
            Box::leak(Box::new(self.kind(it, constraint, sensitive)))
        };
        match ty {
            FieldType::Bool => Kind::Bool,
            FieldType::Int if constraint.minimum.is_some_and(|minimum| minimum >= 0) => {
                Kind::Int { minimum: 0, maximum: u64::MAX.into() }
            }
            FieldType::Int => Kind::Int { minimum: i64::MIN.into(), maximum: i64::MAX.into() },
            FieldType::String if sensitive => Kind::Secret,
            FieldType::String => Kind::String,
            FieldType::Any => Kind::Any,
            FieldType::Named(name) => self.named(name),
            FieldType::Ref(path) => {
                let single_use = self.spec.endpoint(path).is_some_and(|it| it.single_use);
                let target = if single_use { Target::single_use } else { Target::new };
                Kind::Reference(Box::leak(Box::new(target(text(path)))))
            }
            FieldType::List(it) => Kind::List(inner(it)),
            FieldType::Array(it, length) => Kind::Array(inner(it), *length),
            FieldType::Map(it) => Kind::Map(inner(it)),
        }
    }
}

fn member(name: &str, constraint: &sps_spec::Constraint, versions: &sps_spec::Versions) -> Member {
    let mut it = Constraint::NONE;
    it.minimum = constraint.minimum.map(i128::from);
    it.maximum = constraint.maximum.map(i128::from);
    it.min_length = constraint.min_length.map(|length| usize::try_from(length).unwrap());
    it.max_length = constraint.max_length.map(|length| usize::try_from(length).unwrap());
    it.format = constraint.format.map(format);
    Member::new(text(name), "").constraint(it).versions(self::versions(versions))
}

fn format(format: sps_spec::Format) -> Format {
    match format {
        sps_spec::Format::EmailAddress => Format::EmailAddress,
        sps_spec::Format::IpAddress => Format::IpAddress,
        sps_spec::Format::Fqdn => Format::Fqdn,
        sps_spec::Format::TimeOfDay => Format::TimeOfDay,
        sps_spec::Format::DateTime => Format::DateTime,
        sps_spec::Format::NoWhitespace => Format::NoWhitespace,
        sps_spec::Format::PemCertificate => Format::PemCertificate,
    }
}

fn versions(versions: &sps_spec::Versions) -> Versions {
    let version = |version: &sps_spec::Version| {
        let number = |at: usize| version.numbers().get(at).copied().unwrap_or(0);
        Version::new(number(0), number(1), number(2), number(3))
    };
    let start = versions.since.as_ref().map_or(Versions::ALL, |it| Versions::since(version(it)));
    versions.until.as_ref().map_or(start, |until| start.until(version(until)))
}

/// The functions that rules call by name.
fn custom(name: &str) -> Custom {
    match name {
        "engine_id_rfc3411" => sps_validate::engine_id_rfc3411,
        "certificate_not_expired" => sps_validate::certificate_not_expired,
        "certificate_strong_signature" => sps_validate::certificate_strong_signature,
        "certificate_strong_key" => sps_validate::certificate_strong_key,
        _ => panic!("name the function `{name}` here"),
    }
}

type Custom = fn(&str, &Context<'_>) -> Outcome;

/// One rule as it is decided.
struct Live {
    inputs: Vec<(sps_spec::Path, Use)>,
    when: Option<Condition>,
    test: Test,
}

enum Test {
    Plain(Condition),
    Referent(String, Condition),
    Custom(Custom),
    Required(Condition),
    Ignored(Condition),
    Nothing,
}

/// How a condition looks at a member.
#[derive(Clone, Copy, PartialEq, PartialOrd)]
enum Use {
    Presence,
    Null,
    Value,
}

impl Live {
    fn decide(&self, leaves: &[Leaf<'_>], context: &Context<'_>) -> Option<Outcome> {
        for ((_, usage), leaf) in self.inputs.iter().zip(leaves) {
            let missing = match usage {
                Use::Presence => false,
                Use::Null => *leaf == Leaf::Absent,
                Use::Value => matches!(leaf, Leaf::Absent | Leaf::Null),
            };
            if missing {
                return None;
            }
        }
        let leaf = |path: &[String]| {
            self.inputs
                .iter()
                .position(|(input, _)| input == path)
                .map_or(Leaf::Absent, |at| leaves[at])
        };
        let own = || leaves[self.inputs.len() - 1].is_present();
        if self.when.as_ref().is_some_and(|when| !holds(when, &leaf)) {
            return Some(Outcome::Holds);
        }
        Some(match &self.test {
            Test::Plain(condition) => holds(condition, &leaf).into(),
            Test::Referent(collection, about) => {
                let plain = |plain: &str| holds(about, &|_| Leaf::Str(plain)).into();
                context.plain(collection, leaves[0].str()?, plain)
            }
            Test::Custom(function) => function(leaves[0].str()?, context),
            Test::Required(condition) => required(holds(condition, &leaf), own()),
            Test::Ignored(condition) => ignored(holds(condition, &leaf), own()),
            Test::Nothing => return None,
        })
    }
}

/// Whether a condition holds of the leaves; every leaf that it needs is there.
fn holds<'a>(condition: &Condition, leaf: &dyn Fn(&[String]) -> Leaf<'a>) -> bool {
    use Condition as P;
    let string = |path: &[String]| leaf(path).str().unwrap_or_default();
    let is = |path: &[String], literal: &Literal| match literal {
        Literal::Bool(value) => leaf(path) == Leaf::Bool(*value),
        Literal::Int(value) => leaf(path) == Leaf::Int((*value).into()),
        Literal::Str(value) => leaf(path).str() == Some(value.as_str()),
    };
    let within = |count: usize, min: &Option<u64>, max: &Option<u64>| {
        let count = count as u64;
        min.is_none_or(|min| count >= min) && max.is_none_or(|max| count <= max)
    };
    match condition {
        P::Equals(path, literal) => is(path, literal),
        P::In(path, literals) => literals.iter().any(|literal| is(path, literal)),
        P::Present(path) => leaf(path).is_present(),
        P::Absent(path) => !leaf(path).is_present(),
        P::Null(path) => leaf(path) == Leaf::Null,
        P::All(parts) => parts.iter().all(|part| holds(part, leaf)),
        P::Any(parts) => parts.iter().any(|part| holds(part, leaf)),
        P::Not(inner) => !holds(inner, leaf),
        P::Length { path, min, max } => within(string(path).chars().count(), min, max),
        P::Charset { path, chars } => string(path)
            .chars()
            .all(|character| character.is_ascii_alphanumeric() || chars.contains(character)),
        P::Hex(path) => hex::digits(string(path)).is_some(),
        P::HexLength { path, min, max } => {
            hex::digits(string(path)).is_none_or(|digits| within(digits.len(), min, max))
        }
        P::Range { path, min, max } => {
            let value = leaf(path).int().unwrap_or_default();
            min.is_none_or(|min| value >= min.into()) && max.is_none_or(|max| value <= max.into())
        }
        P::Format { path, format } => self::format(*format).check(string(path)).is_ok(),
        P::Referent(..) | P::Custom { .. } => panic!("`referent` and `custom` stand alone"),
    }
}

/// The members that deciding a condition takes, each with the strongest look at it.
fn inputs(condition: &Condition) -> Vec<(sps_spec::Path, Use)> {
    let usage = |path: &sps_spec::Path| (path.clone(), use_of(condition, path));
    condition.inputs().into_iter().map(usage).collect()
}

fn use_of(condition: &Condition, path: &[String]) -> Use {
    use Condition as P;
    match condition {
        P::Present(_) | P::Absent(_) => Use::Presence,
        P::Null(_) => Use::Null,
        P::All(parts) | P::Any(parts) => parts
            .iter()
            .filter(|part| part.inputs().iter().any(|input| *input == path))
            .map(|part| use_of(part, path))
            .fold(Use::Presence, |strongest, it| if it > strongest { it } else { strongest }),
        P::Not(inner) => use_of(inner, path),
        _ => Use::Value,
    }
}

fn rule(severity: Severity, code: &str, target: &[String], live: Live) -> Rule {
    let names = |path: &[String]| leak(path.iter().map(|it| text(it)).collect());
    let inputs = leak(live.inputs.iter().map(|(path, _)| names(path)).collect());
    let slot = RULES.with_borrow_mut(|rules| {
        rules.push(live);
        rules.len() - 1
    });
    let check = *SLOTS.get(slot).unwrap_or_else(|| panic!("more rules than slots: add some"));
    let make = if severity == Severity::Error { Rule::error } else { Rule::warning };
    make(text(code), names(target), inputs, check)
}

fn text(text: &str) -> &'static str {
    Box::leak(text.to_owned().into_boxed_str())
}

fn leak<T>(items: Vec<T>) -> &'static [T] {
    Vec::leak(items)
}

thread_local! {
    static RULES: RefCell<Vec<Live>> = const { RefCell::new(Vec::new()) };
}

/// A [`Check`] cannot carry data, so each knows the number of its rule instead.
fn slot<const N: usize>(leaves: &[Leaf<'_>], context: &Context<'_>) -> Option<Outcome> {
    RULES.with_borrow(|rules| rules[N].decide(leaves, context))
}

macro_rules! slots {
    ($($row:literal)*) => {
        &[$(
            slot::<{ $row * 8 }>, slot::<{ $row * 8 + 1 }>, slot::<{ $row * 8 + 2 }>, slot::<{ $row * 8 + 3 }>,
            slot::<{ $row * 8 + 4 }>, slot::<{ $row * 8 + 5 }>, slot::<{ $row * 8 + 6 }>, slot::<{ $row * 8 + 7 }>,
        )*]
    };
}

static SLOTS: &[Check] = slots!(
    0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31
    32 33 34 35 36 37 38 39 40 41 42 43 44 45 46 47 48 49 50 51 52 53 54 55 56 57 58 59 60 61 62 63
);
