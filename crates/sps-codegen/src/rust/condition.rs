//! Conditions as Rust expressions and as words.

use proc_macro2::{Literal as Token, TokenStream};
use quote::{format_ident, quote};
use sps_spec::{Condition, Literal};

use crate::rust::Error;

/// The expression that is true when `condition` holds; `input` gives the expression of a path.
pub(super) fn expression(
    condition: &Condition,
    input: &dyn Fn(&[String]) -> TokenStream,
) -> Result<TokenStream, Error> {
    use Condition as P;
    Ok(match condition {
        P::Equals(path, literal) => {
            let input = input(path);
            match literal {
                Literal::Bool(true) => input,
                Literal::Bool(false) => quote!(!#input),
                Literal::Int(value) => {
                    let value = Token::i64_unsuffixed(*value);
                    quote!(#input == #value)
                }
                Literal::Str(value) => quote!(#input == #value),
            }
        }
        P::In(path, values) => {
            let input = input(path);
            let values = values.iter().map(pattern);
            quote!(matches!(#input, #(#values)|*))
        }
        P::Present(path) => input(path),
        P::Absent(path) => {
            let input = input(path);
            quote!(!#input)
        }
        P::Null(path) => {
            let input = input(path);
            quote!(#input.is_none())
        }
        P::Not(inner) => match &**inner {
            P::Equals(path, Literal::Str(value)) => {
                let input = input(path);
                quote!(#input != #value)
            }
            P::Equals(path, Literal::Bool(value)) => {
                expression(&P::Equals(path.clone(), Literal::Bool(!value)), input)?
            }
            P::Hex(path) => {
                let input = input(path);
                quote!(hex::digits(#input).is_none())
            }
            P::Null(path) => {
                let input = input(path);
                quote!(#input.is_some())
            }
            P::In(..) | P::Present(_) | P::Custom { .. } => {
                let inner = expression(inner, input)?;
                quote!(!#inner)
            }
            _ => {
                let inner = expression(inner, input)?;
                quote!(!(#inner))
            }
        },
        P::Any(parts) => match both_or_neither(parts) {
            Some((left, right)) => {
                let (left, right) = (expression(left, input)?, expression(right, input)?);
                quote!((#left) == #right)
            }
            None => joined(parts, &quote!(||), input)?,
        },
        P::All(parts) => joined(parts, &quote!(&&), input)?,
        P::Length { path, min, max } => {
            let input = input(path);
            bounds(
                &quote!(#input.chars().count()),
                min.map(Token::u64_unsuffixed),
                max.map(Token::u64_unsuffixed),
            )
        }
        P::Charset { path, chars } => {
            let input = input(path);
            quote!(#input.chars().all(|character| character.is_ascii_alphanumeric() || #chars.contains(character)))
        }
        P::Hex(path) => {
            let input = input(path);
            quote!(hex::digits(#input).is_some())
        }
        P::HexLength { path, min, max } => {
            let input = input(path);
            let within = bounds(
                &quote!(digits.len()),
                min.map(Token::u64_unsuffixed),
                max.map(Token::u64_unsuffixed),
            );
            quote!(hex::digits(#input).is_none_or(|digits| #within))
        }
        P::Range { path, min, max } => {
            let input = input(path);
            bounds(&input, min.map(Token::i64_unsuffixed), max.map(Token::i64_unsuffixed))
        }
        P::Format { path, format } => {
            let input = input(path);
            let format = format_ident!("{format:?}");
            quote!(Format::#format.check(#input).is_ok())
        }
        P::Referent(..) | P::Custom { .. } => {
            return Err(Error::new(
                "`referent` and `custom` stand alone in `holds`, with at most a `when` beside them",
            ));
        }
    })
}

/// `any = [{ all = [a, b] }, { not = { any = [a, b] } }]` says that both hold or neither does.
pub(super) fn both_or_neither(parts: &[Condition]) -> Option<(&Condition, &Condition)> {
    let [Condition::All(both), Condition::Not(neither)] = parts else { return None };
    let Condition::Any(neither) = &**neither else { return None };
    match (both.as_slice(), neither.as_slice()) {
        ([left, right], [other_left, other_right])
            if left == other_left && right == other_right =>
        {
            Some((left, right))
        }
        _ => None,
    }
}

fn joined(
    parts: &[Condition],
    operator: &TokenStream,
    input: &dyn Fn(&[String]) -> TokenStream,
) -> Result<TokenStream, Error> {
    let mut joined = TokenStream::new();
    for (index, part) in parts.iter().enumerate() {
        let expression = expression(part, input)?;
        let expression = match part {
            Condition::All(_) | Condition::Any(_) => quote!((#expression)),
            _ => expression,
        };
        joined = if index == 0 { expression } else { quote!(#joined #operator #expression) };
    }
    Ok(joined)
}

fn bounds(value: &TokenStream, low: Option<Token>, high: Option<Token>) -> TokenStream {
    match (low, high) {
        (Some(low), Some(high)) => quote!((#low..=#high).contains(&#value)),
        (Some(low), None) => quote!(#value >= #low),
        (None, Some(high)) => quote!(#value <= #high),
        (None, None) => quote!(true),
    }
}

fn pattern(literal: &Literal) -> TokenStream {
    match literal {
        Literal::Bool(value) => quote!(#value),
        Literal::Int(value) => {
            let value = Token::i64_unsuffixed(*value);
            quote!(#value)
        }
        Literal::Str(value) => quote!(#value),
    }
}
