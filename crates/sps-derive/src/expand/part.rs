//! One field of a struct while it is read and written.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::{Ident, LitStr, ext::IdentExt};

use crate::ast::Field;

/// One field while it is read and written.
pub(super) struct Part<'a> {
    pub(super) name: &'a Ident,
    pub(super) wire: &'a LitStr,
    /// The type that is read; the field itself is inside it if it is foreign.
    pub(super) read: TokenStream,
    pub(super) foreign: bool,
}

impl<'a> Part<'a> {
    pub(super) fn of(field: &'a Field) -> Self {
        let ty = &field.ty;
        let read = if field.foreign { quote!(__private::Foreign<#ty>) } else { quote!(#ty) };
        Self { name: &field.name, wire: &field.wire, read, foreign: field.foreign }
    }

    pub(super) fn of_response(field: &'a Field) -> Self {
        let ty = &field.ty;
        if field.foreign {
            Self::of(field)
        } else {
            Self { read: quote!(<#ty as __sps::Exchange>::Response), ..Self::of(field) }
        }
    }

    /// The local variable for it while its object is read.
    pub(super) fn slot(&self) -> Ident {
        format_ident!("slot_{}", self.name.unraw())
    }
}
