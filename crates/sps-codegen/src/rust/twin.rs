//! Which types responses show under another name.

use sps_spec::{FieldType, Form, Spec, TypeDef};

/// Whether responses show the type under another name.
pub(super) fn has_twin(spec: &Spec, name: &str) -> bool {
    match spec.type_def(name) {
        Some(TypeDef::Struct(def)) => match def.form {
            Form::Both => true,
            Form::Request => differs(spec, name, &mut Vec::new()),
            Form::Response => false,
        },
        Some(TypeDef::Union(_)) => true,
        _ => false,
    }
}

/// Whether anything in a type has another type in responses.
fn differs(spec: &Spec, name: &str, seen: &mut Vec<String>) -> bool {
    if seen.iter().any(|it| it == name) {
        return false;
    }
    seen.push(name.to_owned());
    let mut member = |ty: &FieldType, sensitive: bool| match ty.leaf() {
        FieldType::Ref(_) => true,
        FieldType::String => sensitive,
        FieldType::Named(inner) => differs(spec, inner, seen),
        _ => false,
    };
    match spec.type_def(name) {
        Some(TypeDef::Struct(def)) => {
            def.fields.iter().any(|field| member(&field.ty, field.sensitive))
        }
        Some(TypeDef::Union(_)) => true,
        _ => false,
    }
}
