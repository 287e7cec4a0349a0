//! The scanner: one pass over the bytes, one level of recursion per level of nesting.

use std::borrow::Cow;

use super::{LimitKind, Member, Node, ScanError, Value};
use crate::{limits::Limits, span::Span};

/// Reads one JSON document.
///
/// Accepts exactly what `serde_json::from_str::<serde_json::Value>` accepts: no byte order mark,
/// no lone surrogates, no control characters in strings, no numbers beyond `f64`, nothing behind
/// the value. Two differences: repeated keys are kept, and `limits` are enforced. Takes time linear
/// to the text and never panics.
///
/// # Errors
///
/// [`ScanError::Limit`] when the text is longer than [`Limits::bytes`] (decided before anything
/// is read), a container is nested deeper than [`Limits::depth`], or an object has more members
/// than [`Limits::keys`]; [`ScanError::Syntax`] when it is not JSON. The first one found is given.
///
/// Source: RFC 8259; where it leaves a choice, the behavior of `serde_json` 1.
pub fn scan<'a>(text: &'a str, limits: &Limits) -> Result<Node<'a>, ScanError> {
    let mut scanner = Scanner::new(text, limits)?;
    scanner.skip_white_space();
    let node = scanner.value(0)?;
    scanner.end()?;
    Ok(node)
}

/// Reads a document token by token; [`scan`] builds a tree of it, the streaming pass nothing.
#[derive(Debug, Clone)]
pub(crate) struct Scanner<'a> {
    text: &'a str,
    at: usize,
    max_depth: usize,
    max_keys: usize,
    /// Where the key that was read last stands.
    key_span: Span,
}

impl<'a> Scanner<'a> {
    /// A scanner at the start of a text that is not too long.
    pub(crate) fn new(text: &'a str, limits: &Limits) -> Result<Self, ScanError> {
        if text.len() > limits.bytes {
            return Err(ScanError::Limit {
                limit: LimitKind::Bytes,
                at: limits.bytes,
                allowed: limits.bytes,
            });
        }
        let (max_depth, max_keys) = (limits.effective_depth(), limits.keys);
        Ok(Self { text, at: 0, max_depth, max_keys, key_span: Span::new(0, 0) })
    }

    /// Where the scanner stands.
    pub(crate) const fn at(&self) -> usize {
        self.at
    }

    /// Goes to another place; returns where it stood.
    pub(crate) const fn seek(&mut self, at: usize) -> usize {
        std::mem::replace(&mut self.at, at)
    }

    /// Demands that nothing but white space is left.
    pub(crate) fn end(&mut self) -> Result<(), ScanError> {
        self.skip_white_space();
        if self.peek().is_some() {
            return self.syntax("expected the end of the document after its one value");
        }
        Ok(())
    }

