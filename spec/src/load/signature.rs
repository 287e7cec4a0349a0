//! Reading of types as they are written in one string: `int(0..=100) percent?`.

use std::{ops::Range, str::FromStr};

use super::names;
use crate::{
    error::did_you_mean,
    format::Format,
    syntax::Mistake,
    types::{Constraint, FieldType},
};

/// Levels of lists, arrays and maps in one member; real bodies have two.
const MAX_NESTING: usize = 8;

/// Types with a name of their own, beside formats and types of the spec.
const BASIC: [&str; 7] = ["bool", "int", "number", "string", "any", "ref", "ordered"];

/// A type with everything that its string says.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Signature {
    pub(super) ty: FieldType,
    pub(super) nullable: bool,
    pub(super) constraint: Constraint,
    pub(super) unit: Option<String>,
}

/// Reads a type. Ranges of mistakes count bytes of `text`.
pub(super) fn signature(text: &str) -> Result<Signature, Mistake> {
    let mut it = Signature {
        ty: FieldType::Any,
        nullable: false,
        constraint: Constraint::default(),
        unit: None,
    };
    let mut part = Part { text, start: 0 }.trimmed();
    if let Some(inner) = part.text.strip_suffix('?') {
        it.nullable = true;
        part = Part { text: inner, ..part }.trimmed();
    }
    it.ty = part.ty(&mut it, 0)?;
    Ok(it)
}

/// A piece of the string, with the byte that it starts at.
#[derive(Clone, Copy)]
struct Part<'t> {
    text: &'t str,
    start: usize,
}

