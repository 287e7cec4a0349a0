//! What a body looks like, as static tables: the derive writes the structure, the generator adds
//! documentation, versions and rules.

use crate::{explain::MAX_INPUTS, format::Format, report::Severity, rule::Rule, version::Versions};

/// What stands at one place of a body.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub enum Kind {
    /// `true` or `false`.
    Bool,
    /// A whole number within the bounds of its Rust type.
    Int {
        /// The least value the type can hold.
        minimum: i128,
        /// The greatest value the type can hold.
        maximum: i128,
    },
    /// Any number that fits an `f64`.
    Number,
    /// A string.
    String,
    /// A string that must never be printed.
    Secret,
    /// Anything: the guide does not show what stands here.
    Any,
    /// The key of an object elsewhere.
    Reference(&'static Target),
    /// The kind, or null.
    Nullable(&'static Self),
    /// The kind, or no member at all.
    Optional(&'static Self),
    /// A list of any length.
    List(&'static Self),
    /// A list of exactly so many.
    Array(&'static Self, usize),
    /// An object whose keys are data.
    Map(&'static Self),
    /// A type with a name.
    Named(&'static Type),
    /// A type that only garde knows: takes the JSON text, gives dotted paths and messages.
    Foreign(fn(&str) -> Vec<(String, String)>),
}

/// A collection that references point into.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Target {
    /// The path of the collection, such as `/api/configuration/passwords`.
    pub path: &'static str,
    /// Whether each of its objects may be referenced only once.
    pub single_use: bool,
}

impl Target {
    /// A collection whose objects may be referenced any number of times.
    pub const fn new(path: &'static str) -> Self {
        Self { path, single_use: false }
    }

    /// A collection whose objects may be referenced once.
    pub const fn single_use(path: &'static str) -> Self {
        Self { path, single_use: true }
    }
}

/// A type with a name: its structure, and what the generator knows about it.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Type {
    /// The Rust name.
    pub name: &'static str,
    /// What it is made of.
    pub shape: Shape,
    /// Documentation, bounds, versions and rules.
    pub constraints: Constraints,
    /// For each of the first rules, which field each of its inputs starts at.
    inputs: [[u8; MAX_INPUTS]; LISTED_RULES],
}

/// How many rules of a type have their inputs listed; any beyond are looked up by name.
const LISTED_RULES: usize = 16;
/// Stands for a field that is not listed.
const UNLISTED: u8 = u8::MAX;

impl Type {
    /// A type of this shape.
    pub const fn new(name: &'static str, shape: Shape, constraints: Constraints) -> Self {
        let mut inputs = [[UNLISTED; MAX_INPUTS]; LISTED_RULES];
        if let Shape::Struct { fields, .. } = shape {
            let rules = constraints.rules;
            let mut number = 0;
            while number < rules.len() && number < LISTED_RULES {
                let mut input = 0;
                while input < rules[number].inputs.len() && input < MAX_INPUTS {
                    if let [name, ..] = rules[number].inputs[input] {
                        inputs[number][input] = listed(fields, name);
                    }
                    input += 1;
                }
                number += 1;
            }
        }
        Self { name, shape, constraints, inputs }
    }

    /// The number of the field that an input of a rule starts at.
    pub(crate) fn input(&self, rule: usize, input: usize) -> Option<usize> {
        match self.inputs.get(rule).and_then(|inputs| inputs.get(input)) {
            Some(&field) if field != UNLISTED => Some(usize::from(field)),
            _ => {
                let Shape::Struct { fields, .. } = self.shape else { return None };
                let name = self.constraints.rules.get(rule)?.inputs.get(input)?.first()?;
                fields.iter().position(|field| field.name == *name)
            }
        }
    }

    /// What the generator knows about the member at `index` of the shape.
    pub fn member(&self, index: usize) -> &'static Member {
        self.constraints.members.get(index).unwrap_or(&Member::NONE)
    }
}

/// The number of the field `name`, while the tables are built.
const fn listed(fields: &[Field], name: &str) -> u8 {
    let name = name.as_bytes();
    let mut number = 0;
    while number < fields.len() && number < UNLISTED as usize {
        let other = fields[number].name.as_bytes();
        let mut at = 0;
        while at < name.len() && at < other.len() && name[at] == other[at] {
            at += 1;
        }
        if at == name.len() && at == other.len() {
            #[expect(clippy::cast_possible_truncation, reason = "it is below `UNLISTED`")]
            return number as u8;
        }
        number += 1;
    }
    UNLISTED
}

/// What a type is made of.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub enum Shape {
    /// An object with known keys.
    Struct {
        /// The keys, in the order of the declaration.
        fields: &'static [Field],
        /// Whether keys beside them are expected: they are kept and listed as unchecked.
        open: bool,
    },
    /// A string out of a list.
    Enum {
        /// The words.
        values: &'static [EnumValue],
    },
    /// An object of a tag and the content that the tag decides.
    Union {
        /// The key of the tag.
        tag: &'static str,
        /// The key of the content.
        content: &'static str,
        /// The variants.
        variants: &'static [Variant],
    },
}

/// One key of an object.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Field {
    /// The wire name.
    pub name: &'static str,
    /// What stands there.
    pub kind: Kind,
    /// Whether it is the tag of its object: a wrong word is `unknown-selection`.
    pub tag: bool,
    /// Which form of the body has it.
    pub form: FieldForm,
}

impl Field {
    /// A field of both forms.
    pub const fn new(name: &'static str, kind: Kind) -> Self {
        Self { name, kind, tag: false, form: FieldForm::Both }
    }

    /// The same as the tag of its object.
    #[must_use]
    pub const fn tag(self) -> Self {
        Self { tag: true, ..self }
    }

    /// The same, in one form only.
    #[must_use]
    pub const fn only(self, form: FieldForm) -> Self {
        Self { form, ..self }
    }
}

/// Which form of a body has a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum FieldForm {
    /// Requests and responses.
    Both,
    /// Requests only, such as a plain password.
    Request,
    /// Responses only.
    Response,
}

