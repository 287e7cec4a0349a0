//! Reading and writing.

use proc_macro2::TokenStream;
use quote::quote;
use syn::Ident;

use super::{
    enumeration, object,
    part::Part,
    twin::mentions,
    union::{self, Contents},
};
use crate::ast::{Declaration, Shape, TypeForm};

/// Writes the impls for the declared type and for its response type.
pub(super) fn wire(declaration: &Declaration) -> TokenStream {
    let (vis, name, twin_name) =
        (&declaration.head.vis, &declaration.head.name, declaration.response());
    let own_reader = match declaration.head.form {
        TypeForm::Response => quote!(response),
        TypeForm::Twin | TypeForm::Same => quote!(request),
    };
    let (nothing, mentions) = (TokenStream::new(), mentions(declaration));
    let own_serde = deserialize(name, &own_reader, &nothing);
    let twin_serde =
        declaration.has_twin().then(|| deserialize(&twin_name, &quote!(response), &mentions));
    let impls = match &declaration.shape {
        Shape::Struct(shape) => {
            let form = &declaration.head.form;
            let own: Vec<Part<'_>> =
                shape.fields.iter().map(|field| Part::of(field, form)).collect();
            let twin = shape
                .fields
                .iter()
                .filter(|field| field.request_only.is_none())
                .map(Part::of_response);
            let added = shape.response_only.iter().map(Part::response_only);
            let twin: Vec<Part<'_>> = twin.chain(added).collect();
            let own = object::wire(name, &own, shape, &nothing);
            let twin =
                declaration.has_twin().then(|| object::wire(&twin_name, &twin, shape, &mentions));
            quote!(#own #twin)
        }
        Shape::Words(shape) => enumeration::wire(vis, name, shape),
        Shape::Union(shape) => {
            let own = union::wire(vis, name, shape, Contents::of(&declaration.head.form), &nothing);
            let twin = declaration
                .has_twin()
                .then(|| union::wire(vis, &twin_name, shape, Contents::Response, &mentions));
            quote!(#own #twin)
        }
    };
    quote!(#own_serde #twin_serde #impls)
}

fn deserialize(name: &Ident, reader: &TokenStream, mentions: &TokenStream) -> TokenStream {
    quote! {
        impl<'de> __serde::Deserialize<'de> for #name {
            fn deserialize<__D: __serde::Deserializer<'de>>(
                deserializer: __D,
            ) -> ::core::result::Result<Self, __D::Error> {
                #mentions
                __sps::Wire::read(deserializer, &__sps::Reader::#reader())
            }
        }
    }
}
