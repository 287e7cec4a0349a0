//! Repairs that leave no choice, made in the text itself: everything else keeps its form.

mod syntax;
mod wanted;
#[cfg(feature = "yaml")]
mod yaml_edits;

use std::collections::{HashMap, HashSet};

use crate::{
    code,
    context::Context,
    explain::explain,
    finding::{Expected, Finding},
    fix::{
        syntax::readable,
        wanted::{Rename, Wanted},
    },
    format::Format,
    json::{self, Node, Value, write_string},
    limits::Limits,
    pem,
    reference::reference_key,
    report::{Diagnostic, Report},
    span::Span,
    subject::{Form, Subject},
    suggest,
};
#[cfg(feature = "yaml")]
use crate::{explain::explain_yaml, yaml};

/// A repaired text.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Fixed {
    /// The whole document.
    pub text: String,
    /// The repairs, in the order in which they were made.
    pub fixes: Vec<Fix>,
    /// The report on the repaired text.
    pub report: Report,
    /// The parts copied from the original text, in order. All else of this text is new, and all else of the original is
    /// gone.
    pub copied: Vec<Copied>,
}

/// A part of the original text that the repaired text has too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Copied {
    /// Its bytes in the original text.
    pub from: Span,
    /// The place of its first byte in the repaired text.
    pub to: usize,
}

/// One repair.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Fix {
    /// The code of the repaired diagnostic.
    pub code: &'static str,
    /// The pointer of the repaired diagnostic.
    pub pointer: String,
}

/// Repairs the body of a request where there is only one way; `None` if there is nothing to repair.
///
/// It removes the wrapper of a response and keys that only responses have. A reference becomes its bare key. A key becomes
/// the missing one that differs by one or two letters or abbreviates it, if no other is as similar. A missing list becomes `[]`, a missing
/// nullable value becomes null. A certificate loses the text around it, an engine ID the colons between its digits. A
/// text that is not JSON loses its byte order mark, the last comma of a list, and spaces that JSON does not know. A repair
/// that does not reduce the errors is not made, and a response is left as it is.
///
/// ```
/// use sps_validate::{Constraints, Context, Field, Form, Kind, Shape, Subject, Type, fix};
/// static SWITCH: Type = Type::new(
///     "Switch",
///     Shape::Struct { fields: &[Field::new("enabled", Kind::Bool)], open: false },
///     Constraints::NONE,
/// );
/// let subject = Subject::new(Kind::Named(&SWITCH), Form::Request);
/// let fixed = fix("{ \"enalbed\": true }", &subject, &Context::default()).expect("a letter is wrong");
/// assert_eq!(fixed.text, "{ \"enabled\": true }");
/// assert!(fixed.report.is_valid());
/// ```
pub fn fix(text: &str, subject: &Subject, context: &Context<'_>) -> Option<Fixed> {
    fix_in(Language::Json, text, subject, context)
}

/// Repairs the body of a request where there is only one way, as [`fix`] does for JSON; `None` if there is
/// nothing to repair.
///
/// All bytes besides the repaired ones stay: comments, quotes, indentation and line ends. What is used in several places,
/// by an anchor or a merge key, is left as it is. So are mistakes in the syntax, and the wrapper of a response.
///
/// ```
/// use sps_validate::{Context, Form, Kind, Subject, fix_yaml};
/// let subject = Subject::new(Kind::Bool, Form::Request);
/// let fixed = fix_yaml("yes # as they say", &subject, &Context::default()).expect("it is true");
/// assert_eq!(fixed.text, "true # as they say");
/// ```
#[cfg(feature = "yaml")]
pub fn fix_yaml(text: &str, subject: &Subject, context: &Context<'_>) -> Option<Fixed> {
    fix_in(Language::Yaml, text, subject, context)
}

