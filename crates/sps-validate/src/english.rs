//! All English of this crate's findings: message, help and reason.

mod certificate;
mod yaml;

use std::fmt;

use crate::{
    finding::{Choice, Expected, Finding, Home, Item},
    format::{Format, FormatError},
    input::Cause,
    json::{LimitKind, ScanError, SyntaxError},
    reason::Reason,
    report::{Report, Unchecked},
};

impl Finding {
    /// What is wrong: lower case, no full stop, no sensitive value.
    pub fn message(&self) -> String {
        match self {
            Self::NotJson { error } => format!("not JSON: {}", error.message()),
            Self::NotYaml { mistake } => mistake.message().to_owned(),
            Self::LimitExceeded { limit, maximum } => too_large(*limit, *maximum),
            Self::ReportFull { listed } => {
                format!("more than {}: the rest is not shown", count(*listed, "diagnostic"))
            }
            Self::ResponseWrapper => "this is a response, not the body of a request".to_owned(),
            Self::DuplicateKey => "duplicate key; which value is used is undefined".to_owned(),
            Self::UnknownKey { .. } => {
                "unknown key: the appliance would ignore it silently".to_owned()
            }
            Self::ResponseOnlyKey => "only responses have this key".to_owned(),
            Self::MissingKey { name, .. } => format!("`{name}` is missing"),
            Self::MissingIf { name, condition, .. } => {
                format!("`{name}` is missing: it is required when {condition}")
            }
            Self::IgnoredKey { name, condition } => {
                format!("`{name}` has no effect unless {condition}")
            }
            Self::WrongType { expected, found } => format!("expected {expected}, found {found}"),
            Self::Unquoted { expected, yaml_1_1, core_schema, .. } => {
                yaml::unquoted(expected, yaml_1_1, core_schema)
            }
            Self::Null { expected } => format!("null is not allowed: expected {expected}"),
            Self::UnknownSelection { .. } => "unknown selection".to_owned(),
            Self::NotInEnum { .. } => "unknown value".to_owned(),
            Self::OutOfRange { .. } => "number out of range".to_owned(),
            Self::TooShort { is_empty: true, .. } => "the text is empty".to_owned(),
            Self::TooShort { minimum, .. } => {
                format!("shorter than {}", count(*minimum, "character"))
            }
            Self::TooLong { maximum } => format!("longer than {}", count(*maximum, "character")),
            Self::WrongLength { length, expected } => {
                format!("expected {}, found {length}", count(*expected, "element"))
            }
            Self::WrongOrder => "not every key once".to_owned(),
            Self::Format { format, error, .. } => {
                format!("not {}: {}", name_of(*format), error.message())
            }
            Self::IrregularCertificate { irregularities } => {
                let all: Vec<_> = irregularities.iter().map(ToString::to_string).collect();
                format!("irregular certificate: {}", all.join("; "))
            }
            Self::ReferenceObject { .. } => {
                "this is the reference of a response; a request takes the bare key".to_owned()
            }
            // The key is shown only where it cannot be a password in the wrong place.
            Self::NoSuchObject { collection, key: Some(key) } => {
                format!("no object at {collection}/{key}")
            }
            Self::NoSuchObject { collection, key: None } => {
                format!("no object in {collection} has this key")
            }
            Self::NotAKey { .. } => {
                "this looks like the secret itself, not like the key of an object".to_owned()
            }
            Self::ReversedTimes => "the second time is before the first".to_owned(),
            Self::UsedTwice => "the same object is referenced above".to_owned(),
            Self::UsedElsewhere { by } => format!("the object is already used by {by}"),
            Self::NotInVersion { item, target, .. } => format!("{item} does not exist in {target}"),
            Self::Foreign { message } => message.clone(),
            Self::Rule { message, cause: Some(cause), .. } => format!("{message}: {cause}"),
            Self::Rule { message, .. } => (*message).to_owned(),
        }
    }