/// One word of an enum.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct EnumValue {
    /// The word that is written.
    pub value: &'static str,
    /// Other spellings that are understood.
    pub aliases: &'static [&'static str],
}

impl EnumValue {
    /// A word with one spelling.
    pub const fn new(value: &'static str) -> Self {
        Self { value, aliases: &[] }
    }

    /// The same with other spellings.
    #[must_use]
    pub const fn aliases(self, aliases: &'static [&'static str]) -> Self {
        Self { aliases, ..self }
    }

    /// Whether `word` is a spelling of it.
    pub fn matches(&self, word: &str) -> bool {
        self.value == word || self.aliases.contains(&word)
    }
}

/// One variant of a union.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Variant {
    /// The word of the tag.
    pub value: &'static str,
    /// What stands under the content key; `None`: the key must not be there.
    pub content: Option<Kind>,
}

impl Variant {
    /// A variant.
    pub const fn new(value: &'static str, content: Option<Kind>) -> Self {
        Self { value, content }
    }
}

/// What the generator knows about a type: documentation, bounds, versions and rules.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Constraints {
    /// What the type is for.
    pub doc: &'static str,
    /// One entry per field, enum value or variant, in the order of the shape; empty if unknown.
    pub members: &'static [Member],
    /// Rules that judge members together.
    pub rules: &'static [Rule],
}

impl Constraints {
    /// Nothing is known: only the structure is checked.
    pub const NONE: Self = Self { doc: "", members: &[], rules: &[] };

    /// What is known about the members of a type.
    pub const fn new(doc: &'static str, members: &'static [Member]) -> Self {
        Self { doc, members, rules: &[] }
    }

    /// The same with rules that judge members together.
    #[must_use]
    pub const fn rules(self, rules: &'static [Rule]) -> Self {
        Self { rules, ..self }
    }

    /// The rules whose breach refuses a document.
    pub fn errors(&self) -> impl Iterator<Item = &'static Rule> {
        self.rules.iter().filter(|rule| rule.severity == Severity::Error)
    }
}

/// What the generator knows about one field, enum value or variant.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Member {
    /// The wire name or the word.
    pub name: &'static str,
    /// What it is for.
    pub doc: &'static str,
    /// What its leaf must satisfy; in a list, every leaf.
    pub constraint: Constraint,
    /// The versions that have it.
    pub versions: Versions,
}

impl Member {
    /// Nothing is known.
    pub const NONE: Self = Self::new("", "");

    /// A member with documentation.
    pub const fn new(name: &'static str, doc: &'static str) -> Self {
        Self { name, doc, constraint: Constraint::NONE, versions: Versions::ALL }
    }

    /// The same with what its leaf must satisfy.
    #[must_use]
    pub const fn constraint(self, constraint: Constraint) -> Self {
        Self { constraint, ..self }
    }

    /// The same in some versions only.
    #[must_use]
    pub const fn versions(self, versions: Versions) -> Self {
        Self { versions, ..self }
    }
}