/// Repairs a text as [`fix`] does, where more than the text says what is wrong with it: `check` makes its report, with
/// the places of the text. It may understand values that a document alone does not have; they are left as they are.
///
/// For a repair to be found, `check` must report every error of a text, not the first ones only. With `only`, a code and a
/// pointer, nothing is repaired but this diagnostic.
pub fn fix_with(
    text: &str,
    subject: &Subject,
    limits: &Limits,
    only: Option<(&str, &str)>,
    check: &dyn Fn(&str) -> Report,
) -> Option<Fixed> {
    Check { language: Language::Json, subject, limits, only, explain: check }.repaired(text)
}

/// Repairs a text as [`fix_yaml`] does, with a check of the caller as [`fix_with`] has it.
#[cfg(feature = "yaml")]
pub fn fix_yaml_with(
    text: &str,
    subject: &Subject,
    limits: &Limits,
    only: Option<(&str, &str)>,
    check: &dyn Fn(&str) -> Report,
) -> Option<Fixed> {
    Check { language: Language::Yaml, subject, limits, only, explain: check }.repaired(text)
}

/// Repairs the body of a request in this language.
fn fix_in(
    language: Language,
    text: &str,
    subject: &Subject,
    context: &Context<'_>,
) -> Option<Fixed> {
    if subject.form != Form::Request {
        return None;
    }
    // Errors that the report leaves out count here: without them a repair might reduce nothing.
    let limit = context.limits.diagnostics.max(MAX_ERRORS);
    let wider = Context { limits: context.limits.with_diagnostics(limit), ..*context };
    let explain = |text: &str| (language.explain())(text, subject, &wider);
    let limits = &wider.limits;
    let check = Check { language, subject, limits, only: None, explain: &explain };
    let mut fixed = check.repaired(text)?;
    fixed.report = (language.explain())(&fixed.text, subject, context);
    Some(fixed)
}

/// How texts are read and checked while they are repaired.
#[derive(Clone, Copy)]
struct Check<'c> {
    language: Language,
    subject: &'c Subject,
    limits: &'c Limits,
    /// The code and pointer of the only diagnostic that is repaired.
    only: Option<(&'c str, &'c str)>,
    explain: &'c dyn Fn(&str) -> Report,
}

impl Check<'_> {
    /// Repairs a text; `None` if there is nothing to repair.
    fn repaired(self, text: &str) -> Option<Fixed> {
        let mut fixed = match self.language {
            Language::Json => readable(text, self.limits)?,
            #[cfg(feature = "yaml")]
            Language::Yaml => Fixed::unchanged(text),
        };
        if !fixed.fixes.iter().all(|it| self.is_wanted(it)) {
            return None;
        }
        fixed.report = (self.explain)(&fixed.text);
        let errors = fixed.report.errors().count();
        // One repair may show what the next can be, such as the references inside a wrapper.
        for _ in 0..MAX_ROUNDS {
            if !fixed.improve(self) {
                break;
            }
        }
        // The content of a wrapper may belong to another endpoint.
        let is_worse = fixed.report.errors().count() > errors;
        (!fixed.fixes.is_empty() && !is_worse).then_some(fixed)
    }

    fn is_wanted(self, fix: &Fix) -> bool {
        self.only.is_none_or(|only| (fix.code, fix.pointer.as_str()) == only)
    }
}

/// The most errors that are repaired in one round.
const MAX_ERRORS: usize = 10_000;
/// The most rounds of repairs: a wrapper in a wrapper, then its content, then mistakes that this reveals.
const MAX_ROUNDS: usize = 32;
/// The most repairs that are tried one by one, when all of them together do not help.
const MAX_SINGLE_TRIALS: usize = 20;

/// The language of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Language {
    Json,
    #[cfg(feature = "yaml")]
    Yaml,
}

impl Language {
    fn explain(self) -> fn(&str, &Subject, &Context<'_>) -> Report {
        match self {
            Self::Json => explain,
            #[cfg(feature = "yaml")]
            Self::Yaml => explain_yaml,
        }
    }
}

