//! What people and programs put between the tokens of JSON that does not belong there.

use super::SyntaxError;

/// Returns the name of the mistake that starts at a byte, if it has one.
#[cold]
pub(super) fn intruder(text: &str, at: usize) -> Option<SyntaxError> {
    let rest = text.get(at..)?;
    let character = rest.chars().next()?;
    Some(match character {
        '#' => SyntaxError::NoComment,
        '/' if rest.starts_with("//") || rest.starts_with("/*") => SyntaxError::NoComment,
        '<' if rest.starts_with("<!--") => SyntaxError::NoComment,
        '\u{201C}'..='\u{201F}' | '\u{2018}'..='\u{201B}' | '\u{AB}' | '\u{BB}' => {
            SyntaxError::StraightQuotes
        }
        '\u{FEFF}' if at == 0 => SyntaxError::NoMark,
        '\u{AD}' | '\u{200B}'..='\u{200F}' | '\u{2060}'..='\u{2064}' | '\u{FEFF}' => {
            SyntaxError::NoInvisible
        }
        '\0' if is_utf16(text.as_bytes()) => SyntaxError::Utf8,
        '\0' => SyntaxError::NoNul,
        _ if character.is_whitespace() => SyntaxError::PlainSpace,
        _ => return word(rest),
    })
}

/// Whether every other byte at the start is NUL, as in UTF-16 of ASCII text.
fn is_utf16(bytes: &[u8]) -> bool {
    match bytes {
        [0, high, 0, ..] => *high != 0,
        [low, 0, next, 0, ..] => *low != 0 && *next != 0,
        _ => false,
    }
}

/// Recognizes the words that other languages have for numbers and literals.
fn word(rest: &str) -> Option<SyntaxError> {
    let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len());
    Some(match &rest[..end] {
        "NaN" | "nan" | "NAN" | "Infinity" | "infinity" | "inf" | "Inf" => SyntaxError::NoNan,
        "True" | "False" | "None" | "TRUE" | "FALSE" | "NULL" | "Null" | "nil" | "undefined" => {
            SyntaxError::JsonWord
        }
        _ => return None,
    })
}
