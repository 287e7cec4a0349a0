//! The descriptor tables of types.

use std::collections::BTreeMap;

use sps_model::validate::{
    self, Check, Condition, Constraint, Constraints, EnumValue, Field, FieldForm, Kind, Member,
    Requirement, Rule, Severity, Shape, Target, Type, Variant, Version, Versions,
};
use sps_spec::{End, FieldType, Presence, Spec, TypeDef, collection};

use crate::{
    condition::{Inputs, format},
    error::Error,
    leak::{leak, path_of, text},
};

/// Makes the tables of types, each once.
pub(crate) struct Tables<'s> {
    spec: &'s Spec,
    types: BTreeMap<String, Kind>,
    /// Types that are being made.
    open: Vec<String>,
}

/// How deep a type may contain itself; a table cannot refer to itself. Deeper values are not checked.
const MAX_SELF_NESTING: usize = 2;

impl<'s> Tables<'s> {
    pub(crate) fn new(spec: &'s Spec) -> Self {
        Self { spec, types: BTreeMap::new(), open: Vec::new() }
    }

    /// The kind of the type with this name.
    pub(crate) fn named(&mut self, name: &str) -> Result<Kind, Error> {
        if let Some(kind) = self.types.get(name) {
            return Ok(*kind);
        }
        if self.open.iter().filter(|open| *open == name).count() > MAX_SELF_NESTING {
            return Ok(Kind::Any);
        }
        let spec = self.spec;
        let def = spec.type_def(name).ok_or_else(|| Error::new(format!("no type `{name}`")))?;
        self.open.push(name.to_owned());
        let ty = match def {
            TypeDef::Struct(def) => self.structure(def),
            TypeDef::Union(def) => self.union(def),
            TypeDef::Enum(def) => Ok(enumeration(def)),
        };
        self.open.pop();
        let kind = Kind::Named(Box::leak(Box::new(ty?)));
        self.types.insert(name.to_owned(), kind);
        Ok(kind)
    }

    fn union(&mut self, def: &sps_spec::Union) -> Result<Type, Error> {
        let none = sps_spec::Constraint::default();
        let variants = def.variants.iter().map(|variant| {
            let content = match &variant.payload {
                Some(it) => Some(self.kind(&it.ty, &it.constraint, it.sensitive)?),
                None => None,
            };
            Ok(Variant::new(text(&variant.value), content))
        });
        let variants = leak(variants.collect::<Result<_, Error>>()?);
        let members = def.variants.iter().map(|variant| {
            let constraint = variant.payload.as_ref().map_or(&none, |it| &it.constraint);
            member(&variant.value, constraint, &variant.versions)
        });
        let (tag, content) = (text(&def.tag), text(&def.content));
        let shape = Shape::Union { tag, content, variants, open: def.open };
        Ok(Type::new(text(&def.name), shape, Constraints::new(leak(members.collect()))))
    }

    fn structure(&mut self, def: &sps_spec::Struct) -> Result<Type, Error> {
        // As the derive declares them: members of responses alone come last.
        let is_added =
            |field: &&sps_spec::Field| field.response_only && def.form != sps_spec::Form::Response;
        let added = def.fields.iter().filter(is_added);
        let all: Vec<_> = def.fields.iter().filter(|it| !is_added(it)).chain(added).collect();
        let fields = all.iter().map(|field| {
            let it = Field::new(text(&field.name), self.field_kind(field)?);
            Ok(match () {
                () if is_added(field) => it.only(FieldForm::Response),
                () if field.request_only && field.tag => it.tag().only(FieldForm::Request),
                () if field.request_only => it.only(FieldForm::Request),
                () if field.tag => it.tag(),
                () => it,
            })
        });
        let fields = leak(fields.collect::<Result<_, Error>>()?);
        let members = all.iter().map(|field| {
            let mut member = member(&field.name, &field.constraint, &field.versions);
            member.is_label = field.label;
            member.is_unordered = field.unordered;
            member.default = field.default.as_ref().map(|it| text(&it.to_json()));
            match &field.presence {
                Presence::When(condition) => Ok(member.required_if(requirement(condition)?)),
                Presence::Required if !field.versions.is_always() => Ok(member.required()),
                _ => Ok(member),
            }
        });
        let members = leak(members.collect::<Result<_, Error>>()?);
        let rules = self.spec.rules_on(&def.name).map(|it| rule(self.spec, def, it));
        let rules = leak(rules.collect::<Result<_, Error>>()?);
        let shape = Shape::Struct { fields, open: def.open };
        Ok(Type::new(text(&def.name), shape, Constraints::new(members).rules(rules)))
    }

    fn field_kind(&mut self, field: &sps_spec::Field) -> Result<Kind, Error> {
        let mut kind = self.kind(&field.ty, &field.constraint, field.sensitive)?;
        if field.nullable {
            kind = Kind::Nullable(Box::leak(Box::new(kind)));
        }
        if field.presence != Presence::Required || !field.versions.is_always() {
            kind = Kind::Optional(Box::leak(Box::new(kind)));
        }
        Ok(kind)
    }

