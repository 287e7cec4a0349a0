//! The descriptor.

use proc_macro2::TokenStream;
use quote::quote;
use syn::ext::IdentExt;

use super::part::{Part, kind};
use crate::ast::{Declaration, Shape, Struct, TypeForm, Union, WordList};

/// Writes the descriptor table.
pub(super) fn describe(declaration: &Declaration) -> TokenStream {
    let name = &declaration.head.name;
    let constraints = if declaration.head.constrained {
        quote!(<#name as __sps::Constrained>::CONSTRAINTS)
    } else {
        quote!(__private::Constraints::NONE)
    };
    let shape = match &declaration.shape {
        Shape::Struct(shape) => describe_struct(shape, &declaration.head.form),
        Shape::Words(shape) => describe_words(shape),
        Shape::Union(shape) => describe_union(shape, &declaration.head.form),
    };
    let title = name.unraw().to_string();
    let twin = declaration.has_twin().then(|| {
        let response = declaration.response();
        quote! {
            #[diagnostic::do_not_recommend]
            impl __sps::Describe for #response {
                const KIND: __private::Kind = <#name as __sps::Describe>::KIND;
                const SUBJECT: __private::Subject = <#name as __sps::Describe>::SUBJECT;
            }
        }
    });
    quote! {
        static __DESCRIPTOR: __private::Type = __private::Type::new(#title, #shape, #constraints);

        #[diagnostic::do_not_recommend]
        impl __sps::Describe for #name {
            const KIND: __private::Kind = __private::Kind::Named(&__DESCRIPTOR);
            const SUBJECT: __private::Subject = {
                use __private::Anywhere as _;
                __private::SubjectOf::<#name>::SUBJECT
            };
        }

        #twin
    }
}

fn describe_struct(shape: &Struct, form: &TypeForm) -> TokenStream {
    let open = shape.open.is_some();
    let fields = shape.fields.iter().map(|field| {
        let part = Part::of(field, form);
        let (wire, kind) = (part.wire, part.kind());
        let tag = field.tag.as_ref().map(|_| quote!(.tag()));
        let only =
            field.request_only.as_ref().map(|_| quote!(.only(__private::FieldForm::Request)));
        quote!(__private::Field::new(#wire, #kind) #tag #only)
    });
    let response_only = shape.response_only.iter().map(|field| {
        let (wire, kind) = (&field.wire, Part::response_only(field).kind());
        quote!(__private::Field::new(#wire, #kind).only(__private::FieldForm::Response))
    });
    quote!(__private::Shape::Struct { fields: &[#(#fields,)* #(#response_only,)*], open: #open })
}

fn describe_words(shape: &WordList) -> TokenStream {
    let values = shape.values.iter().map(|value| {
        let (wire, aliases) = (&value.wire, &value.aliases);
        let aliases = (!aliases.is_empty()).then(|| quote!(.aliases(&[#(#aliases),*])));
        quote!(__private::EnumValue::new(#wire) #aliases)
    });
    let open = shape.open.is_some();
    quote!(__private::Shape::Enum { values: &[#(#values),*], open: #open })
}

fn describe_union(shape: &Union, form: &TypeForm) -> TokenStream {
    let Union { tag, content, .. } = shape;
    let variants = shape.variants.iter().map(|variant| {
        let wire = &variant.wire;
        let kind = match &variant.ty {
            Some(ty) => {
                let kind = kind(ty, form);
                quote!(::core::option::Option::Some(#kind))
            }
            None => quote!(::core::option::Option::None),
        };
        quote!(__private::Variant::new(#wire, #kind))
    });
    let open = shape.open.is_some();
    quote!(__private::Shape::Union { tag: #tag, content: #content, variants: &[#(#variants),*], open: #open })
}
