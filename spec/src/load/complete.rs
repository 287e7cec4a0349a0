//! Completion of pages with what follows from the rest: docs and forms of types, conditions of rules on referenced
//! objects, rules that come with a format, sources of each file.

use std::collections::{BTreeSet, HashMap};

use super::{Places, RulePlace, Shared, endpoint::format_rule};
use crate::{
    endpoint::{Body, Completeness, Spec},
    error::Error,
    reach::reached,
    rule::{Condition, Rule},
    source::Source,
    syntax::{Names, parse},
    types::{FieldType, Form, Struct, TypeDef},
};

/// Completes the spec, and reports types that need a doc of their own.
pub(super) fn complete(spec: &mut Spec, shared: Shared, places: &mut Places) -> Vec<Error> {
    open_bodies(spec);
    forms(spec);
    let errors = docs(spec, places);
    null_references(spec);
    format_rules(spec, &shared, places);
    spec.codes = shared.codes;
    spec.charsets = shared.charsets;
    spec.sources = shared.sources;
    sources(spec);
    errors
}

/// The body of an endpoint that is not known completely is an open type, and so is the element of a list.
///
/// Where the body is a map, it is open by itself: what is not known are its keys.
fn open_bodies(spec: &mut Spec) {
    let open = spec.endpoints.iter().filter(|it| it.completeness == Completeness::Open);
    let bodies = open.flat_map(|it| it.request.iter().chain(&it.response));
    let bodies =
        bodies.filter(|body| !matches!(body.ty, FieldType::Map(_) | FieldType::Ordered(_)));
    let names: Vec<String> = bodies.filter_map(Body::leaf_name).map(str::to_owned).collect();
    for def in spec.types_mut() {
        if let TypeDef::Struct(it) = def {
            it.open |= names.contains(&it.name);
        }
    }
}

/// A type that only requests hold is a request type, and one that only responses hold a response type.
fn forms(spec: &mut Spec) {
    let reached = reached(spec);
    let form =
        |name: &str| match (reached.requests.contains(name), reached.responses.contains(name)) {
            (true, false) => Form::Request,
            (false, true) => Form::Response,
            _ => Form::Both,
        };
    let forms: HashMap<String, Form> =
        spec.types().map(|def| (def.name().to_owned(), form(def.name()))).collect();
    for def in spec.types_mut() {
        if let TypeDef::Struct(it) = def {
            it.form = forms[&it.name];
        }
    }
}

/// A type without a doc has that of the one place that uses it.
fn docs(spec: &mut Spec, places: &Places) -> Vec<Error> {
    let mut errors = Vec::new();
    let mut docs = HashMap::new();
    let uses = uses(spec);
    let own = spec.endpoints.iter().map(|it| (&it.file, &it.types));
    for (file, types) in own.chain(spec.shared.iter().map(|it| (&it.file, &it.types))) {
        for def in types.iter().filter(|def| def.doc().is_empty()) {
            match uses.get(def.name()).map(Vec::as_slice) {
                Some([doc]) => {
                    docs.insert(def.name().to_owned(), doc.clone());
                }
                // Another mistake, which the lints report.
                None => {}
                Some(several) => {
                    let message = format!(
                        "`{}` is the type of {} members: give it a doc of its own, `_ = {{ doc = \"...\" }}`",
                        def.name(),
                        several.len()
                    );
                    errors.push(places.error(file, &place_of(def), message));
                }
            }
        }
    }
    for def in spec.types_mut() {
        if let Some(inherited) = docs.remove(def.name()) {
            match def {
                TypeDef::Struct(it) => it.doc = inherited,
                TypeDef::Union(it) => it.doc = inherited,
                TypeDef::Enum(it) => it.doc = inherited,
            }
        }
    }
    errors
}

/// For each named type the docs of what has it: fields, variants, endpoints.
fn uses(spec: &Spec) -> HashMap<String, Vec<String>> {
    let mut uses: HashMap<String, Vec<String>> = HashMap::new();
    let mut add = |name: &str, doc: &str| {
        uses.entry(name.to_owned()).or_default().push(doc.to_owned());
    };
    let mut add_leaf = |ty: &FieldType, doc: &str| {
        if let FieldType::Named(name) = ty.leaf() {
            add(name, doc);
        }
    };
    for def in spec.types() {
        match def {
            TypeDef::Struct(it) => it.fields.iter().for_each(|it| add_leaf(&it.ty, &it.doc)),
            TypeDef::Union(it) => {
                for variant in &it.variants {
                    if let Some(payload) = &variant.payload {
                        add_leaf(&payload.ty, &variant.doc);
                    }
                }
            }
            TypeDef::Enum(_) => {}
        }
    }
    for it in &spec.endpoints {
        let response = it.response.iter().filter(|_| it.request != it.response);
        for name in it.request.iter().chain(response).filter_map(Body::leaf_name) {
            add(name, &it.doc);
        }
    }
    uses
}

