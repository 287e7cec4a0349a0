//! How much of a page can be learned from responses.

use std::collections::BTreeMap;

use sps_catalog::Learner;
use sps_spec::{Completeness, Endpoint, Field, FieldType, Presence, Spec, TypeDef};

use crate::{
    overlay::folder,
    response::{ROUNDS, responses},
};

/// Facts that agree, and those that do not, by kind.
#[derive(Default)]
struct Report {
    agree: BTreeMap<&'static str, usize>,
    differ: BTreeMap<&'static str, Vec<String>>,
    hidden: BTreeMap<&'static str, usize>,
}

impl Report {
    fn fact(&mut self, kind: &'static str, place: &str, real: &str, learned: &str) {
        if real == learned {
            *self.agree.entry(kind).or_default() += 1;
        } else {
            let line = format!("{place}: {real} learned as {learned}");
            self.differ.entry(kind).or_default().push(line);
        }
    }

    /// A fact that responses cannot show.
    fn hidden(&mut self, kind: &'static str) {
        *self.hidden.entry(kind).or_default() += 1;
    }
}

/// Run with `cargo test -p sps-catalog --test it report -- --nocapture`.
#[test]
fn learns_what_responses_show() {
    let spec = Spec::embedded();
    let mut report = Report::default();
    let mut pages = 0;
    let mut left_out = Vec::new();
    for endpoint in &spec.endpoints {
        if endpoint.completeness != Completeness::Complete {
            continue;
        }
        let Some(learned) = learned(&spec, endpoint) else {
            left_out.push(endpoint.short_path());
            continue;
        };
        pages += 1;
        let other = learned.endpoint(&endpoint.path).unwrap();
        let (real, found) = (endpoint.response.as_ref(), other.response.as_ref());
        let (real, found) = (&real.unwrap().ty, &found.unwrap().ty);
        let mut pair = Pair { spec: &spec, learned: &learned, report: &mut report, depth: 0 };
        pair.types(endpoint.short_path(), real, found);
    }
    println!("{pages} complete pages learned from {ROUNDS} responses each");
    println!("without a body: {}", left_out.join(", "));
    for (kind, count) in &report.agree {
        let differ = report.differ.get(kind).map_or(0, Vec::len);
        println!("{kind}: {count} of {} agree", count + differ);
    }
    for (kind, lines) in &report.differ {
        for line in lines {
            println!("  {kind}: {line}");
        }
    }
    println!("what responses cannot show:");
    for (kind, count) in &report.hidden {
        println!("  {kind}: {count}");
    }
    assert!(pages > 10, "{pages}");
    let differ: Vec<_> = report.differ.values().flatten().collect();
    assert!(differ.is_empty(), "{differ:#?}");
}

/// The page that is learned from responses of an endpoint, in the spec that it is a part of.
fn learned(spec: &Spec, endpoint: &Endpoint) -> Option<Spec> {
    let mut learner = Learner::new().endpoint(&endpoint.path);
    let responses = responses(spec, endpoint);
    if responses.is_empty() {
        return None;
    }
    for it in &responses {
        learner.add(it).unwrap();
    }
    let page = learner.page(spec).unwrap();
    let dir = folder(&endpoint.path.replace('/', "_"), &page);
    let spec = Spec::embedded_with_overlay(dir.path());
    Some(
        spec.unwrap_or_else(|errors| panic!("{}: {errors}\n{}", endpoint.path, page.files[0].text)),
    )
}

struct Pair<'s> {
    spec: &'s Spec,
    learned: &'s Spec,
    report: &'s mut Report,
    depth: usize,
}

