//! Mistakes in the syntax of JSON.

/// What the scanner expected where it found something else.
#[non_exhaustive]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SyntaxError {
    /// The end of the document.
    End,
    /// A value.
    Value,
    /// A value where the document ends.
    ValueBeforeEnd,
    /// Another element of an array.
    ValueAfterComma,
    /// No byte order mark.
    NoMark,
    /// No comment.
    NoComment,
    /// Straight quotes instead of curly ones.
    StraightQuotes,
    /// An ordinary space instead of a no-break space or another one.
    PlainSpace,
    /// No character that no reader sees, such as a zero-width space.
    NoInvisible,
    /// No NUL.
    NoNul,
    /// UTF-8 instead of UTF-16.
    Utf8,
    /// A number instead of `NaN` or an infinity.
    NoNan,
    /// `true`, `false` or `null` instead of the word of another language.
    JsonWord,
    /// A comma or a closing brace.
    CommaOrBrace,
    /// A comma or a closing bracket.
    CommaOrBracket,
    /// A key.
    Key,
    /// Another key.
    KeyAfterComma,
    /// A key in double quotes where it has single ones.
    KeyInDoubleQuotes,
    /// A string in double quotes where it has single ones.
    StringInDoubleQuotes,
    /// A colon.
    Colon,
    /// The closing quote of a string before the end of its line.
    QuoteBeforeLineEnd,
    /// The closing quote of a string.
    ClosingQuote,
    /// An escape instead of a control character.
    EscapedControl,
    /// A known letter after a backslash.
    EscapeLetter,
    /// Four hexadecimal digits.
    HexDigits,
    /// Both halves of a surrogate pair.
    SurrogatePair,
    /// A number without a plus sign.
    NumberWithoutPlus,
    /// No digit after a leading zero.
    NoLeadingZero,
    /// A digit after a minus sign.
    DigitAfterMinus,
    /// A digit before a decimal point.
    DigitBeforePoint,
    /// A digit after a decimal point.
    DigitAfterPoint,
    /// A digit in an exponent.
    DigitInExponent,
    /// A number that fits an `f64`.
    FiniteNumber,
}

impl SyntaxError {
    /// All of them, for tables and tests.
    pub const ALL: &'static [Self] = &[
        Self::End,
        Self::Value,
        Self::ValueBeforeEnd,
        Self::ValueAfterComma,
        Self::NoMark,
        Self::NoComment,
        Self::StraightQuotes,
        Self::PlainSpace,
        Self::NoInvisible,
        Self::NoNul,
        Self::Utf8,
        Self::NoNan,
        Self::JsonWord,
        Self::CommaOrBrace,
        Self::CommaOrBracket,
        Self::Key,
        Self::KeyAfterComma,
        Self::KeyInDoubleQuotes,
        Self::StringInDoubleQuotes,
        Self::Colon,
        Self::QuoteBeforeLineEnd,
        Self::ClosingQuote,
        Self::EscapedControl,
        Self::EscapeLetter,
        Self::HexDigits,
        Self::SurrogatePair,
        Self::NumberWithoutPlus,
        Self::NoLeadingZero,
        Self::DigitAfterMinus,
        Self::DigitBeforePoint,
        Self::DigitAfterPoint,
        Self::DigitInExponent,
        Self::FiniteNumber,
    ];

    /// Whether [`fix()`](crate::fix()) repairs it: there is only one way, and nothing is lost.
    pub const fn is_repairable(self) -> bool {
        matches!(
            self,
            Self::NoMark
                | Self::NoInvisible
                | Self::PlainSpace
                | Self::KeyAfterComma
                | Self::ValueAfterComma
        )
    }
}
