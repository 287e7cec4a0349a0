//! The conversion of a response into the request.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;

use crate::ast::{Declaration, Shape, TypeForm};

/// Writes the conversion of a response into the request.
pub(super) fn exchange(declaration: &Declaration) -> TokenStream {
    let (name, response) = (&declaration.head.name, declaration.response());
    let body = match &declaration.shape {
        // A type of responses alone is never sent: it stays as it came.
        _ if matches!(declaration.head.form, TypeForm::Response) => quote!(response),
        Shape::Words(_) => quote!(response),
        Shape::Struct(shape) => {
            let fields = shape.fields.iter().map(|field| {
                let (name, ty) = (&field.name, &field.ty);
                // The span makes the compiler point at the type that does not fit.
                let span = ty.span();
                let value = if field.request_only.is_some() {
                    quote_spanned!(span=> ::core::default::Default::default())
                } else if field.foreign {
                    quote!(response.#name)
                } else {
                    quote_spanned!(span=> <#ty as __sps::Exchange>::from_response(response.#name))
                };
                quote!(#name: #value)
            });
            let unknown_fields = shape
                .has_unknown_fields
                .then(|| quote!(unknown_fields: response.unknown_fields.into_request(),));
            quote!(Self { #(#fields,)* #unknown_fields })
        }
        Shape::Union(shape) => {
            let arms = shape.variants.iter().map(|variant| {
                let name = &variant.name;
                match variant.ty {
                    Some(_) => quote!(#response::#name(value) => Self::#name(__sps::Exchange::from_response(value))),
                    None => quote!(#response::#name => Self::#name),
                }
            });
            let other = shape.has_unknown.then(|| quote!(#response::Unknown(other) => Self::Unknown(__sps::Exchange::from_response(other)),));
            quote!(match response { #(#arms,)* #other })
        }
    };
    let from = declaration.has_twin().then(|| {
        quote! {
            impl ::core::convert::From<#response> for #name {
                fn from(response: #response) -> Self {
                    __sps::Exchange::from_response(response)
                }
            }
        }
    });
    quote! {
        impl __sps::Exchange for #name {
            type Response = #response;

            fn from_response(response: #response) -> Self {
                #body
            }
        }

        #from
    }
}
