//! `#[derive(Resource)]`: one declaration becomes a request type and its response twin.
//!
//! Use it through `sps_model::Resource`, which documents it with a complete example: the expansion needs `sps-model` and
//! nothing else. The crate has no features. A wrong declaration is an error at the word that is wrong, and a member of a
//! type that no request has is one error at the type.
//!
//! The stages are those of any derive here: `attr` reads the
//! attributes, `ast` gathers the declaration, `valid` checks it, `expand` writes the impls; and
//! after a mistake `fallback` writes just enough that no second error follows from the first.

mod ast;
mod attr;
mod expand;
mod fallback;
mod valid;

#[cfg(test)]
mod mistakes;
#[cfg(test)]
mod snapshots;

use proc_macro::TokenStream;
use syn::{DeriveInput, parse_macro_input};

/// Makes a request type, its response twin, and the rewriting of references between them.
///
/// The declared type is the **request**. Beside it appears `NameResponse`, in which every
/// `Key<T>` has become a `Reference<T>`, through `Option`, lists, arrays, maps, nested types and
/// aliases; `Name::from(response)` turns it back. Both are read by serde; the request strictly.
///
/// # What can be declared
/// * A struct with named fields. A field `unknown_fields: UnknownFields` carries keys that no source shows; a struct
///   without it is closed, and a response with such a key is refused.
/// * An enum of unit variants: a list of words. A variant `Unknown(Unknown)` carries words that no
///   source shows.
/// * With `tag` and `content`, an enum of unit and newtype variants: a union. A variant
///   `Unknown(Unknown)` carries what no source shows.
///
/// # Attributes of a type
/// * `tag = "selection", content = "value"`: the keys of a union.
/// * `same`: the response shows the same type; no twin. Nothing in it may be a reference.
/// * `response`: the type has no request form. It is declared as responses show it, with `Reference<T>`.
/// * `response_only(name: Type, "wire-name" as name: Type, …)`: fields that only the twin has. A
///   reference in one is a `Key<T>` here too, and a `Reference<T>` in the twin.
/// * `open`: unknown keys, or unknown values of an enum, are expected even in requests; they are kept, and listed as
///   unchecked.
/// * `builder`: writes `new(required…)` and a `with_…` setter for each field.
/// * `constrained`: the type implements `Constrained`, with documentation and rules.
/// * `crate = path`: where `sps_model` is, if it was renamed.
///
/// # Attributes of a field
/// * `rename = "name"`: the wire name, if it is not the Rust name.
/// * `tag`: this field is the tag of its object; a wrong word is `unknown-selection`.
/// * `request_only`: answers never show it; what was made of a response has the `Default`.
/// * `default`: `new` leaves it empty.
/// * `garde`: the type knows only serde and garde; its errors get the code `garde`.
///
/// # Attributes of a variant
/// * `rename = "word"`: the word, if it is not the name in `snake_case`.
/// * `alias = "word"`: another spelling that is understood; only in a list of words.
///
/// Every mistake is reported at once, on the word that is wrong.
#[proc_macro_derive(Resource, attributes(resource))]
pub fn resource(input: TokenStream) -> TokenStream {
    derive(&parse_macro_input!(input as DeriveInput)).into()
}

/// All stages, on the tokens that tests can make too.
fn derive(input: &DeriveInput) -> proc_macro2::TokenStream {
    let mut errors = attr::Errors::default();
    let (head, shape) = ast::read(input, &mut errors);
    if let Some(shape) = &shape {
        valid::check(&head, shape, &mut errors);
    }
    match (errors.finish(), shape) {
        (None, Some(shape)) => expand::expand(&ast::Declaration { head, shape }),
        (error, shape) => fallback::expand(input, &head, shape.as_ref(), error),
    }
}