/// Path of a type in its file.
pub(crate) fn place_of(def: &TypeDef) -> String {
    match def {
        TypeDef::Struct(it) => it.name.clone(),
        TypeDef::Union(it) => format!("union.{}", it.name),
        TypeDef::Enum(it) => format!("enum.{}", it.name),
    }
}

/// A rule about the object behind a reference does not apply where the reference is null.
fn null_references(spec: &mut Spec) {
    let nullable = |spec: &Spec, rule: &Rule| match &rule.holds {
        Condition::Referent(path, _) if rule.when.is_none() => {
            is_nullable(spec, &rule.on, path).then(|| path.clone())
        }
        _ => None,
    };
    for at in 0..spec.endpoints.len() {
        for rule in 0..spec.endpoints[at].rules.len() {
            if let Some(path) = nullable(spec, &spec.endpoints[at].rules[rule]) {
                spec.endpoints[at].rules[rule].when = Some(not_null(path));
            }
        }
    }
    for at in 0..spec.shared.len() {
        for rule in 0..spec.shared[at].rules.len() {
            if let Some(path) = nullable(spec, &spec.shared[at].rules[rule]) {
                spec.shared[at].rules[rule].when = Some(not_null(path));
            }
        }
    }
}

fn not_null(path: Vec<String>) -> Condition {
    Condition::Not(Box::new(Condition::Null(path)))
}

fn is_nullable(spec: &Spec, on: &str, path: &[String]) -> bool {
    let Some(TypeDef::Struct(def)) = spec.type_def(on) else { return false };
    let Some((first, rest)) = path.split_first() else { return false };
    match def.field(first) {
        Some(field) if rest.is_empty() => field.nullable,
        Some(field) => match &field.ty {
            FieldType::Named(inner) => is_nullable(spec, inner, rest),
            _ => false,
        },
        None => false,
    }
}

/// Adds the rules that come with the format of a field.
fn format_rules(spec: &mut Spec, shared: &Shared, places: &mut Places) {
    let own = spec.endpoints.iter_mut().map(|it| (&it.file, &it.types, &mut it.rules));
    let types = spec.shared.iter_mut().map(|it| (&it.file, &it.types, &mut it.rules));
    for (file, types, rules) in own.chain(types) {
        let found = places.rules.entry(file.clone()).or_default();
        for def in types {
            let TypeDef::Struct(def) = def else { continue };
            for (rule, place) in format_rules_of(def, shared) {
                rules.push(rule);
                found.push(place);
            }
        }
    }
}

fn format_rules_of(def: &Struct, shared: &Shared) -> Vec<(Rule, RulePlace)> {
    let mut rules = Vec::new();
    for field in &def.fields {
        // What a list holds has no path, so no rule can name it.
        let format = field.constraint.format.filter(|_| field.ty == FieldType::String);
        for check in shared.format_checks.iter().filter(|it| Some(it.format) == format) {
            let subject = [field.name.clone()];
            let Shared { charsets, predicates, .. } = shared;
            let names = Names { charsets, predicates, subject: Some(&subject) };
            let code = shared.codes.iter().find(|it| it.code == check.code);
            if let (Ok(parsed), Some(code)) = (parse(&check.check, names), code) {
                let place = RulePlace {
                    file: "codes.toml".to_owned(),
                    place: format!("rule.{}", check.code),
                    at: 0..0,
                };
                rules.push((format_rule(&def.name, &field.name, code, parsed.condition), place));
            }
        }
    }
    rules
}

/// Gives each file the sources that it names.
fn sources(spec: &mut Spec) {
    let all = std::mem::take(&mut spec.sources);
    let pick = |used: &BTreeSet<&str>| -> Vec<Source> {
        all.iter().filter(|it| used.contains(it.id.as_str())).cloned().collect()
    };
    for it in &mut spec.endpoints {
        let mut used = named(&it.types, &it.rules);
        used.insert(&it.source);
        used.extend(it.parts.iter().map(|part| part.source.as_str()));
        used.extend(it.query.iter().map(|parameter| parameter.source.as_str()));
        used.extend(it.quirks.iter().map(|quirk| quirk.source.as_str()));
        it.sources = pick(&used);
    }
    for it in &mut spec.shared {
        let mut used = named(&it.types, &it.rules);
        used.extend(it.quirks.iter().map(|quirk| quirk.source.as_str()));
        it.sources = pick(&used);
    }
    let protocol: BTreeSet<&str> =
        spec.protocol.named_sources().into_iter().map(|(_, id)| id).collect();
    spec.protocol.sources = pick(&protocol);
    spec.sources = all;
}

fn named<'a>(types: &'a [TypeDef], rules: &'a [Rule]) -> BTreeSet<&'a str> {
    let mut used: BTreeSet<&str> = rules.iter().map(|rule| rule.source.as_str()).collect();
    for def in types {
        used.insert(def.source());
        match def {
            TypeDef::Struct(it) => used.extend(it.fields.iter().map(|it| it.source.as_str())),
            TypeDef::Union(it) => used.extend(it.variants.iter().map(|it| it.source.as_str())),
            TypeDef::Enum(it) => used.extend(it.values.iter().map(|it| it.source.as_str())),
        }
    }
    used
}
