//! Reading of types and their members.

use super::{
    condition::{condition, literal},
    names,
    table::{Entry, Table, Value},
    versions,
};
use crate::{
    error::did_you_mean,
    types::{
        Constraint, Enum, EnumValue, Field, FieldType, Form, Format, Payload, Presence, Struct,
        TypeDef, Union, Variant,
    },
};

/// Words of `format`.
pub(crate) const FORMATS: [(&str, Format); 7] = [
    (Format::EmailAddress.name(), Format::EmailAddress),
    (Format::IpAddress.name(), Format::IpAddress),
    (Format::Fqdn.name(), Format::Fqdn),
    (Format::TimeOfDay.name(), Format::TimeOfDay),
    (Format::DateTime.name(), Format::DateTime),
    (Format::NoWhitespace.name(), Format::NoWhitespace),
    (Format::PemCertificate.name(), Format::PemCertificate),
];

/// Levels of lists, arrays and maps in one member; real bodies have two.
const MAX_NESTING: usize = 8;

/// Reads `[type.*]`, `[union.*]` and `[enum.*]`, in file order.
pub(crate) fn types(root: &Table<'_>, default_source: &str) -> Vec<TypeDef> {
    let structs = root.named("type", "table of types").into_iter().map(|entry| (entry, 0));
    let unions = root.named("union", "table of unions").into_iter().map(|entry| (entry, 1));
    let enums = root.named("enum", "table of enums").into_iter().map(|entry| (entry, 2));
    let mut all: Vec<_> = structs.chain(unions).chain(enums).collect();
    all.sort_by_key(|(entry, _)| entry.key_span.start);
    all.into_iter()
        .filter_map(|(entry, kind)| match kind {
            0 => structure(&entry, default_source).map(TypeDef::Struct),
            1 => union(&entry, default_source).map(TypeDef::Union),
            _ => enumeration(&entry, default_source).map(TypeDef::Enum),
        })
        .collect()
}

/// The source of a type, from which its members inherit.
fn source(table: &Table<'_>, default: &str) -> String {
    match table.get("source") {
        Some(value) => value.text().unwrap_or_default(),
        None if default.is_empty() => table.need_text("source"),
        None => default.to_owned(),
    }
}

fn structure(entry: &Entry<'_>, default_source: &str) -> Option<Struct> {
    let table = entry.value.table("type")?;
    let source = source(&table, default_source);
    let form = [("both", Form::Both), ("request", Form::Request), ("response", Form::Response)];
    let it = Struct {
        name: names::type_name(entry),
        doc: table.need_text("doc"),
        open: table.flag("open"),
        form: table.word("form", &form).unwrap_or_default(),
        versions: versions(&table),
        fields: table
            .named("field", "table of fields")
            .iter()
            .filter_map(|entry| field(entry, &source))
            .collect(),
        source,
    };
    table.finish();
    Some(it)
}

