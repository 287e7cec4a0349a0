//! Tokens of a condition.

use std::ops::Range;

use super::Mistake;

/// One token with its place.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Token {
    pub(super) kind: Kind,
    pub(super) range: Range<usize>,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Kind {
    /// A name of a member or function, or one of `true`, `false`, `null`, `in`, `self`.
    Name(String),
    Text(String),
    Int(i64),
    Sign(&'static str),
    End,
}

impl Kind {
    /// The token as messages show it.
    pub(super) fn shown(&self) -> String {
        match self {
            Self::Name(name) => format!("`{name}`"),
            Self::Text(text) => format!("'{text}'"),
            Self::Int(number) => number.to_string(),
            Self::Sign(sign) => format!("`{sign}`"),
            Self::End => "the end".to_owned(),
        }
    }
}

/// Longest first, so that `<=` is not read as `<`.
const SIGNS: [&str; 15] =
    ["||", "&&", "==", "!=", "<=", ">=", "<", ">", "!", "(", ")", "[", "]", ",", "."];

/// Words that CEL reserves: no member of this name can be named in a condition.
const RESERVED: [&str; 15] = [
    "as",
    "break",
    "const",
    "continue",
    "else",
    "for",
    "function",
    "if",
    "import",
    "let",
    "loop",
    "namespace",
    "package",
    "return",
    "var",
];

/// Splits the text into tokens; the last one is [`Kind::End`].
pub(super) fn tokens(text: &str) -> Result<Vec<Token>, Mistake> {
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(c) = text[at..].chars().next() {
        let rest = &text[at..];
        if matches!(c, ' ' | '\t' | '\n' | '\r') {
            at += 1;
            continue;
        }
        let (kind, length) = if c.is_ascii_alphabetic() || c == '_' {
            name(rest, at)?
        } else if c.is_ascii_digit() || c == '-' {
            int(rest, at)?
        } else if matches!(c, '\'' | '"') {
            string(rest, at, c)?
        } else {
            sign(rest, at, c)?
        };
        tokens.push(Token { kind, range: at..at + length });
        at += length;
    }
    tokens.push(Token { kind: Kind::End, range: at..at });
    Ok(tokens)
}

fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

fn name(rest: &str, at: usize) -> Result<(Kind, usize), Mistake> {
    let length = rest.find(|c| !is_word(c)).unwrap_or(rest.len());
    let name = &rest[..length];
    if RESERVED.contains(&name) {
        let message = format!("`{name}` is a reserved word of CEL: a condition cannot use it");
        return Err(Mistake::new(&(at..at + length), message));
    }
    Ok((Kind::Name(name.to_owned()), length))
}

fn int(rest: &str, at: usize) -> Result<(Kind, usize), Mistake> {
    let digits = rest.strip_prefix('-').unwrap_or(rest);
    let count = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
    let length = rest.len() - digits.len() + count;
    if count == 0 {
        let message = "unexpected `-`: a condition names only members that are CEL identifiers, \
                       of letters, digits and `_`";
        return Err(Mistake::new(&(at..at + 1), message));
    }
    match rest[..length].parse() {
        Ok(number) => Ok((Kind::Int(number), length)),
        Err(_) => Err(Mistake::new(&(at..at + length), "this number does not fit into 64 bits")),
    }
}

fn string(rest: &str, at: usize, quote: char) -> Result<(Kind, usize), Mistake> {
    let mut text = String::new();
    let mut chars = rest.char_indices().skip(1);
    while let Some((index, c)) = chars.next() {
        match c {
            _ if c == quote => return Ok((Kind::Text(text), index + 1)),
            '\n' | '\r' => break,
            '\\' => {
                let escaped = chars.next().map(|(_, c)| c);
                text.push(match escaped {
                    Some('n') => '\n',
                    Some('r') => '\r',
                    Some('t') => '\t',
                    Some(c @ ('\\' | '\'' | '"')) => c,
                    _ => {
                        let message = "unknown escape, known are \\\\ \\' \\\" \\n \\r \\t";
                        return Err(Mistake::new(&(at + index..at + index + 1), message));
                    }
                });
            }
            _ => text.push(c),
        }
    }
    Err(Mistake::new(&(at..at + rest.len()), "this string has no end"))
}

fn sign(rest: &str, at: usize, c: char) -> Result<(Kind, usize), Mistake> {
    if let Some(sign) = SIGNS.into_iter().find(|sign| rest.starts_with(sign)) {
        return Ok((Kind::Sign(sign), sign.len()));
    }
    let hint = match c {
        '=' => ", did you mean `==`?",
        '&' => ", did you mean `&&`?",
        '|' => ", did you mean `||`?",
        _ => "",
    };
    Err(Mistake::new(&(at..at + c.len_utf8()), format!("unexpected `{c}`{hint}")))
}
