//! The declaration as the derive understands it.

use proc_macro2::{Span, TokenStream};
use quote::quote;
use syn::{
    Attribute, Data, DataStruct, DeriveInput, Fields, Ident, LitStr, Token, Type, Visibility,
    ext::IdentExt,
    parse::{Parse, ParseStream},
    punctuated::Punctuated,
};

use crate::attr::{Errors, Words, string_at};

/// A declared type.
pub(crate) struct Declaration {
    pub(crate) head: Head,
    pub(crate) shape: Shape,
}

/// What is known about a type before its members are looked at.
pub(crate) struct Head {
    pub(crate) vis: Visibility,
    pub(crate) name: Ident,
    /// Attributes that the twin gets too: documentation and `non_exhaustive`.
    pub(crate) copied: Vec<Attribute>,
    /// Where `sps_model` is.
    pub(crate) root: TokenStream,
    pub(crate) form: TypeForm,
    pub(crate) constrained: bool,
}

/// Which types a declaration makes.
pub(crate) enum TypeForm {
    /// A request and its response twin.
    Twin,
    /// One type for both.
    Same,
    /// A response alone.
    Response,
}

pub(crate) enum Shape {
    Struct(Struct),
    Words(WordList),
    Union(Union),
}

pub(crate) struct Struct {
    pub(crate) fields: Vec<Field>,
    pub(crate) response_only: Vec<ResponseField>,
    pub(crate) has_unknown_fields: bool,
    pub(crate) open: Option<Ident>,
    pub(crate) builder: bool,
}

pub(crate) struct Field {
    pub(crate) copied: Vec<Attribute>,
    pub(crate) vis: Visibility,
    pub(crate) name: Ident,
    pub(crate) wire: LitStr,
    pub(crate) ty: Type,
    pub(crate) tag: Option<Ident>,
    pub(crate) request_only: Option<Ident>,
    pub(crate) default: bool,
    pub(crate) foreign: bool,
}

/// A field that only responses have: `name: Type`, or `"wire-name" as name: Type`.
pub(crate) struct ResponseField {
    pub(crate) wire: LitStr,
    pub(crate) name: Ident,
    pub(crate) ty: Type,
}

impl Parse for ResponseField {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let wire = if input.peek(LitStr) {
            let wire = input.parse()?;
            input.parse::<Token![as]>()?;
            Some(wire)
        } else {
            None
        };
        let name = input.call(Ident::parse_any)?;
        if input.is_empty() {
            // At the end of a list there is no token to point at.
            return Err(syn::Error::new_spanned(name, "expected `name: Type`"));
        }
        input.parse::<Token![:]>()?;
        let wire = wire.unwrap_or_else(|| string_at(&name.unraw().to_string(), name.span()));
        Ok(Self { wire, name, ty: input.parse()? })
    }
}

pub(crate) struct WordList {
    pub(crate) values: Vec<Value>,
    pub(crate) has_unknown: bool,
    pub(crate) open: Option<Ident>,
}

pub(crate) struct Value {
    pub(crate) name: Ident,
    pub(crate) wire: LitStr,
    pub(crate) aliases: Vec<LitStr>,
}

pub(crate) struct Union {
    pub(crate) tag: LitStr,
    pub(crate) content: LitStr,
    pub(crate) variants: Vec<Variant>,
    pub(crate) has_unknown: bool,
    pub(crate) open: Option<Ident>,
}

pub(crate) struct Variant {
    pub(crate) copied: Vec<Attribute>,
    pub(crate) name: Ident,
    pub(crate) wire: LitStr,
    pub(crate) ty: Option<Type>,
}

const STRUCT_WORDS: &[&str] =
    &["same", "response", "response_only", "open", "builder", "constrained", "crate"];
const ENUM_WORDS: &[&str] = &["tag", "content", "same", "response", "open", "constrained", "crate"];
const FIELD_WORDS: &[&str] = &["rename", "tag", "request_only", "default", "garde"];

/// Gathers the declaration; no shape where nothing more can be checked.
pub(crate) fn read(input: &DeriveInput, errors: &mut Errors) -> (Head, Option<Shape>) {
    let mut words = Words::new(&input.attrs, errors);
    let head = Head::new(input, &mut words, errors);
    let shape = match &input.data {
        Data::Struct(data) => Struct::new(data, words, errors).map(Shape::Struct),
        Data::Enum(data) => Some(enum_shape(&data.variants, words, errors)),
        Data::Union(data) => {
            errors.at(data.union_token, "a resource is a struct or an enum, not a Rust union");
            None
        }
    };
    (head, shape)
}

