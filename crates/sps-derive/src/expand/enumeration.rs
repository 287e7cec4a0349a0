//! Reading and writing of enums.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Ident, LitStr, Visibility};

use crate::ast::WordList;

/// Writes the impls of an enum of strings.
pub(super) fn wire(vis: &Visibility, name: &Ident, shape: &WordList) -> TokenStream {
    let names: Vec<&Ident> = shape.values.iter().map(|value| &value.name).collect();
    let wires: Vec<&LitStr> = shape.values.iter().map(|value| &value.wire).collect();
    let aliases = shape.values.iter().map(|value| &value.aliases);
    let lenient = shape.open.is_none().then(|| quote!(if reader.is_lenient()));
    let unknown_read = shape
        .has_unknown
        .then(|| quote!(_ #lenient => Self::Unknown(__sps::Unknown::from_word(value)),));
    // Nothing is left where every word is taken.
    let refused = (!shape.has_unknown || shape.open.is_none())
        .then(|| quote!(_ => return ::core::option::Option::None,));
    let unknown_value =
        shape.has_unknown.then(|| quote!(Self::Unknown(unknown) => unknown.word(""),));
    quote! {
        impl #name {
            /// The value on the wire.
            #vis fn as_str(&self) -> &str {
                match self {
                    #(Self::#names => #wires,)*
                    #unknown_value
                }
            }
        }

        impl __sps::Wire for #name {
            fn read<'de, __D: __serde::Deserializer<'de>>(
                deserializer: __D,
                reader: &__sps::Reader,
            ) -> ::core::result::Result<Self, __D::Error> {
                let find = |value: &str| {
                    ::core::option::Option::Some(match value {
                        #(#wires #(| #aliases)* => Self::#names,)*
                        #unknown_read
                        #refused
                    })
                };
                let _ = reader;
                deserializer.deserialize_str(__private::EnumVisitor { find, values: &[#(#wires),*] })
            }
        }

        impl __serde::Serialize for #name {
            fn serialize<__S: __serde::Serializer>(&self, serializer: __S) -> ::core::result::Result<__S::Ok, __S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }
    }
}