    /// Reads the value that starts here. `depth` containers are open around it.
    pub(crate) fn value(&mut self, depth: usize) -> Result<Node<'a>, ScanError> {
        let start = self.at;
        let value = match self.peek() {
            Some(b'{') => self.object(depth)?,
            Some(b'[') => self.array(depth)?,
            Some(b'"') => Value::String(self.string()?),
            Some(b'-' | b'0'..=b'9') => Value::Number(self.number()?),
            Some(b't') => self.word("true", Value::Bool(true))?,
            Some(b'f') => self.word("false", Value::Bool(false))?,
            Some(b'n') => self.word("null", Value::Null)?,
            _ => return self.syntax(self.no_value()),
        };
        Ok(Node { span: Span::new(start, self.at), value })
    }

    fn object(&mut self, depth: usize) -> Result<Value<'a>, ScanError> {
        let mut members = Vec::new();
        let mut next = self.open_object(depth)?;
        while let Some(key) = next {
            let key_span = self.key_span;
            let value = self.value(depth + 1)?;
            members.push(Member { key, key_span, value });
            next = self.next_key(members.len())?;
        }
        Ok(Value::Object(members))
    }

    /// Steps into an object: its first key, with its value next, or nothing if it is empty.
    pub(crate) fn open_object(&mut self, depth: usize) -> Result<Option<Cow<'a, str>>, ScanError> {
        if self.first_member(depth)? { self.key(0).map(Some) } else { Ok(None) }
    }

    /// Behind a value: the next key, with its value next, or nothing at the end of the object.
    /// `count` keys were read before.
    pub(crate) fn next_key(&mut self, count: usize) -> Result<Option<Cow<'a, str>>, ScanError> {
        if self.next_member()? { self.key(count).map(Some) } else { Ok(None) }
    }

    /// Steps into an object: whether a key is next.
    pub(crate) fn first_member(&mut self, depth: usize) -> Result<bool, ScanError> {
        self.open(depth)?;
        if self.peek() == Some(b'}') {
            self.at += 1;
            return Ok(false);
        }
        Ok(true)
    }

    /// Behind a value: whether another key is next.
    #[inline]
    pub(crate) fn next_member(&mut self) -> Result<bool, ScanError> {
        self.skip_white_space();
        match self.peek() {
            Some(b',') => self.at += 1,
            Some(b'}') => {
                self.at += 1;
                return Ok(false);
            }
            _ => {
                return self
                    .syntax("expected a comma or a closing brace after the value before this");
            }
        }
        self.skip_white_space();
        Ok(true)
    }

    /// Steps over the key `name`, with its value next, if that is the one that comes and it is
    /// written without escapes. `count` keys were read before.
    #[inline]
    pub(crate) fn expected_key(&mut self, name: &str, count: usize) -> Result<bool, ScanError> {
        let token = self.text.as_bytes().get(self.at..self.at + name.len() + 2);
        if !matches!(token, Some([b'"', key @ .., b'"']) if key == name.as_bytes()) {
            return Ok(false);
        }
        if count >= self.max_keys {
            return self.limit(LimitKind::Keys, self.max_keys);
        }
        self.at += name.len() + 2;
        self.colon()?;
        Ok(true)
    }

    /// Reads the key that comes, with its value next. `count` keys were read before.
    pub(crate) fn key(&mut self, count: usize) -> Result<Cow<'a, str>, ScanError> {
        let start = self.at;
        match self.peek() {
            Some(b'"') => {}
            Some(b'}') => return self.syntax("expected another key after the comma"),
            Some(b'\'') => return self.syntax("expected a key in double quotes, not single"),
            _ => return self.syntax("expected a key in double quotes"),
        }
        if count >= self.max_keys {
            return self.limit(LimitKind::Keys, self.max_keys);
        }
        let key = self.string()?;
        self.key_span = Span::new(start, self.at);
        self.colon()?;
        Ok(key)
    }

    /// Steps over the colon behind a key, to the value.
    #[inline]
    fn colon(&mut self) -> Result<(), ScanError> {
        self.skip_white_space();
        if self.peek() != Some(b':') {
            return self.syntax("expected a colon after the key");
        }
        self.at += 1;
        self.skip_white_space();
        Ok(())
    }

    fn array(&mut self, depth: usize) -> Result<Value<'a>, ScanError> {
        let mut elements = Vec::new();
        let mut more = self.open_array(depth)?;
        while more {
            elements.push(self.value(depth + 1)?);
            more = self.next_element()?;
        }
        Ok(Value::Array(elements))
    }

    /// Steps into a list: whether an element is next.
    pub(crate) fn open_array(&mut self, depth: usize) -> Result<bool, ScanError> {
        self.open(depth)?;
        if self.peek() == Some(b']') {
            self.at += 1;
            return Ok(false);
        }
        Ok(true)
    }

    /// Behind an element: whether another one is next.
    pub(crate) fn next_element(&mut self) -> Result<bool, ScanError> {
        self.skip_white_space();
        match self.peek() {
            Some(b',') => self.at += 1,
            Some(b']') => {
                self.at += 1;
                return Ok(false);
            }
            _ => {
                return self
                    .syntax("expected a comma or a closing bracket after the value before this");
            }
        }
        self.skip_white_space();
        if self.peek() == Some(b']') {
            return self.syntax("expected another value after the comma");
        }
        Ok(true)
    }

    /// Steps into a container, to its first token.
    fn open(&mut self, depth: usize) -> Result<(), ScanError> {
        if depth >= self.max_depth {
            return self.limit(LimitKind::Depth, self.max_depth);
        }
        self.at += 1;
        self.skip_white_space();
        Ok(())
    }

    /// Reads the string that starts here.
    #[inline]
    pub(crate) fn string(&mut self) -> Result<Cow<'a, str>, ScanError> {
        match self.plain_string() {
            Some(text) => Ok(Cow::Borrowed(text)),
            None => self.string_with_escapes().map(Cow::Owned),
        }
    }

    /// The same if it has no escapes; else nothing is read.
    fn plain_string(&mut self) -> Option<&'a str> {
        let open = self.at;
        self.at += 1;
        self.skip_plain();
        if self.peek() != Some(b'"') {
            self.at = open;
            return None;
        }
        self.at += 1;
        Some(&self.text[open + 1..self.at - 1])
    }

    #[cold]
    fn string_with_escapes(&mut self) -> Result<String, ScanError> {
        let open = self.at;
        self.at += 1;
        let mut decoded = String::new();
        loop {
            let plain = self.at;
            self.skip_plain();
            decoded.push_str(&self.text[plain..self.at]);
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(decoded);
                }
                Some(b'\\') => {
                    let character = self.escape(open)?;
                    decoded.push(character);
                }
                Some(b'\n' | b'\r') => {
                    return self.syntax("expected a double quote before the end of the line");
                }
                Some(_) => {
                    return self.syntax("expected an escape such as \\t for a control character");
                }
                None => return Err(never_closed(open)),
            }
        }
    }

    /// Reads an escape sequence from its backslash on, both halves of a surrogate pair at once.
    fn escape(&mut self, open: usize) -> Result<char, ScanError> {
        let start = self.at;
        self.at += 1;
        let character = match self.peek() {
            Some(b'"') => '"',
            Some(b'\\') => '\\',
            Some(b'/') => '/',
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => return self.unicode_escape(start, open),
            Some(_) => {
                return self.syntax("expected one of \" \\ / b f n r t u after the backslash");
            }
            None => return Err(never_closed(open)),
        };
        self.at += 1;
        Ok(character)
    }

    fn unicode_escape(&mut self, start: usize, open: usize) -> Result<char, ScanError> {
        self.at += 1;
        let first = self.hex4(open)?;
        let code = match first {
            0xD800..=0xDBFF => {
                if !self.text.as_bytes()[self.at..].starts_with(b"\\u") {
                    return Err(ScanError::Syntax { at: start, message: LONE_SURROGATE });
                }
                self.at += 2;
                let second = self.hex4(open)?;
                if !(0xDC00..=0xDFFF).contains(&second) {
                    return Err(ScanError::Syntax { at: start, message: LONE_SURROGATE });
                }
                0x1_0000 + ((first - 0xD800) << 10) + (second - 0xDC00)
            }
            _ => first,
        };
        // Only the second half of a pair, standing alone, is left to fail here.
        char::from_u32(code).ok_or(ScanError::Syntax { at: start, message: LONE_SURROGATE })
    }

    fn hex4(&mut self, open: usize) -> Result<u32, ScanError> {
        let mut code = 0;
        for _ in 0..4 {
            let Some(byte) = self.peek() else { return Err(never_closed(open)) };
            let Some(digit) = char::from(byte).to_digit(16) else {
                return self.syntax("expected four hexadecimal digits after \\u");
            };
            code = code << 4 | digit;
            self.at += 1;
        }
        Ok(code)
    }

    pub(crate) fn number(&mut self) -> Result<&'a str, ScanError> {
        let start = self.at;
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        match self.peek() {
            Some(b'0') => {
                self.at += 1;
                if self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
                    return self.syntax("expected no digit after a leading zero");
                }
            }
            _ => self.digits("expected a digit after the minus sign")?,
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            self.digits("expected a digit after the decimal point")?;
        }
        let has_exponent = matches!(self.peek(), Some(b'e' | b'E'));
        if has_exponent {
            self.at += 1;
            if matches!(self.peek(), Some(b'+' | b'-')) {
                self.at += 1;
            }
            self.digits("expected a digit in the exponent")?;
        }
        let token = &self.text[start..self.at];
        // Whether a number is still finite is asked of serde_json, so that the edge is the very
        // same. A number without exponent and of this length is far from it.
        let may_overflow = has_exponent || token.len() > 300;
        if may_overflow && serde_json::from_str::<f64>(token).is_err() {
            return Err(ScanError::Syntax {
                at: start,
                message: "expected a number that fits a 64-bit floating point number",
            });
        }
        Ok(token)
    }

    /// Steps over one digit or more.
    fn digits(&mut self, message: &'static str) -> Result<(), ScanError> {
        let start = self.at;
        while self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            self.at += 1;
        }
        if self.at == start { self.syntax(message) } else { Ok(()) }
    }

    fn word(&mut self, word: &str, value: Value<'a>) -> Result<Value<'a>, ScanError> {
        self.skip_word(word)?;
        Ok(value)
    }

    /// Steps over `true`, `false` or `null`.
    pub(crate) fn skip_word(&mut self, word: &str) -> Result<(), ScanError> {
        if !self.text.as_bytes()[self.at..].starts_with(word.as_bytes()) {
            return self.syntax(NO_VALUE);
        }
        self.at += word.len();
        Ok(())
    }

    /// Steps over a value that was read before, so that nothing of it has to be judged again.
    pub(crate) fn skip_accepted(&mut self) {
        let mut open = 0_usize;
        while let Some(byte) = self.peek() {
            match byte {
                b'"' => {
                    self.skip_accepted_string();
                    if open == 0 {
                        return;
                    }
                    continue;
                }
                b'{' | b'[' => open += 1,
                b'}' | b']' if open > 1 => open -= 1,
                b'}' | b']' => {
                    // The bracket of the value itself, or the one around a bare scalar.
                    self.at += open;
                    return;
                }
                b',' | b' ' | b'\n' | b'\t' | b'\r' if open == 0 => return,
                _ => {}
            }
            self.at += 1;
        }
    }

    fn skip_accepted_string(&mut self) {
        self.at += 1;
        loop {
            self.skip_plain();
            match self.peek() {
                Some(b'\\') => self.at += 2,
                // The quote: control characters were refused.
                Some(_) => {
                    self.at += 1;
                    return;
                }
                None => return,
            }
        }
    }

    /// Steps over the bytes of a string that stand for themselves, eight at a time.
    fn skip_plain(&mut self) {
        let mut rest = &self.text.as_bytes()[self.at..];
        while let Some((word, tail)) = rest.split_first_chunk() {
            let marks = special_bytes(u64::from_le_bytes(*word));
            if marks != 0 {
                self.at += (marks.trailing_zeros() / 8) as usize;
                return;
            }
            self.at += word.len();
            rest = tail;
        }
        let plain = rest.iter().position(|byte| matches!(byte, b'"' | b'\\' | 0..=0x1F));
        self.at += plain.unwrap_or(rest.len());
    }

    #[inline]
    pub(crate) fn skip_white_space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\n' | b'\t' | b'\r')) {
            self.at += 1;
        }
    }

    #[inline]
    pub(crate) fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    #[cold]
    fn syntax<T>(&self, message: &'static str) -> Result<T, ScanError> {
        Err(ScanError::Syntax { at: self.at, message })
    }

    /// What to say where a value should start and does not.
    #[cold]
    fn no_value(&self) -> &'static str {
        match self.peek() {
            None => "expected a value before the end of the document",
            Some(b'\'') => "expected a string in double quotes, not single",
            Some(b'+') => "expected a number without a plus sign",
            Some(b'.') => "expected a digit before the decimal point",
            Some(b'/' | b'#') => "expected a value; JSON has no comments",
            Some(_) if self.text[self.at..].starts_with('\u{FEFF}') => {
                "expected a value; remove the byte order mark before it"
            }
            Some(_) => NO_VALUE,
        }
    }

    #[cold]
    fn limit<T>(&self, limit: LimitKind, allowed: usize) -> Result<T, ScanError> {
        Err(ScanError::Limit { limit, at: self.at, allowed })
    }
}

