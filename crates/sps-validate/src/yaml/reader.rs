//! Events of the parser, made into values with their places.

use std::{
    borrow::Cow,
    collections::{HashMap, HashSet},
};

use granit_parser::{ErrorKind, Event, Parser, ScalarStyle, StructureStyle, Tag};

use crate::{
    json::{LimitKind, Member, Node, Value},
    limits::Limits,
    span::Span,
    yaml::{
        Document, Marks, Mistake, Reading, ScanError, core_schema,
        mistake_of::mistake_of,
        plain::{is_sure_text, yaml_1_1},
    },
};

/// Reads a YAML document.
///
/// # Errors
/// The text is not one document of YAML, has something that JSON cannot express, or exceeds a limit.
pub fn scan<'a>(text: &'a str, limits: &Limits) -> Result<Document<'a>, ScanError> {
    if text.len() > limits.bytes {
        let (limit, at, allowed) = (LimitKind::Bytes, limits.bytes, limits.bytes);
        return Err(ScanError::Limit { limit, at, allowed });
    }
    if let Some(at) = text.find('\0') {
        return Err(mistake(at, Mistake::Nul));
    }
    let mut reader = Reader::new(text, limits);
    let options =
        granit_parser::options! { emit_anchor_events: true, emit_unresolved_aliases: true };
    for event in Parser::new_from_str_with_options(text, options) {
        let (event, span) = event.map_err(|error| reader.parser_error(&error))?;
        // Spans of a text always have byte offsets.
        let range = span.byte_range().unwrap_or_default();
        let tag = span.tag_span().and_then(|it| it.byte_range());
        let tag = tag.map(|it| Span::new(it.start, it.end));
        reader.event(event, Span::new(range.start, range.end), tag)?;
    }
    reader.finish()
}

fn mistake(at: usize, mistake: Mistake) -> ScanError {
    ScanError::Syntax { at, mistake }
}

/// The last tab between the begin of the line and a place, if only indentation and indicators are between them.
fn tab_before(text: &str, at: usize) -> Option<usize> {
    let before = text.get(..at)?;
    let start = before.rfind('\n').map_or(0, |it| it + 1);
    let line = before.get(start..)?;
    let is_indentation = |it: char| matches!(it, ' ' | '\t' | '-' | '?' | ':' | '\u{feff}');
    line.chars().all(is_indentation).then(|| line.rfind('\t')).flatten().map(|it| start + it)
}

/// A list or a mapping that is not complete.
enum Open<'a> {
    List {
        start: usize,
        is_flow: bool,
        anchor: usize,
        items: Vec<Node<'a>>,
    },
    Mapping {
        start: usize,
        is_flow: bool,
        anchor: usize,
        members: Vec<Member<'a>>,
        key: Option<Key<'a>>,
        /// The mappings of merge keys, in order.
        merged: Vec<Vec<Member<'a>>>,
    },
}

struct Key<'a> {
    text: Cow<'a, str>,
    span: Span,
    is_merge: bool,
}

/// A value with an anchor, once it is complete.
struct Anchored<'a> {
    node: Node<'a>,
    cost: Cost,
    /// Whether an alias repeats it.
    is_used: bool,
}

/// What copying a value costs.
#[derive(Clone, Copy, Default)]
struct Cost {
    nodes: usize,
    bytes: usize,
    depth: usize,
}

struct Reader<'a> {
    text: &'a str,
    limits: Limits,
    open: Vec<Open<'a>>,
    root: Option<Node<'a>>,
    has_document: bool,
    anchored: HashMap<usize, Anchored<'a>>,
    /// The place of each anchor itself.
    anchors: HashMap<usize, Span>,
    /// Anchors in front of scalars without quotes.
    of_plain: Vec<usize>,
    marks: Marks,
    /// End of the last token.
    last: usize,
    spent: Cost,
}

