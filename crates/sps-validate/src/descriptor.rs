//! The structure of a body as static tables: the derive writes the structure, the generator adds bounds, versions and
//! rules.

mod constraint;

use crate::{
    rule::{MAX_INPUTS, Path, Requirement, Rule},
    severity::Severity,
    version::Versions,
};

pub use self::constraint::{Breach, Constraint};

/// The key of an ordered map under which the list of its other keys is, and the segment below an ordered collection.
pub const ORDER: &str = "@order";

/// The kind of a value.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub enum Kind {
    /// `true` or `false`.
    Bool,
    /// A whole number within the bounds of its Rust type.
    Int {
        /// The smallest value that the type can hold.
        minimum: i128,
        /// The largest value that the type can hold.
        maximum: i128,
    },
    /// Any number that fits an `f64`.
    Number,
    /// A string.
    String,
    /// A string that must never be printed.
    Secret,
    /// Anything: no source shows what belongs here.
    Any,
    /// The key of an object elsewhere.
    Reference(&'static Target),
    /// The kind, or null.
    Nullable(&'static Self),
    /// The kind, or no member at all.
    Optional(&'static Self),
    /// A list of any length.
    List(&'static Self),
    /// A list of a fixed length.
    Array(&'static Self, usize),
    /// An object whose keys are data.
    Map(&'static Self),
    /// An object whose keys are data, with a list `@order` of them.
    Ordered(&'static Self),
    /// A named type.
    Named(&'static Type),
    /// A type that only garde knows: takes the JSON text, gives dotted paths and messages.
    Foreign(fn(&str) -> Vec<(String, String)>),
}

impl Kind {
    /// Returns the kind without `Optional` and `Nullable` around it.
    #[must_use]
    pub const fn peeled(self) -> Self {
        let mut kind = self;
        while let Self::Optional(inner) | Self::Nullable(inner) = kind {
            kind = *inner;
        }
        kind
    }

    /// Whether a member of this kind may be absent.
    pub const fn is_optional(self) -> bool {
        match self {
            Self::Optional(_) => true,
            Self::Nullable(inner) => inner.is_optional(),
            _ => false,
        }
    }

    /// Whether null is a value of this kind.
    pub const fn is_nullable(self) -> bool {
        match self {
            Self::Nullable(_) => true,
            Self::Optional(inner) => inner.is_nullable(),
            _ => false,
        }
    }
}

/// A collection that references point into.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Target {
    /// The path of the collection, such as `/api/configuration/passwords`.
    pub path: &'static str,
    /// Whether each of its objects may be referenced only once.
    pub single_use: bool,
    /// The ordered maps on the way to a part of an object, such as `interfaces/addresses`, where references lead to parts.
    pub part: Option<&'static str>,
}

impl Target {
    /// A collection whose objects may be referenced any number of times.
    pub const fn new(path: &'static str) -> Self {
        Self { path, single_use: false, part: None }
    }

    /// A collection whose objects may be referenced once.
    pub const fn single_use(path: &'static str) -> Self {
        Self { path, single_use: true, part: None }
    }

    /// The path of the object that a key leads to, or of the object that has the part.
    pub fn object(&self, key: &str) -> String {
        format!("{}/{}", self.path, self.key(key))
    }

    /// The key of that object.
    pub(crate) fn key<'k>(&self, key: &'k str) -> &'k str {
        match self.part {
            Some(_) => key.split('.').next().unwrap_or_default(),
            None => key,
        }
    }

    /// Makes references lead to a part of an object: the key has dots, `nic1.interfaces.ID.addresses.ID`.
    #[must_use]
    pub const fn part(self, part: &'static str) -> Self {
        Self { part: Some(part), ..self }
    }
}

/// A named type: its structure, and the facts about it.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Type {
    /// The Rust name.
    pub name: &'static str,
    /// Its structure.
    pub shape: Shape,
    /// Bounds, versions and rules.
    pub constraints: Constraints,
    /// For each input of the first rules, the field that it starts at.
    rule_fields: [[u8; MAX_INPUTS]; LISTED],
    /// For each input of the requirement of the first members, the field that it starts at.
    requirement_fields: [[u8; MAX_INPUTS]; LISTED],
    /// Whether a rule or a requirement may look at the members.
    pub(crate) has_inputs: bool,
}

/// How many rules and members of a type have the fields of their inputs listed; later ones are looked up by name.
const LISTED: usize = 16;
/// A field that is not listed.
const UNLISTED: u8 = u8::MAX;

/// Who looks at an input.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Asker {
    /// The rule with this number.
    Rule(usize),
    /// The requirement of the member with this number.
    Member(usize),
}

impl Type {
    /// Makes a type.
    pub const fn new(name: &'static str, shape: Shape, constraints: Constraints) -> Self {
        let mut rule_fields = [[UNLISTED; MAX_INPUTS]; LISTED];
        let mut requirement_fields = [[UNLISTED; MAX_INPUTS]; LISTED];
        let mut has_inputs = !constraints.rules.is_empty();
        if let Shape::Struct { fields, .. } = shape {
            let mut number = 0;
            while number < constraints.rules.len() && number < LISTED {
                rule_fields[number] = fields_of(fields, constraints.rules[number].inputs);
                number += 1;
            }
            let mut number = 0;
            while number < constraints.members.len() {
                if let Some(requirement) = &constraints.members[number].required_if {
                    has_inputs = true;
                    if number < LISTED {
                        requirement_fields[number] = fields_of(fields, requirement.inputs);
                    }
                }
                number += 1;
            }
        }
        Self { name, shape, constraints, rule_fields, requirement_fields, has_inputs }
    }

    /// The paths of the inputs of a rule or a requirement.
    pub(crate) fn inputs(&self, asker: Asker) -> &'static [Path] {
        match asker {
            Asker::Rule(number) => self.constraints.rules.get(number).map(|it| it.inputs),
            Asker::Member(number) => self.member(number).required_if.as_ref().map(|it| it.inputs),
        }
        .unwrap_or_default()
    }

    /// The number of the field that an input starts at.
    #[inline]
    pub(crate) fn field_of(&self, asker: Asker, input: usize) -> Option<usize> {
        let listed = match asker {
            Asker::Rule(number) => self.rule_fields.get(number),
            Asker::Member(number) => self.requirement_fields.get(number),
        };
        match listed.and_then(|fields| fields.get(input)) {
            Some(&field) if field != UNLISTED => Some(usize::from(field)),
            _ => {
                let Shape::Struct { fields, .. } = self.shape else { return None };
                let name = self.inputs(asker).get(input)?.first()?;
                fields.iter().position(|field| field.name == *name)
            }
        }
    }

    /// The facts about the member at `index` of the shape.
    pub fn member(&self, index: usize) -> &'static Member {
        self.constraints.members.get(index).unwrap_or(&Member::NONE)
    }
}