impl Head {
    fn new(input: &DeriveInput, words: &mut Words, errors: &mut Errors) -> Self {
        if !input.generics.params.is_empty() {
            errors.at(
                &input.generics,
                "a resource cannot be generic: its descriptor is one static table",
            );
        }
        let root = match words.path("crate", errors) {
            Some(path) => quote!(#path),
            None => quote!(::sps_model),
        };
        let constrained = words.flag("constrained", errors).is_some();
        let (same, response) = (words.flag("same", errors), words.flag("response", errors));
        if let (Some(_), Some(response)) = (&same, &response) {
            errors.at(response, "`response` has no request form, so `same` says nothing beside it");
        }
        let form = match (same, response) {
            (_, Some(_)) => TypeForm::Response,
            (Some(_), None) => TypeForm::Same,
            (None, None) => TypeForm::Twin,
        };
        Self {
            vis: input.vis.clone(),
            name: input.ident.clone(),
            copied: copied(&input.attrs),
            root,
            form,
            constrained,
        }
    }
}

impl Struct {
    fn new(data: &DataStruct, mut words: Words, errors: &mut Errors) -> Option<Self> {
        let response_only = words.list("response_only", "response_only(name: Type)", errors);
        let open = words.flag("open", errors);
        let builder = words.flag("builder", errors).is_some();
        words.finish("a struct", STRUCT_WORDS, errors);
        let Fields::Named(named) = &data.fields else {
            let message = "a resource struct has named fields: each is a key of the object";
            match &data.fields {
                Fields::Unit => errors.at(data.semi_token, message),
                fields => errors.at(fields, message),
            }
            return None;
        };
        let mut has_unknown_fields = false;
        let mut list = Vec::new();
        for field in &named.named {
            let Some(name) = field.ident.clone() else { continue };
            let mut words = Words::new(&field.attrs, errors);
            let wire = words.string("rename", errors);
            if name == "unknown_fields" && wire.is_none() {
                has_unknown_fields = true;
                words.finish("the field `unknown_fields`", &[], errors);
                continue;
            }
            let wire = wire.unwrap_or_else(|| string_at(&name.unraw().to_string(), name.span()));
            list.push(Field {
                copied: copied(&field.attrs),
                vis: field.vis.clone(),
                wire,
                ty: field.ty.clone(),
                tag: words.flag("tag", errors),
                request_only: words.flag("request_only", errors),
                default: words.flag("default", errors).is_some(),
                foreign: words.flag("garde", errors).is_some(),
                name,
            });
            words.finish("a field", FIELD_WORDS, errors);
        }
        Some(Self { fields: list, response_only, has_unknown_fields, open, builder })
    }
}

type Variants = Punctuated<syn::Variant, Token![,]>;

fn enum_shape(variants: &Variants, mut words: Words, errors: &mut Errors) -> Shape {
    let keys = (words.string("tag", errors), words.string("content", errors));
    let open = words.flag("open", errors);
    words.finish("an enum", ENUM_WORDS, errors);
    let (tag, content) = match keys {
        (None, None) => return Shape::Words(word_list(variants, open, errors)),
        (Some(tag), Some(content)) => (tag, content),
        // The variants are checked even so: every mistake is reported at once.
        (Some(tag), None) => {
            errors.at(&tag, "`tag` needs `content` beside it: the key of what the tag decides");
            (tag, string_at("", Span::call_site()))
        }
        (None, Some(content)) => {
            errors.at(&content, "`content` needs `tag` beside it: the key that decides");
            (string_at("", Span::call_site()), content)
        }
    };
    let mut union = union(variants, tag, content, errors);
    union.open = open;
    Shape::Union(union)
}

fn word_list(variants: &Variants, open: Option<Ident>, errors: &mut Errors) -> WordList {
    let (mut values, mut has_unknown) = (Vec::new(), false);
    for variant in variants {
        let mut words = Words::new(&variant.attrs, errors);
        if is_other(variant) {
            has_unknown = true;
            words.finish("the variant `Unknown`", &[], errors);
            continue;
        }
        if !matches!(variant.fields, Fields::Unit) {
            errors.at(&variant.fields, "a word has no content; for a union say `#[resource(tag = \"…\", content = \"…\")]`");
        }
        values.push(Value {
            wire: wire_name(variant, &mut words, errors),
            aliases: words.strings("alias", errors),
            name: variant.ident.clone(),
        });
        words.finish("a word", &["rename", "alias"], errors);
    }
    WordList { values, has_unknown, open }
}

fn union(variants: &Variants, tag: LitStr, content: LitStr, errors: &mut Errors) -> Union {
    let (mut list, mut has_unknown) = (Vec::new(), false);
    for variant in variants {
        let mut words = Words::new(&variant.attrs, errors);
        if is_other(variant) {
            has_unknown = true;
            words.finish("the variant `Unknown`", &[], errors);
            continue;
        }
        let ty = match &variant.fields {
            Fields::Unit => None,
            Fields::Unnamed(fields) if fields.unnamed.len() == 1 => {
                fields.unnamed.first().map(|field| field.ty.clone())
            }
            fields => {
                errors.at(fields, "a variant of a union holds one type, or nothing");
                None
            }
        };
        let wire = wire_name(variant, &mut words, errors);
        list.push(Variant {
            copied: copied(&variant.attrs),
            name: variant.ident.clone(),
            wire,
            ty,
        });
        words.finish("a variant of a union", &["rename"], errors);
    }
    Union { tag, content, variants: list, has_unknown, open: None }
}

fn wire_name(variant: &syn::Variant, words: &mut Words, errors: &mut Errors) -> LitStr {
    words
        .string("rename", errors)
        .unwrap_or_else(|| string_at(&snake_case(&variant.ident), variant.ident.span()))
}

/// The opaque variant: `Unknown(Unknown)`.
fn is_other(variant: &syn::Variant) -> bool {
    variant.ident == "Unknown"
        && matches!(&variant.fields, Fields::Unnamed(fields) if fields.unnamed.len() == 1)
}

fn copied(attributes: &[Attribute]) -> Vec<Attribute> {
    let travels = |attribute: &&Attribute| {
        attribute.path().is_ident("doc") || attribute.path().is_ident("non_exhaustive")
    };
    attributes.iter().filter(travels).cloned().collect()
}

/// `AuditAndAuthorize` becomes `audit_and_authorize`.
fn snake_case(name: &Ident) -> String {
    let name = name.unraw().to_string();
    let mut snake = String::with_capacity(name.len() + 4);
    for (index, character) in name.char_indices() {
        if character.is_uppercase() && index > 0 {
            snake.push('_');
        }
        snake.extend(character.to_lowercase());
    }
    snake
}
