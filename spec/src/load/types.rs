//! Reading of types and their members.

use super::{
    names,
    signature::{Signature, signature},
    table::{Entry, Table, Value},
    versions,
};
use crate::{
    types::{
        Constraint, Enum, EnumValue, Field, FieldType, Form, Payload, Presence, Struct, TypeDef,
        Union, Variant,
    },
    version::Versions,
    vocabulary::{self, ABOUT, Vocabulary},
};

/// Reads `[Name]`, `[union.Name]` and `[enum.Name]`, in file order.
pub(crate) fn types(root: &Table<'_>, page_source: &str) -> Vec<TypeDef> {
    let is_type = |entry: &Entry<'_>| entry.key.starts_with(|c: char| c.is_ascii_uppercase());
    let structs = root.entries().into_iter().filter(is_type).map(|entry| (entry, 0));
    let unions = root.named("union").into_iter().map(|entry| (entry, 1));
    let enums = root.named("enum").into_iter().map(|entry| (entry, 2));
    let mut all: Vec<_> = structs.chain(unions).chain(enums).collect();
    all.sort_by_key(|(entry, _)| entry.key_span.start);
    all.into_iter()
        .filter_map(|(entry, kind)| match kind {
            0 => structure(&entry, page_source).map(TypeDef::Struct),
            1 => union(&entry, page_source).map(TypeDef::Union),
            _ => enumeration(&entry, page_source).map(TypeDef::Enum),
        })
        .collect()
}

/// A type as its table describes it under `_`, and its other entries.
struct Body<'t> {
    about: Option<Table<'t>>,
    doc: String,
    source: String,
    entries: Vec<Entry<'t>>,
}

fn body<'t>(
    entry: &Entry<'t>,
    what: &str,
    about: &'static Vocabulary,
    page_source: &str,
) -> Option<Body<'t>> {
    let (own, entries): (Vec<_>, Vec<_>) =
        entry.value.entries(what)?.into_iter().partition(|it| it.key == ABOUT);
    let about = own.first().and_then(|it| it.value.table(about));
    let text = |key| about.as_ref().and_then(|table| table.text(key));
    Some(Body {
        doc: text("doc").unwrap_or_default(),
        source: text("source").unwrap_or_else(|| page_source.to_owned()),
        about,
        entries,
    })
}

/// The source of a member, if not that of its type.
fn source(table: &Table<'_>, default: &str) -> String {
    table.text("source").unwrap_or_else(|| default.to_owned())
}

fn structure(entry: &Entry<'_>, page_source: &str) -> Option<Struct> {
    let Body { about, doc, source, entries } =
        body(entry, "type", &vocabulary::ABOUT_TYPE, page_source)?;
    let it = Struct {
        name: names::type_name(entry),
        doc,
        open: about.as_ref().is_some_and(|table| table.flag("open")),
        // Follows from the bodies that hold it.
        form: Form::Both,
        versions: Versions::default(),
        fields: entries.iter().filter_map(|entry| field(entry, &source)).collect(),
        source,
    };
    if let Some(table) = about {
        table.finish();
    }
    Some(it)
}

fn field(entry: &Entry<'_>, default_source: &str) -> Option<Field> {
    let table = entry.value.table(&vocabulary::FIELD)?;
    if entry.key.is_empty() || entry.key.contains('.') {
        // A path of wire names is written with dots between them.
        table.report("a name on the wire must not be empty or hold a dot");
    }
    let Signature { ty, nullable, constraint, unit } =
        table.need("type").map_or_else(unknown, read_signature);
    let it = Field {
        name: entry.key.to_owned(),
        rust: names::member(entry, table.get("rust")),
        ty,
        presence: presence(&table, entry.key),
        nullable,
        tag: table.flag("tag"),
        sensitive: table.flag("sensitive"),
        response_only: table.flag("response_only"),
        request_only: table.flag("request_only"),
        authenticated: table.flag("authenticated"),
        label: table.flag("label"),
        unordered: table.flag("unordered"),
        constraint,
        unit,
        default: table.get("default").and_then(|value| value.literal()),
        example: table.get("example").and_then(|value| value.literal()),
        doc: table.need_text("doc"),
        inferred: table.text("inferred"),
        source: source(&table, default_source),
        versions: versions(&table),
    };
    if it.response_only && it.request_only {
        table.report("a member cannot be both `response_only` and `request_only`");
    }
    table.finish();
    Some(it)
}

fn unknown() -> Signature {
    let constraint = Constraint::default();
    Signature { ty: FieldType::Any, nullable: false, constraint, unit: None }
}

pub(super) fn read_signature(value: Value<'_>) -> Signature {
    let Some(text) = value.string() else { return unknown() };
    signature(text).unwrap_or_else(|mistake| {
        value.mistake(mistake);
        unknown()
    })
}

