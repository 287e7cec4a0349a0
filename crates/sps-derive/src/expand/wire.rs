//! Reading and writing.

use proc_macro2::TokenStream;
use quote::quote;
use syn::Ident;

use super::{enumeration, object, part::Part, union};
use crate::ast::{Declaration, Shape, TypeForm};

/// Writes the impls for the declared type and for its response type.
pub(super) fn wire(declaration: &Declaration) -> TokenStream {
    let (vis, name, response) =
        (&declaration.head.vis, &declaration.head.name, declaration.response());
    let own_reader = match declaration.head.form {
        TypeForm::Response => quote!(response),
        TypeForm::Twin | TypeForm::Same => quote!(request),
    };
    let own_serde = deserialize(name, &own_reader);
    let twin_serde = declaration.has_twin().then(|| deserialize(&response, &quote!(response)));
    let impls = match &declaration.shape {
        Shape::Struct(shape) => {
            let own: Vec<Part<'_>> = shape.fields.iter().map(Part::of).collect();
            let twin = shape
                .fields
                .iter()
                .filter(|field| field.request_only.is_none())
                .map(Part::of_response);
            let added = shape.response_only.iter().map(|field| {
                let ty = &field.ty;
                let read = quote!(<#ty as __sps::Exchange>::Response);
                Part { name: &field.name, wire: &field.wire, read, foreign: false }
            });
            let twin: Vec<Part<'_>> = twin.chain(added).collect();
            let own = object::wire(name, &own, shape);
            let twin = declaration.has_twin().then(|| object::wire(&response, &twin, shape));
            quote!(#own #twin)
        }
        Shape::Words(shape) => enumeration::wire(vis, name, shape),
        Shape::Union(shape) => {
            let own = union::wire(vis, name, shape);
            let twin = declaration.has_twin().then(|| union::wire(vis, &response, shape));
            quote!(#own #twin)
        }
    };
    quote!(#own_serde #twin_serde #impls)
}

fn deserialize(name: &Ident, reader: &TokenStream) -> TokenStream {
    quote! {
        impl<'de> __serde::Deserialize<'de> for #name {
            fn deserialize<__D: __serde::Deserializer<'de>>(
                deserializer: __D,
            ) -> ::core::result::Result<Self, __D::Error> {
                __sps::Wire::read(deserializer, &__sps::Reader::#reader())
            }
        }
    }
}
