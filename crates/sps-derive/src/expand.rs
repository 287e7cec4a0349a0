//! The impls of a valid declaration.

mod builder;
mod describe;
mod enumeration;
mod exchange;
mod object;
mod part;
mod place;
mod twin;
mod union;
mod wire;

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::Ident;

use self::{
    builder::builder,
    describe::describe,
    exchange::exchange,
    twin::{common_traits, twin},
    wire::wire,
};
use crate::ast::{Declaration, Shape, TypeForm};

pub(crate) fn expand(declaration: &Declaration) -> TokenStream {
    let root = &declaration.head.root;
    let twin = twin(declaration);
    let common_traits = common_traits(declaration);
    let builder = builder(declaration);
    let wire = wire(declaration);
    let exchange = exchange(declaration);
    let describe = describe(declaration);
    let validate = validate(declaration);
    quote! {
        #twin

        const _: () = {
            use #root as __sps;
            use __private::serde as __serde;
            use __serde::ser::SerializeMap as _;
            use __sps::__private as __private;

            #common_traits
            #builder
            #wire
            #exchange
            #describe
            #validate
        };
    }
}

impl Declaration {
    /// The name of the type that responses have.
    fn response(&self) -> Ident {
        match self.head.form {
            TypeForm::Twin if !matches!(self.shape, Shape::Words(_)) => {
                format_ident!("{}Response", self.head.name)
            }
            _ => self.head.name.clone(),
        }
    }

    fn has_twin(&self) -> bool {
        self.response() != self.head.name
    }
}

/// Writes `garde::Validate`.
fn validate(declaration: &Declaration) -> TokenStream {
    if matches!(declaration.head.form, TypeForm::Response) {
        return TokenStream::new();
    }
    let name = &declaration.head.name;
    quote! {
        impl __private::garde::Validate for #name {
            type Context = ();

            fn validate_into(
                &self,
                (): &(),
                mut parent: &mut dyn FnMut() -> __private::garde::Path,
                report: &mut __private::garde::Report,
            ) {
                __private::validate_into(self, &mut parent, report);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_response_goes_back_as_it_came() {
        let tokens = |attribute: proc_macro2::Ident| -> syn::DeriveInput {
            syn::parse_quote!(
                #[resource(#attribute)]
                struct Info {
                    name: String,
                }
            )
        };
        for (attribute, is_whole) in [("response", true), ("builder", false)] {
            let attribute = quote::format_ident!("{attribute}");
            let text = crate::derive(&tokens(attribute)).to_string();
            let (_, body) = text.split_once("fn from_response").unwrap();
            let body = body.split('}').next().unwrap();
            assert_eq!(body.ends_with("{ response "), is_whole, "{body}");
        }
    }
}
