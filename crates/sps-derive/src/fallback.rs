//! After a mistake: just enough impls that the user sees the mistake and nothing that follows from it.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::DeriveInput;

use crate::ast::{Head, Shape, TypeForm};

pub(crate) fn expand(
    input: &DeriveInput,
    head: &Head,
    shape: Option<&Shape>,
    error: Option<syn::Error>,
) -> TokenStream {
    let errors = error.map(syn::Error::into_compile_error);
    let Head { vis, name, root, .. } = head;
    let (impl_generics, ty_generics, where_clause) = input.generics.split_for_impl();
    // Other code names the twin; whether the conversion back exists follows from it being the same.
    let is_twin = matches!(head.form, TypeForm::Twin)
        && !matches!(shape, Some(Shape::Words(_)))
        && input.generics.params.is_empty();
    let twin = is_twin.then(|| {
        let response = format_ident!("{name}Response");
        quote!(#[doc = "The same type as the twin."] #vis type #response = #name;)
    });
    let mut lifetime = input.generics.clone();
    lifetime.params.insert(0, syn::parse_quote!('__de));
    let (de_generics, ..) = lifetime.split_for_impl();
    quote! {
        #errors

        #twin

        const _: () = {
            use #root as __sps;
            use __private::serde as __serde;
            use __sps::__private as __private;

            impl #impl_generics __serde::Serialize for #name #ty_generics #where_clause {
                fn serialize<__S: __serde::Serializer>(
                    &self,
                    _: __S,
                ) -> ::core::result::Result<__S::Ok, __S::Error> {
                    ::core::unreachable!()
                }
            }

            impl #de_generics __serde::Deserialize<'__de> for #name #ty_generics #where_clause {
                fn deserialize<__D: __serde::Deserializer<'__de>>(
                    _: __D,
                ) -> ::core::result::Result<Self, __D::Error> {
                    ::core::unreachable!()
                }
            }

            impl #impl_generics __sps::Wire for #name #ty_generics #where_clause {
                fn read<'de, __D: __serde::Deserializer<'de>>(
                    _: __D,
                    _: &__sps::Reader,
                ) -> ::core::result::Result<Self, __D::Error> {
                    ::core::unreachable!()
                }
            }

            impl #impl_generics __sps::Exchange for #name #ty_generics #where_clause {
                type Response = Self;

                fn from_response(response: Self) -> Self {
                    response
                }
            }

            impl #impl_generics __sps::Describe for #name #ty_generics #where_clause {
                const KIND: __private::Kind = __private::Kind::Any;
            }

            impl #impl_generics __private::garde::Validate for #name #ty_generics #where_clause {
                type Context = ();

                fn validate_into(
                    &self,
                    (): &(),
                    _: &mut dyn FnMut() -> __private::garde::Path,
                    _: &mut __private::garde::Report,
                ) {
                }
            }
        };
    }
}
