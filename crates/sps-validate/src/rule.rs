//! Rules: pure functions over leaves, and the descriptors that say which leaves and what for.

use crate::{code::MISSING_KEY, context::Context, explain::MAX_INPUTS, report::Severity};

/// What a rule says of its inputs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "a rule holds, is broken, or nobody knows")]
pub enum Outcome {
    /// The rule holds, or does not apply.
    Holds,
    /// The rule is broken.
    Broken,
    /// Something needed to decide it is not known.
    Undecided,
}

impl Outcome {
    /// Whether a document may be sent as far as this rule is concerned.
    pub const fn accepts(self) -> bool {
        !matches!(self, Self::Broken)
    }
}

impl From<bool> for Outcome {
    /// `true` holds, `false` is broken.
    fn from(holds: bool) -> Self {
        if holds { Self::Holds } else { Self::Broken }
    }
}

/// Member names from the type that a rule is about down to one leaf.
pub type Path = &'static [&'static str];

/// One input of a rule, as a reader found it.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum Leaf<'a> {
    /// There is no such member.
    Absent,
    /// The member is null.
    Null,
    /// A boolean.
    Bool(bool),
    /// An integer.
    Int(i128),
    /// A string, an enum value (in its canonical spelling), a tag, or the key of a reference.
    Str(&'a str),
    /// An object or a list: only its presence can be judged.
    Present,
}

impl<'a> Leaf<'a> {
    /// The boolean, if it is one.
    #[inline]
    pub fn bool(&self) -> Option<bool> {
        if let Self::Bool(value) = *self { Some(value) } else { None }
    }

    /// The integer, if it is one.
    #[inline]
    pub fn int(&self) -> Option<i128> {
        if let Self::Int(value) = *self { Some(value) } else { None }
    }

    /// The string, if it is one.
    #[inline]
    pub fn str(&self) -> Option<&'a str> {
        if let Self::Str(value) = *self { Some(value) } else { None }
    }

    /// A nullable string: `None` if the member is absent, `Some(None)` if it is null.
    #[inline]
    pub fn nullable_str(&self) -> Option<Option<&'a str>> {
        match *self {
            Self::Null => Some(None),
            Self::Str(value) => Some(Some(value)),
            _ => None,
        }
    }

    /// Whether the member is there, null or not.
    #[inline]
    pub fn is_present(&self) -> bool {
        !matches!(self, Self::Absent)
    }
}

/// The erased form of a rule: leaves in, outcome out; `None` if the rule does not apply because
/// an optional input is not there.
pub type Check = fn(&[Leaf<'_>], &Context<'_>) -> Option<Outcome>;

/// A rule about the members of one type, as data.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Rule {
    /// The code of its diagnostic.
    pub code: &'static str,
    /// Whether a broken one refuses the document.
    pub severity: Severity,
    /// The member that is wrong when the rule is broken.
    pub target: Path,
    /// The leaves it judges, in the order of its parameters.
    pub inputs: &'static [Path],
    /// The rule itself.
    pub check: Check,
    /// Whether it is asked only while its last input is absent.
    pub only_while_absent: bool,
    /// What is wrong.
    pub message: &'static str,
    /// What to do; of a `missing-key`, what else than adding the member, which is said from its kind.
    pub help: &'static str,
    /// Where the rule comes from.
    pub source: &'static str,
    /// What is missing when it cannot be decided.
    pub undecided: &'static str,
    /// Ways to make a valid body break it: each a list of edits.
    pub breaks: &'static [&'static [Edit]],
    /// Ways to make a body that breaks it hold.
    pub mends: &'static [&'static [Edit]],
}

impl Rule {
    /// A rule that refuses the document.
    ///
    /// # Panics
    /// At build time, when there are more than [`MAX_INPUTS`](crate::MAX_INPUTS) inputs.
    pub const fn error(
        code: &'static str,
        target: Path,
        inputs: &'static [Path],
        check: Check,
    ) -> Self {
        assert!(inputs.len() <= crate::MAX_INPUTS, "a rule has too many inputs");
        Self {
            code,
            severity: Severity::Error,
            target,
            inputs,
            check,
            only_while_absent: false,
            message: "",
            help: "",
            source: "",
            undecided: "",
            breaks: &[],
            mends: &[],
        }
    }

    /// A rule that demands a member: `missing-key`. That member is its last input; nobody asks it while the
    /// member is there, whatever its value.
    ///
    /// # Panics
    /// At build time, when there are more than [`MAX_INPUTS`](crate::MAX_INPUTS) inputs.
    pub const fn demand(target: Path, inputs: &'static [Path], check: Check) -> Self {
        Self { only_while_absent: true, ..Self::error(MISSING_KEY, target, inputs, check) }
    }

    /// A rule that only judges.
    pub const fn warning(
        code: &'static str,
        target: Path,
        inputs: &'static [Path],
        check: Check,
    ) -> Self {
        Self { severity: Severity::Warning, ..Self::error(code, target, inputs, check) }
    }

    /// The same with its words: what is wrong, what to do, and who says so.
    #[must_use]
    pub const fn says(
        self,
        message: &'static str,
        help: &'static str,
        source: &'static str,
    ) -> Self {
        Self { message, help, source, ..self }
    }

    /// The same with what is missing when it cannot be decided.
    #[must_use]
    pub const fn undecided(self, reason: &'static str) -> Self {
        Self { undecided: reason, ..self }
    }

    /// The same with the edits that break it and those that mend it.
    #[must_use]
    pub const fn edits(
        self,
        breaks: &'static [&'static [Edit]],
        mends: &'static [&'static [Edit]],
    ) -> Self {
        Self { breaks, mends, ..self }
    }
}

impl Rule {
    /// Asks it about its inputs, in their order; what comes behind them is not looked at.
    pub(crate) fn ask(&self, leaves: &[Leaf<'_>; MAX_INPUTS], context: &Context<'_>) -> Outcome {
        let inputs = &leaves[..self.inputs.len().min(MAX_INPUTS)];
        if self.only_while_absent && inputs.last().is_some_and(Leaf::is_present) {
            return Outcome::Holds;
        }
        (self.check)(inputs, context).unwrap_or(Outcome::Holds)
    }
}

/// A member that must be there while its switch is on.
pub fn required(on: bool, present: bool) -> Outcome {
    (!on || present).into()
}

/// A member that has no effect while its switch is off.
pub fn ignored(on: bool, present: bool) -> Outcome {
    (on || !present).into()
}

/// One change to a body, for making bodies that break or hold one rule.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum Edit {
    /// Give a member this boolean.
    Bool(Path, bool),
    /// Give a member this integer.
    Int(Path, i64),
    /// Give a member this string.
    Str(Path, &'static str),
    /// Make a member null.
    Null(Path),
    /// Make a member any valid value of its type that is not null.
    Fill(Path),
    /// Take a member out.
    Remove(Path),
    /// Let the password behind a reference have this plain text.
    Plain(Path, &'static str),
}
