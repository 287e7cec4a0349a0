//! Findings: what is wrong at one place, as data. `english.rs` turns them into texts.

use crate::{
    code,
    descriptor::{Kind, Shape},
    format::{Format, FormatError},
    input::Cause,
    json::{LimitKind, SyntaxError},
    param::Param,
    pem::{Irregularity, PemError},
    version::{Version, Versions},
    yaml::{Mistake, Reading},
};

/// What is wrong at one place of a document.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Finding {
    /// `invalid-json`: the text is not JSON.
    NotJson {
        /// What the scanner expected.
        error: SyntaxError,
    },
    /// `invalid-yaml`: the text is not one document of YAML that JSON can express.
    NotYaml {
        /// What is wrong.
        mistake: Mistake,
    },
    /// `limit-exceeded`: the document exceeds a limit of the context.
    LimitExceeded {
        /// The limit.
        limit: LimitKind,
        /// Its value.
        maximum: usize,
    },
    /// `limit-exceeded`: the report is full.
    ReportFull {
        /// How many diagnostics are listed.
        listed: usize,
    },
    /// `response-wrapper`: a whole response where a body belongs.
    ResponseWrapper,
    /// `duplicate-key`: a key occurs twice in one object.
    DuplicateKey,
    /// `unknown-key`: the object has no such key.
    UnknownKey {
        /// Known keys with a similar name, best first.
        suggestions: Vec<&'static str>,
        /// Where a key of exactly this name belongs.
        home: Option<Home>,
        /// Whether the best of them is a member already, so that it cannot be meant.
        is_taken: bool,
    },
    /// `unknown-key`: only responses have the key.
    ResponseOnlyKey,
    /// `missing-key`: a required key is missing.
    MissingKey {
        /// The key.
        name: String,
        /// What belongs there.
        expected: Expected,
    },
    /// `missing-key`: a key is missing that a condition requires.
    MissingIf {
        /// The key.
        name: &'static str,
        /// What belongs there.
        expected: Expected,
        /// The condition, in words.
        condition: &'static str,
        /// What to do so that the condition does not hold.
        undo: &'static str,
    },
    /// `ignored-key`: a key has no effect, because its condition does not hold.
    IgnoredKey {
        /// The key.
        name: &'static str,
        /// The condition, in words.
        condition: &'static str,
    },
    /// `wrong-type`: a value of another JSON type.
    WrongType {
        /// What belongs there.
        expected: Expected,
        /// The JSON type of the value: `object`, `array`, `string`, `number`, `boolean` or `null`.
        found: &'static str,
    },
    /// `wrong-type`, or `null-not-allowed` for null: a scalar of YAML without quotes that is no text where one belongs, or
    /// that readers take for different values.
    Unquoted {
        /// What belongs there.
        expected: Expected,
        /// How YAML 1.1 reads it.
        yaml_1_1: Reading,
        /// How YAML 1.2 reads it.
        core_schema: Reading,
        /// The source text, if it is short and cannot be a secret.
        source: Option<String>,
        /// The value that was meant, if there is only one possibility.
        meant: Option<Meant>,
    },
    /// `null-not-allowed`: null where a value is required.
    Null {
        /// What belongs there.
        expected: Expected,
    },
    /// `unknown-selection`: the tag names no variant.
    UnknownSelection {
        /// The known values.
        allowed: Vec<&'static str>,
        /// Known values with a similar spelling, best first.
        suggestions: Vec<&'static str>,
    },
    /// `not-in-enum`: a string outside of a closed list.
    NotInEnum {
        /// The known values.
        allowed: Vec<&'static str>,
        /// Known values with a similar spelling, best first.
        suggestions: Vec<&'static str>,
    },
    /// `out-of-range`: a number outside of its bounds.
    OutOfRange {
        /// The smallest number.
        minimum: i128,
        /// The largest number.
        maximum: i128,
    },
    /// `too-short`: a string with too few characters.
    TooShort {
        /// The fewest characters.
        minimum: usize,
        /// Whether the string is empty.
        is_empty: bool,
    },
    /// `too-long`: a string with too many characters.
    TooLong {
        /// The most characters.
        maximum: usize,
    },
    /// `too-short` or `too-long`: a list of another length than the fixed one.
    WrongLength {
        /// The number of elements.
        length: usize,
        /// The expected number of elements.
        expected: usize,
    },
    /// `wrong-order`: a list `@order` that does not name every key of its object once.
    WrongOrder,
    /// The code of a format: a string without that format.
    Format {
        /// The expected format.
        format: Format,
        /// Why the string does not have it.
        error: FormatError,
        /// The variant of the union around it that takes this string.
        variant: Option<Choice>,
        /// The text that was meant, if there is only one possibility.
        replacement: Option<String>,
    },
    /// `certificate-irregular`: a certificate deviates from the standards, and OpenSSL reads it all the same.
    IrregularCertificate {
        /// All deviations.
        irregularities: Vec<Irregularity>,
    },
    /// `reference-object`: a reference as responses show it.
    ReferenceObject {
        /// The key inside, unless it may be a secret.
        key: Option<String>,
    },
    /// `reference-exists`: the referenced object does not exist.
    NoSuchObject {
        /// The collection.
        collection: &'static str,
        /// The key, unless it may be a secret.
        key: Option<String>,
    },
    /// `not-a-key`: a text that does not look like the key of an object.
    NotAKey {
        /// The collection.
        collection: &'static str,
    },
    /// `reversed-times`: the second of two times is before the first.
    ReversedTimes,
    /// `single-use-reference`: the document refers to the object twice.
    UsedTwice,
    /// `single-use-reference`: another object refers to the object.
    UsedElsewhere {
        /// The other object, as the resolver names it.
        by: String,
    },
    /// `not-in-version`: the target version lacks something.
    NotInVersion {
        /// What it lacks.
        item: Item,
        /// The target version.
        target: Version,
        /// The versions that have it.
        versions: Versions,
    },
    /// `garde`: a type that only garde knows refuses its value.
    Foreign {
        /// The message of that type.
        message: String,
    },
    /// A rule is broken.
    Rule {
        /// The code of the rule.
        code: &'static str,
        /// The message of the rule.
        message: &'static str,
        /// The help of the rule.
        help: &'static str,
        /// Which of several ways to break it, with the measured value.
        cause: Option<Cause>,
        /// The text that was meant, if there is only one possibility.
        replacement: Option<String>,
    },
}

