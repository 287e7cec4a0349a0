//! The place of a type, which everything that mentions the type gets as its own.
//!
//! A type that cannot be a member is one mistake, but the expansion mentions it many times. Each mention is by way of the
//! trait `Exchange` alone, and each of its tokens has the span of the first token of the type. All errors are equal then,
//! and the compiler prints one.

use proc_macro2::{Group, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote_spanned};
use syn::{Ident, Type};

/// A type that was moved to one place.
#[derive(Clone)]
pub(super) struct Placed {
    ty: TokenStream,
    span: Span,
}

impl Placed {
    pub(super) fn new(ty: &Type) -> Self {
        let tokens = ty.to_token_stream();
        let first = tokens.clone().into_iter().next();
        let span = first.map_or_else(Span::call_site, |token| token.span());
        Self { ty: moved(tokens, span), span }
    }

    /// The place.
    pub(super) fn span(&self) -> Span {
        self.span
    }

    /// Moves a name here.
    pub(super) fn name(&self, name: &Ident) -> Ident {
        located(name, self.span)
    }

    /// `<ty as Exchange>::item`.
    pub(super) fn item(&self, item: &str) -> TokenStream {
        let (ty, item) = (&self.ty, Ident::new(item, self.span));
        quote_spanned!(self.span=> <#ty as __sps::Exchange>::#item)
    }

    /// The counterpart in responses, where `root` is the path of the crate.
    pub(super) fn response(&self, root: &TokenStream) -> TokenStream {
        let ty = &self.ty;
        quote_spanned!(self.span=> <#ty as #root::Exchange>::Response)
    }
}

fn located(name: &Ident, span: Span) -> Ident {
    let mut name = name.clone();
    name.set_span(name.span().located_at(span));
    name
}

fn moved(tokens: TokenStream, span: Span) -> TokenStream {
    let tokens = tokens.into_iter().map(|mut token| {
        if let TokenTree::Group(group) = &token {
            let inner = moved(group.stream(), span);
            let mut moved = Group::new(group.delimiter(), inner);
            moved.set_span(group.span());
            token = moved.into();
        }
        token.set_span(token.span().located_at(span));
        token
    });
    tokens.collect()
}