    /// What to do about it.
    pub fn help(&self) -> String {
        match self {
            Self::NotJson { .. } => "fix the syntax first; nothing else was checked".to_owned(),
            Self::NotYaml { mistake } => {
                format!("{}; nothing else was checked", mistake.help())
            }
            Self::Unquoted { expected, core_schema, source, meant, .. } => {
                yaml::help(expected, core_schema, source.as_deref(), meant.as_ref())
            }
            Self::LimitExceeded { .. } => {
                "check that this is the right document: no body of the API comes near this limit"
                    .to_owned()
            }
            Self::ReportFull { .. } => "fix these and check again".to_owned(),
            Self::ResponseWrapper => {
                "send only the object under \"body\", with references as bare keys".to_owned()
            }
            Self::DuplicateKey => "keep one of them".to_owned(),
            Self::UnknownKey { home: Some(home), .. } => format!("{home}; remove it here"),
            Self::UnknownKey { suggestions, is_taken, .. } => match suggestions.first() {
                Some(name) if *is_taken => format!(
                    "`{name}` is there already; remove this key, unless it came from an appliance: a PUT without it \
                     would lose the setting"
                ),
                Some(name) => format!("did you mean `{name}`?"),
                None => "remove it, unless it came from an appliance: a PUT without it would lose \
                         the setting"
                    .to_owned(),
            },
            Self::ResponseOnlyKey => "remove it".to_owned(),
            Self::MissingKey { name, expected } => add(name, expected),
            Self::MissingIf { name, expected, undo, .. } => {
                format!("{}; or {undo}", add(name, expected))
            }
            Self::IgnoredKey { name, condition } => {
                format!("remove `{name}`, or change the body so that {condition}")
            }
            Self::WrongType { expected, .. } => format!("replace it with {expected}"),
            Self::Null { .. } => "give it a value".to_owned(),
            Self::UnknownSelection { allowed, suggestions }
            | Self::NotInEnum { allowed, suggestions } => match suggestions.first() {
                Some(best) => format!("did you mean \"{best}\"? Allowed: {}", quoted(allowed)),
                None => format!("use one of {}", quoted(allowed)),
            },
            Self::OutOfRange { minimum, maximum } => {
                format!("use a number from {minimum} to {maximum}")
            }
            Self::TooShort { minimum, .. } => {
                format!("use at least {}", count(*minimum, "character"))
            }
            Self::TooLong { maximum } => format!("use at most {}", count(*maximum, "character")),
            Self::WrongLength { expected, .. } => {
                format!("give exactly {}", count(*expected, "element"))
            }
            Self::WrongOrder => "list every other key of this object once".to_owned(),
            Self::Format { format, error, variant, replacement } => {
                let help = match replacement {
                    Some(meant) => format!("write it as \"{meant}\""),
                    None => error.help().unwrap_or_else(|| help_for(*format)).to_owned(),
                };
                match variant {
                    Some(choice) => format!("choose {choice}, which takes this; or {help}"),
                    None => help,
                }
            }
            Self::IrregularCertificate { irregularities } => {
                if irregularities.iter().all(|it| it.is_of_block()) {
                    "encode the certificate again".to_owned()
                } else {
                    "get a certificate that follows the standards, or make sure that the appliance \
                     accepts this one"
                        .to_owned()
                }
            }
            Self::ReferenceObject { key: Some(key) } => format!("send the bare key: \"{key}\""),
            Self::ReferenceObject { key: None } => {
                "send the bare key: the string under \"key\"".to_owned()
            }
            Self::NoSuchObject { collection, .. } => {
                format!("create it with a POST to {collection}, or name an object that exists")
            }
            Self::NotAKey { collection } => {
                format!(
                    "create the object with a POST to {collection}, and send the key from the response"
                )
            }
            Self::ReversedTimes => {
                "swap the two times, or give a span over midnight as one span on each day"
                    .to_owned()
            }
            Self::UsedTwice | Self::UsedElsewhere { .. } => {
                "create a separate object for each use".to_owned()
            }
            Self::NotInVersion { item: Item::Endpoint, versions, .. } => {
                format!(
                    "leave the document out for this appliance; the endpoint exists in {versions}"
                )
            }
            Self::NotInVersion { versions, .. } => {
                format!("remove it for this appliance; it exists in {versions}")
            }
            Self::Foreign { .. } => "the type of this member defines this rule".to_owned(),
            Self::Rule { replacement: Some(meant), cause, .. } => {
                let remove = match cause {
                    Some(Cause::Separators(separator)) => {
                        format!("remove the {}: ", names_of(*separator))
                    }
                    _ => String::new(),
                };
                format!("{remove}write it as \"{meant}\"")
            }
            Self::Rule { help, cause, .. } => {
                cause.and_then(Cause::help).unwrap_or(help).to_owned()
            }
        }
    }
}