/// The numbers of the fields that the inputs start at, while the tables are built.
const fn fields_of(fields: &[Field], inputs: &[Path]) -> [u8; MAX_INPUTS] {
    let mut numbers = [UNLISTED; MAX_INPUTS];
    let mut input = 0;
    while input < inputs.len() && input < MAX_INPUTS {
        if let [name, ..] = inputs[input] {
            numbers[input] = listed(fields, name);
        }
        input += 1;
    }
    numbers
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

/// The structure of a type.
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
        /// The enum values.
        values: &'static [EnumValue],
        /// Whether others are expected: they are kept and listed as unchecked.
        open: bool,
    },
    /// An object of a tag and the content that the tag decides.
    Union {
        /// The key of the tag.
        tag: &'static str,
        /// The key of the content.
        content: &'static str,
        /// The variants.
        variants: &'static [Variant],
        /// Whether others are expected: they are kept and listed as unchecked.
        open: bool,
    },
}

/// One key of an object.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Field {
    /// The wire name.
    pub name: &'static str,
    /// The kind of its value.
    pub kind: Kind,
    /// Whether it is the tag of its object: an unknown value is `unknown-selection`.
    pub tag: bool,
    /// Which form of the body has it.
    pub form: FieldForm,
}

impl Field {
    /// A field of both forms.
    pub const fn new(name: &'static str, kind: Kind) -> Self {
        Self { name, kind, tag: false, form: FieldForm::Both }
    }

    /// Makes it the tag of its object.
    #[must_use]
    pub const fn tag(self) -> Self {
        Self { tag: true, ..self }
    }

    /// Restricts it to one form.
    #[must_use]
    pub const fn only(self, form: FieldForm) -> Self {
        Self { form, ..self }
    }
}

/// The forms of a body that have a field.
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

/// One value of an enum.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct EnumValue {
    /// The value that is written.
    pub value: &'static str,
    /// Other accepted spellings.
    pub aliases: &'static [&'static str],
}