impl Fixed {
    fn unchanged(text: &str) -> Self {
        let whole = Copied { from: Span::new(0, text.len()), to: 0 };
        let (report, fixes) = (Report::default(), Vec::new());
        Self { text: text.to_owned(), fixes, report, copied: vec![whole] }
    }

    /// The repairs that are possible now.
    fn repairs(&self, check: Check<'_>) -> Vec<Repair> {
        let plan = |root: &Node<'_>, edits: &dyn Fn(&Plan<'_, '_>) -> Vec<Repair>| {
            edits(&Plan::new(&self.text, root, check.subject, &self.report))
        };
        match check.language {
            Language::Json => json::scan(&self.text, check.limits).map_or_else(
                |_| Vec::new(),
                |root| plan(&root, &|plan| plan.repairs(&Plan::edits)),
            ),
            #[cfg(feature = "yaml")]
            Language::Yaml => yaml::scan(&self.text, check.limits).map_or_else(
                |_| Vec::new(),
                |it| {
                    plan(&it.root, &|plan| {
                        plan.repairs(&|plan, of, begun| plan.yaml_edits(&it.marks, of, begun))
                    })
                },
            ),
        }
    }

    /// Makes every repair that is possible now; returns whether there was one.
    fn improve(&mut self, check: Check<'_>) -> bool {
        let mut repairs = self.repairs(check);
        repairs.retain(|it| check.is_wanted(&it.fix));
        if repairs.is_empty() {
            return false;
        }
        let all: Vec<&Repair> = repairs.iter().collect();
        let better = self.with(check, &all).or_else(|| {
            repairs.iter().take(MAX_SINGLE_TRIALS).find_map(|one| self.with(check, &[one]))
        });
        match better {
            Some(better) => *self = better,
            None => return false,
        }
        true
    }

    /// Returns the text after some repairs, if it has fewer errors.
    fn with(&self, check: Check<'_>, repairs: &[&Repair]) -> Option<Self> {
        let (text, copied) = edited(&self.text, repairs)?;
        let report = (check.explain)(&text);
        // The content of a wrapper was not checked before; the caller compares in the end.
        let unwraps = repairs.iter().any(|repair| repair.fix.code == code::RESPONSE_WRAPPER);
        let fewer = report.errors().count() < self.report.errors().count();
        let is_read =
            report.errors().all(|it| !matches!(it.code, code::INVALID_JSON | code::INVALID_YAML));
        (is_read && (fewer || unwraps)).then(|| {
            let fixes = self.fixes.iter().chain(repairs.iter().map(|repair| &repair.fix));
            let copied = composed(&self.copied, &copied);
            Self { text, fixes: fixes.cloned().collect(), report, copied }
        })
    }
}

/// A repair with its edits of the text.
struct Repair {
    fix: Fix,
    edits: Vec<Change>,
}

/// Makes the edits of one repair.
type Edits<'e, P> = dyn Fn(&P, &Wanted<'_, '_>, &mut HashSet<usize>) -> Option<Vec<Change>> + 'e;

/// New text for some bytes.
type Change = (Span, String);

/// Returns the text with all these repairs, and its old parts; `None` if two repairs overlap.
fn edited(text: &str, repairs: &[&Repair]) -> Option<(String, Vec<Copied>)> {
    let mut sorted: Vec<&Change> = repairs.iter().flat_map(|repair| &repair.edits).collect();
    // Stable: insertions at one place keep their order.
    sorted.sort_by_key(|(span, _)| span.start);
    let mut edited = String::with_capacity(text.len());
    let mut copied = Vec::with_capacity(sorted.len() + 1);
    let mut done = 0;
    let end = (Span::new(text.len(), text.len()), String::new());
    for (span, new) in sorted.into_iter().chain([&end]) {
        let old = text.get(done..span.start)?;
        if !old.is_empty() {
            copied.push(Copied { from: Span::new(done, span.start), to: edited.len() });
        }
        edited.push_str(old);
        edited.push_str(new);
        done = span.end;
    }
    Some((edited, copied))
}

