//! Whether a document may be sent, decided in one pass over its bytes: nothing is built.

use std::borrow::Cow;

use smallvec::SmallVec;

use crate::{
    context::{Context, UnknownKeys},
    descriptor::{Asker, Constraint, Field, FieldForm, Kind, Shape, Target, Type, Variant},
    explain::explain,
    input::Input,
    json::{self, Int, Node, ScanError, Scanner, Value},
    rule::{MAX_INPUTS, Path},
    severity::Severity,
    subject::{Form, Subject},
};

/// Whether nothing in `text` is wrong, though something may be undecided.
///
/// Always agrees with [`explain()`](crate::explain()), and costs a fraction of it.
///
/// ```
/// use sps_validate::{Context, Form, Kind, Subject, accept};
/// let subject = Subject::new(Kind::List(&Kind::Bool), Form::Request);
/// assert!(accept("[true, false]", &subject, &Context::default()));
/// assert!(!accept("[true, 0]", &subject, &Context::default()));
/// ```
pub fn accept(text: &str, subject: &Subject, context: &Context<'_>) -> bool {
    // Responses, versions, unknown keys and waived rules are rare questions: the one full response serves them.
    let is_plain = subject.form == Form::Request
        && context.target.is_none()
        && context.unknown_keys == UnknownKeys::Deny
        && context.waived.is_empty();
    let refused = if is_plain { stream(text, subject, context) } else { Err(Refused::TooWide) };
    match refused {
        Ok(()) => true,
        Err(Refused::Wrong) => false,
        Err(Refused::TooWide) => explain(text, subject, context).is_valid(),
    }
}

/// Why the pass ended early.
enum Refused {
    /// Something is wrong.
    Wrong,
    /// There are more members that a rule may ask about than places to note them.
    TooWide,
}

impl From<ScanError> for Refused {
    fn from(_: ScanError) -> Self {
        Self::Wrong
    }
}

type Accepted<T = ()> = Result<T, Refused>;

fn stream(text: &str, subject: &Subject, context: &Context<'_>) -> Accepted {
    let scanner = Scanner::new(text, &context.limits)?;
    let slots = [Slot::Absent; SLOTS];
    let may_be_wrapped = takes_wrappers(subject.body);
    let mut pass =
        Pass { text, scanner, context, slots, used: 0, uses: SmallVec::new(), may_be_wrapped };
    pass.scanner.skip_white_space();
    pass.value(&subject.body, &subject.constraint, 0, NOWHERE)?;
    pass.scanner.end()?;
    if pass.may_be_wrapped {
        wrong_unless(!subject.is_wrapped(&json::scan(text, &context.limits)?))?;
    }
    wrong_unless(pass.references_hold())
}

/// What is at one member, as far as a rule may ask.
#[derive(Clone, Copy)]
enum Slot<'t> {
    Absent,
    Null,
    Bool(bool),
    /// A string without escapes, a word or a key.
    Str(&'t str),
    /// Anything else, and where it starts: read again by the rare rule that asks.
    At(usize),
}

/// How many members of the objects being read, one inside the other, can be noted for their rules. Each document
/// pays for all of them; one that needs more gets the full response.
const SLOTS: usize = 32;

/// The place in `Pass::slots` of a member that no rule may ask about: beyond all of them.
const NOWHERE: usize = usize::MAX;

