//! `#[resource(…)]` as a list of words, each with its argument and its span.

use proc_macro2::{Span, TokenStream};
use quote::ToTokens;
use syn::{
    Attribute, Expr, Ident, LitStr, Path, Token,
    ext::IdentExt,
    parse::{Parse, ParseStream},
    punctuated::Punctuated,
};

/// Every mistake, gathered before any is reported.
#[derive(Default)]
pub(crate) struct Errors(Option<syn::Error>);

impl Errors {
    pub(crate) fn push(&mut self, error: syn::Error) {
        match &mut self.0 {
            Some(errors) => errors.combine(error),
            None => self.0 = Some(error),
        }
    }

    /// A mistake at the tokens that are wrong.
    pub(crate) fn at(&mut self, tokens: impl ToTokens, message: impl std::fmt::Display) {
        self.push(syn::Error::new_spanned(tokens, message));
    }

    pub(crate) fn finish(self) -> Option<syn::Error> {
        self.0
    }
}

/// One word of an attribute.
pub(crate) struct Word {
    pub(crate) name: Ident,
    argument: Argument,
}

enum Argument {
    None,
    Value(Expr),
    List(TokenStream),
}

impl Parse for Word {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let name = input.call(Ident::parse_any)?;
        let argument = if input.peek(Token![=]) {
            input.parse::<Token![=]>()?;
            Argument::Value(input.parse()?)
        } else if input.peek(syn::token::Paren) {
            let content;
            syn::parenthesized!(content in input);
            Argument::List(content.parse()?)
        } else {
            Argument::None
        };
        Ok(Self { name, argument })
    }
}

/// The words of all `#[resource(…)]` attributes of one item, taken out one by one.
pub(crate) struct Words(Vec<Word>);

impl Words {
    pub(crate) fn new(attributes: &[Attribute], errors: &mut Errors) -> Self {
        let mut words: Vec<Word> = Vec::new();
        for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("resource"))
        {
            match attribute.parse_args_with(Punctuated::<Word, Token![,]>::parse_terminated) {
                Ok(list) => words.extend(list),
                Err(error) => errors.push(error),
            }
        }
        Self(words)
    }

    /// Takes the word `name`; a second one is a mistake.
    fn take(&mut self, name: &str, errors: &mut Errors) -> Option<Word> {
        let index = self.0.iter().position(|word| word.name == name)?;
        let word = self.0.remove(index);
        while let Some(index) = self.0.iter().position(|word| word.name == name) {
            errors.at(&self.0.remove(index).name, format_args!("`{name}` appears twice"));
        }
        Some(word)
    }

    /// A word without argument: where it is.
    pub(crate) fn flag(&mut self, name: &str, errors: &mut Errors) -> Option<Ident> {
        let word = self.take(name, errors)?;
        if !matches!(word.argument, Argument::None) {
            errors.at(&word.name, format_args!("`{name}` takes no argument"));
        }
        Some(word.name)
    }

    /// A word with a string: `name = "…"`.
    pub(crate) fn string(&mut self, name: &str, errors: &mut Errors) -> Option<LitStr> {
        let word = self.take(name, errors)?;
        string_of(word, errors)
    }

    /// A word with a string that may be several times.
    pub(crate) fn strings(&mut self, name: &str, errors: &mut Errors) -> Vec<LitStr> {
        let (mut strings, mut rest) = (Vec::new(), Vec::new());
        for word in self.0.drain(..) {
            if word.name == name {
                strings.extend(string_of(word, errors));
            } else {
                rest.push(word);
            }
        }
        self.0 = rest;
        strings
    }

    /// A word with a path: `name = a::b`.
    pub(crate) fn path(&mut self, name: &str, errors: &mut Errors) -> Option<Path> {
        let word = self.take(name, errors)?;
        match word.argument {
            Argument::Value(Expr::Path(path)) if path.qself.is_none() => Some(path.path),
            _ => {
                errors.at(&word.name, format_args!("`{name}` takes a path: `{name} = path`"));
                None
            }
        }
    }

    /// A word with a list in parentheses, parsed by `parse`.
    pub(crate) fn list<T: Parse>(&mut self, name: &str, form: &str, errors: &mut Errors) -> Vec<T> {
        let Some(word) = self.take(name, errors) else { return Vec::new() };
        let Argument::List(tokens) = word.argument else {
            errors.at(&word.name, format_args!("`{name}` takes a list: `{form}`"));
            return Vec::new();
        };
        match syn::parse::Parser::parse2(Punctuated::<T, Token![,]>::parse_terminated, tokens) {
            Ok(list) => list.into_iter().collect(),
            Err(error) => {
                errors.push(error);
                Vec::new()
            }
        }
    }

    /// Reports every word that no one took; `known` are the words that belong at this place.
    pub(crate) fn finish(self, place: &str, known: &[&str], errors: &mut Errors) {
        for Word { name, .. } in self.0 {
            let expected = match known {
                [] => "nothing is expected here".to_owned(),
                [word] => format!("expected `{word}`"),
                words => format!("expected one of `{}`", words.join("`, `")),
            };
            errors.at(&name, format_args!("`{name}` does not belong on {place}; {expected}"));
        }
    }
}

fn string_of(word: Word, errors: &mut Errors) -> Option<LitStr> {
    let Word { name, argument } = word;
    if let Argument::Value(Expr::Lit(literal)) = argument
        && let syn::Lit::Str(string) = literal.lit
    {
        if string.value().is_empty() {
            errors.at(&string, "an empty name");
        }
        return Some(string);
    }
    errors.at(&name, format_args!("`{name}` takes a string: `{name} = \"…\"`"));
    None
}

/// Where a name comes from when no attribute gives it.
pub(crate) fn string_at(text: &str, span: Span) -> LitStr {
    LitStr::new(text, span)
}
