//! Rules: conditions that the members of an object must meet together.

use crate::{
    condition::{Condition, Needs},
    context::Context,
    input::{Cause, Input, Outcome},
    reason::Reason,
    severity::Severity,
    version::{Version, Versions},
};

/// The most inputs that one rule can have; the generator refuses more.
pub const MAX_INPUTS: usize = 4;

/// Member names from an object down to one input.
pub type Path = &'static [&'static str];

/// What a rule demands of its inputs.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub enum Check {
    /// This condition holds.
    Condition(Condition),
    /// The plain text of the password behind the reference, which is the first input, meets this condition.
    Plain {
        /// The collection of passwords.
        collection: &'static str,
        /// The condition; its input 0 is the plain text.
        about: Condition,
    },
    /// A function finds nothing wrong with the text of the first input. Null and absent hold.
    Text(fn(&str, &Context<'_>) -> Outcome),
    /// A function finds nothing wrong with the inputs, absent ones included: for what no condition can say.
    Inputs(fn(&[Input<'_>], &Context<'_>) -> Outcome),
}

/// A rule about the members of one object, as data.
///
/// ```
/// use sps_validate::{Condition, Literal, Rule};
/// const NOT_MD5: Rule = Rule::warning(
///     "weak-authentication",
///     &["auth_method"],
///     &[&["auth_method"]],
///     Condition::Not(&Condition::Equals(0, Literal::Str("md5"))),
/// )
/// .says("MD5 is a weak hash", "use `sha`");
/// assert_eq!(NOT_MD5.code, "weak-authentication");
/// ```
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Rule {
    /// The code of its diagnostic.
    pub code: &'static str,
    /// Whether a broken one refuses the document, whatever version it is for.
    pub severity: Severity,
    /// First version for which a broken one refuses the document, though earlier ones only warn.
    pub error_since: Option<Version>,
    /// Versions that have the rule.
    pub versions: Versions,
    /// The member that is wrong when the rule is broken.
    pub target: Path,
    /// The members that it looks at; conditions name them by their number.
    pub inputs: &'static [Path],
    /// The rule applies only while this holds.
    pub when: Option<Condition>,
    /// What it demands.
    pub check: Check,
    /// What is wrong.
    pub message: &'static str,
    /// What to do.
    pub help: &'static str,
    needs: Needs,
}

impl Rule {
    /// Makes a rule that refuses the document.
    ///
    /// # Panics
    /// At build time, when there are more than [`MAX_INPUTS`] inputs.
    pub const fn error(
        code: &'static str,
        target: Path,
        inputs: &'static [Path],
        holds: Condition,
    ) -> Self {
        Self::new(code, Severity::Error, target, inputs, Check::Condition(holds))
    }

    /// Makes a rule that warns.
    ///
    /// # Panics
    /// At build time, when there are more than [`MAX_INPUTS`] inputs.
    pub const fn warning(
        code: &'static str,
        target: Path,
        inputs: &'static [Path],
        holds: Condition,
    ) -> Self {
        Self::new(code, Severity::Warning, target, inputs, Check::Condition(holds))
    }

    /// Makes a rule of any severity and check.
    ///
    /// # Panics
    /// At build time, when there are more than [`MAX_INPUTS`] inputs.
    pub const fn new(
        code: &'static str,
        severity: Severity,
        target: Path,
        inputs: &'static [Path],
        check: Check,
    ) -> Self {
        assert!(inputs.len() <= MAX_INPUTS, "a rule has too many inputs");
        let needs = match &check {
            Check::Condition(condition) => condition.needs(),
            Check::Plain { .. } | Check::Text(_) => Needs::TEXT,
            Check::Inputs(_) => Needs::NOTHING,
        };
        Self {
            code,
            severity,
            error_since: None,
            versions: Versions::ALL,
            target,
            inputs,
            when: None,
            check,
            message: "",
            help: "",
            needs,
        }
    }

    /// Sets the condition under which the rule applies.
    #[must_use]
    pub const fn when(self, when: Condition) -> Self {
        let needs = self.needs.and(when.needs());
        Self { when: Some(when), needs, ..self }
    }

    /// Sets the versions that have the rule. Without a target, a broken one is undecided.
    #[must_use]
    pub const fn versions(self, versions: Versions) -> Self {
        Self { versions, ..self }
    }

    /// Sets the first version for which a warning is an error.
    #[must_use]
    pub const fn error_since(self, version: Version) -> Self {
        Self { error_since: Some(version), ..self }
    }

    /// The severity for a target version; for an unknown one, that of every version.
    pub fn severity_for(&self, target: Option<Version>) -> Severity {
        match (self.error_since, target) {
            (Some(since), Some(target)) if since <= target => Severity::Error,
            _ => self.severity,
        }
    }

    /// Sets the texts: what is wrong, and what to do.
    #[must_use]
    pub const fn says(self, message: &'static str, help: &'static str) -> Self {
        Self { message, help, ..self }
    }

    /// Whether it is about the plain text behind a reference, which only a resolver knows.
    #[inline]
    pub(crate) const fn is_about_plain_text(&self) -> bool {
        matches!(self.check, Check::Plain { .. })
    }

    /// Checks its inputs, in the order of [`Self::inputs`]; any behind them are ignored.
    pub fn check(&self, inputs: &[Input<'_>], context: &Context<'_>) -> Outcome {
        if !self.versions.is_bounded() {
            return self.decide(inputs, context);
        }
        match context.target {
            Some(target) if !self.versions.contains(target) => Outcome::Holds,
            Some(_) => self.decide(inputs, context),
            None => match self.decide(inputs, context) {
                broken if !broken.accepts() => {
                    Outcome::Undecided(Reason::RuleTargetUnknown(self.versions))
                }
                other => other,
            },
        }
    }

    /// What about the inputs breaks it, where its text does not say that already.
    pub(crate) fn cause(&self, inputs: &[Input<'_>]) -> Option<Cause> {
        if let Check::Condition(condition) = &self.check { condition.cause(inputs) } else { None }
    }

    /// The text that was meant, if there is only one possibility.
    pub(crate) fn meant(&self, inputs: &[Input<'_>]) -> Option<String> {
        if let Check::Condition(condition) = &self.check { condition.meant(inputs) } else { None }
    }

    #[inline]
    fn decide(&self, inputs: &[Input<'_>], context: &Context<'_>) -> Outcome {
        let inputs = &inputs[..self.inputs.len().min(inputs.len())];
        if !self.needs.are_met(inputs) || self.when.is_some_and(|when| !when.holds(inputs)) {
            return Outcome::Holds;
        }
        match &self.check {
            Check::Condition(condition) => condition.holds(inputs).into(),
            Check::Plain { collection, about } => match inputs.first().and_then(Input::str) {
                Some(key) => context.plain(collection, key, about),
                None => Outcome::Holds,
            },
            Check::Inputs(check) => check(inputs, context),
            Check::Text(check) => match inputs.first().and_then(Input::str) {
                Some(text) => check(text, context),
                None => Outcome::Holds,
            },
        }
    }
}

/// The condition under which a member is required. Elsewhere the member has no effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Requirement {
    /// The members that the condition looks at.
    pub inputs: &'static [Path],
    /// The condition.
    pub condition: Condition,
    /// The condition in words, such as "`enabled` is true".
    pub words: &'static str,
    /// What to do so that the condition does not hold, such as "set `enabled` to false".
    pub undo: &'static str,
    needs: Needs,
}

impl Requirement {
    /// Makes a requirement.
    ///
    /// # Panics
    /// At build time, when there are more than [`MAX_INPUTS`] inputs.
    pub const fn new(
        inputs: &'static [Path],
        condition: Condition,
        words: &'static str,
        undo: &'static str,
    ) -> Self {
        assert!(inputs.len() <= MAX_INPUTS, "a requirement has too many inputs");
        Self { inputs, condition, words, undo, needs: condition.needs() }
    }

    /// Whether the member is required; `None` if an input is missing that decides it.
    pub fn holds(&self, inputs: &[Input<'_>]) -> Option<bool> {
        let inputs = &inputs[..self.inputs.len().min(inputs.len())];
        self.needs.are_met(inputs).then(|| self.condition.holds(inputs))
    }
}
