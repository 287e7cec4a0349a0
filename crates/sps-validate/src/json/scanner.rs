//! The scanner: one pass over the bytes, one level of recursion per level of nesting.

use std::borrow::Cow;

use super::{LimitKind, Member, Node, ScanError, SyntaxError, Value, intruder::intruder};
use crate::{limits::Limits, span::Span};

/// Reads one JSON document.
///
/// Accepts exactly what `serde_json::from_str::<serde_json::Value>` accepts: no byte order mark,
/// no lone surrogates, no control characters in strings, no numbers beyond `f64`, nothing after
/// the value. Two differences: repeated keys are kept, and `limits` are enforced. Takes time linear
/// to the text and never panics.
///
/// # Errors
///
/// [`ScanError::Limit`] when the text is longer than [`Limits::bytes`] (decided before anything
/// is read), a container is nested deeper than [`Limits::depth`], or an object has more members
/// than [`Limits::keys`]; [`ScanError::Syntax`] when it is not JSON. The first one found is returned.
///
/// Source: RFC 8259; where it leaves a choice, the behavior of `serde_json` 1.
pub fn scan<'a>(text: &'a str, limits: &Limits) -> Result<Node<'a>, ScanError> {
    let mut scanner = Scanner::new(text, limits)?;
    scanner.skip_white_space();
    let node = scanner.value(0)?;
    scanner.end()?;
    Ok(node)
}