/// Combines two steps of copying into one, from the first text to the last.
fn composed(first: &[Copied], second: &[Copied]) -> Vec<Copied> {
    let mut both = Vec::new();
    let (mut firsts, mut seconds) = (first.iter().peekable(), second.iter().peekable());
    while let (Some(one), Some(two)) = (firsts.peek(), seconds.peek()) {
        let one_end = one.to + (one.from.end - one.from.start);
        let (start, end) = (one.to.max(two.from.start), one_end.min(two.from.end));
        if start < end {
            let from = one.from.start + (start - one.to);
            let from = Span::new(from, from + (end - start));
            both.push(Copied { from, to: two.to + (start - two.from.start) });
        }
        if one_end <= two.from.end {
            firsts.next();
        } else {
            seconds.next();
        }
    }
    both
}

/// The possible repairs of a report.
struct Plan<'p, 't> {
    text: &'t str,
    root: &'p Node<'t>,
    subject: &'p Subject,
    report: &'p Report,
    /// The values by their first byte: no two share it.
    nodes: HashMap<usize, &'p Node<'t>>,
    /// The object of a key, by the first byte of the key.
    parents: HashMap<usize, &'p Node<'t>>,
}

impl<'p, 't> Plan<'p, 't> {
    fn new(text: &'t str, root: &'p Node<'t>, subject: &'p Subject, report: &'p Report) -> Self {
        let (nodes, parents) = (HashMap::new(), HashMap::new());
        let mut plan = Self { text, root, subject, report, nodes, parents };
        plan.enter(root);
        plan
    }

    fn enter(&mut self, node: &'p Node<'t>) {
        self.nodes.insert(node.span.start, node);
        match &node.value {
            Value::Object(members) => {
                for member in members {
                    self.parents.insert(member.key_span.start, node);
                    self.enter(&member.value);
                }
            }
            Value::Array(items) => items.iter().for_each(|item| self.enter(item)),
            _ => {}
        }
    }

    /// Makes a repair of each error that `edits` knows how to repair.
    fn repairs(&self, edits: &Edits<'_, Self>) -> Vec<Repair> {
        let renames: Vec<Rename<'_>> =
            self.report.errors().filter_map(|it| self.rename(it)).collect();
        let unplaced: HashSet<usize> =
            self.report.errors().filter_map(|it| self.unplaced(it)).collect();
        let mut begun = HashSet::new();
        self.report
            .errors()
            .filter_map(|it| {
                let fix = Fix { code: it.code, pointer: it.pointer.clone() };
                let wanted = Wanted { it, renames: &renames, unplaced: &unplaced };
                Some(Repair { fix, edits: edits(self, &wanted, &mut begun)? })
            })
            .collect()
    }

    /// The edits that repair one diagnostic, if there is only one way. `begun` has the empty objects that get a member.
    fn edits(&self, wanted: &Wanted<'_, '_>, begun: &mut HashSet<usize>) -> Option<Vec<Change>> {
        let it = wanted.it;
        match &it.finding {
            Finding::ResponseWrapper => self.unwrapped(),
            Finding::ReferenceObject { .. } => self.key_of(it),
            Finding::ResponseOnlyKey => Some(vec![self.without(it)?]),
            Finding::UnknownKey { .. } => {
                wanted.name().map(|name| vec![(it.span, format!("\"{name}\""))])
            }
            Finding::MissingKey { name, expected } => {
                let parent = self.nodes.get(&it.span.start)?;
                if wanted.may_be_there(parent, name) {
                    return None;
                }
                let value = empty_value(expected)?;
                // In an empty object, two members would meet without a comma: the next round adds the second.
                let is_empty = parent.members().is_some_and(<[_]>::is_empty);
                if is_empty && !begun.insert(parent.span.start) {
                    return None;
                }
                Some(vec![self.with_member(parent, name, value)?])
            }
            Finding::Format { format: Format::PemCertificate, .. } => {
                Some(vec![self.bare_certificate(it)?])
            }
            other => {
                let mut text = String::new();
                write_string(&mut text, other.replacement()?);
                Some(vec![(it.span, text)])
            }
        }
    }