impl<'a> Reader<'a> {
    fn new(text: &'a str, limits: &Limits) -> Self {
        Self {
            text,
            limits: *limits,
            open: Vec::new(),
            root: None,
            has_document: false,
            anchored: HashMap::new(),
            anchors: HashMap::new(),
            of_plain: Vec::new(),
            marks: Marks::default(),
            last: 0,
            spent: Cost::default(),
        }
    }

    fn event(
        &mut self,
        event: Event<'a>,
        span: Span,
        tag_span: Option<Span>,
    ) -> Result<(), ScanError> {
        match event {
            Event::DocumentStart(..) => {
                if std::mem::replace(&mut self.has_document, true) {
                    return Err(mistake(span.start, Mistake::SecondDocument));
                }
                self.last = span.end;
            }
            Event::Scalar(value, style, anchor, tag) => {
                self.scalar(value, style, anchor, tag.as_deref(), span, tag_span)?;
            }
            Event::SequenceStart(style, anchor, tag) => {
                check_tag(tag.as_deref(), "seq", tag_span, span)?;
                self.enter(span)?;
                let is_flow = style == StructureStyle::Flow;
                let span = if is_flow { span } else { self.with_dash(span) };
                self.check_indentation(is_flow, span)?;
                self.open.push(Open::List {
                    start: span.start,
                    is_flow,
                    anchor,
                    items: Vec::new(),
                });
                self.last = span.end;
            }
            Event::MappingStart(style, anchor, tag) => {
                check_tag(tag.as_deref(), "map", tag_span, span)?;
                self.enter(span)?;
                let is_flow = style == StructureStyle::Flow;
                self.check_indentation(is_flow, span)?;
                self.open.push(Open::Mapping {
                    start: span.start,
                    is_flow,
                    anchor,
                    members: Vec::new(),
                    key: None,
                    merged: Vec::new(),
                });
                self.last = span.end;
            }
            Event::SequenceEnd | Event::MappingEnd => self.close(span)?,
            Event::Anchor(id, _) => {
                self.anchors.insert(id, span);
                self.last = self.last.max(span.end);
                let is_empty = self.anchored.get(&id).is_some_and(|it| it.node.span.is_empty());
                if is_empty {
                    return Err(mistake(span.start, Mistake::UnusedAnchor));
                }
            }
            Event::Alias(id) => self.alias(id, span)?,
            Event::UnresolvedAlias(_) => return Err(mistake(span.start, Mistake::UnknownAnchor)),
            _ => {}
        }
        Ok(())
    }

    /// Refuses a tab before a list or mapping without brackets, which the parser lets pass before the first of its elements.
    fn check_indentation(&self, is_flow: bool, span: Span) -> Result<(), ScanError> {
        if is_flow {
            return Ok(());
        }
        match tab_before(self.text, span.start) {
            Some(at) => Err(mistake(at, Mistake::Tab)),
            None => Ok(()),
        }
    }

    /// The place of a list with its first dash, which the parser leaves out of a list that is not indented.
    fn with_dash(&self, span: Span) -> Span {
        let rest = self.text.get(span.start..).unwrap_or_default();
        let before = self.text.get(self.last..span.start).unwrap_or_default();
        match before.rfind('-') {
            Some(at) if !rest.starts_with('-') => Span::new(self.last + at, span.end),
            _ => span,
        }
    }

    /// Refuses a list or mapping that is too deep, or a key.
    fn enter(&self, span: Span) -> Result<(), ScanError> {
        if self.expects_key() {
            return Err(mistake(span.start, Mistake::KeyNotText));
        }
        self.check_depth(1, span)
    }

    fn check_depth(&self, more: usize, span: Span) -> Result<(), ScanError> {
        let allowed = self.limits.effective_depth();
        if self.open.len() + more > allowed {
            return Err(ScanError::Limit { limit: LimitKind::Depth, at: span.start, allowed });
        }
        Ok(())
    }

    fn expects_key(&self) -> bool {
        matches!(self.open.last(), Some(Open::Mapping { key: None, .. }))
    }