const NO_VALUE: &str =
    "expected an object, an array, a string in double quotes, a number, true, false or null";
const LONE_SURROGATE: &str =
    "expected a pair of \\u escapes; half of a surrogate pair is no character";

#[cold]
fn never_closed(open: usize) -> ScanError {
    ScanError::Syntax { at: open, message: "expected a closing double quote for this string" }
}

/// Marks the high bit of each byte that is a quote, a backslash or a control character.
///
/// A byte above a marked one may be marked in error, for the subtraction borrows from it; the
/// lowest mark is always right.
const fn special_bytes(word: u64) -> u64 {
    const ONES: u64 = u64::MAX / 0xFF;
    const HIGH: u64 = ONES << 7;

    let quote = word ^ (ONES * b'"' as u64);
    let backslash = word ^ (ONES * b'\\' as u64);
    let marks = (quote.wrapping_sub(ONES) & !quote)
        | (backslash.wrapping_sub(ONES) & !backslash)
        | (word.wrapping_sub(ONES * 0x20) & !word);
    marks & HIGH
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scanner(text: &str) -> Scanner<'_> {
        Scanner::new(text, &Limits::default()).unwrap()
    }

    #[test]
    fn an_expected_key_is_stepped_over_to_its_value() {
        for (text, name, expected, at) in [
            (r#"{"enabled" : true}"#, "enabled", true, 13),
            (r#"{"":1}"#, "", true, 4),
            (r#"{"a":1}"#, "a", true, 5),
            (r#"  {"é": 1}"#, "é", true, 9),
            // Neither more nor less than that key, and written as it is.
            (r#"{"enabled": true}"#, "enable", false, 1),
            (r#"{"enable": true}"#, "enabled", false, 1),
            (r#"{"\u0061": true}"#, "a", false, 1),
            (r#"{"a"#, "a", false, 1),
            ("{'a'", "a", false, 1),
        ] {
            let mut scanner = scanner(text);
            scanner.skip_white_space();
            assert_eq!(scanner.first_member(0), Ok(true), "{text}");
            assert_eq!(scanner.expected_key(name, 0), Ok(expected), "{text}");
            assert_eq!(scanner.at(), at, "{text}");
        }
    }

    #[test]
    fn only_a_string_with_escapes_is_owned() {
        for (text, expected, is_owned) in [
            (r#""""#, "", false),
            (r#""a""#, "a", false),
            (r#""nine bytes and é""#, "nine bytes and é", false),
            (r#""a\n""#, "a\n", true),
            (r#""\ud83d\ude00""#, "\u{1f600}", true),
        ] {
            let mut scanner = scanner(text);
            let string = scanner.string().unwrap();
            assert_eq!((&*string, scanner.at()), (expected, text.len()), "{text}");
            assert_eq!(matches!(string, Cow::Owned(_)), is_owned, "{text}");
        }
    }

    #[test]
    fn a_value_that_was_accepted_is_stepped_over_to_its_end() {
        for (value, rest) in [
            ("1", ""),
            ("1", ", 2"),
            ("-1.5e3", "\r\n}"),
            ("true", "}"),
            ("null", "\t]"),
            ("false", " ,"),
            (r#""a""#, r#", "b""#),
            (r#""a, ]} \" \\""#, "]"),
            ("[]", "]"),
            ("{}", "}"),
            ("[1, 2]", ", 3]"),
            ("[[], [[1], 2], {}]", "]"),
            (r#"{"a": [1, {"b": "]}"}], "c": 2}"#, r#", "d": [3]}"#),
            (r#"[{"a": {"b": "c"}}, "d"]"#, "}"),
        ] {
            let text = format!("{value}{rest}");
            let mut scanner = scanner(&text);
            scanner.skip_accepted();
            assert_eq!(scanner.at(), value.len(), "{text}");
        }
    }

    #[test]
    fn the_lowest_mark_is_the_first_special_byte() {
        let is_special = |byte: &u8| matches!(byte, b'"' | b'\\' | 0..=0x1F);
        for at in 0..8 {
            for byte in 0..=u8::MAX {
                for (before, after) in
                    [(b'a', b'"'), (0xFF, 0), (b' ', b'!'), (b'#', b'['), (0x80, b']')]
                {
                    let mut word = [after; 8];
                    word[..at].fill(before);
                    word[at] = byte;
                    let expected = word.iter().position(is_special).unwrap_or(8);
                    let marks = special_bytes(u64::from_le_bytes(word));
                    assert_eq!((marks.trailing_zeros() / 8) as usize, expected, "{word:?}");
                }
            }
        }
    }
}
