//! Rules that tie members to each other, and the closed set of conditions they are made of.

use std::fmt::Write as _;

use crate::{
    format::Format,
    version::{Version, Versions},
};

/// Members to pass from an object inwards, in wire names; `a.b` in a spec file.
///
/// It may enter a union only to reach its tag.
pub type Path = Vec<String>;

/// A condition that a body must satisfy, beyond the types of its members.
///
/// If `when` holds, or is not given, then `holds` must hold, or the member at `target` is wrong. A rule is skipped if one of
/// its inputs is missing: a required member has its own error, and an optional one has no effect.
#[derive(Debug, Clone, PartialEq)]
pub struct Rule {
    /// Name of the struct whose members the paths start from.
    pub on: String,
    /// Permanent code of the diagnostic, defined in `codes.toml`. Several rules may share one.
    pub code: String,
    /// Whether breaking it is an error or a warning.
    pub severity: Severity,
    /// First version for which breaking it is an error, though earlier ones only warn.
    pub error_since: Option<Version>,
    /// The member that is wrong.
    pub target: Path,
    /// Condition under which the rule applies; none if it always does.
    pub when: Option<Condition>,
    /// Condition that must hold.
    pub holds: Condition,
    /// Message of the diagnostic.
    pub message: String,
    /// Help of the diagnostic.
    pub fix: String,
    /// Id of the source that states it.
    pub source: String,
    /// Facts about it that no source states, and why we assume them.
    pub inferred: Option<String>,
    /// Versions that have it.
    pub versions: Versions,
}

impl Rule {
    /// How bad breaking it is for this version; for an unknown one, as bad as for every version.
    pub fn severity_for(&self, target: Option<&Version>) -> Severity {
        match (&self.error_since, target) {
            (Some(since), Some(target)) if since <= target => Severity::Error,
            _ => self.severity,
        }
    }
}

/// How bad a broken rule is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// The appliance accepts it, but it is unwise.
    Warning,
    /// The appliance would refuse or misunderstand the body.
    Error,
}

/// A condition on the members of one object.
///
/// The set is closed: each of these maps to Rust code, JSON Schema, random inputs, prose and a mutation. A condition
/// other than `Present` and `Absent` that meets a missing member is undecided; `All`, `Any` and `Not` pass that on in
/// the usual way of three-valued logic.
#[derive(Debug, Clone, PartialEq)]
pub enum Condition {
    /// The member has this value.
    Equals(Path, Literal),
    /// The member has one of these values.
    In(Path, Vec<Literal>),
    /// The member is there, if only as null.
    Present(Path),
    /// The member is not there.
    Absent(Path),
    /// The member is null.
    Null(Path),
    /// All of these hold.
    All(Vec<Self>),
    /// At least one of these holds.
    Any(Vec<Self>),
    /// This does not hold.
    Not(Box<Self>),
    /// A string with a number of characters within bounds.
    Length {
        /// The string.
        path: Path,
        /// Fewest characters.
        min: Option<u64>,
        /// Most characters.
        max: Option<u64>,
    },
    /// A string of ASCII letters, digits and the characters listed.
    Charset {
        /// The string.
        path: Path,
        /// Characters allowed besides `a-z`, `A-Z` and `0-9`.
        chars: String,
    },
    /// A string of zero or more hexadecimal digits, after an optional `0x` or `0X`.
    Hex(Path),
    /// The number of hexadecimal digits, not counting the prefix, is within bounds. A string that is not
    /// hexadecimal passes: [`Self::Hex`] is there to refuse it.
    HexLength {
        /// The string.
        path: Path,
        /// Fewest digits.
        min: Option<u64>,
        /// Most digits.
        max: Option<u64>,
    },
    /// A number within bounds.
    Range {
        /// The number.
        path: Path,
        /// Smallest value.
        min: Option<i64>,
        /// Largest value.
        max: Option<i64>,
    },
    /// A string in a format.
    Format {
        /// The string.
        path: Path,
        /// Its format.
        format: Format,
    },
    /// The object that the reference names satisfies this. Only `Length` and `Charset` on path `plain` are allowed
    /// inside, for nothing else is known about objects elsewhere. Undecided without a resolver.
    Referent(Path, Box<Self>),
    /// A check written by hand, with its inputs in the order of its arguments.
    Custom {
        /// Name of the function.
        name: String,
        /// Members it reads.
        inputs: Vec<Path>,
    },
}

/// A set of characters with a name, which conditions call by it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Charset {
    /// Its name, in kebab case.
    pub name: String,
    /// Its characters, besides ASCII letters and digits.
    pub chars: String,
}

impl Condition {
    /// The members that deciding this takes, in order of first mention, each once.
    ///
    /// Paths inside a `Referent` are about another object and do not count.
    pub fn inputs(&self) -> Vec<&Path> {
        let mut inputs = Vec::new();
        self.visit_paths(&mut |path| {
            if !inputs.contains(&path) {
                inputs.push(path);
            }
        });
        inputs
    }

    fn visit_paths<'a>(&'a self, visit: &mut impl FnMut(&'a Path)) {
        match self {
            Self::Equals(path, _)
            | Self::In(path, _)
            | Self::Present(path)
            | Self::Absent(path)
            | Self::Null(path)
            | Self::Hex(path)
            | Self::Referent(path, _)
            | Self::Length { path, .. }
            | Self::Charset { path, .. }
            | Self::HexLength { path, .. }
            | Self::Range { path, .. }
            | Self::Format { path, .. } => visit(path),
            Self::All(parts) | Self::Any(parts) => {
                for part in parts {
                    part.visit_paths(visit);
                }
            }
            Self::Not(inner) => inner.visit_paths(visit),
            Self::Custom { inputs, .. } => inputs.iter().for_each(visit),
        }
    }

    /// Names of the hand-written checks inside.
    pub fn custom_names(&self) -> Vec<&str> {
        match self {
            Self::Custom { name, .. } => vec![name],
            Self::All(parts) | Self::Any(parts) => {
                parts.iter().flat_map(Self::custom_names).collect()
            }
            Self::Not(inner) | Self::Referent(_, inner) => inner.custom_names(),
            _ => Vec::new(),
        }
    }
}

/// A value in a condition, a default or an example.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Literal {
    /// A truth value.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A string, or a value of an enum or a tag.
    Str(String),
}

impl Literal {
    /// The value as JSON text.
    ///
    /// ```
    /// use sps_spec::Literal;
    /// assert_eq!(Literal::Str("a \"b\"\n".to_owned()).to_json(), r#""a \"b\"\u000a""#);
    /// ```
    pub fn to_json(&self) -> String {
        match self {
            Self::Bool(value) => value.to_string(),
            Self::Int(value) => value.to_string(),
            Self::Str(text) => {
                let mut json = String::from("\"");
                for character in text.chars() {
                    match character {
                        '"' | '\\' => json.extend(['\\', character]),
                        '\0'..='\u{1f}' => {
                            // Writing to a string does not fail.
                            let _ = write!(json, "\\u{:04x}", u32::from(character));
                        }
                        _ => json.push(character),
                    }
                }
                json.push('"');
                json
            }
        }
    }
}