    fn scalar(
        &mut self,
        value: Cow<'a, str>,
        style: ScalarStyle,
        anchor: usize,
        tag: Option<&Tag>,
        span: Span,
        tag_span: Option<Span>,
    ) -> Result<(), ScanError> {
        let is_block = matches!(style, ScalarStyle::Literal | ScalarStyle::Folded);
        let span = if is_block { self.block_span(span, tag_span) } else { span };
        self.last = self.last.max(span.end);
        // The parser makes a tilde of a value that is not there.
        let is_plain = style == ScalarStyle::Plain;
        let value = if is_plain && span.is_empty() { Cow::Borrowed("") } else { value };
        if self.expects_key() {
            return self.key(value, is_plain, tag, span);
        }
        let at = tag_span.map_or(span.start, |it| it.start);
        let reading = match core_tag(tag).map_err(|()| mistake(at, Mistake::Tag))? {
            None if is_plain => {
                if !is_sure_text(&value) {
                    self.marks.plain.insert(span.start, span);
                }
                core_schema(&value)
            }
            None | Some("str") => Reading::Text,
            Some(tag) => tagged(tag, &value).ok_or_else(|| mistake(at, Mistake::TaggedValue))?,
        };
        let value = match reading {
            Reading::Null => Value::Null,
            Reading::Bool(value) => Value::Bool(value),
            Reading::Number(token) if token == *value => Value::Number(value),
            Reading::Number(token) => Value::Number(token.into()),
            Reading::Text | Reading::Unwritable | Reading::Date => Value::String(value),
        };
        if anchor != 0 && is_plain {
            self.of_plain.push(anchor);
        }
        self.add(Node { span, value }, anchor)
    }

    /// The place of a block of text with its header, up to the last line break.
    fn block_span(&self, content: Span, tag: Option<Span>) -> Span {
        let from = tag.map_or(self.last, |it| it.end.max(self.last));
        let before = self.text.get(from..content.start).unwrap_or_default();
        let mut start = content.start;
        let mut at = 0;
        while let Some(rest) = before.get(at..) {
            let Some(length) = rest.find(['|', '>', '#']) else { break };
            if !rest[length..].starts_with('#') {
                start = from + at + length;
                break;
            }
            // A comment between the key and the header.
            at += rest.find('\n').map_or(rest.len(), |it| it + 1).max(length + 1);
        }
        let block = self.text.get(start..content.end).unwrap_or_default();
        let block = block.strip_suffix('\n').unwrap_or(block);
        let block = block.strip_suffix('\r').unwrap_or(block);
        Span::new(start, start + block.len())
    }

    fn key(
        &mut self,
        text: Cow<'a, str>,
        is_plain: bool,
        tag: Option<&Tag>,
        span: Span,
    ) -> Result<(), ScanError> {
        let is_text = match core_tag(tag) {
            Ok(None) => !is_plain || is_sure_text(&text),
            Ok(Some("str")) => true,
            _ => false,
        };
        if !is_text {
            return Err(mistake(span.start, Mistake::KeyNotText));
        }
        let allowed = self.limits.keys;
        let is_merge = is_plain && tag.is_none() && text == "<<";
        if let Some(Open::Mapping { members, key, .. }) = self.open.last_mut() {
            if members.len() >= allowed {
                return Err(ScanError::Limit { limit: LimitKind::Keys, at: span.start, allowed });
            }
            *key = Some(Key { text, span, is_merge });
        }
        Ok(())
    }

    /// Puts a complete value where it belongs.
    fn add(&mut self, node: Node<'a>, anchor: usize) -> Result<(), ScanError> {
        self.charge(Cost { nodes: 1, bytes: 0, depth: 0 }, node.span)?;
        if anchor != 0 {
            let cost = cost_of(&node);
            self.charge(cost, node.span)?;
            self.anchored.insert(anchor, Anchored { node: node.clone(), cost, is_used: false });
        }
        match self.open.last_mut() {
            None => self.root = Some(node),
            Some(Open::List { items, .. }) => items.push(node),
            Some(Open::Mapping { members, key, merged, .. }) => match key.take() {
                Some(key) if key.is_merge => {
                    let span = Span::new(key.span.start, node.span.end);
                    let at = node.span.start;
                    merged.extend(mappings(node).ok_or_else(|| mistake(at, Mistake::Merge))?);
                    self.marks.shared.push(span);
                }
                Some(key) => {
                    members.push(Member { key: key.text, key_span: key.span, value: node });
                }
                None => return Err(mistake(node.span.start, Mistake::KeyNotText)),
            },
        }
        Ok(())
    }

