//! Reading and writing of unions.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Ident, LitStr, Visibility};

use crate::ast::Union;

/// Writes the impls of a union.
pub(super) fn wire(vis: &Visibility, name: &Ident, shape: &Union) -> TokenStream {
    let Union { tag, content, .. } = shape;
    let wires: Vec<&LitStr> = shape.variants.iter().map(|variant| &variant.wire).collect();
    let tags = shape.variants.iter().map(|variant| {
        let (name, wire) = (&variant.name, &variant.wire);
        let pattern = variant.ty.as_ref().map(|_| quote!((_)));
        quote!(Self::#name #pattern => #wire)
    });
    let unknown_tag =
        shape.has_unknown.then(|| quote!(Self::Unknown(unknown) => unknown.word(#tag),));
    let units = shape.variants.iter().enumerate().filter(|(_, variant)| variant.ty.is_none()).map(
        |(index, variant)| {
            let name = &variant.name;
            quote!(#index => ::core::option::Option::Some(Self::#name),)
        },
    );
    let contents =
        shape.variants.iter().enumerate().filter(|(_, variant)| variant.ty.is_some()).map(
            |(index, variant)| {
                let name = &variant.name;
                quote!(#index => __sps::Wire::read(deserializer, reader).map(Self::#name),)
            },
        );
    let unknown = if shape.has_unknown {
        quote!(::core::option::Option::Some(Self::Unknown(unknown)))
    } else {
        quote!({
            let _ = unknown;
            ::core::option::Option::None
        })
    };
    let written = shape.variants.iter().map(|variant| {
        let (name, wire) = (&variant.name, &variant.wire);
        match variant.ty {
            Some(_) => quote! {
                Self::#name(value) => {
                    map.serialize_entry(#tag, #wire)?;
                    map.serialize_entry(#content, value)?;
                }
            },
            None => quote!(Self::#name => map.serialize_entry(#tag, #wire)?,),
        }
    });
    let map = quote!(let mut map = serializer.serialize_map(::core::option::Option::None)?;);
    // The opaque variant needs the whole serializer, so it comes before the map is opened.
    let early = shape.has_unknown.then(|| {
        quote! {
            if let Self::Unknown(unknown) = self {
                return __serde::Serialize::serialize(unknown, serializer);
            }
        }
    });
    let unreachable = shape.has_unknown.then(|| quote!(Self::Unknown(_) => {}));
    quote! {
        impl #name {
            /// The value of the tag.
            #vis fn tag(&self) -> &str {
                match self {
                    #(#tags,)*
                    #unknown_tag
                }
            }
        }

        impl __sps::Wire for #name {
            fn read<'de, __D: __serde::Deserializer<'de>>(
                deserializer: __D,
                reader: &__sps::Reader,
            ) -> ::core::result::Result<Self, __D::Error> {
                __private::read_union(deserializer, reader)
            }
        }

        impl __private::Union for #name {
            const KEYS: &'static [&'static str; 2] = &[#tag, #content];
            const TAGS: &'static [&'static str] = &[#(#wires),*];

            fn unit(index: usize) -> ::core::option::Option<Self> {
                match index {
                    #(#units)*
                    _ => ::core::option::Option::None,
                }
            }

            fn content<'de, __D: __serde::Deserializer<'de>>(
                index: usize,
                deserializer: __D,
                reader: &__sps::Reader,
            ) -> ::core::result::Result<Self, __D::Error> {
                let _ = (&deserializer, reader);
                match index {
                    #(#contents)*
                    _ => ::core::result::Result::Err(__serde::de::Error::custom("this variant has no content")),
                }
            }

            fn unknown(unknown: __sps::Unknown) -> ::core::option::Option<Self> {
                #unknown
            }
        }

        impl __serde::Serialize for #name {
            fn serialize<__S: __serde::Serializer>(&self, serializer: __S) -> ::core::result::Result<__S::Ok, __S::Error> {
                #early
                #map
                match self {
                    #(#written)*
                    #unreachable
                }
                map.end()
            }
        }
    }
}
