//! Repairs that have one response only, made in the text itself: what is not wrong keeps its form.

use std::collections::HashMap;

use crate::{
    code,
    context::Context,
    explain::{Form, Subject, explain},
    json::{self, Node, Value},
    pem,
    report::{Diagnostic, Param, Report},
    rewrite::{reference_key, write_string},
    span::Span,
};

/// A text with fewer mistakes than the one it was made of.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Fixed {
    /// The whole document.
    pub text: String,
    /// What was done, in the order in which it was done.
    pub fixes: Vec<Fix>,
    /// What is still to be said about the text.
    pub report: Report,
    /// What was copied from the text before, in order. All else of this text is new, and all else of that one is gone.
    pub copied: Vec<Copied>,
}

/// A part of a text that stands in another one too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Copied {
    /// The bytes of the text before.
    pub from: Span,
    /// Where the first of them is now.
    pub to: usize,
}

/// One repair.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Fix {
    /// The code of the diagnostic that it settles.
    pub code: &'static str,
    /// Where that one pointed to.
    pub pointer: String,
}

/// Repairs a request's body as far as there is one response only; `None` if there is nothing of the kind.
///
/// The wrapper of a response goes, and so do keys that only responses have; a reference becomes its bare key; a key
/// becomes the one that is missing and differs by one or two letters, if no other is as near; a missing list
/// becomes `[]`, a missing value that may be null becomes null; a certificate loses what stands around it. What
/// such a repair would not make better by itself is left as it is, and so is a response.
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
    if subject.form != Form::Request {
        return None;
    }
    let report = explain(text, subject, context);
    let errors = report.errors().count();
    let whole = Copied { from: Span::new(0, text.len()), to: 0 };
    let mut fixed = Fixed { text: text.to_owned(), fixes: Vec::new(), report, copied: vec![whole] };
    // One repair may show what the next can be, such as the references inside a wrapper.
    for _ in 0..ROUNDS {
        if !fixed.improve(subject, context) {
            break;
        }
    }
    // What stood in a wrapper may belong somewhere else altogether.
    let is_worse = fixed.report.errors().count() > errors;
    (!fixed.fixes.is_empty() && !is_worse).then_some(fixed)
}

/// A wrapper in a wrapper, then what stands inside, then what that leads to.
const ROUNDS: usize = 32;
/// So many repairs are tried one by one when all of them together do not help.
const SINGLES: usize = 20;

impl Fixed {
    /// Makes every repair that can be made now; says whether that was any.
    fn improve(&mut self, subject: &Subject, context: &Context<'_>) -> bool {
        let Ok(root) = json::scan(&self.text, &context.limits) else { return false };
        let repairs = Plan::new(&self.text, &root, subject, &self.report).repairs();
        if repairs.is_empty() {
            return false;
        }
        let all: Vec<&Repair> = repairs.iter().collect();
        let better = self.with(&all, subject, context).or_else(|| {
            repairs.iter().take(SINGLES).find_map(|one| self.with(&[one], subject, context))
        });
        match better {
            Some(better) => *self = better,
            None => return false,
        }
        true
    }

    /// The text after some repairs, if that has fewer errors.
    fn with(&self, repairs: &[&Repair], subject: &Subject, context: &Context<'_>) -> Option<Self> {
        let (text, copied) = edited(&self.text, repairs)?;
        let report = explain(&text, subject, context);
        // Nothing is known of what a wrapper holds: that is compared in the end.
        let unwraps = repairs.iter().any(|repair| repair.fix.code == code::RESPONSE_WRAPPER);
        let fewer = report.errors().count() < self.report.errors().count();
        let is_read = report.errors().all(|it| it.code != code::INVALID_JSON);
        (is_read && (fewer || unwraps)).then(|| {
            let fixes = self.fixes.iter().chain(repairs.iter().map(|repair| &repair.fix));
            let copied = composed(&self.copied, &copied);
            Self { text, fixes: fixes.cloned().collect(), report, copied }
        })
    }
}

/// A repair and what it does to the text.
struct Repair {
    fix: Fix,
    edits: Vec<Change>,
}

/// What becomes of some bytes. Only what changes is one: what is left can be told from what is new.
type Change = (Span, String);