impl Part<'_> {
    fn trimmed(self) -> Self {
        let text = self.text.trim_start();
        let start = self.start + self.text.len() - text.len();
        Self { text: text.trim_end(), start }
    }

    fn slice(self, range: Range<usize>) -> Self {
        Self { text: &self.text[range.clone()], start: self.start + range.start }.trimmed()
    }

    fn mistake(self, message: impl Into<String>) -> Mistake {
        Mistake { range: self.start..self.start + self.text.len(), message: message.into() }
    }

    fn inside(self, open: char, close: char) -> Option<Self> {
        let inner = self.text.strip_prefix(open)?.strip_suffix(close)?;
        Some(self.slice(1..1 + inner.len()))
    }

    fn ty(self, to: &mut Signature, depth: usize) -> Result<FieldType, Mistake> {
        if depth > MAX_NESTING {
            return Err(self.mistake(format!("more than {MAX_NESTING} lists inside each other")));
        }
        if let Some(inner) = self.inside('{', '}') {
            return Ok(FieldType::Map(Box::new(inner.ty(to, depth + 1)?)));
        }
        if let Some(map) = self.text.strip_prefix("ordered") {
            let map = self.slice(self.text.len() - map.len()..self.text.len());
            return match map.inside('{', '}') {
                Some(inner) => Ok(FieldType::Ordered(Box::new(inner.ty(to, depth + 1)?))),
                None => Err(self.mistake("an ordered map is written as `ordered {T}`")),
            };
        }
        let Some(inner) = self.inside('[', ']') else { return self.innermost(to) };
        // The length belongs to the outermost list, so it follows the last bracket.
        let text = inner.text;
        let at =
            text.rfind(';').filter(|&at| text.rfind([']', '}']).is_none_or(|bracket| bracket < at));
        let Some(at) = at else {
            return Ok(FieldType::List(Box::new(inner.ty(to, depth + 1)?)));
        };
        let element = inner.slice(0..at).ty(to, depth + 1)?;
        let length = inner.slice(at + 1..text.len());
        match length.text.parse() {
            Ok(count @ 1..=64) => Ok(FieldType::Array(Box::new(element), count)),
            _ => Err(length.mistake(format!("`{}` is not a length from 1 to 64", length.text))),
        }
    }

    /// Reads a type other than a list, array or map.
    fn innermost(self, to: &mut Signature) -> Result<FieldType, Mistake> {
        let is_word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
        let end = self.text.find(|c| !is_word(c)).unwrap_or(self.text.len());
        let name = self.slice(0..end);
        let mut rest = self.slice(end..self.text.len());
        let mut bounds = None;
        if rest.text.starts_with('(') {
            let Some(close) = rest.text.find(')') else {
                return Err(rest.mistake("this parenthesis has no end"));
            };
            bounds = Some(rest.slice(1..close));
            rest = rest.slice(close + 1..rest.text.len());
        }
        let ty = match name.text {
            "int" => {
                if let Some(bounds) = bounds.take() {
                    (to.constraint.minimum, to.constraint.maximum) = bounds.range()?;
                }
                if !rest.text.is_empty() {
                    to.unit = Some(rest.unit()?);
                }
                return Ok(FieldType::Int);
            }
            "ref" => {
                if rest.text.is_empty() {
                    return Err(self.mistake("a reference names a collection: `ref passwords`"));
                }
                let path = rest.text;
                rest.text = "";
                FieldType::Ref(if path.starts_with('/') {
                    path.to_owned()
                } else {
                    format!("/api/configuration/{path}")
                })
            }
            "number" => FieldType::Number,
            "bool" => FieldType::Bool,
            "any" => FieldType::Any,
            text => match Format::ALL.into_iter().find(|format| format.name() == text) {
                _ if text == "string" => string(to, &mut bounds)?,
                Some(format) => {
                    to.constraint.format = Some(format);
                    string(to, &mut bounds)?
                }
                None if names::is_camel(text) => FieldType::Named(text.to_owned()),
                None => return Err(self.unknown(name)),
            },
        };
        if let Some(bounds) = bounds {
            return Err(bounds.mistake("only a number and a string have bounds"));
        }
        if !rest.text.is_empty() {
            return Err(rest.mistake("only a number has a unit"));
        }
        Ok(ty)
    }

    fn unknown(self, name: Part<'_>) -> Mistake {
        let formats = Format::ALL.map(Format::name);
        let near = did_you_mean(name.text, BASIC.into_iter().chain(formats));
        let hint = if near.is_empty() {
            format!(
                ", expected `{}`, `{}`, the name of a type, `[T]`, `[T; 2]`, `{{T}}` or `ordered {{T}}`",
                BASIC.join("`, `"),
                formats.join("`, `")
            )
        } else {
            near
        };
        let place = if name.text.is_empty() { self } else { name };
        place.mistake(format!("unknown type `{}`{hint}", place.text))
    }

    /// Reads `1..=9`, `1..` or `..=9`.
    fn range<T: FromStr + PartialOrd>(self) -> Result<(Option<T>, Option<T>), Mistake> {
        let form = "bounds are written as `1..=9`, `1..` or `..=9`";
        let Some(at) = self.text.find("..") else { return Err(self.mistake(form)) };
        let (low, high) = (self.slice(0..at), self.slice(at + 2..self.text.len()));
        let number = |part: Part<'_>| {
            part.text
                .parse()
                .map_err(|_| part.mistake(format!("`{}` is not a bound: {form}", part.text)))
        };
        let min = if low.text.is_empty() { None } else { Some(number(low)?) };
        let max = match high.text.strip_prefix('=') {
            Some(_) => Some(number(high.slice(1..high.text.len()))?),
            None if high.text.is_empty() => None,
            None => return Err(high.mistake("the upper bound is included: write `..=`")),
        };
        if min.is_none() && max.is_none() {
            return Err(self.mistake(form));
        }
        if min.is_some() && max.is_some() && min > max {
            return Err(self.mistake("the upper bound lies below the lower one"));
        }
        Ok((min, max))
    }

    /// The unit of a number: words.
    fn unit(self) -> Result<String, Mistake> {
        if self.text.chars().all(|c| c.is_alphabetic() || c == ' ') {
            return Ok(self.text.to_owned());
        }
        Err(self.mistake("a unit is made of words, such as `percent`"))
    }
}

/// Reads the length of a text.
fn string(to: &mut Signature, bounds: &mut Option<Part<'_>>) -> Result<FieldType, Mistake> {
    if let Some(bounds) = bounds.take() {
        (to.constraint.min_length, to.constraint.max_length) = bounds.range()?;
    }
    Ok(FieldType::String)
}
