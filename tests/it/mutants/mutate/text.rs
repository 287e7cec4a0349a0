//! Facts of a spec as the lines of the mutants show them.

use std::fmt::Debug;

use sps_spec::{Condition, FieldType, Literal, Path};

pub(super) fn show(value: &impl Debug) -> String {
    format!("{value:?}").to_lowercase()
}

pub(super) fn type_name(ty: &FieldType) -> String {
    match ty {
        FieldType::Bool => "bool".to_owned(),
        FieldType::Int => "int".to_owned(),
        FieldType::Number => "number".to_owned(),
        FieldType::String => "string".to_owned(),
        FieldType::Any => "any".to_owned(),
        FieldType::Named(name) => name.clone(),
        FieldType::Ref(path) => format!("ref to {path}"),
        FieldType::List(inner) => format!("[{}]", type_name(inner)),
        FieldType::Array(inner, length) => format!("[{}; {length}]", type_name(inner)),
        FieldType::Map(inner) => format!("{{{}}}", type_name(inner)),
        FieldType::Ordered(inner) => format!("ordered {{{}}}", type_name(inner)),
    }
}

/// A condition as a spec file says it, more or less.
pub(super) fn in_words(condition: &Condition) -> String {
    use Condition as P;
    let literal = |it: &Literal| match it {
        Literal::Bool(value) => value.to_string(),
        Literal::Int(value) => value.to_string(),
        Literal::Str(value) => format!("\"{value}\""),
    };
    let list = |parts: &[Condition]| parts.iter().map(in_words).collect::<Vec<_>>().join(", ");
    let bounds = |word: &str, path: &Path, min: Option<String>, max: Option<String>| {
        let or_any = |bound: Option<String>| bound.unwrap_or_else(|| "any".to_owned());
        format!("{word} {} min {} max {}", path.join("."), or_any(min), or_any(max))
    };
    let number = |it: &Option<u64>| it.map(|it| it.to_string());
    match condition {
        P::Equals(path, value) => format!("{} = {}", path.join("."), literal(value)),
        P::In(path, values) => {
            let values: Vec<_> = values.iter().map(literal).collect();
            format!("{} in [{}]", path.join("."), values.join(", "))
        }
        P::Present(path) => format!("present {}", path.join(".")),
        P::Absent(path) => format!("absent {}", path.join(".")),
        P::Null(path) => format!("null {}", path.join(".")),
        P::All(parts) => format!("all [{}]", list(parts)),
        P::Any(parts) => format!("any [{}]", list(parts)),
        P::Not(inner) => format!("not {}", in_words(inner)),
        P::Length { path, min, max } => bounds("length", path, number(min), number(max)),
        P::HexLength { path, min, max } => bounds("hex_length", path, number(min), number(max)),
        P::Range { path, min, max } => {
            bounds("range", path, min.map(|it| it.to_string()), max.map(|it| it.to_string()))
        }
        P::Charset { path, chars } => format!("charset {} {chars:?}", path.join(".")),
        P::Hex(path) => format!("hex {}", path.join(".")),
        P::Format { path, format } => format!("format {} {}", path.join("."), format.name()),
        P::Referent(path, inner) => format!("referent {}: {}", path.join("."), in_words(inner)),
        P::Custom { name, inputs } => {
            let inputs: Vec<_> = inputs.iter().map(|path| path.join(".")).collect();
            format!("custom {name}({})", inputs.join(", "))
        }
    }
}
