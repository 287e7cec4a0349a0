//! The type that responses have.

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::{Ident, Type};

use super::place::Placed;
use crate::ast::{Declaration, Field, Head, Shape, Struct, Union};

/// Writes the response type, with the documentation of the declaration.
pub(super) fn twin(declaration: &Declaration) -> TokenStream {
    if !declaration.has_twin() {
        return TokenStream::new();
    }
    let Head { vis, name, root, copied, .. } = &declaration.head;
    let response = declaration.response();
    let title = format!(" [`{name}`] in responses.");
    let body = match &declaration.shape {
        Shape::Struct(shape) => {
            let fields =
                shape.fields.iter().filter(|field| field.request_only.is_none()).map(|field| {
                    let Field { vis, name, ty, copied, .. } = field;
                    if field.foreign {
                        quote!(#(#copied)* #vis #name: #ty)
                    } else {
                        let ty = Placed::new(ty).response(root);
                        quote!(#(#copied)* #vis #name: #ty)
                    }
                });
            let response_only = shape.response_only.iter().map(|field| {
                let doc = format!(" `{}`, which only responses have.", field.wire.value());
                let (name, ty) = (&field.name, &field.ty);
                let ty = Placed::new(ty).response(root);
                quote!(#[doc = #doc] #vis #name: #ty)
            });
            let unknown_fields =
                shape.has_unknown_fields.then(|| quote!(unknown_fields: #root::UnknownFields,));
            quote!(#vis struct #response { #(#fields,)* #(#response_only,)* #unknown_fields })
        }
        Shape::Union(shape) => {
            let variants = shape.variants.iter().map(|variant| {
                let (name, copied) = (&variant.name, &variant.copied);
                let content = variant.ty.as_ref().map(|ty| {
                    let ty = Placed::new(ty).response(root);
                    quote!((#ty))
                });
                quote!(#(#copied)* #name #content)
            });
            let other = shape.has_unknown.then(|| {
                quote! {
                    /// A variant that no source shows, as it came.
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
        #body
    }
}

/// A statement for each function that handles a whole response: it mentions the type of each member.
///
/// After the error about a type that cannot be a member, the compiler leaves the function alone. Otherwise it would report
/// the type once more, with the function as the place.
pub(super) fn mentions(declaration: &Declaration) -> TokenStream {
    let types: Vec<&Type> = match &declaration.shape {
        _ if !declaration.has_twin() => return TokenStream::new(),
        Shape::Struct(shape) => {
            let shown = |field: &&Field| field.request_only.is_none() && !field.foreign;
            let declared = shape.fields.iter().filter(shown).map(|field| &field.ty);
            declared.chain(shape.response_only.iter().map(|field| &field.ty)).collect()
        }
        Shape::Union(shape) => shape.variants.iter().filter_map(|it| it.ty.as_ref()).collect(),
        Shape::Words(_) => Vec::new(),
    };
    let mentions = types.into_iter().map(|ty| Placed::new(ty).item("from_response"));
    quote!(#(let _ = #mentions;)*)
}

/// Writes `Debug`, `Clone` and `PartialEq` of the response type. Derived ones would report a wrong type of a field once
/// more each, at places of their own.
pub(super) fn common_traits(declaration: &Declaration) -> TokenStream {
    let response = declaration.response();
    match &declaration.shape {
        _ if !declaration.has_twin() => TokenStream::new(),
        Shape::Struct(shape) => struct_traits(&response, shape),
        Shape::Union(shape) => union_traits(&response, shape),
        Shape::Words(_) => TokenStream::new(),
    }
}

fn struct_traits(response: &Ident, shape: &Struct) -> TokenStream {
    let declared = shape.fields.iter().filter(|field| field.request_only.is_none());
    let declared = declared.map(|field| (&field.name, Placed::new(&field.ty)));
    let added = shape.response_only.iter().map(|field| (&field.name, Placed::new(&field.ty)));
    let mut fields: Vec<(Ident, Span)> =
        declared.chain(added).map(|(name, ty)| (ty.name(name), ty.span())).collect();
    if shape.has_unknown_fields {
        fields.push((Ident::new("unknown_fields", Span::call_site()), Span::call_site()));
    }
    let title = response.to_string();
    let shown = fields.iter().map(|(name, span)| {
        let title = name.to_string();
        let title = title.trim_start_matches("r#");
        let value = quote_spanned!(*span=> &self.#name);
        quote!(.field(#title, #value))
    });
    let cloned = fields.iter().map(|(name, span)| {
        let value = quote_spanned!(*span=> ::core::clone::Clone::clone(&self.#name));
        quote!(#name: #value)
    });
    let compared =
        fields.iter().map(|(name, span)| quote_spanned!(*span=> self.#name == other.#name));
    let compared = if fields.is_empty() { quote!(true) } else { quote!(#(#compared)&&*) };
    quote! {
        impl ::core::fmt::Debug for #response {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                f.debug_struct(#title) #(#shown)* .finish()
            }
        }

        impl ::core::clone::Clone for #response {
            fn clone(&self) -> Self {
                Self { #(#cloned,)* }
            }
        }

        impl ::core::cmp::PartialEq for #response {
            fn eq(&self, other: &Self) -> bool {
                let _ = other;
                #compared
            }
        }
    }
}

fn union_traits(response: &Ident, shape: &Union) -> TokenStream {
    let declared = shape.variants.iter().map(|variant| {
        let place = variant.ty.as_ref().map(Placed::new);
        let name = place.as_ref().map_or_else(|| variant.name.clone(), |it| it.name(&variant.name));
        (name, place.map(|it| it.span()))
    });
    let other = Ident::new("Unknown", Span::call_site());
    let other = shape.has_unknown.then(|| (other, Some(Span::call_site())));
    let variants: Vec<(Ident, Option<Span>)> = declared.chain(other).collect();
    let shown = variants.iter().map(|(name, content)| {
        let title = name.to_string();
        match content {
            Some(span) => {
                let pattern = quote_spanned!(*span=> Self::#name(value));
                let value = quote_spanned!(*span=> value);
                quote!(#pattern => f.debug_tuple(#title).field(#value).finish())
            }
            None => quote!(Self::#name => f.write_str(#title)),
        }
    });
    let cloned = variants.iter().map(|(name, content)| match content {
        Some(span) => {
            let pattern = quote_spanned!(*span=> Self::#name(value));
            let clone = quote_spanned!(*span=> Self::#name(::core::clone::Clone::clone(value)));
            quote!(#pattern => #clone)
        }
        None => quote!(Self::#name => Self::#name),
    });
    let compared = variants.iter().map(|(name, content)| match content {
        Some(span) => {
            let pattern = quote_spanned!(*span=> (Self::#name(value), Self::#name(other)));
            let same = quote_spanned!(*span=> value == other);
            quote!(#pattern => #same)
        }
        None => quote!((Self::#name, Self::#name) => true),
    });
    let different = (variants.len() > 1).then(|| quote!(_ => false,));
    quote! {
        impl ::core::fmt::Debug for #response {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                match self { #(#shown,)* }
            }
        }

        impl ::core::clone::Clone for #response {
            fn clone(&self) -> Self {
                match self { #(#cloned,)* }
            }
        }

        impl ::core::cmp::PartialEq for #response {
            fn eq(&self, other: &Self) -> bool {
                match (self, other) { #(#compared,)* #different }
            }
        }
    }
}