    /// The missing key that an unknown one was meant to be, if no other is as similar.
    fn rename<'d>(&self, unknown: &'d Diagnostic) -> Option<Rename<'d>> {
        let Finding::UnknownKey { suggestions, home: None, .. } = &unknown.finding else {
            return None;
        };
        let key = json::unescape_pointer_segment(unknown.pointer.rsplit('/').next()?);
        let mut same = suggestions.iter().filter(|name| letters(name) == letters(&key));
        let mut near = suggestions.iter().filter(|name| {
            is_near(&key, name)
                || suggest::abbreviations(&key, [**name].into_iter()).next().is_some()
        });
        let sole = |names: &mut dyn Iterator<Item = &&'static str>| {
            names.next().filter(|_| names.next().is_none()).copied()
        };
        let name = sole(&mut same).or_else(|| sole(&mut near))?;
        let parent = self.parents.get(&unknown.span.start)?.span.start;
        let is_missing = self.report.errors().any(|it| {
            let missing = match &it.finding {
                Finding::MissingKey { name, .. } => name,
                Finding::MissingIf { name, .. } => *name,
                _ => return false,
            };
            it.span.start == parent && missing == name
        });
        is_missing.then_some(Rename { key: unknown, parent, name })
    }

    /// The object of an unknown key whose value may belong to a missing member. An empty value in its place would hide
    /// that.
    fn unplaced(&self, unknown: &Diagnostic) -> Option<usize> {
        let Finding::UnknownKey { suggestions, .. } = &unknown.finding else { return None };
        let parent = self.parents.get(&unknown.span.start)?;
        let key = json::unescape_pointer_segment(unknown.pointer.rsplit('/').next()?);
        // One that resembles a member that is there is about that member.
        let is_about = |name: &&str| is_near(&key, name) && parent.get(name).is_some();
        (!suggestions.iter().any(is_about)).then_some(parent.span.start)
    }

    /// Reduces the text to the content of the wrapper, with its indentation removed.
    fn unwrapped(&self) -> Option<Vec<Change>> {
        let wrappers = self.subject.wrappers;
        let Value::Object(members) = &self.root.value else { return None };
        let mut bodies = members.iter().filter(|member| wrappers.contains(&&*member.key));
        let body = bodies.next().filter(|_| bodies.next().is_none())?;
        if self.root.get("items").is_some() {
            return None;
        }
        let line_start = self.text.get(..body.key_span.start)?.rfind('\n').map_or(0, |at| at + 1);
        let margin = self.text.get(line_start..body.key_span.start)?;
        let (outer, inner) = (self.root.span, body.value.span);
        let mut edits = around(outer, inner);
        // No string spans two lines, so all of these are between values.
        if margin.trim_start().is_empty() && !margin.is_empty() {
            let line = format!("\n{margin}");
            let lines = inner.of(self.text)?.match_indices(&line).map(|(at, _)| {
                let start = inner.start + at + 1;
                (Span::new(start, start + margin.len()), String::new())
            });
            edits.extend(lines);
        }
        Some(edits)
    }

    /// Reduces a reference object to its key, spelled as it is.
    fn key_of(&self, diagnostic: &Diagnostic) -> Option<Vec<Change>> {
        let node = self.nodes.get(&diagnostic.span.start)?;
        reference_key(node)?;
        Some(around(node.span, node.get("key")?.span))
    }

    /// Removes a member with its comma.
    fn without(&self, diagnostic: &Diagnostic) -> Option<Change> {
        let parent = self.parents.get(&diagnostic.span.start)?;
        let members = parent.members()?;
        let at = members.iter().position(|it| it.key_span.start == diagnostic.span.start)?;
        let member = members.get(at)?;
        let previous = at.checked_sub(1).and_then(|at| members.get(at));
        let span = match (previous, members.get(at + 1)) {
            (Some(previous), _) => Span::new(previous.value.span.end, member.value.span.end),
            (None, Some(next)) => Span::new(member.key_span.start, next.key_span.start),
            (None, None) => Span::new(member.key_span.start, member.value.span.end),
        };
        Some((span, String::new()))
    }

    /// Adds a member at the end of an object, formatted like its neighbors.
    fn with_member(&self, parent: &Node<'_>, name: &str, value: &str) -> Option<Change> {
        let members = parent.members()?;
        let mut key = String::new();
        write_string(&mut key, name);
        let Some(last) = members.last() else {
            // Others may be added at the same place; a check of the result notices a comma too many.
            return Some((
                Span::new(parent.span.start + 1, parent.span.start + 1),
                format!("{key}: {value}"),
            ));
        };
        let before = match members.len().checked_sub(2).and_then(|at| members.get(at)) {
            Some(previous) => previous.value.span.end,
            None => parent.span.start + 1,
        };
        let between = self.text.get(before..last.key_span.start)?;
        let space = between.trim_start_matches([' ', '\t', '\r', '\n']);
        let space = space.strip_prefix(',').unwrap_or(between);
        let colon = self.text.get(last.key_span.end..last.value.span.start)?;
        let end = last.value.span.end;
        Some((Span::new(end, end), format!(",{space}{key}{colon}{value}")))
    }

    fn bare_certificate(&self, diagnostic: &Diagnostic) -> Option<Change> {
        let node = self.nodes.get(&diagnostic.span.start)?;
        let clean = pem::normalize(node.as_str()?).ok()?;
        let mut text = String::new();
        write_string(&mut text, &clean);
        Some((node.span, text))
    }
}