/// One pass over one document.
struct Pass<'t, 'c> {
    text: &'t str,
    scanner: Scanner<'t>,
    context: &'c Context<'c>,
    /// The members of the objects being read, the innermost last; only of types with rules.
    slots: [Slot<'t>; SLOTS],
    /// How many of `slots` are taken.
    used: usize,
    /// References, where someone has to be asked about them.
    uses: SmallVec<[(&'static Target, Cow<'t, str>); 4]>,
    /// Whether the whole may be the wrapper of a response: it has a key that the type does not know.
    may_be_wrapped: bool,
}

impl<'t> Pass<'t, '_> {
    /// Reads the value that starts here; `depth` containers are open around it.
    ///
    /// What a rule may ask about it is written to its place and not returned: a copy of something that was
    /// written a moment ago makes the processor wait.
    fn value(
        &mut self,
        kind: &Kind,
        constraint: &Constraint,
        depth: usize,
        place: usize,
    ) -> Accepted {
        let start = self.scanner.at();
        match (kind, self.scanner.peek()) {
            (Kind::Nullable(_), Some(b'n')) => {
                self.scanner.skip_word("null")?;
                self.keep(place, Slot::Null);
            }
            (Kind::Optional(inner) | Kind::Nullable(inner), _) => {
                self.value(inner, constraint, depth, place)?;
            }
            (Kind::Bool, Some(b't')) => {
                self.scanner.skip_word("true")?;
                self.keep(place, Slot::Bool(true));
            }
            (Kind::Bool, Some(b'f')) => {
                self.scanner.skip_word("false")?;
                self.keep(place, Slot::Bool(false));
            }
            (Kind::Int { minimum, maximum }, Some(b'-' | b'0'..=b'9')) => {
                let Int::Value(value) = json::int(self.scanner.number()?) else {
                    return Err(Refused::Wrong);
                };
                wrong_unless(
                    (*minimum..=*maximum).contains(&value) && constraint.check_int(value).is_ok(),
                )?;
            }
            (Kind::Number, Some(b'-' | b'0'..=b'9')) => {
                self.scanner.number()?;
            }
            (Kind::String | Kind::Secret, Some(b'"')) => {
                let text = self.scanner.string()?;
                wrong_unless(constraint.check_str(&text).is_ok())?;
                if let Cow::Borrowed(text) = text {
                    self.keep(place, Slot::Str(text));
                }
            }
            (Kind::Reference(target), Some(b'"')) => {
                let key = self.scanner.string()?;
                // No object has an empty key.
                wrong_unless(!target.key(&key).is_empty())?;
                if target.single_use || self.context.resolver.is_some() {
                    self.uses.push((target, key.clone()));
                }
                if let Cow::Borrowed(key) = key {
                    self.keep(place, Slot::Str(key));
                }
            }
            (Kind::Named(ty), Some(first)) => match (&ty.shape, first) {
                (Shape::Enum { values, open }, b'"') => {
                    let word = self.scanner.string()?;
                    match values.iter().find(|value| value.matches(&word)) {
                        Some(value) => self.keep(place, Slot::Str(value.value)),
                        // What a rule makes of an unknown word, the full response says.
                        None if *open && place == NOWHERE => {}
                        None if *open => return Err(Refused::TooWide),
                        None => return Err(Refused::Wrong),
                    }
                }
                (Shape::Struct { fields, open }, b'{') => self.object(ty, fields, *open, depth)?,
                (Shape::Union { .. }, b'{') => self.union(ty, depth)?,
                _ => return Err(Refused::Wrong),
            },
            (Kind::Any, _) => self.kept(depth)?,
            (Kind::List(inner), Some(b'[')) => {
                self.list(inner, constraint, depth)?;
            }
            (Kind::Array(inner, length), Some(b'[')) => {
                wrong_unless(self.list(inner, constraint, depth)? == *length)?;
            }
            (Kind::Map(inner), Some(b'{')) => self.map(inner, constraint, depth)?,
            // Rare, and its keys have to be compared with a list.
            (Kind::Ordered(_), Some(b'{')) => return Err(Refused::TooWide),
            (Kind::Foreign(check), _) => {
                self.kept(depth)?;
                wrong_unless(check(&self.text[start..self.scanner.at()]).is_empty())?;
            }
            _ => return Err(Refused::Wrong),
        }
        Ok(())
    }

    fn keep(&mut self, place: usize, found: Slot<'t>) {
        if let Some(slot) = self.slots.get_mut(place) {
            *slot = found;
        }
    }

    fn list(&mut self, inner: &Kind, constraint: &Constraint, depth: usize) -> Accepted<usize> {
        let mut length = 0;
        let mut more = self.scanner.open_array(depth)?;
        while more {
            self.value(inner, constraint, depth + 1, NOWHERE)?;
            length += 1;
            more = self.scanner.next_element()?;
        }
        Ok(length)
    }

    fn map(&mut self, inner: &Kind, constraint: &Constraint, depth: usize) -> Accepted {
        let mut keys = Vec::new();
        let mut next = self.scanner.open_object(depth)?;
        while let Some(key) = next {
            self.value(inner, constraint, depth + 1, NOWHERE)?;
            keys.push(key);
            next = self.scanner.next_key(keys.len())?;
        }
        keys.sort_unstable();
        wrong_unless(keys.windows(2).all(|pair| pair[0] != pair[1]))
    }