impl Pair<'_> {
    fn types(&mut self, place: &str, real: &FieldType, found: &FieldType) {
        self.depth += 1;
        if self.depth < 10 {
            self.compare(place, real, found);
        }
        self.depth -= 1;
    }

    fn compare(&mut self, place: &str, real: &FieldType, found: &FieldType) {
        match (real, found) {
            (FieldType::List(real), FieldType::List(found))
            | (FieldType::Map(real), FieldType::Map(found))
            | (FieldType::Ordered(real), FieldType::Ordered(found)) => {
                self.report.fact("type", place, "container", "container");
                self.types(place, real, found);
            }
            (FieldType::Array(real, _), FieldType::List(found)) => {
                self.report.hidden("fixed length of a list");
                self.types(place, real, found);
            }
            (FieldType::Ref(real), FieldType::Ref(found)) => {
                self.report.fact("type", place, "reference", "reference");
                self.report.fact("target of a reference", place, real, found);
            }
            (FieldType::Any, _) => self.report.hidden("that anything may be there"),
            (FieldType::Named(real), found) => self.named(place, real, found),
            (real, found) => {
                self.report.fact("type", place, &format!("{real:?}"), &format!("{found:?}"));
            }
        }
    }

    fn named(&mut self, place: &str, real: &str, found: &FieldType) {
        let real = self.spec.type_def(real).unwrap();
        let found = match found {
            FieldType::Named(name) => self.learned.type_def(name),
            _ => None,
        };
        match (real, found) {
            // Only a selection shows its words.
            (TypeDef::Enum(_), None) => self.report.hidden("values of an enum"),
            (TypeDef::Enum(real), Some(TypeDef::Enum(found))) => {
                let words = |def: &sps_spec::Enum| {
                    let mut words: Vec<_> = def.values.iter().map(|it| &*it.value).collect();
                    words.sort_unstable();
                    words.join(" ")
                };
                self.report.fact("values of a selection", place, &words(real), &words(found));
            }
            (TypeDef::Union(real), Some(TypeDef::Union(found))) => {
                self.report.fact("tag", place, &real.tag, &found.tag);
                for variant in &real.variants {
                    let place = format!("{place}.{}", variant.value);
                    let other = found.variants.iter().find(|it| it.value == variant.value);
                    self.report.fact(
                        "variant",
                        &place,
                        "present",
                        if other.is_some() { "present" } else { "absent" },
                    );
                    if let (Some(real), Some(found)) =
                        (&variant.payload, other.and_then(|it| it.payload.as_ref()))
                    {
                        self.types(&place, &real.ty, &found.ty);
                    }
                }
            }
            (TypeDef::Struct(real), Some(TypeDef::Struct(found))) => {
                for field in real.fields.iter().filter(|it| !it.request_only) {
                    self.field(&format!("{place}.{}", field.name), field, found.field(&field.name));
                }
            }
            (real, found) => {
                let (real, found) = (form(Some(real)), form(found));
                self.report.fact("type", place, real, found);
            }
        }
    }

    fn field(&mut self, place: &str, real: &Field, found: Option<&Field>) {
        let Some(found) = found else {
            return self.report.fact("member", place, "present", "absent");
        };
        self.report.fact("member", place, "present", "present");
        self.report.fact(
            "null",
            place,
            is(real.nullable),
            is(found.nullable || found.ty == FieldType::Any),
        );
        self.report.fact("tag", place, is(real.tag), is(found.tag));
        let is_optional = |field: &Field| field.presence != Presence::Required;
        self.report.fact("presence", place, is(is_optional(real)), is(is_optional(found)));
        for (kind, is_there) in [
            ("bounds", real.constraint.minimum.or(real.constraint.maximum).is_some()),
            ("lengths", real.constraint.min_length.or(real.constraint.max_length).is_some()),
            (
                "format",
                real.constraint.format.is_some()
                    && real.constraint.format != found.constraint.format,
            ),
            ("condition of a member", matches!(real.presence, Presence::When(_))),
            ("that a value is a secret", real.sensitive),
            ("that a member is of responses alone", real.response_only),
            ("unit", real.unit.is_some()),
        ] {
            if is_there {
                self.report.hidden(kind);
            }
        }
        self.types(place, &real.ty, &found.ty);
    }
}

fn is(fact: bool) -> &'static str {
    if fact { "yes" } else { "no" }
}

fn form(def: Option<&TypeDef>) -> &'static str {
    match def {
        Some(TypeDef::Struct(_)) => "struct",
        Some(TypeDef::Union(_)) => "union",
        Some(TypeDef::Enum(_)) => "enum",
        None => "no type of its own",
    }
}