/// The text with all these repairs made, and what of it is old; `None` if two of them meet.
fn edited(text: &str, repairs: &[&Repair]) -> Option<(String, Vec<Copied>)> {
    let mut sorted: Vec<&Change> = repairs.iter().flat_map(|repair| &repair.edits).collect();
    // Stable: what is inserted at one place keeps its order.
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

/// What was copied twice, from the first text to the last.
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

/// What can be done about a report.
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

    fn repairs(&self) -> Vec<Repair> {
        let renames: Vec<(&Diagnostic, &str)> =
            self.report.errors().filter_map(|it| Some((it, self.meant(it)?))).collect();
        // Two keys that are both like the missing one: nobody knows which of them is it.
        let target = |&(it, name): &(&Diagnostic, &'p str)| {
            self.parents.get(&it.span.start).map(|parent| (parent.span.start, name))
        };
        let is_sole = |rename: &(&Diagnostic, &'p str)| {
            renames.iter().filter(|other| target(other) == target(rename)).count() == 1
        };
        self.report
            .errors()
            .filter_map(|it| {
                let rename = renames.iter().find(|(renamed, _)| std::ptr::eq(*renamed, it));
                let edits = match it.code {
                    code::RESPONSE_WRAPPER => self.unwrapped()?,
                    code::REFERENCE_OBJECT => self.key_of(it)?,
                    code::UNKNOWN_KEY => match rename {
                        Some(rename @ (_, name)) if is_sole(rename) => {
                            vec![(it.span, format!("\"{name}\""))]
                        }
                        None if it.message == RESPONSE_ONLY => vec![self.without(it)?],
                        _ => return None,
                    },
                    code::MISSING_KEY => {
                        let parent = self.nodes.get(&it.span.start)?;
                        let name = unescaped(it.pointer.rsplit('/').next()?);
                        let place = (parent.span.start, name.as_str());
                        // A key that may be the missing one is there already.
                        if renames.iter().any(|rename| target(rename) == Some(place)) {
                            return None;
                        }
                        vec![self.with_member(parent, &name, empty_value(it)?)?]
                    }
                    "pem-certificate" => vec![self.bare_certificate(it)?],
                    _ => return None,
                };
                let fix = Fix { code: it.code, pointer: it.pointer.clone() };
                Some(Repair { fix, edits })
            })
            .collect()
    }

    /// The key that an unknown one was meant to be, if that is missing and nothing else is as near.
    fn meant<'d>(&self, unknown: &'d Diagnostic) -> Option<&'d str> {
        if unknown.code != code::UNKNOWN_KEY {
            return None;
        }
        let key = unescaped(unknown.pointer.rsplit('/').next()?).to_lowercase();
        let mut near = unknown
            .suggestions
            .iter()
            .filter(|name| strsim::damerau_levenshtein(&key, &name.to_lowercase()) <= LETTERS);
        let name = near.next().filter(|_| near.next().is_none())?;
        let parent = self.parents.get(&unknown.span.start)?;
        let is_missing = self.report.errors().any(|it| {
            it.code == code::MISSING_KEY
                && it.span.start == parent.span.start
                && it.pointer.rsplit('/').next().map(unescaped).as_ref() == Some(name)
        });
        // The help says otherwise when the key is a good one in another place.
        let is_said = unknown.help.starts_with("did you mean");
        (is_missing && is_said).then_some(name)
    }

    /// The whole text becomes what stands under the wrapper, moved to the left as far as it was moved to the right.
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
        // No string spans two lines, so these are all between values.
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

    /// The key inside a reference object, spelled as it is.
    fn key_of(&self, diagnostic: &Diagnostic) -> Option<Vec<Change>> {
        let node = self.nodes.get(&diagnostic.span.start)?;
        reference_key(node)?;
        Some(around(node.span, node.get("key")?.span))
    }

    /// A member goes, with the comma that belongs to it.
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

    /// An object gets one more member at its end, set as its neighbors are.
    fn with_member(&self, parent: &Node<'_>, name: &str, value: &str) -> Option<Change> {
        let members = parent.members()?;
        let mut key = String::new();
        write_string(&mut key, name);
        let Some(last) = members.last() else {
            // Others may be added at the same place; a comma too many would be found out.
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

/// Of `outer` only `inner` stays.
fn around(outer: Span, inner: Span) -> Vec<Change> {
    [Span::new(outer.start, inner.start), Span::new(inner.end, outer.end)]
        .map(|gone| (gone, String::new()))
        .to_vec()
}

/// What is said of a key that only responses have.
pub(crate) const RESPONSE_ONLY: &str = "only responses have this key";

/// So many letters may be wrong.
const LETTERS: usize = 2;

/// The one value that a missing member can have without anybody asking.
fn empty_value(missing: &Diagnostic) -> Option<&'static str> {
    match missing.params.get("expected")? {
        Param::Text(expected) if expected == "a list" => Some("[]"),
        Param::Text(expected) if expected == "a list or null" => None,
        Param::Text(expected) if expected.ends_with(" or null") => Some("null"),
        _ => None,
    }
}

fn unescaped(segment: &str) -> String {
    segment.replace("~1", "/").replace("~0", "~")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_copied_twice_is_known() {
        let copied = |from: usize, to: usize, length: usize| Copied {
            from: Span::new(from, from + length),
            to,
        };
        let first = [copied(0, 0, 4), copied(6, 4, 4)];
        assert_eq!(composed(&first, &[copied(0, 0, 8)]), first);
        // Bytes 3 and 6 of the text in between go, and two are put in front.
        assert_eq!(
            composed(&first, &[copied(0, 2, 3), copied(4, 5, 2), copied(7, 7, 1)]),
            [copied(0, 2, 3), copied(6, 5, 2), copied(9, 7, 1)]
        );
        assert_eq!(composed(&first, &[]), []);
        // Nothing of the text before stands at its own start.
        let first = [copied(2, 0, 4), copied(8, 4, 4)];
        assert_eq!(composed(&first, &[copied(0, 0, 8)]), first);
    }
}
