//! Edits that make a body satisfy or break a condition, so that every rule brings its own test inputs.

use proc_macro2::{Literal as Token, TokenStream};
use quote::quote;
use sps_spec::{Condition, FieldType, Format, Literal, Spec, Struct, TypeDef};

/// One change, as `sps_validate::Edit` will have it.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Edit {
    Set(Vec<String>, Literal),
    Null(Vec<String>),
    Fill(Vec<String>),
    Remove(Vec<String>),
    Plain(Vec<String>, String),
}

impl Edit {
    fn path(&self) -> &[String] {
        match self {
            Self::Set(path, _)
            | Self::Null(path)
            | Self::Fill(path)
            | Self::Remove(path)
            | Self::Plain(path, _) => path,
        }
    }
}

/// Alternatives, each a list of edits to make together.
pub(super) type Ways = Vec<Vec<Edit>>;

/// Ways to make `condition` hold (or not) on a body of type `def`.
pub(super) fn ways(spec: &Spec, def: &Struct, condition: &Condition, holds: bool) -> Ways {
    use Condition as P;
    let set = |path: &[String], literal: Literal| vec![vec![Edit::Set(path.to_vec(), literal)]];
    let text = |path: &[String], good: String, bad: String| {
        set(path, Literal::Str(if holds { good } else { bad }))
    };
    match condition {
        // Another tag would need another content: no single edit does that.
        P::Equals(path, _) | P::In(path, _) if leaf(spec, def, path).is_none() => Vec::new(),
        P::Equals(path, Literal::Bool(value)) => set(path, Literal::Bool(*value == holds)),
        P::Equals(path, literal) => one_of(spec, def, path, std::slice::from_ref(literal), holds),
        P::In(path, literals) => one_of(spec, def, path, literals, holds),
        P::Present(path) => {
            vec![vec![if holds { Edit::Fill(path.clone()) } else { Edit::Remove(path.clone()) }]]
        }
        P::Absent(path) => ways(spec, def, &P::Present(path.clone()), !holds),
        P::Null(path) => {
            vec![vec![if holds { Edit::Null(path.clone()) } else { Edit::Fill(path.clone()) }]]
        }
        P::Not(inner) => ways(spec, def, inner, !holds),
        P::All(parts) if holds => together(parts.iter().map(|part| ways(spec, def, part, true))),
        P::All(parts) => parts.iter().flat_map(|part| ways(spec, def, part, false)).collect(),
        P::Any(parts) if holds => {
            parts.iter().flat_map(|part| ways(spec, def, part, true)).collect()
        }
        P::Any(parts) => together(parts.iter().map(|part| ways(spec, def, part, false))),
        P::Length { path, min, max } => {
            let good = min.or(*max).unwrap_or(1);
            let bad = match (min, max) {
                (Some(min), _) if *min > 0 => min - 1,
                (_, Some(max)) => max + 1,
                _ => return Vec::new(),
            };
            text(path, letters(good), letters(bad))
        }
        P::Charset { path, chars } => {
            let bad = ('!'..='~').find(|c| !c.is_ascii_alphanumeric() && !chars.contains(*c));
            let Some(bad) = bad else { return Vec::new() };
            text(path, "letters and 42".to_owned(), format!("letters{bad}and 42"))
        }
        P::Hex(path) => {
            text(path, "0x0123456789ABCDEF".to_owned(), "0x0123456789ABCDEG".to_owned())
        }
        P::HexLength { path, min, max } => {
            let digits = |count: u64| {
                format!(
                    "0x{}",
                    "0123456789"
                        .chars()
                        .cycle()
                        .take(usize::try_from(count).unwrap_or(0))
                        .collect::<String>()
                )
            };
            let good = min.or(*max).unwrap_or(2);
            let bad = min.map_or_else(|| max.map_or(0, |max| max + 1), |min| min.saturating_sub(1));
            text(path, digits(good), digits(bad))
        }
        P::Range { path, min, max } => {
            let good = min.or(*max).unwrap_or(0);
            let bad = min.map_or_else(|| max.map_or(0, |max| max + 1), |min| min - 1);
            set(path, Literal::Int(if holds { good } else { bad }))
        }
        P::Format { path, format } => {
            let (good, bad) = samples(*format);
            text(path, good.to_owned(), bad.to_owned())
        }
        P::Referent(path, inner) => ways(spec, def, inner, holds)
            .into_iter()
            .map(|edits| edits.into_iter().map(|edit| behind(path, edit)).collect())
            .collect(),
        P::Custom { .. } => Vec::new(),
    }
}

/// An edit of the referenced object's `plain`, as an edit of what the reference at `path` leads to.
fn behind(path: &[String], edit: Edit) -> Edit {
    match edit {
        Edit::Set(_, Literal::Str(plain)) => Edit::Plain(path.to_vec(), plain),
        other => other,
    }
}

