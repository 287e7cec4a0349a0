//! The conversion of a response into the request.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};

use super::{place::Placed, twin::mentions};
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
                // The place makes the compiler point at the type that does not fit.
                let ty = Placed::new(ty);
                let (name, span) = (ty.name(name), ty.span());
                let value = if field.request_only.is_some() {
                    quote_spanned!(span=> ::core::default::Default::default())
                } else if field.foreign {
                    quote!(response.#name)
                } else {
                    let from_response = ty.item("from_response");
                    quote_spanned!(span=> #from_response(response.#name))
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
                match &variant.ty {
                    Some(ty) => {
                        let ty = Placed::new(ty);
                        let (span, name) = (ty.span(), ty.name(name));
                        let from_response = ty.item("from_response");
                        let shown = quote_spanned!(span=> #response::#name(value));
                        let sent = quote_spanned!(span=> Self::#name(#from_response(value)));
                        quote!(#shown => #sent)
                    }
                    None => quote!(#response::#name => Self::#name),
                }
            });
            let other = shape.has_unknown.then(|| quote!(#response::Unknown(other) => Self::Unknown(__sps::Exchange::from_response(other)),));
            quote!(match response { #(#arms,)* #other })
        }
    };
    let from = declaration.has_twin().then(|| {
        let mentions = mentions(declaration);
        quote! {
            impl ::core::convert::From<#response> for #name {
                fn from(response: #response) -> Self {
                    #mentions
                    __sps::Exchange::from_response(response)
                }
            }
        }
    });
    quote! {
        #[diagnostic::do_not_recommend]
        impl __sps::Exchange for #name {
            type Response = #response;

            fn from_response(response: #response) -> Self {
                #body
            }
        }

        #from
    }
}