impl FormatError {
    /// What is wrong: lower case, no full stop.
    pub const fn message(self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::TooLong => "longer than 253 characters",
            Self::NoAt => "no @",
            Self::UserTooLong => "the part before the @ is longer than 64 characters",
            Self::NoUser => "nothing before the @",
            Self::UserCharacter => {
                "the part before the @ contains a character that needs double quotes around that part"
            }
            Self::UserNotAscii => "the part before the @ contains a character that is not ASCII",
            Self::UserDots => {
                "a dot at the start or the end of the part before the @, or two dots in a row there"
            }
            Self::QuotedUser => "the quoted part before the @ is not a quoted string",
            Self::SecondAt => "more than one @",
            Self::NoDomain => "nothing after the @",
            Self::DomainTooLong => "the part after the @ is longer than 255 characters",
            Self::BareIpv4 => "an IP address without square brackets after the @",
            Self::LiteralTag => "the IPv6 address in square brackets does not start with IPv6:",
            Self::Literal => "the square brackets do not contain an IP address",
            Self::DisplayName => "display name or angle brackets around the address",
            Self::OuterWhiteSpace => "white space around it",
            Self::Scheme => "scheme in front, as in a URL",
            Self::Several => "more than one name or address",
            Self::Invisible => "contains an invisible character",
            Self::Underscore => "a label contains an underscore",
            Self::PrefixLength => "prefix length after the address",
            Self::NoPrefixLength => "no prefix length after the address",
            Self::PrefixRange => {
                "the prefix length is not a number up to 32, or up to 128 for IPv6"
            }
            Self::NoScheme => "no scheme at the start, such as https://",
            Self::NoHost => "no host after the scheme",
            Self::NotUuid => "not 32 hexadecimal digits in groups of 8, 4, 4, 4 and 12",
            Self::Zone => "zone after the address",
            Self::Brackets => "square brackets around the address",
            Self::Port => "port behind it",
            Self::LeadingZero => "a number of the IPv4 address starts with a zero",
            Self::NotIpv4 => "not an IPv4 address of four numbers from 0 to 255 with dots between",
            Self::NotIpv6 => {
                "not an IPv6 address of up to eight groups of up to four hexadecimal digits"
            }
            Self::NotIp => "neither an IPv4 nor an IPv6 address",
            Self::OneLabel => "only one label",
            Self::EmptyLabel => "a dot at the start or the end, or two dots in a row",
            Self::LabelNotAscii => "a label is not ASCII; expected its form that starts with xn--",
            Self::LabelCharacter => {
                "a label contains a character other than letters, digits and hyphens"
            }
            Self::LabelTooLong => "a label is longer than 63 characters",
            Self::LabelHyphen => "a label starts or ends with a hyphen",
            Self::NumericLabel => "the last label is a number, as in an IP address",
            Self::NotTime => "expected hours, a colon and minutes, such as 8:00 or 23:59",
            Self::Hours => "the hours are not from 0 to 23",
            Self::MinuteDigits => "the minutes do not have two digits",
            Self::Minutes => "the minutes are not from 00 to 59",
            Self::NotDateTime => "expected a date and time such as 2022-03-30T12:00:01+00:00",
            Self::Fraction => "expected a digit after the decimal point of the seconds",
            Self::NoOffset => "expected an offset such as +00:00, or Z, after the seconds",
            Self::Offset => "the offset is not from -23:59 to +23:59",
            Self::Month => "the month is not from 01 to 12",
            Self::Day => "the month does not have this day",
            Self::Hour => "the hour is not from 00 to 23",
            Self::Minute => "the minute is not from 00 to 59",
            Self::Second => "the second is not from 00 to 59",
            Self::WhiteSpace => "contains white space",
            Self::Certificate(error) => error.message(),
        }
    }
}