    pub(super) fn kind(
        &mut self,
        ty: &FieldType,
        constraint: &sps_spec::Constraint,
        sensitive: bool,
    ) -> Result<Kind, Error> {
        let mut inner = |it: &FieldType| -> Result<&'static Kind, Error> {
            Ok(Box::leak(Box::new(self.kind(it, constraint, sensitive)?)))
        };
        Ok(match ty {
            FieldType::Bool => Kind::Bool,
            FieldType::Int if constraint.minimum.is_some_and(|minimum| minimum >= 0) => {
                Kind::Int { minimum: 0, maximum: u64::MAX.into() }
            }
            FieldType::Number => Kind::Number,
            FieldType::Int => Kind::Int { minimum: i64::MIN.into(), maximum: i64::MAX.into() },
            FieldType::String if sensitive => Kind::Secret,
            FieldType::String => Kind::String,
            FieldType::Any => Kind::Any,
            FieldType::Named(name) => self.named(name)?,
            FieldType::Ref(path) => {
                let single_use =
                    self.spec.endpoint(collection(path)).is_some_and(|it| it.single_use);
                let target = if single_use { Target::single_use } else { Target::new };
                let target = target(text(collection(path)));
                let target = match path.split_once('#') {
                    Some((_, part)) => target.part(text(part)),
                    None => target,
                };
                Kind::Reference(Box::leak(Box::new(target)))
            }
            FieldType::List(it) => Kind::List(inner(it)?),
            FieldType::Array(it, length) => Kind::Array(inner(it)?, *length),
            FieldType::Map(it) => Kind::Map(inner(it)?),
            FieldType::Ordered(it) => Kind::Ordered(inner(it)?),
        })
    }
}

fn enumeration(def: &sps_spec::Enum) -> Type {
    let none = sps_spec::Constraint::default();
    let values = def.values.iter().map(|value| {
        let aliases = value.aliases.iter().map(|it| text(it)).collect();
        EnumValue::new(text(&value.value)).aliases(leak(aliases))
    });
    let shape = Shape::Enum { values: leak(values.collect()), open: def.open };
    let members = def.values.iter().map(|it| member(&it.value, &none, &it.versions));
    Type::new(text(&def.name), shape, Constraints::new(leak(members.collect())))
}

fn requirement(condition: &sps_spec::Condition) -> Result<Requirement, Error> {
    let mut inputs = Inputs::default();
    let holds = inputs.condition(condition)?;
    let words = sps_spec::prose::condition(condition);
    let undo = sps_spec::prose::undo(condition);
    Ok(Requirement::new(inputs.paths(), holds, text(&words), text(&undo)))
}

fn rule(spec: &Spec, def: &sps_spec::Struct, rule: &sps_spec::Rule) -> Result<Rule, Error> {
    let mut inputs = Inputs::default();
    // The input of these is the first, whatever `when` looks at.
    let special = match &rule.holds {
        sps_spec::Condition::Referent(path, about) => {
            let end = spec.resolve(def, path).map(|it| it.end);
            if let Ok(End::Field(sps_spec::Field { ty: FieldType::Ref(collection), .. })) = end {
                inputs.number(path)?;
                let about = Inputs::default().condition(about)?;
                Some(Check::Plain { collection: text(collection), about })
            } else {
                // Without a reference there is no object to ask about.
                Some(Check::Condition(Condition::All(&[])))
            }
        }
        sps_spec::Condition::Custom { name, inputs: paths } => {
            if let [path] = &paths[..] {
                inputs.number(path)?;
            }
            let check = validate::hand_written(name);
            Some(Check::Text(check.ok_or_else(|| Error::new(format!("no check `{name}`")))?))
        }
        _ => None,
    };
    let when = rule.when.as_ref().map(|when| inputs.condition(when)).transpose()?;
    let check = match special {
        Some(check) => check,
        None => Check::Condition(inputs.condition(&rule.holds)?),
    };
    let severity = match rule.severity {
        sps_spec::Severity::Error => Severity::Error,
        sps_spec::Severity::Warning => Severity::Warning,
    };
    let target = path_of(&rule.target);
    let made = Rule::new(text(&rule.code), severity, target, inputs.paths(), check)
        .says(text(&rule.message), text(&rule.fix));
    let made = made.versions(versions(&rule.versions));
    let made = match &rule.error_since {
        Some(since) => made.error_since(version(since)),
        None => made,
    };
    Ok(match when {
        Some(when) => made.when(when),
        None => made,
    })
}

fn member(name: &str, bounds: &sps_spec::Constraint, versions: &sps_spec::Versions) -> Member {
    Member::new(text(name)).constraint(constraint(bounds)).versions(self::versions(versions))
}

/// Bounds and format of a value.
pub(crate) fn constraint(constraint: &sps_spec::Constraint) -> Constraint {
    let size = |length: u64| usize::try_from(length).unwrap_or(usize::MAX);
    let mut it = Constraint::NONE;
    it.minimum = constraint.minimum.map(i128::from);
    it.maximum = constraint.maximum.map(i128::from);
    it.min_length = constraint.min_length.map(size);
    it.max_length = constraint.max_length.map(size);
    it.format = constraint.format.map(format);
    it
}

fn version(version: &sps_spec::Version) -> Version {
    let number = |at: usize| version.numbers().get(at).copied().unwrap_or(0);
    Version::new(number(0), number(1), number(2), number(3))
}

pub(crate) fn versions(versions: &sps_spec::Versions) -> Versions {
    let start = versions.since.as_ref().map_or(Versions::ALL, |it| Versions::since(version(it)));
    versions.until.as_ref().map_or(start, |until| start.until(version(until)))
}