/// The value that a scalar of YAML without quotes was meant to be.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Meant {
    /// True or false.
    Bool(bool),
    /// This text: the source.
    Text(String),
    /// This text, which another tool took for a number: a guess.
    Time(String),
}

/// Where a key belongs that is unknown at its place.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Home {
    /// In the body itself.
    Body,
    /// In the object at this path of wire names, inside of these variants.
    Member {
        /// Wire names from the body, with dots between.
        path: String,
        /// Variants that lead there, the innermost last.
        variants: Vec<Choice>,
    },
    /// In another variant of the union around the object.
    Variant {
        /// The variant that has the key.
        choice: Choice,
        /// The variant that the document chose.
        chosen: &'static str,
    },
}

/// One variant of a union.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Choice {
    /// The wire name of the tag.
    pub tag: &'static str,
    /// The value of the tag.
    pub value: &'static str,
}

/// Something that some versions have and others lack.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Item {
    /// An endpoint.
    Endpoint,
    /// A key.
    Key,
    /// An enum value.
    Value,
    /// A variant of a union.
    Variant,
}

/// What belongs at a place.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Expected {
    /// `true` or `false`.
    Bool,
    /// A whole number.
    Int,
    /// A whole number in place of a number with point or exponent.
    PlainInt,
    /// A number.
    Number,
    /// A string.
    String,
    /// Any value.
    Any,
    /// The key of an object in this collection.
    Key(&'static str),
    /// A list.
    List,
    /// A list of so many elements.
    ListOf(usize),
    /// An object.
    Object,
    /// An object with this tag.
    Tagged(&'static str),
    /// One of these strings.
    OneOf(Vec<&'static str>),
    /// This, or null.
    OrNull(Box<Self>),
    /// The items of a collection.
    Items,
    /// One item of a collection.
    Item,
}

impl Expected {
    /// Whether a value here is a number or a switch, and so no secret.
    pub(crate) fn is_plain(&self) -> bool {
        match self {
            Self::Bool | Self::Int | Self::PlainInt | Self::Number => true,
            Self::OrNull(inner) => inner.is_plain(),
            _ => false,
        }
    }
}

impl From<Kind> for Expected {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Bool => Self::Bool,
            Kind::Int { .. } => Self::Int,
            Kind::Number => Self::Number,
            Kind::String | Kind::Secret => Self::String,
            Kind::Any | Kind::Foreign(_) => Self::Any,
            Kind::Reference(target) => Self::Key(target.path),
            Kind::Nullable(inner) => Self::OrNull(Box::new((*inner).into())),
            Kind::Optional(inner) => (*inner).into(),
            Kind::List(_) => Self::List,
            Kind::Array(_, length) => Self::ListOf(length),
            Kind::Map(_) | Kind::Ordered(_) => Self::Object,
            Kind::Named(ty) => match ty.shape {
                Shape::Struct { .. } => Self::Object,
                Shape::Enum { values, .. } => {
                    Self::OneOf(values.iter().map(|it| it.value).collect())
                }
                Shape::Union { tag, .. } => Self::Tagged(tag),
            },
        }
    }
}

