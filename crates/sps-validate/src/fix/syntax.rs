//! Repairs of texts that are not JSON.

use super::{Change, Fix, Fixed, Repair, composed, edited};
use crate::{
    code,
    json::{self, ScanError, SyntaxError},
    limits::Limits,
    span::Span,
};

/// The most mistakes in the syntax that are repaired in one text.
const MAX_SYNTAX_REPAIRS: usize = 256;

/// Repairs what keeps the text from being JSON; `None` if that is not possible.
pub(super) fn readable(text: &str, limits: &Limits) -> Option<Fixed> {
    let mut fixed = Fixed::unchanged(text);
    for _ in 0..MAX_SYNTAX_REPAIRS {
        let (at, expected) = match json::scan(&fixed.text, limits) {
            Ok(_) => return Some(fixed),
            Err(ScanError::Syntax { at, expected }) => (at, expected),
            Err(ScanError::Limit { .. }) => return None,
        };
        let change = syntax_change(&fixed.text, at, expected)?;
        let fix = Fix { code: code::INVALID_JSON, pointer: String::new() };
        let (text, copied) =
            edited(&fixed.text, &[&Repair { fix: fix.clone(), edits: vec![change] }])?;
        fixed.copied = composed(&fixed.copied, &copied);
        fixed.text = text;
        fixed.fixes.push(fix);
    }
    None
}

/// The only way to correct a mistake in the syntax, if there is one.
fn syntax_change(text: &str, at: usize, expected: SyntaxError) -> Option<Change> {
    if !expected.is_repairable() {
        return None;
    }
    if matches!(expected, SyntaxError::KeyAfterComma | SyntaxError::ValueAfterComma) {
        let comma = text.get(..at)?.rfind(',')?;
        return Some((Span::new(comma, comma + 1), String::new()));
    }
    let rest = text.get(at..)?;
    let is_space = expected == SyntaxError::PlainSpace;
    // A whole line may be indented like this.
    let belongs = |c: char| !c.is_ascii() && c.is_whitespace() == is_space;
    let length = if is_space {
        rest.find(|c: char| !belongs(c)).unwrap_or(rest.len())
    } else {
        rest.chars().next()?.len_utf8()
    };
    let characters = if is_space { rest.get(..length)?.chars().count() } else { 0 };
    Some((Span::new(at, at + length), " ".repeat(characters)))
}