/// Reads a document token by token; [`scan`] builds a tree from it, the streaming check builds nothing.
#[derive(Debug, Clone)]
pub(crate) struct Scanner<'a> {
    text: &'a str,
    at: usize,
    max_depth: usize,
    max_keys: usize,
    /// The bytes of the key that was read last.
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

    /// The offset of the next byte.
    pub(crate) const fn at(&self) -> usize {
        self.at
    }

    /// Goes to another offset; returns the one before.
    pub(crate) const fn seek(&mut self, at: usize) -> usize {
        std::mem::replace(&mut self.at, at)
    }

    /// Fails unless only white space is left.
    pub(crate) fn end(&mut self) -> Result<(), ScanError> {
        self.skip_white_space();
        if self.peek().is_some() {
            return self.syntax(SyntaxError::End);
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
            Some(b'-' | b'0'..=b'9') => Value::Number(Cow::Borrowed(self.number()?)),
            Some(b't') => self.literal("true", Value::Bool(true))?,
            Some(b'f') => self.literal("false", Value::Bool(false))?,
            Some(b'n') => self.literal("null", Value::Null)?,
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

    /// Steps into an object: returns its first key, with the value next, or `None` if it is empty.
    pub(crate) fn open_object(&mut self, depth: usize) -> Result<Option<Cow<'a, str>>, ScanError> {
        if self.first_member(depth)? { self.key(0).map(Some) } else { Ok(None) }
    }

    /// After a value: returns the next key, with the value next, or `None` at the end of the object.
    /// `count` keys were read before.
    pub(crate) fn next_key(&mut self, count: usize) -> Result<Option<Cow<'a, str>>, ScanError> {
        if self.next_member()? { self.key(count).map(Some) } else { Ok(None) }
    }

    /// Steps into an object; returns whether a key is next.
    pub(crate) fn first_member(&mut self, depth: usize) -> Result<bool, ScanError> {
        self.open(depth)?;
        if self.peek() == Some(b'}') {
            self.at += 1;
            return Ok(false);
        }
        Ok(true)
    }

    /// After a value: returns whether another key is next.
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
                return self.syntax(SyntaxError::CommaOrBrace);
            }
        }
        self.skip_white_space();
        Ok(true)
    }

    /// Steps over the next key if it is `name`, written without escapes; the value is then next. `count` keys were read before.
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

    /// Reads the next key; the value is then next. `count` keys were read before.
    pub(crate) fn key(&mut self, count: usize) -> Result<Cow<'a, str>, ScanError> {
        let start = self.at;
        match self.peek() {
            Some(b'"') => {}
            Some(b'}') => return self.syntax(SyntaxError::KeyAfterComma),
            Some(b'\'') => return self.syntax(SyntaxError::KeyInDoubleQuotes),
            _ => return self.syntax(SyntaxError::Key),
        }
        if count >= self.max_keys {
            return self.limit(LimitKind::Keys, self.max_keys);
        }
        let key = self.string()?;
        self.key_span = Span::new(start, self.at);
        self.colon()?;
        Ok(key)
    }

    /// Steps over the colon after a key, to the value.
    #[inline]
    fn colon(&mut self) -> Result<(), ScanError> {
        self.skip_white_space();
        if self.peek() != Some(b':') {
            return self.syntax(SyntaxError::Colon);
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

    /// Steps into a list; returns whether an element is next.
    pub(crate) fn open_array(&mut self, depth: usize) -> Result<bool, ScanError> {
        self.open(depth)?;
        if self.peek() == Some(b']') {
            self.at += 1;
            return Ok(false);
        }
        Ok(true)
    }

    /// After an element: returns whether another one is next.
    pub(crate) fn next_element(&mut self) -> Result<bool, ScanError> {
        self.skip_white_space();
        match self.peek() {
            Some(b',') => self.at += 1,
            Some(b']') => {
                self.at += 1;
                return Ok(false);
            }
            _ => {
                return self.syntax(SyntaxError::CommaOrBracket);
            }
        }
        self.skip_white_space();
        if self.peek() == Some(b']') {
            return self.syntax(SyntaxError::ValueAfterComma);
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

    /// Reads the string that starts here if it has no escapes; else reads nothing.
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
                    return self.syntax(SyntaxError::QuoteBeforeLineEnd);
                }
                Some(_) => {
                    return self.syntax(SyntaxError::EscapedControl);
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
                return self.syntax(SyntaxError::EscapeLetter);
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
                    return Err(ScanError::Syntax {
                        at: start,
                        expected: SyntaxError::SurrogatePair,
                    });
                }
                self.at += 2;
                let second = self.hex4(open)?;
                if !(0xDC00..=0xDFFF).contains(&second) {
                    return Err(ScanError::Syntax {
                        at: start,
                        expected: SyntaxError::SurrogatePair,
                    });
                }
                0x1_0000 + ((first - 0xD800) << 10) + (second - 0xDC00)
            }
            _ => first,
        };
        // Only a lone second half of a pair is left to fail here.
        char::from_u32(code)
            .ok_or(ScanError::Syntax { at: start, expected: SyntaxError::SurrogatePair })
    }

    fn hex4(&mut self, open: usize) -> Result<u32, ScanError> {
        let mut code = 0;
        for _ in 0..4 {
            let Some(byte) = self.peek() else { return Err(never_closed(open)) };
            let Some(digit) = char::from(byte).to_digit(16) else {
                return self.syntax(SyntaxError::HexDigits);
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
                    return self.syntax(SyntaxError::NoLeadingZero);
                }
            }
            _ => self.digits(SyntaxError::DigitAfterMinus)?,
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            self.digits(SyntaxError::DigitAfterPoint)?;
        }
        let has_exponent = matches!(self.peek(), Some(b'e' | b'E'));
        if has_exponent {
            self.at += 1;
            if matches!(self.peek(), Some(b'+' | b'-')) {
                self.at += 1;
            }
            self.digits(SyntaxError::DigitInExponent)?;
        }
        let token = &self.text[start..self.at];
        // serde_json decides whether a number is still finite, so that the edge is exactly the same. A
        // shorter number without exponent is far from it.
        let may_overflow = has_exponent || token.len() > 300;
        if may_overflow && serde_json::from_str::<f64>(token).is_err() {
            return Err(ScanError::Syntax { at: start, expected: SyntaxError::FiniteNumber });
        }
        Ok(token)
    }

    /// Steps over one digit or more.
    fn digits(&mut self, expected: SyntaxError) -> Result<(), ScanError> {
        let start = self.at;
        while self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            self.at += 1;
        }
        if self.at == start { self.syntax(expected) } else { Ok(()) }
    }

    fn literal(&mut self, word: &str, value: Value<'a>) -> Result<Value<'a>, ScanError> {
        self.skip_word(word)?;
        Ok(value)
    }

    /// Steps over `true`, `false` or `null`.
    pub(crate) fn skip_word(&mut self, word: &str) -> Result<(), ScanError> {
        if !self.text.as_bytes()[self.at..].starts_with(word.as_bytes()) {
            return self.syntax(SyntaxError::Value);
        }
        self.at += word.len();
        Ok(())
    }

    /// Steps over a value that was read before, without checking it again.
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
                // The quote: control characters were rejected.
                Some(_) => {
                    self.at += 1;
                    return;
                }
                None => return,
            }
        }
    }

    /// Steps over the bytes of a string that are not special, eight at a time.
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
    fn syntax<T>(&self, expected: SyntaxError) -> Result<T, ScanError> {
        let expected = match expected {
            // Between tokens, what is there says more than what is missing.
            SyntaxError::End
            | SyntaxError::Value
            | SyntaxError::CommaOrBrace
            | SyntaxError::CommaOrBracket
            | SyntaxError::Key
            | SyntaxError::Colon
            | SyntaxError::DigitAfterMinus => intruder(self.text, self.at).unwrap_or(expected),
            other => other,
        };
        Err(ScanError::Syntax { at: self.at, expected })
    }

    /// What was expected where a value should start and does not.
    #[cold]
    fn no_value(&self) -> SyntaxError {
        match self.peek() {
            None => SyntaxError::ValueBeforeEnd,
            Some(b'\'') => SyntaxError::StringInDoubleQuotes,
            Some(b'+') => SyntaxError::NumberWithoutPlus,
            Some(b'.') => SyntaxError::DigitBeforePoint,
            Some(_) => SyntaxError::Value,
        }
    }

    #[cold]
    fn limit<T>(&self, limit: LimitKind, allowed: usize) -> Result<T, ScanError> {
        Err(ScanError::Limit { limit, at: self.at, allowed })
    }
}

#[cold]
fn never_closed(open: usize) -> ScanError {
    ScanError::Syntax { at: open, expected: SyntaxError::ClosingQuote }
}

/// Marks the high bit of each byte that is a quote, a backslash or a control character.
///
/// A byte above a marked one may be marked in error, because the subtraction borrows from it; the
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
mod tests;
