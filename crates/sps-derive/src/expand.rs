//! A declaration that holds, written out as impls.

use proc_macro2::TokenStream;
use quote::{format_ident, quote, quote_spanned};
use syn::{Ident, LitStr, Visibility, ext::IdentExt, spanned::Spanned};

use crate::ast::{Declaration, Field, Head, Shape, Struct, TypeForm, Union, WordList};

pub(crate) fn expand(declaration: &Declaration) -> TokenStream {
    let root = &declaration.head.root;
    let twin = twin(declaration);
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

            #builder
            #wire
            #exchange
            #describe
            #validate
        };
    }
}

impl Declaration {
    /// The name of the type that responses show.
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

/// The response twin, with the documentation of the declaration.
fn twin(declaration: &Declaration) -> TokenStream {
    if !declaration.has_twin() {
        return TokenStream::new();
    }
    let Head { vis, name, root, copied, .. } = &declaration.head;
    let response = declaration.response();
    let title = format!(" [`{name}`] as responses show it.");
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
                    /// What no source shows, as it came.
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

/// `new` and the setters.
fn builder(declaration: &Declaration) -> TokenStream {
    let Shape::Struct(shape) = &declaration.shape else { return TokenStream::new() };
    if !shape.builder {
        return TokenStream::new();
    }
    let name = &declaration.head.name;
    let required = shape.fields.iter().filter(|field| !field.default);
    let parameters = required.clone().map(|field| {
        let (name, ty) = (&field.name, &field.ty);
        quote!(#name: impl ::core::convert::Into<#ty>)
    });
    let given = required.map(|field| {
        let name = &field.name;
        quote!(#name: #name.into())
    });
    let empty = shape.fields.iter().filter(|field| field.default).map(|field| {
        let name = &field.name;
        quote!(#name: ::core::default::Default::default())
    });
    let unknown_fields =
        shape.has_unknown_fields.then(|| quote!(unknown_fields: __sps::UnknownFields::default(),));
    let title = format!(" `{name}` with everything that has no sensible empty value.");
    let setters = shape.fields.iter().map(|field| {
        let (field_name, ty, vis) = (&field.name, &field.ty, &field.vis);
        let setter = format_ident!("with_{}", field_name.unraw());
        let title = format!(" The same with another `{}`.", field_name.unraw());
        quote! {
            #[doc = #title]
            #[must_use]
            #vis fn #setter(mut self, #field_name: impl ::core::convert::Into<#ty>) -> Self {
                self.#field_name = #field_name.into();
                self
            }
        }
    });
    let vis = &declaration.head.vis;
    let kept_getter = shape.has_unknown_fields.then(|| {
        quote! {
            /// The keys that no source shows.
            #vis fn unknown_fields(&self) -> &__sps::UnknownFields {
                &self.unknown_fields
            }
        }
    });
    quote! {
        impl #name {
            #[doc = #title]
            #[allow(clippy::too_many_arguments, reason = "one for each member that has no empty value")]
            #vis fn new(#(#parameters),*) -> Self {
                Self { #(#given,)* #(#empty,)* #unknown_fields }
            }

            #(#setters)*
            #kept_getter
        }
    }
}

/// Reading and writing, for the declared type and for its twin.
fn wire(declaration: &Declaration) -> TokenStream {
    let (vis, name, response) =
        (&declaration.head.vis, &declaration.head.name, declaration.response());
    let own_reader = match declaration.head.form {
        TypeForm::Response => quote!(response),
        TypeForm::Twin | TypeForm::Same => quote!(request),
    };
    let own_serde = deserialize(name, &own_reader);
    let twin_serde = declaration.has_twin().then(|| deserialize(&response, &quote!(response)));
    let impls = match &declaration.shape {
        Shape::Struct(shape) => {
            let own: Vec<Part<'_>> = shape.fields.iter().map(Part::of).collect();
            let twin = shape
                .fields
                .iter()
                .filter(|field| field.request_only.is_none())
                .map(Part::of_response);
            let added = shape.response_only.iter().map(|field| {
                let ty = &field.ty;
                let read = quote!(<#ty as __sps::Exchange>::Response);
                Part { name: &field.name, wire: &field.wire, read, foreign: false }
            });
            let twin: Vec<Part<'_>> = twin.chain(added).collect();
            let own = struct_wire(name, &own, shape);
            let twin = declaration.has_twin().then(|| struct_wire(&response, &twin, shape));
            quote!(#own #twin)
        }
        Shape::Words(shape) => words_wire(vis, name, shape),
        Shape::Union(shape) => {
            let own = union_wire(vis, name, shape);
            let twin = declaration.has_twin().then(|| union_wire(vis, &response, shape));
            quote!(#own #twin)
        }
    };
    quote!(#own_serde #twin_serde #impls)
}

fn deserialize(name: &Ident, reader: &TokenStream) -> TokenStream {
    quote! {
        impl<'de> __serde::Deserialize<'de> for #name {
            fn deserialize<__D: __serde::Deserializer<'de>>(
                deserializer: __D,
            ) -> ::core::result::Result<Self, __D::Error> {
                __sps::Wire::read(deserializer, &__sps::Reader::#reader())
            }
        }
    }
}

/// One field while it is read and written.
struct Part<'a> {
    name: &'a Ident,
    wire: &'a LitStr,
    /// The type that is read; the field itself is inside it if it is foreign.
    read: TokenStream,
    foreign: bool,
}

impl<'a> Part<'a> {
    fn of(field: &'a Field) -> Self {
        let ty = &field.ty;
        let read = if field.foreign { quote!(__private::Foreign<#ty>) } else { quote!(#ty) };
        Self { name: &field.name, wire: &field.wire, read, foreign: field.foreign }
    }

    fn of_response(field: &'a Field) -> Self {
        let ty = &field.ty;
        if field.foreign {
            Self::of(field)
        } else {
            Self { read: quote!(<#ty as __sps::Exchange>::Response), ..Self::of(field) }
        }
    }

    /// The local variable that holds it while its object is read.
    fn slot(&self) -> Ident {
        format_ident!("slot_{}", self.name.unraw())
    }
}

fn struct_wire(name: &Ident, parts: &[Part<'_>], shape: &Struct) -> TokenStream {
    let wires: Vec<&LitStr> = parts.iter().map(|part| part.wire).collect();
    let slots: Vec<Ident> = parts.iter().map(Part::slot).collect();
    let reads = parts.iter().map(|part| &part.read);
    let indices = 0..parts.len();
    let taken = parts.iter().zip(&slots).map(|(part, slot)| {
        let (name, inner) = (part.name, part.foreign.then(|| quote!(.0)));
        quote!(#name: #slot.take()? #inner)
    });
    let keep = if shape.open.is_some() { quote!(keep) } else { quote!(read) };
    let unknown = if shape.has_unknown_fields {
        quote!(unknown_fields.#keep(key, &mut map, &reader)?)
    } else {
        quote!(
            return ::core::result::Result::Err(__serde::de::Error::custom(
                "unknown key in a closed type"
            ))
        )
    };
    let unknown_pattern = if shape.has_unknown_fields { quote!(key) } else { quote!(_) };
    let unknown_slot = shape
        .has_unknown_fields
        .then(|| quote!(let mut unknown_fields = __sps::UnknownFields::default();));
    let unknown_taken = shape.has_unknown_fields.then(|| quote!(unknown_fields,));
    let written = parts.iter().map(|part| {
        let (name, wire) = (part.name, part.wire);
        if part.foreign {
            quote!(map.serialize_entry(#wire, &self.#name)?;)
        } else {
            quote! {
                if !__sps::Wire::is_absent(&self.#name) {
                    map.serialize_entry(#wire, &self.#name)?;
                }
            }
        }
    });
    let kept_written = shape.has_unknown_fields.then(|| {
        quote! {
            for (key, value) in &self.unknown_fields {
                map.serialize_entry(key, value)?;
            }
        }
    });
    quote! {
        impl __sps::Wire for #name {
            fn read<'de, __D: __serde::Deserializer<'de>>(
                deserializer: __D,
                reader: &__sps::Reader,
            ) -> ::core::result::Result<Self, __D::Error> {
                struct __Object<'r>(&'r __sps::Reader);

                impl<'de> __serde::de::Visitor<'de> for __Object<'_> {
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
                        #(let mut #slots = __private::Slot::<#reads>::new(#wires);)*
                        #unknown_slot
                        while let ::core::option::Option::Some(key) =
                            map.next_key_seed(__private::Keys(&[#(#wires),*]))?
                        {
                            reader.count(&mut keys)?;
                            match key {
                                #(__private::Found::Known(#indices) => #slots.fill(&mut map, &reader)?,)*
                                __private::Found::Unknown(#unknown_pattern) => #unknown,
                                _ => {}
                            }
                        }
                        ::core::result::Result::Ok(#name { #(#taken,)* #unknown_taken })
                    }
                }

                deserializer.deserialize_map(__Object(reader))
            }
        }

        impl __serde::Serialize for #name {
            fn serialize<__S: __serde::Serializer>(&self, serializer: __S) -> ::core::result::Result<__S::Ok, __S::Error> {
                let mut map = serializer.serialize_map(::core::option::Option::None)?;
                #(#written)*
                #kept_written
                map.end()
            }
        }
    }
}

fn words_wire(vis: &Visibility, name: &Ident, shape: &WordList) -> TokenStream {
    let names: Vec<&Ident> = shape.values.iter().map(|value| &value.name).collect();
    let wires: Vec<&LitStr> = shape.values.iter().map(|value| &value.wire).collect();
    let aliases = shape.values.iter().map(|value| &value.aliases);
    let other_read = shape.has_unknown.then(
        || quote!(_ if reader.is_lenient() => Self::Unknown(__sps::Unknown::from_word(word)),),
    );
    let other_word = shape.has_unknown.then(|| quote!(Self::Unknown(other) => other.word(""),));
    quote! {
        impl #name {
            /// The word on the wire.
            #vis fn as_str(&self) -> &str {
                match self {
                    #(Self::#names => #wires,)*
                    #other_word
                }
            }
        }

        impl __sps::Wire for #name {
            fn read<'de, __D: __serde::Deserializer<'de>>(
                deserializer: __D,
                reader: &__sps::Reader,
            ) -> ::core::result::Result<Self, __D::Error> {
                let find = |word: &str| {
                    ::core::option::Option::Some(match word {
                        #(#wires #(| #aliases)* => Self::#names,)*
                        #other_read
                        _ => return ::core::option::Option::None,
                    })
                };
                let _ = reader;
                deserializer.deserialize_str(__private::WordVisitor { find, words: &[#(#wires),*] })
            }
        }

        impl __serde::Serialize for #name {
            fn serialize<__S: __serde::Serializer>(&self, serializer: __S) -> ::core::result::Result<__S::Ok, __S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }
    }
}

fn union_wire(vis: &Visibility, name: &Ident, shape: &Union) -> TokenStream {
    let Union { tag, content, .. } = shape;
    let wires: Vec<&LitStr> = shape.variants.iter().map(|variant| &variant.wire).collect();
    let words = shape.variants.iter().map(|variant| {
        let (name, wire) = (&variant.name, &variant.wire);
        let pattern = variant.ty.as_ref().map(|_| quote!((_)));
        quote!(Self::#name #pattern => #wire)
    });
    let other_word = shape.has_unknown.then(|| quote!(Self::Unknown(other) => other.word(#tag),));
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
    let other = if shape.has_unknown {
        quote!(::core::option::Option::Some(Self::Unknown(other)))
    } else {
        quote!({
            let _ = other;
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
    // The opaque variant needs the serializer whole, so it goes before the map is opened.
    let early = shape.has_unknown.then(|| {
        quote! {
            if let Self::Unknown(other) = self {
                return __serde::Serialize::serialize(other, serializer);
            }
        }
    });
    let unreachable = shape.has_unknown.then(|| quote!(Self::Unknown(_) => {}));
    quote! {
        impl #name {
            /// The word of the tag.
            #vis fn tag(&self) -> &str {
                match self {
                    #(#words,)*
                    #other_word
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
            const WORDS: &'static [&'static str] = &[#(#wires),*];

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

            fn other(other: __sps::Unknown) -> ::core::option::Option<Self> {
                #other
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

/// The way back from the response to the request.
fn exchange(declaration: &Declaration) -> TokenStream {
    let (name, response) = (&declaration.head.name, declaration.response());
    let body = match &declaration.shape {
        // A response alone is never sent: it goes back as it came.
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

/// The descriptor.
fn describe(declaration: &Declaration) -> TokenStream {
    let name = &declaration.head.name;
    let constraints = if declaration.head.constrained {
        quote!(<#name as __sps::Constrained>::CONSTRAINTS)
    } else {
        quote!(__private::Constraints::NONE)
    };
    let shape = match &declaration.shape {
        Shape::Struct(shape) => describe_struct(shape),
        Shape::Words(shape) => describe_words(shape),
        Shape::Union(shape) => describe_union(shape),
    };
    let title = name.unraw().to_string();
    let twin = declaration.has_twin().then(|| {
        let response = declaration.response();
        quote! {
            impl __sps::Describe for #response {
                const KIND: __private::Kind = <#name as __sps::Describe>::KIND;
            }
        }
    });
    quote! {
        static __DESCRIPTOR: __private::Type = __private::Type::new(#title, #shape, #constraints);

        impl __sps::Describe for #name {
            const KIND: __private::Kind = __private::Kind::Named(&__DESCRIPTOR);
        }

        #twin
    }
}

fn describe_struct(shape: &Struct) -> TokenStream {
    let open = shape.open.is_some();
    let fields = shape.fields.iter().map(|field| {
        let Part { wire, read, .. } = Part::of(field);
        let tag = field.tag.as_ref().map(|_| quote!(.tag()));
        let only =
            field.request_only.as_ref().map(|_| quote!(.only(__private::FieldForm::Request)));
        quote!(__private::Field::new(#wire, <#read as __sps::Describe>::KIND) #tag #only)
    });
    let response_only = shape.response_only.iter().map(|field| {
        let (wire, ty) = (&field.wire, &field.ty);
        quote!(__private::Field::new(#wire, <#ty as __sps::Describe>::KIND).only(__private::FieldForm::Response))
    });
    quote!(__private::Shape::Struct { fields: &[#(#fields,)* #(#response_only,)*], open: #open })
}

fn describe_words(shape: &WordList) -> TokenStream {
    let values = shape.values.iter().map(|value| {
        let (wire, aliases) = (&value.wire, &value.aliases);
        let aliases = (!aliases.is_empty()).then(|| quote!(.aliases(&[#(#aliases),*])));
        quote!(__private::EnumValue::new(#wire) #aliases)
    });
    quote!(__private::Shape::Enum { values: &[#(#values),*] })
}

fn describe_union(shape: &Union) -> TokenStream {
    let Union { tag, content, .. } = shape;
    let variants = shape.variants.iter().map(|variant| {
        let wire = &variant.wire;
        let kind = match &variant.ty {
            Some(ty) => quote!(::core::option::Option::Some(<#ty as __sps::Describe>::KIND)),
            None => quote!(::core::option::Option::None),
        };
        quote!(__private::Variant::new(#wire, #kind))
    });
    quote!(__private::Shape::Union { tag: #tag, content: #content, variants: &[#(#variants),*] })
}

/// garde at the outer edge.
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