impl EnumValue {
    /// Makes a value with one spelling.
    pub const fn new(value: &'static str) -> Self {
        Self { value, aliases: &[] }
    }

    /// Sets other accepted spellings.
    #[must_use]
    pub const fn aliases(self, aliases: &'static [&'static str]) -> Self {
        Self { aliases, ..self }
    }

    /// Whether `text` is a spelling of it.
    pub fn matches(&self, text: &str) -> bool {
        self.value == text || self.aliases.contains(&text)
    }
}

/// One variant of a union.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Variant {
    /// The value of the tag.
    pub value: &'static str,
    /// The kind of the content; `None`: there must be no content.
    pub content: Option<Kind>,
}

impl Variant {
    /// Makes a variant.
    pub const fn new(value: &'static str, content: Option<Kind>) -> Self {
        Self { value, content }
    }
}

/// Facts about a type beyond its structure: bounds, versions and rules.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Constraints {
    /// One entry for each field, enum value or variant, in the order of the shape; empty if nothing is known.
    pub members: &'static [Member],
    /// Rules about the members together.
    pub rules: &'static [Rule],
}

impl Constraints {
    /// No facts: only the structure is checked.
    pub const NONE: Self = Self { members: &[], rules: &[] };

    /// Holds facts about the members of a type.
    pub const fn new(members: &'static [Member]) -> Self {
        Self { members, rules: &[] }
    }

    /// Sets the rules.
    #[must_use]
    pub const fn rules(self, rules: &'static [Rule]) -> Self {
        Self { rules, ..self }
    }

    /// The rules whose breach refuses a document.
    pub fn errors(&self) -> impl Iterator<Item = &'static Rule> {
        self.rules.iter().filter(|rule| rule.severity == Severity::Error)
    }
}

/// Facts about one field, enum value or variant.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Member {
    /// The wire name or the enum value.
    pub name: &'static str,
    /// Bounds and format of the value; in a list, of every element.
    pub constraint: Constraint,
    /// The versions that have it.
    pub versions: Versions,
    /// The condition under which the member is required; elsewhere it has no effect.
    pub required_if: Option<Requirement>,
    /// Whether the versions that have the member require it, though its kind allows its absence.
    pub required: bool,
    /// Whether it names the object of a collection, in files too.
    pub is_label: bool,
    /// Whether the order of the list has no meaning.
    pub is_unordered: bool,
    /// The value that absence means, as JSON text.
    pub default: Option<&'static str>,
}

impl Member {
    /// No facts.
    pub const NONE: Self = Self::new("");

    /// Names a member without any facts.
    pub const fn new(name: &'static str) -> Self {
        Self {
            name,
            constraint: Constraint::NONE,
            versions: Versions::ALL,
            required_if: None,
            required: false,
            is_label: false,
            is_unordered: false,
            default: None,
        }
    }

    /// Requires it in the versions that have it.
    #[must_use]
    pub const fn required(self) -> Self {
        Self { required: true, ..self }
    }

    /// Sets the condition under which the member is required.
    #[must_use]
    pub const fn required_if(self, requirement: Requirement) -> Self {
        Self { required_if: Some(requirement), ..self }
    }

    /// Makes it the name of the object.
    #[must_use]
    pub const fn label(self) -> Self {
        Self { is_label: true, ..self }
    }

    /// Says that the order of the list has no meaning.
    #[must_use]
    pub const fn unordered(self) -> Self {
        Self { is_unordered: true, ..self }
    }

    /// Sets the value that absence means, as JSON text.
    #[must_use]
    pub const fn default(self, json: &'static str) -> Self {
        Self { default: Some(json), ..self }
    }

    /// Sets bounds and format of the value.
    #[must_use]
    pub const fn constraint(self, constraint: Constraint) -> Self {
        Self { constraint, ..self }
    }

    /// Sets the versions that have it.
    #[must_use]
    pub const fn versions(self, versions: Versions) -> Self {
        Self { versions, ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::condition::Condition;

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
                Condition::All(&[]),
            )]),
        );
        let field_of = |rule, input| TYPE.field_of(Asker::Rule(rule), input);
        assert_eq!([254, 255].map(|at| listed(&MANY, MANY[at].name)), [254, UNLISTED]);
        assert_eq!(
            [0, 1, 2, 3, 4].map(|input| field_of(0, input)),
            [Some(254), Some(255), Some(299), None, None]
        );
        assert_eq!(field_of(1, 0), None);
    }
}