impl FormatError {
    /// What to do about this mistake in particular: lower case, no full stop.
    const fn help(self) -> Option<&'static str> {
        Some(match self {
            Self::Certificate(error) => error.help(),
            Self::Port => "give the bare name or address: there is no place for the port",
            Self::Scheme => "give the bare name or address, without scheme and path",
            Self::Several => "give only one",
            Self::Invisible => {
                "type it again: copied text may contain characters that no editor shows"
            }
            Self::Underscore => {
                "use a name with letters, digits and hyphens alone, or the address of the host"
            }
            _ => return None,
        })
    }
}

impl Cause {
    /// What to do about this cause in particular: lower case, no full stop.
    const fn help(self) -> Option<&'static str> {
        Some(match self {
            Self::OddDigits(_) => "add or remove a digit: two digits make an octet",
            Self::AllZeros | Self::AllOnes => "use another value: RFC 3411 reserves this one",
            _ => return None,
        })
    }
}

impl fmt::Display for Cause {
    /// Writes the cause with its measured value: lower case, no full stop.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::OddDigits(digits) => write!(f, "{digits} digits, an odd number"),
            Self::AllZeros => f.write_str("all digits are 0"),
            Self::AllOnes => f.write_str("all digits are F"),
            Self::Octets { found, most } => {
                write!(f, "{}, at most {most} are allowed", count(found, "octet"))
            }
            Self::Digits(digits) => write!(f, "found {}", count(digits, "digit")),
            Self::Characters(characters) => {
                write!(f, "found {}", count(characters, "character"))
            }
            Self::Separators(separator) => write!(f, "{} between the digits", names_of(separator)),
        }
    }
}

/// What characters are called, where there are several of them.
const fn names_of(separator: char) -> &'static str {
    match separator {
        ':' => "colons",
        '-' => "hyphens",
        '.' => "dots",
        _ => "spaces",
    }
}

impl fmt::Display for FormatError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.message())
    }
}

impl SyntaxError {
    /// What was expected: lower case, no full stop.
    pub const fn message(self) -> &'static str {
        match self {
            Self::End => "expected the end of the document after its one value",
            Self::Value => {
                "expected an object, an array, a string in double quotes, a number, true, false or null"
            }
            Self::ValueBeforeEnd => "expected a value before the end of the document",
            Self::ValueAfterComma => "expected another value after the comma, or no comma",
            Self::NoMark => "expected no byte order mark",
            Self::NoComment => "expected no comment: JSON has no comments",
            Self::StraightQuotes => "expected straight double quotes, not curly ones",
            Self::PlainSpace => "expected an ordinary space, not a no-break space or another one",
            Self::NoInvisible => "expected no invisible character, such as a zero-width space",
            Self::NoNul => "expected no NUL character",
            Self::Utf8 => "expected UTF-8; this is probably UTF-16",
            Self::NoNan => "expected a number: JSON has no NaN and no infinity",
            Self::JsonWord => "expected true, false or null, spelled like this",
            Self::CommaOrBrace => "expected a comma or a closing brace after the value before this",
            Self::CommaOrBracket => {
                "expected a comma or a closing bracket after the value before this"
            }
            Self::Key => "expected a key in double quotes",
            Self::KeyAfterComma => "expected another key after the comma, or no comma",
            Self::KeyInDoubleQuotes => "expected a key in double quotes, not single",
            Self::StringInDoubleQuotes => "expected a string in double quotes, not single",
            Self::Colon => "expected a colon after the key",
            Self::QuoteBeforeLineEnd => "expected a double quote before the end of the line",
            Self::ClosingQuote => "expected a closing double quote for this string",
            Self::EscapedControl => "expected an escape such as \\t for a control character",
            Self::EscapeLetter => "expected one of \" \\ / b f n r t u after the backslash",
            Self::HexDigits => "expected four hexadecimal digits after \\u",
            Self::SurrogatePair => {
                "expected a pair of \\u escapes; half of a surrogate pair is not a character"
            }
            Self::NumberWithoutPlus => "expected a number without a plus sign",
            Self::NoLeadingZero => "expected no digit after a leading zero",
            Self::DigitAfterMinus => "expected a digit after the minus sign",
            Self::DigitBeforePoint => "expected a digit before the decimal point",
            Self::DigitAfterPoint => "expected a digit after the decimal point",
            Self::DigitInExponent => "expected a digit in the exponent",
            Self::FiniteNumber => "expected a number that fits a 64-bit floating point number",
        }
    }
}