    /// Counts copies: a few lines of aliases of aliases would fill any memory.
    fn charge(&mut self, cost: Cost, span: Span) -> Result<(), ScanError> {
        self.spent.nodes = self.spent.nodes.saturating_add(cost.nodes);
        self.spent.bytes = self.spent.bytes.saturating_add(cost.bytes);
        let (nodes, bytes) = (self.limits.nodes, self.limits.bytes);
        if self.spent.nodes > nodes {
            let (limit, allowed) = (LimitKind::Nodes, nodes);
            return Err(ScanError::Limit { limit, at: span.start, allowed });
        }
        if self.spent.bytes > bytes {
            let (limit, allowed) = (LimitKind::Bytes, bytes);
            return Err(ScanError::Limit { limit, at: span.start, allowed });
        }
        Ok(())
    }

    fn alias(&mut self, id: usize, span: Span) -> Result<(), ScanError> {
        self.last = span.end;
        if self.expects_key() {
            return Err(mistake(span.start, Mistake::KeyNotText));
        }
        let Some(anchored) = self.anchored.get_mut(&id) else {
            return Err(mistake(span.start, Mistake::AliasInItself));
        };
        anchored.is_used = true;
        let (cost, target) = (anchored.cost, anchored.node.span);
        self.check_depth(cost.depth, span)?;
        self.charge(cost, span)?;
        let Some(anchored) = self.anchored.get(&id) else { return Ok(()) };
        let node = Node { span, value: anchored.node.value.clone() };
        if let Some(plain) = self.marks.plain.get(&target.start).copied()
            && plain == target
        {
            self.marks.plain.insert(span.start, plain);
        }
        self.marks.aliases.push((span, target));
        self.marks.shared.push(span);
        self.add(node, 0)
    }

    fn close(&mut self, end: Span) -> Result<(), ScanError> {
        let (start, is_flow, anchor, value) = match self.open.pop() {
            Some(Open::List { start, is_flow, anchor, items }) => {
                (start, is_flow, anchor, Value::Array(items))
            }
            Some(Open::Mapping { start, is_flow, anchor, mut members, merged, .. }) => {
                // Its own keys win, then those of the first mapping.
                if !merged.is_empty() {
                    let mut known: HashSet<_> = members.iter().map(|it| it.key.clone()).collect();
                    let new = merged.into_iter().flatten();
                    members.extend(new.filter(|it| known.insert(it.key.clone())));
                }
                let allowed = self.limits.keys;
                if members.len() > allowed {
                    return Err(ScanError::Limit { limit: LimitKind::Keys, at: start, allowed });
                }
                (start, is_flow, anchor, Value::Object(members))
            }
            None => return Ok(()),
        };
        if is_flow {
            self.last = end.end;
        }
        let end = if is_flow { end.end } else { self.last.max(start) };
        self.add(Node { span: Span::new(start, end), value }, anchor)
    }