/// Removes `outer` but for `inner`.
fn around(outer: Span, inner: Span) -> Vec<Change> {
    [Span::new(outer.start, inner.start), Span::new(inner.end, outer.end)]
        .map(|gone| (gone, String::new()))
        .to_vec()
}

/// The most letters by which a mistyped key differs.
const MAX_WRONG_LETTERS: usize = 2;

/// Whether two keys differ by so few letters that one may be a slip of the finger.
fn is_near(key: &str, name: &str) -> bool {
    let distance = strsim::damerau_levenshtein(&key.to_lowercase(), &name.to_lowercase());
    distance <= MAX_WRONG_LETTERS
}

/// The letters and digits of a key: spellings such as `maximumLoad1` and `MAXIMUM-LOAD1` have those of `maximum_load1`.
fn letters(key: &str) -> String {
    key.chars().filter(|it| !matches!(it, '_' | '-' | ' ')).flat_map(char::to_lowercase).collect()
}

/// The only value that a missing member can have without a decision of the user.
fn empty_value(expected: &Expected) -> Option<&'static str> {
    match expected {
        Expected::List => Some("[]"),
        Expected::OrNull(inner) if **inner == Expected::List => None,
        Expected::OrNull(_) => Some("null"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn combines_two_steps_of_copying() {
        let copied = |from: usize, to: usize, length: usize| Copied {
            from: Span::new(from, from + length),
            to,
        };
        let first = [copied(0, 0, 4), copied(6, 4, 4)];
        assert_eq!(composed(&first, &[copied(0, 0, 8)]), first);
        // Bytes 3 and 6 of the text in between are removed, and two are inserted in front.
        assert_eq!(
            composed(&first, &[copied(0, 2, 3), copied(4, 5, 2), copied(7, 7, 1)]),
            [copied(0, 2, 3), copied(6, 5, 2), copied(9, 7, 1)]
        );
        assert_eq!(composed(&first, &[]), []);
        // No part of the original text is at its start.
        let first = [copied(2, 0, 4), copied(8, 4, 4)];
        assert_eq!(composed(&first, &[copied(0, 0, 8)]), first);
    }
}
