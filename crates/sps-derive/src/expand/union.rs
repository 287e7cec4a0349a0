//! Reading and writing of unions.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::{Ident, LitStr, Type, Visibility};

use super::place::Placed;
use crate::ast::{TypeForm, Union};

/// The types of the contents of a union.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Contents {
    /// The declared ones, by way of `Exchange`; see `part`.
    Request,
    /// Their counterparts in responses.
    Response,
    /// The declared ones of a response.
    Plain,
}

impl Contents {
    /// The contents as they are declared.
    pub(super) fn of(form: &TypeForm) -> Self {
        match form {
            TypeForm::Response => Self::Plain,
            TypeForm::Twin | TypeForm::Same => Self::Request,
        }
    }

    fn read(self, ty: &Type) -> TokenStream {
        match self {
            Self::Request => {
                let read = Placed::new(ty).item("read_member");
                quote!(#read(deserializer, reader)?)
            }
            Self::Response => {
                let (ty, span) = (Placed::new(ty).item("Response"), Placed::new(ty).span());
                let read = quote_spanned!(span=> <#ty as __sps::Wire>::read);
                let question = syn::Token![?](span);
                quote!(#read(deserializer, reader) #question)
            }
            Self::Plain => quote!(<#ty as __sps::Wire>::read(deserializer, reader)?),
        }
    }

    fn write(self, ty: &Type, content: &LitStr, value: &Ident) -> TokenStream {
        match self {
            Self::Request => {
                let write = Placed::new(ty).item("write");
                quote!(#write(#value, &mut map, #content)?)
            }
            Self::Response | Self::Plain => {
                quote!(__private::write_member(&mut map, #content, #value)?)
            }
        }
    }
}

/// Writes the impls of a union.
pub(super) fn wire(
    vis: &Visibility,
    name: &Ident,
    shape: &Union,
    contents: Contents,
    mentions: &TokenStream,
) -> TokenStream {
    let Union { tag, content, .. } = shape;
    let wires: Vec<&LitStr> = shape.variants.iter().map(|variant| &variant.wire).collect();
    let tags = shape.variants.iter().map(|variant| {
        let (name, wire) = (&variant.name, &variant.wire);
        quote!(Self::#name { .. } => #wire)
    });
    let unknown_tag =
        shape.has_unknown.then(|| quote!(Self::Unknown(unknown) => unknown.word(#tag),));
    let units = shape.variants.iter().enumerate().filter(|(_, variant)| variant.ty.is_none()).map(
        |(index, variant)| {
            let name = &variant.name;
            quote!(#index => ::core::option::Option::Some(Self::#name),)
        },
    );
    let reads = shape.variants.iter().enumerate().filter_map(|(index, variant)| {
        let (name, ty) = (&variant.name, variant.ty.as_ref()?);
        let (ty, read) = (Placed::new(ty), contents.read(ty));
        let name = ty.name(name);
        let value = quote_spanned!(ty.span()=> Self::#name(#read));
        Some(quote!(#index => ::core::result::Result::Ok(#value),))
    });
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
        match &variant.ty {
            Some(ty) => {
                let (span, name) = (Placed::new(ty).span(), Placed::new(ty).name(name));
                // One name for both: under the hygiene of a macro around the declaration, two would differ.
                let value = Ident::new("value", span);
                let variant = quote_spanned!(span=> Self::#name(#value));
                let write = contents.write(ty, content, &value);
                quote! {
                    #variant => {
                        map.serialize_entry(#tag, #wire)?;
                        #write;
                    }
                }
            }
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
    let open = shape.open.is_some().then(|| {
        quote!(
            const OPEN: bool = true;
        )
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
                #mentions
                __private::read_union(deserializer, reader)
            }
        }

        impl __private::Union for #name {
            const KEYS: &'static [&'static str; 2] = &[#tag, #content];
            const TAGS: &'static [&'static str] = &[#(#wires),*];
            #open

            fn unit(index: usize) -> ::core::option::Option<Self> {
                #mentions
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
                    #(#reads)*
                    _ => ::core::result::Result::Err(__serde::de::Error::custom("this variant has no content")),
                }
            }

            fn unknown(unknown: __sps::Unknown) -> ::core::option::Option<Self> {
                #mentions
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
