//! The type that responses have.

use proc_macro2::TokenStream;
use quote::quote;

use crate::ast::{Declaration, Field, Head, Shape};

/// Writes the response type, with the documentation of the declaration.
pub(super) fn twin(declaration: &Declaration) -> TokenStream {
    if !declaration.has_twin() {
        return TokenStream::new();
    }
    let Head { vis, name, root, copied, .. } = &declaration.head;
    let response = declaration.response();
    let title = format!(" [`{name}`] in responses.");
    let exchange = quote!(#root::Exchange);
    let body = match &declaration.shape {
        Shape::Struct(shape) => {
            let fields =
                shape.fields.iter().filter(|field| field.request_only.is_none()).map(|field| {
                    let Field { vis, name, ty, copied, .. } = field;
                    if field.foreign {
                        quote!(#(#copied)* #vis #name: #ty)
                    } else {
                        quote!(#(#copied)* #vis #name: <#ty as #exchange>::Response)
                    }
                });
            let response_only = shape.response_only.iter().map(|field| {
                let doc = format!(" `{}`, which only responses have.", field.wire.value());
                let (name, ty) = (&field.name, &field.ty);
                quote!(#[doc = #doc] #vis #name: <#ty as #exchange>::Response)
            });
            let unknown_fields =
                shape.has_unknown_fields.then(|| quote!(unknown_fields: #root::UnknownFields,));
            quote!(#vis struct #response { #(#fields,)* #(#response_only,)* #unknown_fields })
        }
        Shape::Union(shape) => {
            let variants = shape.variants.iter().map(|variant| {
                let (name, copied) = (&variant.name, &variant.copied);
                let content = variant.ty.as_ref().map(|ty| quote!((<#ty as #exchange>::Response)));
                quote!(#(#copied)* #name #content)
            });
            let other = shape.has_unknown.then(|| {
                quote! {
                    /// A variant that no source shows, as it came.
                    Unknown(#root::Unknown),
                }
            });
            quote!(#vis enum #response { #(#variants,)* #other })
        }
        Shape::Words(_) => TokenStream::new(),
    };
    quote! {
        #[doc = #title]
        #[doc = ""]
        #(#copied)*
        #[derive(Debug, Clone, PartialEq)]
        #body
    }
}