impl Finding {
    /// The permanent code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotJson { .. } => code::INVALID_JSON,
            Self::NotYaml { .. } => code::INVALID_YAML,
            Self::LimitExceeded { .. } | Self::ReportFull { .. } => code::LIMIT_EXCEEDED,
            Self::ResponseWrapper => code::RESPONSE_WRAPPER,
            Self::DuplicateKey => code::DUPLICATE_KEY,
            Self::UnknownKey { .. } | Self::ResponseOnlyKey => code::UNKNOWN_KEY,
            Self::MissingKey { .. } | Self::MissingIf { .. } => code::MISSING_KEY,
            Self::IgnoredKey { .. } => code::IGNORED_KEY,
            // As in JSON, where it is null too.
            Self::Null { .. } | Self::Unquoted { core_schema: Reading::Null, .. } => {
                code::NULL_NOT_ALLOWED
            }
            Self::WrongType { .. } | Self::Unquoted { .. } => code::WRONG_TYPE,
            Self::UnknownSelection { .. } => code::UNKNOWN_SELECTION,
            Self::NotInEnum { .. } => code::NOT_IN_ENUM,
            Self::OutOfRange { .. } => code::OUT_OF_RANGE,
            Self::TooShort { .. } => code::TOO_SHORT,
            Self::TooLong { .. } => code::TOO_LONG,
            Self::WrongLength { length, expected } => {
                if length < expected {
                    code::TOO_SHORT
                } else {
                    code::TOO_LONG
                }
            }
            Self::WrongOrder => code::WRONG_ORDER,
            Self::Format { format, .. } => format.code(),
            Self::IrregularCertificate { .. } => code::CERTIFICATE_IRREGULAR,
            Self::ReferenceObject { .. } => code::REFERENCE_OBJECT,
            Self::NoSuchObject { .. } => code::REFERENCE_EXISTS,
            Self::NotAKey { .. } => code::NOT_A_KEY,
            Self::ReversedTimes => code::REVERSED_TIMES,
            Self::UsedTwice | Self::UsedElsewhere { .. } => code::SINGLE_USE_REFERENCE,
            Self::NotInVersion { .. } => code::NOT_IN_VERSION,
            Self::Foreign { .. } => code::GARDE,
            Self::Rule { code, .. } => code,
        }
    }

    /// Whether [`fix()`](crate::fix()) repairs it wherever there is only one way.
    pub fn is_repairable(&self) -> bool {
        match self {
            Self::ResponseWrapper
            | Self::ReferenceObject { .. }
            | Self::ResponseOnlyKey
            | Self::UnknownKey { home: None, is_taken: false, .. } => true,
            Self::MissingKey { expected, .. } => {
                matches!(expected, Expected::List | Expected::OrNull(_))
            }
            Self::NotJson { error } => error.is_repairable(),
            Self::Format { error: FormatError::Certificate(error), .. } => matches!(
                error,
                PemError::WrongLabel
                    | PemError::CarriageReturn
                    | PemError::TextBefore
                    | PemError::TextAfter
                    | PemError::BadBase64
                    | PemError::EscapedLineEnds
            ),
            Self::Unquoted { meant, .. } => {
                matches!(meant, Some(Meant::Bool(_) | Meant::Text(_)))
            }
            _ => self.replacement().is_some(),
        }
    }

    /// Bounds and allowed values, by the names that they have in JSON output.
    pub(crate) fn params(&self) -> Vec<(&'static str, Param)> {
        match self {
            Self::LimitExceeded { limit, maximum } => {
                vec![("limit", limit.name().into()), ("maximum", (*maximum).into())]
            }
            Self::ReportFull { listed } => {
                vec![("limit", "diagnostics".into()), ("maximum", (*listed).into())]
            }
            Self::MissingKey { expected, .. } => vec![("expected", expected.to_string().into())],
            Self::WrongType { expected, found } => {
                vec![("expected", expected.to_string().into()), ("found", (*found).into())]
            }
            Self::Unquoted { expected, yaml_1_1, core_schema, .. } => vec![
                ("expected", expected.to_string().into()),
                ("yaml_1_1", yaml_1_1.to_string().into()),
                ("yaml_1_2", core_schema.to_string().into()),
            ],
            Self::UnknownSelection { allowed, .. } | Self::NotInEnum { allowed, .. } => {
                let allowed: Vec<_> = allowed.iter().map(|it| (*it).to_owned()).collect();
                vec![("allowed", allowed.into())]
            }
            Self::OutOfRange { minimum, maximum } => {
                vec![("minimum", (*minimum).into()), ("maximum", (*maximum).into())]
            }
            Self::TooShort { minimum, .. } => vec![("min_length", (*minimum).into())],
            Self::TooLong { maximum } => vec![("max_length", (*maximum).into())],
            Self::WrongLength { expected, .. } => vec![("length", (*expected).into())],
            Self::Format { format, .. } => vec![("format", format.code().into())],
            Self::NotInVersion { versions, .. } => vec![("versions", versions.to_string().into())],
            _ => Vec::new(),
        }
    }

    /// The text that was meant, if there is only one possibility.
    pub fn replacement(&self) -> Option<&str> {
        match self {
            Self::Format { replacement, .. } | Self::Rule { replacement, .. } => {
                replacement.as_deref()
            }
            Self::Unquoted { meant: Some(Meant::Bool(value)), .. } => {
                Some(if *value { "true" } else { "false" })
            }
            Self::Unquoted { meant: Some(Meant::Text(text) | Meant::Time(text)), .. } => Some(text),
            _ => None,
        }
    }

    /// Names or values that were probably meant, best first.
    pub fn suggestions(&self) -> &[&'static str] {
        match self {
            Self::UnknownKey { suggestions, .. }
            | Self::UnknownSelection { suggestions, .. }
            | Self::NotInEnum { suggestions, .. } => suggestions,
            _ => &[],
        }
    }
}
