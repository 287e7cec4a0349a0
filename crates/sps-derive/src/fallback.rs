//! After a mistake: just enough impls that the user sees the mistake and nothing that follows from it.

use proc_macro2::TokenStream;
use quote::quote;
use syn::DeriveInput;

use crate::ast::Declaration;

pub(crate) fn expand(
    input: &DeriveInput,
    declaration: Option<&Declaration>,
    error: Option<syn::Error>,
) -> TokenStream {
    let errors = error.map(syn::Error::into_compile_error);
    let root =
        declaration.map_or_else(|| quote!(::sps_model), |declaration| declaration.root.clone());
    let name = &input.ident;
    let (impl_generics, ty_generics, where_clause) = input.generics.split_for_impl();
    quote! {
        #errors

        const _: () = {
            use #root::__private::serde;

            impl #impl_generics serde::Serialize for #name #ty_generics #where_clause {
                fn serialize<S: serde::Serializer>(&self, _: S) -> ::core::result::Result<S::Ok, S::Error> {
                    ::core::unreachable!()
                }
            }

            impl #impl_generics #root::Wire for #name #ty_generics #where_clause {
                fn read<'de, D: serde::Deserializer<'de>>(
                    _: D,
                    _: &#root::Reader,
                ) -> ::core::result::Result<Self, D::Error> {
                    ::core::unreachable!()
                }
            }

            impl #impl_generics #root::Exchange for #name #ty_generics #where_clause {
                type Response = Self;

                fn from_response(response: Self) -> Self {
                    response
                }
            }

            impl #impl_generics #root::Describe for #name #ty_generics #where_clause {
                const KIND: #root::__private::Kind = #root::__private::Kind::Any;

                fn judge(&self, _: &#root::__private::Constraint, _: &#root::__private::Context<'_>) -> bool {
                    ::core::unreachable!()
                }
            }
        };
    }
}
