//! Mistakes in the syntax of YAML.

/// Why a text is not a YAML document that can be a body.
#[non_exhaustive]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Mistake {
    /// There is no value in it.
    NoBody,
    /// A second document begins.
    SecondDocument,
    /// A tag that is not one of the core schema.
    Tag,
    /// A value that its tag does not allow.
    TaggedValue,
    /// An alias of an anchor that is not defined before it.
    UnknownAnchor,
    /// An alias inside the value that it repeats.
    AliasInItself,
    /// An anchor in front of a text that no alias repeats.
    UnusedAnchor,
    /// A key that is not a text.
    KeyNotText,
    /// A value of `<<` that is not a mapping or a list of them.
    Merge,
    /// A NUL.
    Nul,
    /// A character that cannot begin a value.
    Indicator,
    /// A control character.
    Control,
    /// A tab in the indentation.
    Tab,
    /// Lines that are not indented alike.
    Indentation,
    /// A quote that is not closed.
    Quote,
    /// Text behind a closing quote.
    AfterQuote,
    /// An unknown escape.
    Escape,
    /// A bracket that is not closed, or closed by another one.
    Bracket,
    /// A colon where no key can be.
    Colon,
    /// A dash where no list can begin.
    Dash,
    /// A directive or a document marker in a wrong place.
    Directive,
    /// Two lines of one text with a comment between them.
    CommentInText,
    /// The header of a block of text.
    BlockHeader,
    /// Something else that YAML does not allow.
    Other,
}

impl Mistake {
    /// All of them, for tables and tests.
    pub const ALL: &'static [Self] = &[
        Self::NoBody,
        Self::SecondDocument,
        Self::Tag,
        Self::TaggedValue,
        Self::UnknownAnchor,
        Self::AliasInItself,
        Self::UnusedAnchor,
        Self::KeyNotText,
        Self::Merge,
        Self::Nul,
        Self::Indicator,
        Self::Control,
        Self::Tab,
        Self::Indentation,
        Self::Quote,
        Self::AfterQuote,
        Self::Escape,
        Self::Bracket,
        Self::Colon,
        Self::Dash,
        Self::Directive,
        Self::CommentInText,
        Self::BlockHeader,
        Self::Other,
    ];

    /// What is wrong: lower case, no full stop.
    pub const fn message(self) -> &'static str {
        match self {
            Self::NoBody => "the file has no body",
            Self::SecondDocument => "a second document begins here",
            Self::Tag => "unknown tag",
            Self::TaggedValue => "the value does not fit its tag",
            Self::UnknownAnchor => "unknown anchor",
            Self::AliasInItself => "an alias inside of the value that it repeats",
            Self::UnusedAnchor => "no alias uses this anchor",
            Self::KeyNotText => "a key that YAML does not read as a text",
            Self::Merge => "`<<` expects a mapping or a list of mappings",
            Self::Nul => "unexpected NUL",
            Self::Indicator => "no value can begin with this character",
            Self::Control => "unexpected control character",
            Self::Tab => "unexpected tab in the indentation",
            Self::Indentation => "wrong indentation",
            Self::Quote => "the quote is not closed",
            Self::AfterQuote => "unexpected text behind the closing quote",
            Self::Escape => "unknown escape",
            Self::Bracket => "the brackets do not match",
            Self::Colon => "unexpected colon",
            Self::Dash => "unexpected dash",
            Self::Directive => "unexpected directive or document marker",
            Self::CommentInText => "a comment between two lines of one text",
            Self::BlockHeader => "wrong header of a block of text",
            Self::Other => "unexpected text",
        }
    }

    /// What to do about it.
    pub const fn help(self) -> &'static str {
        match self {
            Self::NoBody => "write the body, or delete the file",
            Self::SecondDocument => "put each object into a file of its own",
            Self::Tag => {
                "remove the tag, or quote the value if it is a text; a tree of files has secrets as {\"$secret\": \"env:NAME\"}"
            }
            Self::UnknownAnchor | Self::UnusedAnchor | Self::Indicator => {
                "quote the value, if it is a text"
            }
            Self::TaggedValue => "remove the tag, or correct the value",
            Self::AliasInItself => "write the value instead of the alias",
            Self::KeyNotText => "quote the key",
            Self::Merge => "give it an alias of a mapping, or write the members themselves",
            Self::Nul | Self::Control => "remove it; in double quotes, write it as an escape",
            Self::Tab => "indent with spaces",
            Self::Indentation => "indent all members of an object alike",
            Self::Quote => "close the quote",
            Self::AfterQuote => "put the whole text into one pair of quotes",
            Self::Escape => "use single quotes, or double the backslash",
            Self::Bracket => "close each bracket with its own kind",
            Self::Colon => {
                "quote the value, if the colon belongs to it; else put the key on a line of its own"
            }
            Self::Dash => {
                "put the list on lines of its own; quote the value, if the dash belongs to it"
            }
            Self::Directive => "remove it",
            Self::CommentInText => "move the comment, or quote the text",
            Self::BlockHeader => "write `|` or `>` alone at the end of its line",
            Self::Other => "correct the syntax here",
        }
    }
}
