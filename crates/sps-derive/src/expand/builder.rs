//! `new` and the setters.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::ext::IdentExt;

use crate::ast::{Declaration, Shape};

/// Writes `new`, a setter for each field, and the getter of unknown fields.
pub(super) fn builder(declaration: &Declaration) -> TokenStream {
    let Shape::Struct(shape) = &declaration.shape else { return TokenStream::new() };
    if !shape.builder {
        return TokenStream::new();
    }
    let name = &declaration.head.name;
    let required = shape.fields.iter().filter(|field| !field.default);
    let parameters = required.clone().map(|field| {
        let (name, ty) = (&field.name, &field.ty);
        quote!(#name: impl ::core::convert::Into<#ty>)
    });
    let given = required.map(|field| {
        let name = &field.name;
        quote!(#name: #name.into())
    });
    let empty = shape.fields.iter().filter(|field| field.default).map(|field| {
        let name = &field.name;
        quote!(#name: ::core::default::Default::default())
    });
    let unknown_fields =
        shape.has_unknown_fields.then(|| quote!(unknown_fields: __sps::UnknownFields::default(),));
    let title = format!(" Makes a `{name}` of the members that have no empty value.");
    let setters = shape.fields.iter().map(|field| {
        let (field_name, ty, vis) = (&field.name, &field.ty, &field.vis);
        let setter = format_ident!("with_{}", field_name.unraw());
        let title = format!(" Sets `{}`.", field_name.unraw());
        quote! {
            #[doc = #title]
            #[must_use]
            #vis fn #setter(mut self, #field_name: impl ::core::convert::Into<#ty>) -> Self {
                self.#field_name = #field_name.into();
                self
            }
        }
    });
    let vis = &declaration.head.vis;
    let getter = shape.has_unknown_fields.then(|| {
        quote! {
            /// The fields that no source shows.
            #vis fn unknown_fields(&self) -> &__sps::UnknownFields {
                &self.unknown_fields
            }
        }
    });
    quote! {
        impl #name {
            #[doc = #title]
            #[allow(clippy::too_many_arguments, reason = "one for each member that has no empty value")]
            #vis fn new(#(#parameters),*) -> Self {
                Self { #(#given,)* #(#empty,)* #unknown_fields }
            }

            #(#setters)*
            #getter
        }
    }
}