impl fmt::Display for ScanError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Syntax { expected, .. } => f.write_str(expected.message()),
            Self::Limit { limit, allowed, .. } => f.write_str(&too_large(limit, allowed)),
        }
    }
}

impl Report {
    /// `2 errors, 1 warning, 3 not checked`; only what there is, and `no errors` if there is nothing.
    pub(crate) fn write_counts(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts = [(self.errors().count(), "error"), (self.warnings().count(), "warning")];
        let parts = parts.into_iter().filter(|(number, _)| *number > 0);
        let mut parts: Vec<String> = parts.map(|(number, noun)| count(number, noun)).collect();
        if !self.unchecked.is_empty() {
            parts.push(format!("{} not checked", self.unchecked.len()));
        }
        if parts.is_empty() { f.write_str("no errors") } else { f.write_str(&parts.join(", ")) }
    }
}

impl fmt::Display for Unchecked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "not checked[{}]", self.code)?;
        if !self.pointer.is_empty() {
            write!(f, " at \"{}\"", self.pointer)?;
        }
        write!(f, ": {}", self.reason)
    }
}

impl fmt::Display for Reason {
    /// Writes the reason in English: lower case, no full stop.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::PlainTextUnknown => {
                f.write_str("plain text of the referenced password is unknown")
            }
            Self::SecretKept => f.write_str("only the appliance has this secret"),
            Self::ExistenceUnknown => {
                f.write_str("existence of the referenced object was not checked")
            }
            Self::TimeUnknown => f.write_str("the current time is unknown"),
            Self::TargetUnknown(versions) => {
                write!(f, "exists only in {versions}, and the target version is unknown")
            }
            Self::RuleTargetUnknown(versions) => {
                write!(f, "applies only to {versions}, and the target version is unknown")
            }
            Self::UnknownKey => f.write_str("no source shows this key; it is kept"),
            Self::UnknownValue => f.write_str("no source shows this value; it is kept"),
            Self::UnknownVariant => f.write_str("no source shows this variant; it is kept"),
            Self::UnknownShape => f.write_str("no source shows what belongs here"),
            Self::ReportFull { listed } => {
                write!(f, "more than {}: the rest is not listed", count(*listed, "place"))
            }
        }
    }
}

impl fmt::Display for Expected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bool => f.write_str("true or false"),
            Self::Int => f.write_str("a whole number"),
            Self::PlainInt => f.write_str("a whole number in plain digits"),
            Self::Number => f.write_str("a number"),
            Self::String => f.write_str("a string"),
            Self::Any => f.write_str("a value"),
            Self::Key(collection) => write!(f, "the key of an object in {collection}"),
            Self::List => f.write_str("a list"),
            Self::ListOf(length) => write!(f, "a list of {length}"),
            Self::Object => f.write_str("an object"),
            Self::Tagged(tag) => write!(f, "an object with `{tag}`"),
            Self::OneOf(values) => write!(f, "one of {}", quoted(values)),
            Self::OrNull(inner) => write!(f, "{inner} or null"),
            Self::Items => f.write_str("a list of objects with \"key\" and \"meta\""),
            Self::Item => f.write_str("an object with \"key\" and \"meta\""),
        }
    }
}

impl fmt::Display for Item {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Endpoint => "this endpoint",
            Self::Key => "this key",
            Self::Value => "this value",
            Self::Variant => "this variant",
        })
    }
}

