//! Conditions as const data: the text of a `sps_validate::Condition`.

use proc_macro2::{Literal as Token, TokenStream};
use quote::{format_ident, quote};
use sps_spec::{Condition, Literal};

use crate::rust::Error;

/// The inputs of a rule, in the order in which its conditions number them.
#[derive(Default)]
pub(super) struct Inputs {
    paths: Vec<Vec<String>>,
}

/// `sps_validate::MAX_INPUTS`, against which the build checks the generated code.
const MAX_INPUTS: usize = 4;

impl Inputs {
    /// Writes a condition, and adds the members that it looks at.
    pub(super) fn condition(&mut self, condition: &Condition) -> Result<TokenStream, Error> {
        use Condition as C;
        Ok(match condition {
            C::Equals(path, value) => {
                let (input, value) = (self.number(path)?, literal(value));
                quote!(Condition::Equals(#input, #value))
            }
            C::In(path, values) => {
                let (input, values) = (self.number(path)?, values.iter().map(literal));
                quote!(Condition::In(#input, &[#(#values),*]))
            }
            C::Present(path) => {
                let input = self.number(path)?;
                quote!(Condition::Present(#input))
            }
            C::Absent(path) => {
                let input = self.number(path)?;
                quote!(Condition::Not(&Condition::Present(#input)))
            }
            C::Null(path) => {
                let input = self.number(path)?;
                quote!(Condition::Null(#input))
            }
            C::Not(inner) => {
                let inner = self.condition(inner)?;
                quote!(Condition::Not(&#inner))
            }
            C::All(parts) => {
                let parts = self.conditions(parts)?;
                quote!(Condition::All(&[#(#parts),*]))
            }
            C::Any(parts) => match condition.as_equivalence() {
                Some((left, right)) => {
                    let (left, right) = (self.condition(left)?, self.condition(right)?);
                    quote!(Condition::Same(&[#left, #right]))
                }
                None => {
                    let parts = self.conditions(parts)?;
                    quote!(Condition::Any(&[#(#parts),*]))
                }
            },
            C::Length { path, min, max } => {
                let (input, bounds) = (self.number(path)?, bounds(*min, *max));
                quote!(Condition::Length(#input, #bounds))
            }
            C::Charset { path, chars } => {
                let input = self.number(path)?;
                quote!(Condition::Charset(#input, #chars))
            }
            C::Hex(path) => {
                let input = self.number(path)?;
                quote!(Condition::Hex(#input))
            }
            C::HexLength { path, min, max } => {
                let (input, bounds) = (self.number(path)?, bounds(*min, *max));
                quote!(Condition::HexLength(#input, #bounds))
            }
            C::Range { path, min, max } => {
                let (input, min, max) = (self.number(path)?, bound(*min), bound(*max));
                quote!(Condition::Range(#input, #min, #max))
            }
            C::Format { path, format } => {
                let (input, format) = (self.number(path)?, format_ident!("{format:?}"));
                quote!(Condition::Format(#input, Format::#format))
            }
            C::Referent(..) | C::Custom { .. } => {
                return Err(Error::new(
                    "a condition on a referenced object, or a check written by hand, cannot be a part of another condition",
                ));
            }
        })
    }

    fn conditions(&mut self, parts: &[Condition]) -> Result<Vec<TokenStream>, Error> {
        parts.iter().map(|part| self.condition(part)).collect()
    }

    /// The number of a member; it is added if it is new.
    pub(super) fn number(&mut self, path: &[String]) -> Result<Token, Error> {
        let number = match self.paths.iter().position(|known| known == path) {
            Some(number) => number,
            None if self.paths.len() == MAX_INPUTS => {
                return Err(Error::new(format!(
                    "a rule looks at no more than {MAX_INPUTS} members"
                )));
            }
            None => {
                self.paths.push(path.to_vec());
                self.paths.len() - 1
            }
        };
        Ok(Token::usize_unsuffixed(number))
    }

    /// The paths as a table.
    pub(super) fn tokens(&self) -> TokenStream {
        let paths = self.paths.iter().map(|path| path_tokens(path));
        quote!(&[#(#paths),*])
    }
}

/// Writes a path of wire names.
pub(super) fn path_tokens(path: &[String]) -> TokenStream {
    quote!(&[#(#path),*])
}

fn literal(literal: &Literal) -> TokenStream {
    match literal {
        Literal::Bool(value) => quote!(Literal::Bool(#value)),
        Literal::Int(value) => {
            let value = Token::i64_unsuffixed(*value);
            quote!(Literal::Int(#value))
        }
        Literal::Str(value) => quote!(Literal::Str(#value)),
    }
}

fn bounds(min: Option<u64>, max: Option<u64>) -> TokenStream {
    let (low, high) = (min.map(Token::u64_unsuffixed), max.map(Token::u64_unsuffixed));
    match (low, high) {
        (Some(low), None) => quote!(Bounds::at_least(#low)),
        (None, Some(high)) => quote!(Bounds::at_most(#high)),
        (Some(low), Some(high)) => quote!(Bounds { minimum: #low, maximum: #high }),
        (None, None) => quote!(Bounds::at_least(0)),
    }
}

fn bound(bound: Option<i64>) -> TokenStream {
    match bound.map(Token::i64_unsuffixed) {
        Some(bound) => quote!(Some(#bound)),
        None => quote!(None),
    }
}