fn field(entry: &Entry<'_>, default_source: &str) -> Option<Field> {
    let table = entry.value.table("field")?;
    if entry.key.is_empty() || entry.key.contains('.') {
        // A path of wire names is written with dots between them.
        table.report("a name on the wire must not be empty or hold a dot");
    }
    let it = Field {
        name: entry.key.to_owned(),
        rust: names::member(entry, table.get("rust")),
        ty: field_type(&table).unwrap_or(FieldType::Any),
        presence: presence(&table),
        nullable: table.flag("nullable"),
        tag: table.flag("tag"),
        sensitive: table.flag("sensitive"),
        response_only: table.flag("response_only"),
        request_only: table.flag("request_only"),
        authenticated: table.flag("authenticated"),
        constraint: constraint(&table),
        unit: table.text("unit"),
        default: table.get("default").and_then(literal),
        example: table.get("example").and_then(literal),
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

fn presence(table: &Table<'_>) -> Presence {
    let word = table.word("presence", &[("required", false), ("optional", true)]);
    let when = table.get("when");
    if let (Some(_), Some(value)) = (word, when) {
        value.report("`presence` and `when` exclude each other");
    }
    match (when.and_then(condition), word) {
        (Some(condition), _) => Presence::When(condition),
        (None, Some(true)) => Presence::Optional,
        (None, _) => Presence::Required,
    }
}

fn constraint(table: &Table<'_>) -> Constraint {
    Constraint {
        minimum: table.int("minimum"),
        maximum: table.int("maximum"),
        min_length: table.uint("min_length"),
        max_length: table.uint("max_length"),
        format: table.word("format", &FORMATS),
    }
}

/// Reads `type` and `to`, which go together.
fn field_type(table: &Table<'_>) -> Option<FieldType> {
    let to = table.get("to");
    let value = table.need("type")?;
    let target = to.and_then(|to| to.string());
    let ty = parse_type(value, value.string()?, target.unwrap_or_default(), 0)?;
    match (ty.leaf(), to) {
        (FieldType::Ref(_), None) => {
            value.report("a reference needs `to`, the path of the endpoint it names");
        }
        (FieldType::Ref(_), Some(_)) | (_, None) => {}
        (_, Some(to)) => to.report("`to` belongs to a reference, and this type holds none"),
    }
    Some(ty)
}

fn parse_type(value: Value<'_>, text: &str, target: &str, depth: usize) -> Option<FieldType> {
    let text = text.trim();
    if depth > MAX_NESTING {
        value.report(format!("more than {MAX_NESTING} lists inside each other"));
        return None;
    }
    if let Some(inner) = text.strip_prefix('{').and_then(|text| text.strip_suffix('}')) {
        return Some(FieldType::Map(Box::new(parse_type(value, inner, target, depth + 1)?)));
    }
    if let Some(inner) = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')) {
        // The length belongs to the outermost list, so it stands behind the last bracket.
        let at = inner
            .rfind(';')
            .filter(|&at| inner.rfind([']', '}']).is_none_or(|bracket| bracket < at));
        let Some(at) = at else {
            return Some(FieldType::List(Box::new(parse_type(value, inner, target, depth + 1)?)));
        };
        let element = parse_type(value, &inner[..at], target, depth + 1)?;
        let length = inner[at + 1..].trim();
        return if let Ok(length @ 1..=64) = length.parse() {
            Some(FieldType::Array(Box::new(element), length))
        } else {
            value.report(format!("`{length}` is not a length from 1 to 64"));
            None
        };
    }
    match text {
        "bool" => Some(FieldType::Bool),
        "int" => Some(FieldType::Int),
        "string" => Some(FieldType::String),
        "any" => Some(FieldType::Any),
        "ref" => Some(FieldType::Ref(target.to_owned())),
        name if names::is_camel(name) => Some(FieldType::Named(name.to_owned())),
        other => {
            let near = did_you_mean(other, ["bool", "int", "string", "any", "ref"]);
            let hint = if near.is_empty() {
                ", expected `bool`, `int`, `string`, `any`, `ref`, the name of a type, `[T]`, `[T; 2]` or `{T}`"
            } else {
                &near
            };
            value.report(format!("unknown type `{other}`{hint}"));
            None
        }
    }
}

fn union(entry: &Entry<'_>, default_source: &str) -> Option<Union> {
    let table = entry.value.table("union")?;
    let source = source(&table, default_source);
    let it = Union {
        name: names::type_name(entry),
        doc: table.need_text("doc"),
        tag: table.need_text("tag"),
        content: table.need_text("content"),
        versions: versions(&table),
        variants: table
            .named("variant", "table of variants")
            .iter()
            .filter_map(|it| variant(it, &source))
            .collect(),
        source,
    };
    if it.tag == it.content {
        table.report("`tag` and `content` are the same member");
    }
    if it.variants.is_empty() {
        table.report(format!("this union has no variant: add `[union.{}.variant]`", it.name));
    }
    table.finish();
    Some(it)
}

fn variant(entry: &Entry<'_>, default_source: &str) -> Option<Variant> {
    let table = entry.value.table("variant")?;
    // Without `type` it is a variant that has no content, and what describes a content is unknown there.
    let payload = table.get("type").is_some().then(|| Payload {
        ty: field_type(&table).unwrap_or(FieldType::Any),
        constraint: constraint(&table),
        sensitive: table.flag("sensitive"),
        example: table.get("example").and_then(literal),
    });
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

fn enumeration(entry: &Entry<'_>, default_source: &str) -> Option<Enum> {
    let table = entry.value.table("enum")?;
    let source = source(&table, default_source);
    let it = Enum {
        name: names::type_name(entry),
        doc: table.need_text("doc"),
        versions: versions(&table),
        values: table
            .named("value", "table of values")
            .iter()
            .filter_map(|it| enum_value(it, &source))
            .collect(),
        source,
    };
    if it.values.is_empty() {
        table.report(format!("this enum has no value: add `[enum.{}.value]`", it.name));
    }
    table.finish();
    Some(it)
}

fn enum_value(entry: &Entry<'_>, default_source: &str) -> Option<EnumValue> {
    let table = entry.value.table("value")?;
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