fn one_of(spec: &Spec, def: &Struct, path: &[String], literals: &[Literal], holds: bool) -> Ways {
    if holds {
        return literals
            .iter()
            .map(|literal| vec![Edit::Set(path.to_vec(), literal.clone())])
            .collect();
    }
    match leaf(spec, def, path) {
        Some(Leaf::Words(words)) => words
            .into_iter()
            .map(Literal::Str)
            .filter(|word| !literals.contains(word))
            .map(|word| vec![Edit::Set(path.to_vec(), word)])
            .collect(),
        Some(Leaf::Text) => {
            vec![vec![Edit::Set(path.to_vec(), Literal::Str("something-else".to_owned()))]]
        }
        Some(Leaf::Other) | None => Vec::new(),
    }
}

/// Every combination of one way of each part that does not contradict itself.
fn together(parts: impl Iterator<Item = Ways>) -> Ways {
    parts.fold(vec![Vec::new()], |ways, part| combined(&ways, &part))
}

/// Every way of `first` followed by every way of `then`.
pub(super) fn combined(first: &Ways, then: &Ways) -> Ways {
    first.iter().flat_map(|one| then.iter().filter_map(move |more| joined(one, more))).collect()
}

/// Both, or nothing if they ask for two different things. Of two texts for one member the later
/// counts: both are samples of the same thing.
fn joined(one: &[Edit], more: &[Edit]) -> Option<Vec<Edit>> {
    let is_text = |edit: &Edit| matches!(edit, Edit::Set(_, Literal::Str(text)) if text.starts_with("0x") || text.contains(' '));
    let mut edits = Vec::new();
    for edit in one {
        match more.iter().find(|other| other.path() == edit.path()) {
            None | Some(Edit::Plain(..)) => edits.push(edit.clone()),
            Some(later) if later == edit || (is_text(later) && is_text(edit)) => {}
            Some(_) => return None,
        }
    }
    edits.extend_from_slice(more);
    Some(edits)
}

enum Leaf {
    Words(Vec<String>),
    Text,
    Other,
}

/// What stands at a path of struct members; nothing if the path ends at the tag of a union.
fn leaf(spec: &Spec, def: &Struct, path: &[String]) -> Option<Leaf> {
    let (first, rest) = path.split_first()?;
    let field = def.field(first)?;
    match (&field.ty, rest.is_empty()) {
        (FieldType::Named(name), true) => match spec.type_def(name)? {
            TypeDef::Enum(def) => {
                Some(Leaf::Words(def.values.iter().map(|value| value.value.clone()).collect()))
            }
            _ => Some(Leaf::Other),
        },
        (FieldType::Named(name), false) => match spec.type_def(name)? {
            TypeDef::Struct(def) => leaf(spec, def, rest),
            _ => None,
        },
        (FieldType::String, true) => Some(Leaf::Text),
        (_, true) => Some(Leaf::Other),
        (_, false) => None,
    }
}

fn letters(count: u64) -> String {
    ('a'..='z').cycle().take(usize::try_from(count).unwrap_or(0)).collect()
}

fn samples(format: Format) -> (&'static str, &'static str) {
    match format {
        Format::EmailAddress => ("ops@example.com", "ops.example.com"),
        Format::IpAddress => ("192.0.2.10", "192.0.2.256"),
        Format::Fqdn => ("server.example.com", "server"),
        Format::TimeOfDay => ("8:00", "24:00"),
        Format::DateTime => ("2022-03-30T12:00:01+00:00", "2022-02-30T12:00:01+00:00"),
        Format::NoWhitespace => ("one-word", "two words"),
        Format::PemCertificate => ("", "no certificate"),
    }
}

/// The alternatives as a static table.
pub(super) fn tokens(ways: &Ways) -> TokenStream {
    let ways = ways.iter().map(|way| {
        let edits = way.iter().map(|edit| match edit {
            Edit::Set(path, Literal::Bool(value)) => quote!(Edit::Bool(&[#(#path),*], #value)),
            Edit::Set(path, Literal::Int(value)) => {
                let value = Token::i64_unsuffixed(*value);
                quote!(Edit::Int(&[#(#path),*], #value))
            }
            Edit::Set(path, Literal::Str(value)) => quote!(Edit::Str(&[#(#path),*], #value)),
            Edit::Null(path) => quote!(Edit::Null(&[#(#path),*])),
            Edit::Fill(path) => quote!(Edit::Fill(&[#(#path),*])),
            Edit::Remove(path) => quote!(Edit::Remove(&[#(#path),*])),
            Edit::Plain(path, plain) => quote!(Edit::Plain(&[#(#path),*], #plain)),
        });
        quote!(&[#(#edits),*])
    });
    quote!(&[#(#ways),*])
}
