//! One field of a struct while it is read and written.

use proc_macro2::TokenStream;
use quote::{format_ident, quote, quote_spanned};
use syn::{Ident, LitStr, Type, ext::IdentExt};

use super::place::Placed;
use crate::ast::{Field, ResponseField, TypeForm};

/// One field while it is read and written.
pub(super) struct Part<'a> {
    pub(super) name: &'a Ident,
    pub(super) wire: &'a LitStr,
    ty: &'a Type,
    access: Access,
}

/// How the expansion uses the type of a field.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Access {
    /// By way of `Exchange`.
    Request,
    /// The counterpart that `Exchange` names.
    Response,
    /// As it is: a declared response has types that no request has.
    Plain,
    /// Inside of `Foreign`.
    Foreign,
}

impl<'a> Part<'a> {
    pub(super) fn of(field: &'a Field, form: &TypeForm) -> Self {
        let Field { name, wire, ty, foreign, .. } = field;
        let access = match form {
            _ if *foreign => Access::Foreign,
            TypeForm::Response => Access::Plain,
            TypeForm::Twin | TypeForm::Same => Access::Request,
        };
        Self { name, wire, ty, access }
    }

    pub(super) fn of_response(field: &'a Field) -> Self {
        let access = if field.foreign { Access::Foreign } else { Access::Response };
        Self { access, ..Self::of(field, &TypeForm::Twin) }
    }

    pub(super) fn response_only(field: &'a ResponseField) -> Self {
        let ResponseField { name, wire, ty } = field;
        Self { name, wire, ty, access: Access::Response }
    }

    /// The name of the field.
    pub(super) fn field(&self) -> Ident {
        Placed::new(self.ty).name(self.name)
    }

    /// The local variable for it while its object is read.
    pub(super) fn slot(&self) -> Ident {
        Placed::new(self.ty).name(&format_ident!("slot_{}", self.name.unraw()))
    }

    /// An empty slot.
    pub(super) fn new_slot(&self) -> TokenStream {
        let (ty, wire) = (Placed::new(self.ty), self.wire);
        match self.access {
            Access::Request => {
                let slot = ty.item("slot");
                quote_spanned!(ty.span()=> #slot(#wire))
            }
            _ => {
                let read = self.read();
                quote_spanned!(ty.span()=> __private::Slot::<#read>::new(#wire))
            }
        }
    }

    /// Reads the member into its slot.
    pub(super) fn fill(&self) -> TokenStream {
        let (ty, slot) = (Placed::new(self.ty), self.slot());
        match self.access {
            Access::Request => {
                let fill = ty.item("fill");
                quote!(#fill(&mut #slot, &mut map, &reader)?)
            }
            _ => quote!(#slot.fill(&mut map, &reader)?),
        }
    }

    /// The value of the field.
    pub(super) fn take(&self) -> TokenStream {
        let (ty, slot) = (Placed::new(self.ty), self.slot());
        match self.access {
            Access::Request => {
                let take = ty.item("take");
                quote_spanned!(ty.span()=> #take(#slot)?)
            }
            Access::Response | Access::Plain => quote_spanned!(ty.span()=> #slot.take()?),
            Access::Foreign => quote_spanned!(ty.span()=> #slot.take()?.0),
        }
    }

    /// Writes the member, unless it is absent.
    pub(super) fn write(&self) -> TokenStream {
        let (ty, name, wire) = (Placed::new(self.ty), self.field(), self.wire);
        match self.access {
            Access::Request => {
                let write = ty.item("write");
                quote_spanned!(ty.span()=> #write(&self.#name, &mut map, #wire)?)
            }
            Access::Response | Access::Plain => {
                quote_spanned!(ty.span()=> __private::write_member(&mut map, #wire, &self.#name)?)
            }
            Access::Foreign => quote_spanned!(ty.span()=> map.serialize_entry(#wire, &self.#name)?),
        }
    }

    /// The descriptor of the type.
    pub(super) fn kind(&self) -> TokenStream {
        match self.access {
            Access::Request | Access::Response => kind(self.ty, &TypeForm::Twin),
            Access::Plain | Access::Foreign => {
                let read = self.read();
                quote!(<#read as __sps::Describe>::KIND)
            }
        }
    }

    /// The type that is read.
    fn read(&self) -> TokenStream {
        let ty = self.ty;
        match self.access {
            Access::Request | Access::Plain => quote!(#ty),
            Access::Response => Placed::new(ty).item("Response"),
            Access::Foreign => quote!(__private::Foreign<#ty>),
        }
    }
}

/// The descriptor of a type in a declaration of this form.
pub(super) fn kind(ty: &Type, form: &TypeForm) -> TokenStream {
    match form {
        TypeForm::Response => quote!(<#ty as __sps::Describe>::KIND),
        TypeForm::Twin | TypeForm::Same => Placed::new(ty).item("MEMBER_KIND"),
    }
}
