//! The members of bodies as rows of a table.

use sps_spec::{
    Body, Constraint, Endpoint, Field, FieldType, Format, Presence, Spec, TypeDef, Union, Versions,
    collection,
};

use super::{
    file,
    markdown::{code, link},
};
use crate::page::{
    prose,
    walk::{Member, Walk},
};

/// Pointer, type, presence and meaning of each member that a body of the endpoint can hold.
pub(super) fn rows(spec: &Spec, endpoint: &Endpoint, walk: &Walk<'_>) -> Vec<Vec<String>> {
    let mut rows = Vec::new();
    let body = endpoint.request.as_ref().or(endpoint.response.as_ref());
    if let Some(body) = body.filter(|body| body.name().is_none()) {
        rows.push(whole(spec, endpoint, body));
    }
    for (pointer, member) in &walk.members {
        rows.push(match member {
            Member::Field(field) => self::field(spec, endpoint, pointer, field),
            Member::Tag(union) => tag(pointer, union),
            Member::Content(variant) => {
                let payload = variant.payload.as_ref();
                let ty = payload
                    .map_or(String::new(), |it| type_name(spec, endpoint, &it.ty, &it.constraint));
                let presence = format!("with {}", code(&variant.value));
                vec![code(pointer), ty, presence, text(&variant.doc, &[], &variant.versions)]
            }
        });
    }
    rows
}

/// The row of a body that is no object of its own.
fn whole(spec: &Spec, endpoint: &Endpoint, body: &Body) -> Vec<String> {
    let ty = type_name(spec, endpoint, &body.ty, &body.constraint);
    let facts = prose::bounds(&body.constraint, None);
    vec![
        "the body".to_owned(),
        ty,
        "yes".to_owned(),
        text(&endpoint.doc, &facts, &Versions::default()),
    ]
}

fn field(spec: &Spec, endpoint: &Endpoint, pointer: &str, it: &Field) -> Vec<String> {
    let mut ty = type_name(spec, endpoint, &it.ty, &it.constraint);
    if it.nullable {
        ty.push_str(" or null");
    }
    let mut presence = match &it.presence {
        Presence::Required => "yes".to_owned(),
        Presence::Optional => "no".to_owned(),
        Presence::When(condition) => format!("when {}", prose::condition(condition)),
    };
    if it.response_only {
        "only in responses".clone_into(&mut presence);
    }
    if it.request_only {
        presence.push_str(", only in requests");
    }
    if it.authenticated {
        presence.push_str(", only with a login");
    }
    let mut facts = prose::bounds(&it.constraint, it.unit.as_deref());
    if it.sensitive {
        facts.push("secret".to_owned());
    }
    if let Some(default) = &it.default {
        facts.push(format!("default {}", prose::literal(default)));
    }
    facts.extend(prose::site(it).map(str::to_owned));
    let words = match it.ty.leaf().name().and_then(|name| spec.type_def(name)) {
        Some(TypeDef::Enum(it)) => {
            listed(it.values.iter().map(|it| (&*it.value, &*it.doc, &it.versions)), it.open)
        }
        _ => String::new(),
    };
    let meaning = text(&it.doc, &facts, &it.versions);
    vec![code(pointer), ty, presence, format!("{meaning}{words}")]
}

fn tag(pointer: &str, it: &Union) -> Vec<String> {
    let variants = it.variants.iter().map(|it| (&*it.value, &*it.doc, &it.versions));
    let meaning = format!("Decides what `{}` holds.{}", it.content, listed(variants, it.open));
    vec![code(pointer), "one of the words".to_owned(), "yes".to_owned(), meaning]
}

/// What is said of an open type behind its words.
pub(super) const OTHERS: &str = " Other values are not known.";

/// Words with their meanings, one in a line; of an open type there may be others.
fn listed<'w>(
    words: impl Iterator<Item = (&'w str, &'w str, &'w Versions)>,
    is_open: bool,
) -> String {
    let lines = words.map(|(word, doc, versions)| {
        let versions = prose::versions(versions).map(|it| format!(" ({it})"));
        format!("<br>{}{}: {doc}", code(word), versions.unwrap_or_default())
    });
    let other = if is_open { OTHERS } else { "" };
    format!("{}{other}", lines.collect::<String>())
}

fn text(doc: &str, facts: &[String], versions: &Versions) -> String {
    let mut text = doc.to_owned();
    for fact in facts {
        text = format!("{text} *{fact}.*");
    }
    if let Some(versions) = prose::versions(versions) {
        text = format!("{text} **Only {versions}.**");
    }
    text
}

/// A type in words, with links to what it refers to.
fn type_name(spec: &Spec, from: &Endpoint, ty: &FieldType, constraint: &Constraint) -> String {
    let inner = |ty: &FieldType| type_name(spec, from, ty, constraint);
    match ty {
        FieldType::Bool => "bool".to_owned(),
        FieldType::Int => "int".to_owned(),
        FieldType::Number => "number".to_owned(),
        FieldType::String => constraint.format.map_or("string", Format::name).to_owned(),
        FieldType::Any => "anything".to_owned(),
        FieldType::Named(name) => match spec.type_def(name) {
            Some(TypeDef::Enum(_)) => "one of the words".to_owned(),
            _ => "object".to_owned(),
        },
        FieldType::Ref(to) => match spec.endpoint(collection(to)) {
            Some(target) => {
                let link = link(&file(from), &file(target));
                format!("key of [{}]({link})", target.short_path())
            }
            None => "key".to_owned(),
        },
        FieldType::List(it) => format!("list of {}", inner(it)),
        FieldType::Array(it, count) => format!("list of {count} {}", inner(it)),
        FieldType::Map(it) => format!("map of {}", inner(it)),
        FieldType::Ordered(it) => format!("ordered map of {}", inner(it)),
    }
}

/// Pointers of members that no source shows the form of.
pub(super) fn unknown(walk: &Walk<'_>) -> Vec<String> {
    let mut unknown = Vec::new();
    for (pointer, def) in &walk.types {
        let place = if pointer.is_empty() { "the body".to_owned() } else { code(pointer) };
        let line = match def {
            TypeDef::Struct(it) if it.open => format!("Other members of {place}."),
            TypeDef::Union(it) if it.open => format!("Other variants of {place}."),
            TypeDef::Enum(it) if it.open => format!("Other values of {place}."),
            _ => continue,
        };
        if !unknown.contains(&line) {
            unknown.push(line);
        }
    }
    for (pointer, member) in &walk.members {
        if let Member::Field(field) = member
            && *field.ty.leaf() == FieldType::Any
        {
            let line = format!("The form of {}.", code(pointer));
            if !unknown.contains(&line) {
                unknown.push(line);
            }
        }
    }
    unknown
}