impl fmt::Display for Choice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` \"{}\"", self.tag, self.value)
    }
}

impl fmt::Display for Home {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Body => f.write_str("the key belongs to the body itself"),
            Self::Member { path, variants } => {
                write!(f, "the key belongs to `{path}`")?;
                for choice in variants.iter().rev() {
                    write!(f, " ({choice})")?;
                }
                Ok(())
            }
            Self::Variant { choice, chosen } => {
                write!(f, "the key belongs to {choice}, not to \"{chosen}\"")
            }
        }
    }
}

fn too_large(limit: LimitKind, maximum: usize) -> String {
    match limit {
        LimitKind::Bytes => format!("document is longer than {}", count(maximum, "byte")),
        LimitKind::Depth => {
            format!("objects and arrays are nested deeper than {}", count(maximum, "level"))
        }
        LimitKind::Keys => format!("object has more than {}", count(maximum, "key")),
        LimitKind::Nodes => {
            format!(
                "document has more than {} once its aliases are replaced",
                count(maximum, "value")
            )
        }
    }
}

fn name_of(format: Format) -> &'static str {
    match format {
        Format::EmailAddress => "an e-mail address",
        Format::IpAddress => "an IP address",
        Format::IpNetwork => "an IP network",
        Format::Url => "a URL",
        Format::Uuid => "a UUID",
        Format::Fqdn => "a fully qualified domain name",
        Format::TimeOfDay => "a time of day",
        Format::DateTime => "a date and time",
        Format::NoWhitespace => "free of white space",
        Format::PemCertificate => "one bare certificate in PEM",
    }
}

fn help_for(format: Format) -> &'static str {
    match format {
        Format::EmailAddress => "give one address, such as ops@example.com",
        Format::IpAddress => "give a bare IPv4 or IPv6 address: no name, port, prefix or brackets",
        Format::IpNetwork => {
            "write the address, `/` and the length of the prefix, such as 192.0.2.0/24"
        }
        Format::Url => "write it with its scheme and host, such as https://server.example.com/path",
        Format::Uuid => "write it as 11111111-aaaa-4bbb-8ccc-000000000001",
        Format::Fqdn => "give a host name with its domain, such as mail.example.com",
        Format::TimeOfDay => "write hours and minutes, from \"0:00\" to \"23:59\"",
        Format::DateTime => "write it as 2022-03-30T12:00:01+00:00",
        Format::NoWhitespace => "remove the white space, or use hyphens",
        Format::PemCertificate => "give one PEM certificate: no text around it, LF line ends",
    }
}

fn add(name: &str, expected: &Expected) -> String {
    format!("add `{name}`: {expected}")
}

/// `1 character`, `2 characters`.
fn count(number: usize, noun: &str) -> String {
    if number == 1 { format!("1 {noun}") } else { format!("{number} {noun}s") }
}

fn quoted(values: &[&str]) -> String {
    values.iter().map(|value| format!("\"{value}\"")).collect::<Vec<_>>().join(", ")
}

/// A help, with the suggestions that it does not name itself.
#[cfg(feature = "render")]
pub(crate) fn with_suggestions(help: &str, suggestions: &[String]) -> Option<String> {
    let missing: Vec<String> = suggestions
        .iter()
        .filter(|name| {
            !help.contains(&format!("`{name}`")) && !help.contains(&format!("\"{name}\""))
        })
        .map(|name| format!("`{name}`"))
        .collect();
    match (help.is_empty(), missing.is_empty()) {
        (true, true) => None,
        (true, false) => Some(format!("did you mean {}?", missing.join(" or "))),
        (false, true) => Some(help.to_owned()),
        (false, false) => Some(format!("{help} (near: {})", missing.join(", "))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn joins_counts_and_values() {
        assert_eq!((count(1, "place"), count(2, "place")), ("1 place".into(), "2 places".into()));
        assert_eq!(Expected::OneOf(vec!["a", "b"]).to_string(), "one of \"a\", \"b\"");
        assert_eq!(Expected::OrNull(Box::new(Expected::List)).to_string(), "a list or null");
    }
}
