//! Reading and writing of structs.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::{Ident, LitStr};

use super::part::Part;
use crate::ast::Struct;

/// Writes the impls of a type with these fields.
pub(super) fn wire(
    name: &Ident,
    parts: &[Part<'_>],
    shape: &Struct,
    mentions: &TokenStream,
) -> TokenStream {
    let visitor = format_ident!("__{name}Visitor");
    let visitor_impl = visitor_impl(&visitor, name, parts, shape);
    let serialize = serialize(name, parts, shape);
    quote! {
        struct #visitor<'r>(&'r __sps::Reader);

        #visitor_impl

        impl __sps::Wire for #name {
            fn read<'de, __D: __serde::Deserializer<'de>>(
                deserializer: __D,
                reader: &__sps::Reader,
            ) -> ::core::result::Result<Self, __D::Error> {
                #mentions
                deserializer.deserialize_map(#visitor(reader))
            }
        }

        #serialize
    }
}

fn visitor_impl(visitor: &Ident, name: &Ident, parts: &[Part<'_>], shape: &Struct) -> TokenStream {
    let wires: Vec<&LitStr> = parts.iter().map(|part| part.wire).collect();
    let slots = parts.iter().map(Part::slot);
    let new_slots = parts.iter().map(Part::new_slot);
    let arms = arms(parts, shape);
    let taken = parts.iter().map(|part| {
        let (name, value) = (part.field(), part.take());
        quote!(#name: #value)
    });
    let unknown_slot = shape
        .has_unknown_fields
        .then(|| quote!(let mut unknown_fields = __sps::UnknownFields::default();));
    let unknown_taken = shape.has_unknown_fields.then(|| quote!(unknown_fields,));
    quote! {
        impl<'de> __serde::de::Visitor<'de> for #visitor<'_> {
            type Value = #name;

            fn expecting(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<__A: __serde::de::MapAccess<'de>>(
                self,
                mut map: __A,
            ) -> ::core::result::Result<#name, __A::Error> {
                let reader = self.0.enter()?;
                let mut keys = 0;
                #(let mut #slots = #new_slots;)*
                #unknown_slot
                while let ::core::option::Option::Some(key) =
                    map.next_key_seed(__private::Keys(&[#(#wires),*]))?
                {
                    reader.count(&mut keys)?;
                    match key { #arms }
                }
                ::core::result::Result::Ok(#name { #(#taken,)* #unknown_taken })
            }
        }
    }
}

/// What to do with each key.
fn arms(parts: &[Part<'_>], shape: &Struct) -> TokenStream {
    let indices = 0..parts.len();
    let fills = parts.iter().map(Part::fill);
    let keep = if shape.open.is_some() { quote!(keep) } else { quote!(read) };
    let unknown = if shape.has_unknown_fields {
        quote! {
            __private::KeyMatch::Unknown(key) => unknown_fields.#keep(key, &mut map, &reader)?,
        }
    } else {
        quote! {
            __private::KeyMatch::Unknown(_) => return ::core::result::Result::Err(
                __serde::de::Error::custom("unknown key in a closed type"),
            ),
        }
    };
    quote! {
        #(__private::KeyMatch::Known(#indices) => #fills,)*
        #unknown
        _ => {}
    }
}

fn serialize(name: &Ident, parts: &[Part<'_>], shape: &Struct) -> TokenStream {
    let written = parts.iter().map(Part::write);
    let unknown_written = shape.has_unknown_fields.then(|| {
        quote! {
            for (key, value) in &self.unknown_fields {
                map.serialize_entry(key, value)?;
            }
        }
    });
    quote! {
        impl __serde::Serialize for #name {
            fn serialize<__S: __serde::Serializer>(&self, serializer: __S) -> ::core::result::Result<__S::Ok, __S::Error> {
                let mut map = serializer.serialize_map(::core::option::Option::None)?;
                #(#written;)*
                #unknown_written
                map.end()
            }
        }
    }
}