    /// A value that no one checks: only keys that are twice are refused.
    fn kept(&mut self, depth: usize) -> Accepted {
        let node = self.scanner.value(depth)?;
        wrong_unless(!repeats(&node))
    }

    fn object(
        &mut self,
        ty: &'static Type,
        fields: &'static [Field],
        open: bool,
        depth: usize,
    ) -> Accepted {
        if fields.len() > 64 {
            return Err(Refused::TooWide);
        }
        // Where the members of this object are in `slots`, if a rule will ask for them.
        let base = self.used;
        let has_inputs = ty.has_inputs;
        if has_inputs {
            self.used += fields.len();
            self.slots.get_mut(base..self.used).ok_or(Refused::TooWide)?.fill(Slot::Absent);
        }
        let mut seen = 0_u64;
        let mut unknown = Vec::new();
        let mut expected = 0;
        let mut count = 0;
        let mut more = self.scanner.first_member(depth)?;
        while more {
            // Keys usually come in the order of the declaration.
            let index = match fields.get(expected) {
                Some(Field { name, form: FieldForm::Both | FieldForm::Request, .. })
                    if self.scanner.expected_key(name, count)? =>
                {
                    Some(expected)
                }
                _ => {
                    let key = self.scanner.key(count)?;
                    let index = index_of(fields, &key);
                    let is_sent = |index: &usize| fields[*index].form != FieldForm::Response;
                    let index = index.filter(is_sent);
                    if index.is_none() {
                        unknown.push(key);
                    }
                    index
                }
            };
            count += 1;
            match index {
                Some(index) => {
                    wrong_unless(seen & (1 << index) == 0)?;
                    seen |= 1 << index;
                    expected = index + 1;
                    let constraint = &ty.member(index).constraint;
                    let place = if has_inputs { base + index } else { NOWHERE };
                    self.keep(place, Slot::At(self.scanner.at()));
                    self.value(&fields[index].kind, constraint, depth + 1, place)?;
                }
                None if open => self.kept(depth + 1)?,
                None => return Err(Refused::Wrong),
            }
            more = self.scanner.next_member()?;
        }
        if seen.count_ones() as usize != fields.len() {
            for (index, field) in fields.iter().enumerate() {
                if seen & (1 << index) == 0 && field.form != FieldForm::Response {
                    self.absent(ty, index, field, base)?;
                }
            }
        }
        if !unknown.is_empty() {
            self.may_be_wrapped |= depth == 0;
            unknown.sort_unstable();
            wrong_unless(unknown.windows(2).all(|pair| pair[0] != pair[1]))?;
        }
        if has_inputs {
            for (number, rule) in ty.constraints.rules.iter().enumerate() {
                // Without a target, a rule of some versions refuses nothing; without a resolver, no plain text does.
                let may_refuse = rule.severity == Severity::Error
                    && !rule.versions.is_bounded()
                    && !(self.context.resolver.is_none() && rule.is_about_plain_text());
                if may_refuse {
                    let check = |inputs: &[Input<'_>; MAX_INPUTS]| rule.check(inputs, self.context);
                    wrong_unless(self.ask(ty, Asker::Rule(number), base, check).accepts())?;
                }
            }
            self.used = base;
        }
        Ok(())
    }

    /// Refuses the absence of a member that is required, always or by its condition.
    fn absent(&self, ty: &'static Type, index: usize, field: &Field, base: usize) -> Accepted {
        let member = ty.member(index);
        // Some versions do not have the member, and this pass has no target.
        if member.versions.is_bounded() {
            return Ok(());
        }
        wrong_unless(field.kind.is_optional() && !member.required)?;
        let Some(requirement) = &member.required_if else { return Ok(()) };
        let holds = |inputs: &[Input<'_>; MAX_INPUTS]| requirement.holds(inputs);
        wrong_unless(self.ask(ty, Asker::Member(index), base, holds) != Some(true))
    }

    fn union(&mut self, ty: &'static Type, depth: usize) -> Accepted {
        let Shape::Union { tag, content, variants, open } = ty.shape else {
            return Err(Refused::Wrong);
        };
        // The generator writes no rules about unions, so no member of one is noted.
        if !ty.constraints.rules.is_empty() {
            return Err(Refused::TooWide);
        }
        let mut chosen = None;
        // Content that came before its tag: read over now, checked at the end.
        let mut early = None;
        let mut done = false;
        let mut count = 0;
        let mut more = self.scanner.first_member(depth)?;
        while more {
            let (is_tag, is_content) = if self.scanner.expected_key(tag, count)? {
                (true, false)
            } else if self.scanner.expected_key(content, count)? {
                (false, true)
            } else {
                let key = self.scanner.key(count)?;
                (key == tag, key == content)
            };
            count += 1;
            if is_tag && chosen.is_none() {
                chosen = Some(self.tag(variants, open)?);
            } else if is_content && !done && early.is_none() {
                match chosen {
                    Some(index) => {
                        let kind = variants[index].content.as_ref().ok_or(Refused::Wrong)?;
                        self.value(kind, &ty.member(index).constraint, depth + 1, NOWHERE)?;
                        done = true;
                    }
                    None => {
                        early = Some(self.scanner.at());
                        self.scanner.value(depth + 1)?;
                    }
                }
            } else {
                return Err(Refused::Wrong);
            }
            more = self.scanner.next_member()?;
        }
        let index = chosen.ok_or(Refused::Wrong)?;
        if let Some(start) = early {
            let kind = variants[index].content.as_ref().ok_or(Refused::Wrong)?;
            let end = self.scanner.seek(start);
            self.value(kind, &ty.member(index).constraint, depth + 1, NOWHERE)?;
            self.scanner.seek(end);
            done = true;
        }
        wrong_unless(done || variants[index].content.is_none_or(Kind::is_optional))
    }

    /// Reads the tag of a union: the number of the variant it names.
    fn tag(&mut self, variants: &'static [Variant], open: bool) -> Accepted<usize> {
        wrong_unless(self.scanner.peek() == Some(b'"'))?;
        let word = self.scanner.string()?;
        let unknown = if open { Refused::TooWide } else { Refused::Wrong };
        variants.iter().position(|variant| variant.value == word).ok_or(unknown)
    }

    /// Fetches the inputs of a rule or requirement of the object whose members start at `base`, and decides on them.
    fn ask<R>(
        &self,
        ty: &'static Type,
        asker: Asker,
        base: usize,
        decide: impl Fn(&[Input<'_>; MAX_INPUTS]) -> R,
    ) -> R {
        let mut inputs = [Input::Absent; MAX_INPUTS];
        for (number, (input, path)) in inputs.iter_mut().zip(ty.inputs(asker)).enumerate() {
            match self.input(ty, asker, number, path, base) {
                Fetched::Input(found) => *input = found,
                Fetched::Decoded(_) => return self.ask_decoded(ty, asker, base, decide),
            }
        }
        decide(&inputs)
    }

    /// Does the same where an input is a string with escapes, which has to be stored decoded.
    #[cold]
    fn ask_decoded<R>(
        &self,
        ty: &'static Type,
        asker: Asker,
        base: usize,
        decide: impl Fn(&[Input<'_>; MAX_INPUTS]) -> R,
    ) -> R {
        let mut fetched = [const { Fetched::ABSENT }; MAX_INPUTS];
        for (number, (input, path)) in fetched.iter_mut().zip(ty.inputs(asker)).enumerate() {
            *input = self.input(ty, asker, number, path, base);
        }
        decide(&fetched.each_ref().map(Fetched::input))
    }

    /// Fetches one input.
    #[inline]
    fn input(
        &self,
        ty: &'static Type,
        asker: Asker,
        number: usize,
        path: Path,
        base: usize,
    ) -> Fetched<'t> {
        let Some(index) = ty.field_of(asker, number) else { return Fetched::ABSENT };
        Fetched::Input(match self.slots[base + index] {
            Slot::Null if path.len() == 1 => Input::Null,
            Slot::Absent | Slot::Null => Input::Absent,
            Slot::Bool(value) => Input::Bool(value),
            Slot::Str(text) => Input::Str(text),
            Slot::At(start) => return self.fetch_below(ty, index, path, start),
        })
    }

    /// The leaf at a path below the member that starts at `start`. That member was accepted already:
    /// only the way to the leaf is read again, and only for a rule that asks for more than a slot holds.
    #[inline(never)]
    fn fetch_below(&self, ty: &Type, index: usize, path: Path, start: usize) -> Fetched<'t> {
        let Shape::Struct { fields, .. } = ty.shape else { return Fetched::ABSENT };
        let mut scanner = self.scanner.clone();
        scanner.seek(start);
        fetch_at(&mut scanner, fields[index].kind, &path[1..]).unwrap_or(Fetched::ABSENT)
    }

    /// What can be said of the references of the whole document.
    fn references_hold(&mut self) -> bool {
        if let Some(resolver) = self.context.resolver {
            let known = |(target, key): &(&'static Target, Cow<'t, str>)| {
                let path = target.object(key);
                resolver.exists(&path) != Some(false)
                    && !(target.single_use && resolver.used_by(&path).is_some())
            };
            if !self.uses.iter().all(known) {
                return false;
            }
        }
        self.uses.retain(|(target, _)| target.single_use);
        if self.uses.len() < 2 {
            return true;
        }
        let by_name = |(target, key): &(&'static Target, Cow<'t, str>)| (target.path, key.clone());
        self.uses.sort_by_key(by_name);
        self.uses.windows(2).all(|pair| by_name(&pair[0]) != by_name(&pair[1]))
    }
}

/// Whether a body of this kind takes any key, so that the wrapper of a response has to be looked for.
///
/// An open object finds out by itself which of its keys are unknown.
fn takes_wrappers(kind: Kind) -> bool {
    matches!(kind.peeled(), Kind::Any | Kind::Map(_) | Kind::Ordered(_) | Kind::Foreign(_))
}

fn wrong_unless(holds: bool) -> Accepted {
    if holds { Ok(()) } else { Err(Refused::Wrong) }
}

/// Whether a key is twice in some object of a value.
fn repeats(node: &Node<'_>) -> bool {
    match &node.value {
        Value::Object(members) => {
            let mut keys: Vec<&str> = members.iter().map(|member| &*member.key).collect();
            keys.sort_unstable();
            keys.windows(2).any(|pair| pair[0] == pair[1])
                || members.iter().any(|member| repeats(&member.value))
        }
        Value::Array(items) => items.iter().any(repeats),
        _ => false,
    }
}

/// A leaf, or its text where that had to be decoded.
enum Fetched<'t> {
    Input(Input<'t>),
    Decoded(String),
}

impl Fetched<'_> {
    const ABSENT: Self = Self::Input(Input::Absent);

    fn input(&self) -> Input<'_> {
        match self {
            Self::Input(input) => *input,
            Self::Decoded(text) => Input::Str(text),
        }
    }
}

/// Walks down `path` from an accepted value; members beside the way are skipped.
fn fetch_at<'t>(
    scanner: &mut Scanner<'t>,
    kind: Kind,
    mut path: Path,
) -> Result<Fetched<'t>, ScanError> {
    let mut kind = kind.peeled();
    // Limits were asked about when the value was accepted.
    'down: while let Some((segment, rest)) = path.split_first() {
        if scanner.peek() != Some(b'{') {
            return Ok(Fetched::ABSENT);
        }
        let mut more = scanner.first_member(0)?;
        while more {
            if scanner.expected_key(segment, 0)? || scanner.key(0)? == *segment {
                kind = match kind {
                    Kind::Named(Type { shape: Shape::Struct { fields, .. }, .. }) => {
                        index_of(fields, segment).map_or(Kind::Any, |it| fields[it].kind.peeled())
                    }
                    // A path through a union ends at its tag.
                    _ => Kind::String,
                };
                path = rest;
                continue 'down;
            }
            scanner.skip_accepted();
            more = scanner.next_member()?;
        }
        return Ok(Fetched::ABSENT);
    }
    Ok(Fetched::Input(match (scanner.peek(), kind) {
        (Some(b'n'), _) => Input::Null,
        (Some(b't'), _) => Input::Bool(true),
        (Some(b'f'), _) => Input::Bool(false),
        (Some(b'"'), Kind::Named(Type { shape: Shape::Enum { values, .. }, .. })) => {
            let word = scanner.string()?;
            let value = values.iter().find(|value| value.matches(&word));
            value.map_or(Input::Absent, |value| Input::Str(value.value))
        }
        (Some(b'"'), _) => match scanner.string()? {
            Cow::Borrowed(text) => Input::Str(text),
            Cow::Owned(text) => return Ok(Fetched::Decoded(text)),
        },
        (Some(b'{' | b'['), _) => Input::Present,
        _ => match json::int(scanner.number()?) {
            Int::Value(value) => Input::Int(value),
            Int::TooLarge | Int::NotInteger => Input::Present,
        },
    }))
}

fn index_of(fields: &[Field], name: &str) -> Option<usize> {
    fields.iter().position(|field| field.name == name)
}