/// What one leaf must satisfy by itself.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Constraint {
    /// The least integer.
    pub minimum: Option<i128>,
    /// The greatest integer.
    pub maximum: Option<i128>,
    /// The least number of characters.
    pub min_length: Option<usize>,
    /// The greatest number of characters.
    pub max_length: Option<usize>,
    /// The form of a string.
    pub format: Option<Format>,
}

impl Constraint {
    /// Everything passes.
    pub const NONE: Self =
        Self { minimum: None, maximum: None, min_length: None, max_length: None, format: None };

    /// The same with a least integer.
    #[must_use]
    pub const fn minimum(self, minimum: i128) -> Self {
        Self { minimum: Some(minimum), ..self }
    }

    /// The same with a greatest integer.
    #[must_use]
    pub const fn maximum(self, maximum: i128) -> Self {
        Self { maximum: Some(maximum), ..self }
    }

    /// The same with a least number of characters.
    #[must_use]
    pub const fn min_length(self, length: usize) -> Self {
        Self { min_length: Some(length), ..self }
    }

    /// The same with a greatest number of characters.
    #[must_use]
    pub const fn max_length(self, length: usize) -> Self {
        Self { max_length: Some(length), ..self }
    }

    /// The same with a form.
    #[must_use]
    pub const fn format(self, format: Format) -> Self {
        Self { format: Some(format), ..self }
    }

    /// Judges an integer.
    ///
    /// # Errors
    /// `out-of-range`, with the bounds.
    pub fn check_int(&self, value: i128) -> Result<(), Breach> {
        let low = self.minimum.is_some_and(|minimum| value < minimum);
        let high = self.maximum.is_some_and(|maximum| value > maximum);
        if low || high { Err(Breach::OutOfRange) } else { Ok(()) }
    }

    /// Judges a string: length first, then form.
    ///
    /// # Errors
    /// `too-short`, `too-long`, or the code of the format with the reason.
    pub fn check_str(&self, value: &str) -> Result<(), Breach> {
        if self.min_length.is_some() || self.max_length.is_some() {
            let length = value.chars().count();
            if self.min_length.is_some_and(|least| length < least) {
                return Err(Breach::TooShort);
            }
            if self.max_length.is_some_and(|most| length > most) {
                return Err(Breach::TooLong);
            }
        }
        match self.format {
            None => Ok(()),
            Some(format) => {
                format.check(value).map_err(|reason| Breach::Format(format, reason.as_str()))
            }
        }
    }
}

/// How a leaf breaks its constraint.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum Breach {
    /// An integer outside its bounds.
    OutOfRange,
    /// A string with too few characters.
    TooShort,
    /// A string with too many characters.
    TooLong,
    /// A string of another form, and why.
    Format(Format, &'static str),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_is_numbered_by_its_whole_name() {
        const FIELDS: &[Field] = &[
            Field::new("name", Kind::Bool),
            Field::new("names", Kind::Bool),
            Field::new("game", Kind::Bool),
            Field::new("na", Kind::Bool),
            Field::new("n", Kind::Bool),
        ];

        let names = ["name", "names", "game", "na", "n", "", "nam", "namesake", "nane", "x"];
        let unlisted = UNLISTED;
        assert_eq!(
            names.map(|name| listed(FIELDS, name)),
            [0, 1, 2, 3, 4, unlisted, unlisted, unlisted, unlisted, unlisted]
        );
        assert_eq!(listed(&[], "name"), unlisted);
    }

    /// 300 fields; the last 200 have names of their own.
    static MANY: [Field; 300] = {
        let mut fields = [Field::new("a", Kind::Bool); 300];
        let names = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ+-";
        let mut at = 0;
        while at < 60 {
            fields[240 + at] = Field::new(names.split_at(at).1.split_at(2).0, Kind::Bool);
            at += 1;
        }
        fields
    };

    #[test]
    fn a_field_beyond_those_that_are_listed_is_looked_up() {
        static TYPE: Type = Type::new(
            "Many",
            Shape::Struct { fields: &MANY, open: false },
            Constraints::NONE.rules(&[Rule::error(
                "many",
                &["a"],
                &[&[MANY[254].name, "below"], &[MANY[255].name], &[MANY[299].name], &["none"]],
                |_, _| None,
            )]),
        );
        assert_eq!([254, 255].map(|at| listed(&MANY, MANY[at].name)), [254, UNLISTED]);
        assert_eq!(
            [0, 1, 2, 3, 4].map(|input| TYPE.input(0, input)),
            [Some(254), Some(255), Some(299), None, None]
        );
        assert_eq!(TYPE.input(1, 0), None);
    }
}