    fn finish(mut self) -> Result<Document<'a>, ScanError> {
        let end = self.text.trim_end().len();
        let root = match self.root.take() {
            Some(root) if !(root.is_null() && root.span.is_empty()) => root,
            _ => return Err(mistake(end, Mistake::NoBody)),
        };
        for id in &self.of_plain {
            // Without an alias, what looks like an anchor is more likely the start of a text.
            if let (Some(it), Some(anchor)) = (self.anchored.get(id), self.anchors.get(id))
                && !it.is_used
            {
                return Err(mistake(anchor.start, Mistake::UnusedAnchor));
            }
        }
        for (id, it) in self.anchored.iter().filter(|(_, it)| it.is_used) {
            let start = self.anchors.get(id).map_or(it.node.span.start, |anchor| anchor.start);
            self.marks.shared.push(Span::new(start, it.node.span.end));
        }
        self.marks.shared.sort_unstable();
        Ok(Document { root, marks: self.marks })
    }

    fn parser_error(&self, error: &granit_parser::ScanError) -> ScanError {
        let at = error.marker().byte_offset().unwrap_or(self.last).min(self.text.len());
        if *error.kind() == ErrorKind::RecursionLimitExceeded {
            let allowed = self.limits.effective_depth();
            return ScanError::Limit { limit: LimitKind::Depth, at, allowed };
        }
        let reason = mistake_of(error.kind());
        // The parser sees a tab before the first key of all only at the second one, behind the value of the first.
        let first = self.text.len() - self.text.trim_start().len();
        let first = tab_before(self.text, first).filter(|_| reason == Mistake::Tab);
        mistake(first.unwrap_or(at), reason)
    }
}

/// The name of a tag of the core schema.
fn core_tag(tag: Option<&Tag>) -> Result<Option<&str>, ()> {
    let Some(tag) = tag else { return Ok(None) };
    match (tag.handle(), tag.suffix()) {
        // `!` alone: a scalar is a text.
        ("", "!") | ("!", "") => Ok(Some("str")),
        (
            "tag:yaml.org,2002:",
            name @ ("str" | "int" | "float" | "bool" | "null" | "seq" | "map"),
        ) => Ok(Some(name)),
        _ => Err(()),
    }
}

fn check_tag(
    tag: Option<&Tag>,
    expected: &str,
    tag_span: Option<Span>,
    span: Span,
) -> Result<(), ScanError> {
    let at = tag_span.map_or(span.start, |it| it.start);
    match core_tag(tag) {
        Ok(None) => Ok(()),
        Ok(Some(name)) if name == expected => Ok(()),
        _ => Err(mistake(at, Mistake::Tag)),
    }
}

/// The value of a scalar with a tag, if it fits.
fn tagged(tag: &str, text: &str) -> Option<Reading> {
    let reading = core_schema(text);
    let fits = reading == yaml_1_1(text)
        && match &reading {
            Reading::Null => tag == "null",
            Reading::Bool(_) => tag == "bool",
            Reading::Number(token) => {
                tag == "float" || (tag == "int" && !token.contains(['.', 'e', 'E']))
            }
            _ => false,
        };
    fits.then_some(reading)
}

/// The mappings that a merge key adds.
fn mappings(node: Node<'_>) -> Option<Vec<Vec<Member<'_>>>> {
    match node.value {
        Value::Object(members) => Some(vec![members]),
        Value::Array(items) => items
            .into_iter()
            .map(|item| if let Value::Object(members) = item.value { Some(members) } else { None })
            .collect(),
        _ => None,
    }
}

fn cost_of(node: &Node<'_>) -> Cost {
    let text = |it: &Cow<'_, str>| if let Cow::Owned(text) = it { text.len() } else { 0 };
    let mut cost = Cost { nodes: 1, bytes: 0, depth: 0 };
    let mut add = |inner: Cost| {
        cost.nodes = cost.nodes.saturating_add(inner.nodes);
        cost.bytes = cost.bytes.saturating_add(inner.bytes);
        cost.depth = cost.depth.max(inner.depth + 1);
    };
    match &node.value {
        Value::Array(items) => {
            add(Cost::default());
            for item in items {
                add(cost_of(item));
            }
        }
        Value::Object(members) => {
            add(Cost::default());
            for member in members {
                add(Cost { bytes: text(&member.key), ..Cost::default() });
                add(cost_of(&member.value));
            }
        }
        Value::String(value) | Value::Number(value) => cost.bytes = text(value),
        Value::Null | Value::Bool(_) => {}
    }
    cost
}