fn presence(table: &Table<'_>, field: &str) -> Presence {
    let (optional, condition) = (table.flag("optional"), table.get("if"));
    if let (true, Some(value)) = (optional, condition) {
        value.report("`optional` and `if` exclude each other");
    }
    let own = [field.to_owned()];
    match condition.map(|value| (value, value.condition(None))) {
        Some((value, Some(condition))) => {
            if condition.inputs().into_iter().any(|path| path[..] == own) {
                value.report("a member's presence cannot depend on itself");
            }
            Presence::When(condition)
        }
        _ if optional => Presence::Optional,
        _ => Presence::Required,
    }
}

fn union(entry: &Entry<'_>, page_source: &str) -> Option<Union> {
    let Body { about, doc, source, entries } =
        body(entry, "union", &vocabulary::ABOUT_UNION, page_source)?;
    let name = |key, usual: &str| {
        let given = about.as_ref().and_then(|table| table.text(key));
        given.unwrap_or_else(|| usual.to_owned())
    };
    let it = Union {
        name: names::type_name(entry),
        doc,
        open: about.as_ref().is_some_and(|table| table.flag("open")),
        tag: name("tag", "selection"),
        content: name("content", "value"),
        versions: Versions::default(),
        variants: entries.iter().filter_map(|it| variant(it, &source)).collect(),
        source,
    };
    let report = |message: &str| entry.value.context().report(&entry.key_span, message);
    if it.tag == it.content {
        report("`tag` and `content` are the same member");
    }
    if it.variants.is_empty() {
        report("this union has no variant");
    }
    if let Some(table) = about {
        table.finish();
    }
    Some(it)
}

fn variant(entry: &Entry<'_>, default_source: &str) -> Option<Variant> {
    if let Some(doc) = bare_doc(entry) {
        return Some(Variant {
            value: entry.key.to_owned(),
            rust: names::variant(entry, None),
            payload: None,
            doc,
            versions: Versions::default(),
            source: default_source.to_owned(),
        });
    }
    let table = entry.value.table(&vocabulary::VARIANT)?;
    let payload = table.get("type").map(|value| {
        let Signature { ty, nullable, constraint, unit } = read_signature(value);
        if nullable {
            value.report("the content of a variant is never null");
        }
        if unit.is_some() {
            value.report("the content of a variant has no unit");
        }
        let example = table.get("example").and_then(|value| value.literal());
        Payload { ty, constraint, sensitive: table.flag("sensitive"), example }
    });
    if payload.is_none() {
        for key in ["sensitive", "example"] {
            if let Some(value) = table.get(key) {
                value.report(format!("a variant without `type` has no content, so no `{key}`"));
            }
        }
    }
    let it = Variant {
        value: entry.key.to_owned(),
        rust: names::variant(entry, table.get("rust")),
        payload,
        doc: table.need_text("doc"),
        versions: versions(&table),
        source: source(&table, default_source),
    };
    table.finish();
    Some(it)
}

/// The doc of a variant or value that is nothing but its doc.
fn bare_doc(entry: &Entry<'_>) -> Option<String> {
    entry.value.get().as_str()?;
    entry.value.text()
}

fn enumeration(entry: &Entry<'_>, page_source: &str) -> Option<Enum> {
    let Body { about, doc, source, entries } =
        body(entry, "enum", &vocabulary::ABOUT_ENUM, page_source)?;
    let it = Enum {
        name: names::type_name(entry),
        doc,
        open: about.as_ref().is_some_and(|table| table.flag("open")),
        versions: Versions::default(),
        values: entries.iter().filter_map(|it| enum_value(it, &source)).collect(),
        source,
    };
    if it.values.is_empty() {
        entry.value.context().report(&entry.key_span, "this enum has no value");
    }
    if let Some(table) = about {
        table.finish();
    }
    Some(it)
}

fn enum_value(entry: &Entry<'_>, default_source: &str) -> Option<EnumValue> {
    if let Some(doc) = bare_doc(entry) {
        return Some(EnumValue {
            value: entry.key.to_owned(),
            rust: names::variant(entry, None),
            aliases: Vec::new(),
            doc,
            versions: Versions::default(),
            source: default_source.to_owned(),
        });
    }
    let table = entry.value.table(&vocabulary::VALUE)?;
    let it = EnumValue {
        value: entry.key.to_owned(),
        rust: names::variant(entry, table.get("rust")),
        aliases: table.texts("aliases").unwrap_or_default(),
        doc: table.need_text("doc"),
        versions: versions(&table),
        source: source(&table, default_source),
    };
    table.finish();
    Some(it)
}
