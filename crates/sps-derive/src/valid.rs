//! What a declaration may not say; every mistake on the word that is wrong.

use std::collections::HashSet;

use syn::LitStr;

use crate::{
    ast::{Head, Shape, Struct, TypeForm, Union, WordList},
    attr::Errors,
};

pub(crate) fn check(head: &Head, shape: &Shape, errors: &mut Errors) {
    match shape {
        Shape::Struct(shape) => check_struct(shape, &head.form, errors),
        Shape::Words(shape) => check_words(shape, head, errors),
        Shape::Union(shape) => check_union(shape, head, errors),
    }
}

fn check_struct(shape: &Struct, form: &TypeForm, errors: &mut Errors) {
    let declared = shape.fields.iter().map(|field| &field.wire);
    unique(declared.chain(shape.response_only.iter().map(|field| &field.wire)), "key", errors);
    for (index, field) in shape.response_only.iter().enumerate() {
        let is_unknown_fields = field.name == "unknown_fields" && shape.has_unknown_fields;
        if is_unknown_fields || shape.fields.iter().any(|declared| declared.name == field.name) {
            errors.at(&field.name, "the struct declares a field of this name");
        } else if shape.response_only[..index].iter().any(|earlier| earlier.name == field.name) {
            errors.at(&field.name, "`response_only` has a field of this name already");
        }
        if !matches!(form, TypeForm::Twin) {
            errors.at(
                &field.name,
                "`response_only` adds to the response twin, and this type has none",
            );
        }
    }
    for tag in shape.fields.iter().filter_map(|field| field.tag.as_ref()).skip(1) {
        errors.at(tag, "an object has one tag");
    }
    for request_only in shape.fields.iter().filter_map(|field| field.request_only.as_ref()) {
        if !matches!(form, TypeForm::Twin) {
            errors.at(request_only, "`request_only` needs a response twin to be left out of");
        }
    }
    if let Some(open) = shape.open.as_ref().filter(|_| !shape.has_unknown_fields) {
        errors.at(open, "an open type needs a field `unknown_fields: UnknownFields` for the keys it does not know");
    }
}

/// An open enum keeps what it does not know.
fn check_open(open: Option<&syn::Ident>, has_unknown: bool, errors: &mut Errors) {
    if let Some(open) = open.filter(|_| !has_unknown) {
        errors
            .at(open, "an open enum needs a variant `Unknown(Unknown)` for what it does not know");
    }
}

fn check_words(shape: &WordList, head: &Head, errors: &mut Errors) {
    check_open(shape.open.as_ref(), shape.has_unknown, errors);
    if shape.values.is_empty() {
        errors.at(&head.name, "a list of words needs at least one");
    }
    unique(
        shape.values.iter().flat_map(|value| std::iter::once(&value.wire).chain(&value.aliases)),
        "word",
        errors,
    );
}

fn check_union(shape: &Union, head: &Head, errors: &mut Errors) {
    check_open(shape.open.as_ref(), shape.has_unknown, errors);
    if shape.variants.is_empty() {
        errors.at(&head.name, "a union needs at least one variant");
    }
    if shape.tag.value() == shape.content.value() {
        errors.at(&shape.content, "tag and content are two keys");
    }
    unique(shape.variants.iter().map(|variant| &variant.wire), "word", errors);
}

fn unique<'a>(names: impl Iterator<Item = &'a LitStr>, what: &str, errors: &mut Errors) {
    let mut seen = HashSet::new();
    for name in names {
        if !seen.insert(name.value()) {
            errors.at(name, format_args!("the {what} \"{}\" appears twice", name.value()));
        }
    }
}
