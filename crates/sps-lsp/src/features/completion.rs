//! Completion: keys, words, labels and sources of secrets, also in a text that is broken.

mod level;
mod values;

use lsp_types::{
    CompletionItem, CompletionItemKind, CompletionTextEdit, Documentation, MarkupContent,
    MarkupKind, TextEdit,
};
use sps_model::{
    EndpointInfo, shape,
    validate::{Kind, Span, Version, is_secret_name},
};

use super::hover::documented;
use crate::{
    loose::{self, Member, Name, Node, Step, Value},
    place::{Endpoints, Place},
    skeleton::{self, quoted, word},
    text::Text,
};

/// A letter that no text has: it takes the place of what is about to be typed.
const MARK: char = '\u{f8ff}';

/// What completion looks at.
pub(crate) struct Request<'r> {
    pub(crate) text: &'r Text,
    pub(crate) is_yaml: bool,
    pub(crate) offset: usize,
    pub(crate) endpoint: &'static EndpointInfo,
    pub(crate) endpoints: Endpoints<'r>,
    pub(crate) version: Option<Version>,
    /// The objects of the collection at a path.
    pub(crate) labels: &'r dyn Fn(&str) -> Vec<Named>,
    /// What the file says that its object is called.
    pub(crate) name: Option<&'r str>,
    /// A whole body to start from, as JSON.
    pub(crate) template: &'r dyn Fn(&'static EndpointInfo) -> Option<String>,
    /// What the documentation says about the value at a pointer without indexes.
    pub(crate) docs: &'r dyn Fn(&'static EndpointInfo, &str) -> Option<String>,
}

/// An object that references may name.
pub(crate) struct Named {
    pub(crate) name: String,
    /// The name as a reference writes it.
    pub(crate) written: String,
}

/// The place where something is typed.
struct Cursor<'n> {
    /// The way to the object, list or value at hand.
    way: Vec<Step<'n>>,
    /// What is typed, in the text without the mark.
    typed: Span,
    what: What<'n>,
}

enum What<'n> {
    /// A key of this object.
    Key { owner: &'n Node, member: &'n Member },
    /// A value.
    Value(&'n Node),
}

impl Request<'_> {
    /// The items for this place, the likely ones first.
    pub(crate) fn items(&self) -> Vec<CompletionItem> {
        let items = self.items_here();
        if items.is_empty() { self.items_of_level_above().unwrap_or_default() } else { items }
    }

    fn items_here(&self) -> Vec<CompletionItem> {
        let content = self.text.content();
        if content.trim().is_empty() {
            return self.whole().into_iter().collect();
        }
        let (before, after) = content.split_at(self.offset);
        // Right behind a colon, YAML wants a space before a value.
        let gap = if self.is_yaml && before.ends_with(':') { " " } else { "" };
        let marked = format!("{before}{gap}{MARK}{after}");
        let root = loose::read(&marked, self.is_yaml);
        let Some(cursor) = self.find(&root, gap.len() + MARK.len_utf8()) else { return Vec::new() };
        // Right behind a closed quote nothing is typed, and a text of several lines is not replaced.
        let typed = cursor.typed.of(content).unwrap_or_default();
        let closes = |text: &str| text.trim_end_matches(' ').ends_with(['"', '\'']);
        let is_behind_quote = closes(&before[..cursor.typed.start])
            || (typed.len() > 1 && cursor.typed.end == self.offset && closes(typed));
        if is_behind_quote || typed.contains(['\n', '\r']) {
            return Vec::new();
        }
        // A file has one body.
        if cursor.way.is_empty()
            && matches!(cursor.what, What::Value(_))
            && !content.replacen(typed, "", 1).trim().is_empty()
            && !self.is_yaml
        {
            return Vec::new();
        }
        let mut items = match cursor.what {
            What::Key { owner, member } => self.keys(&cursor, owner, member),
            What::Value(node) => self.values(&cursor, node),
        };
        for (number, item) in items.iter_mut().enumerate() {
            // Without it, editors sort by the alphabet.
            item.sort_text.get_or_insert_with(|| format!("{number:05}"));
        }
        items
    }

    /// The whole body, for a file without one.
    fn whole(&self) -> Option<CompletionItem> {
        let mut template = (self.template)(self.endpoint)?;
        let member = shape::label_member(Place::of(self.endpoint).kind);
        if let Some((name, member)) = self.name.zip(member)
            && let Some(span) = loose::read(&template, false).get(member).map(|it| it.span)
        {
            // Another name than that of the file would be a mistake.
            let name = serde_json::Value::from(name).to_string();
            template.replace_range(span.start..span.end, &name);
        }
        let root = loose::read(&template, false);
        let body =
            skeleton::of_template(&template, &root, Place::of(self.endpoint), self.endpoints);
        let unit = self.unit();
        let text = if self.is_yaml { body.yaml_body(&unit) } else { body.json("", &unit) + "\n" };
        let range = Span::new(0, self.text.content().len());
        let mut item = self.item(self.endpoint.path, CompletionItemKind::FILE, range, text);
        item.filter_text = None;
        item.detail = Some("a whole body to start from".to_owned());
        Some(item)
    }

    fn item(
        &self,
        label: &str,
        kind: CompletionItemKind,
        span: Span,
        new: String,
    ) -> CompletionItem {
        let edit = TextEdit { range: self.text.range(span), new_text: new };
        CompletionItem {
            label: label.to_owned(),
            kind: Some(kind),
            // Editors compare with what is in the range, quotes included.
            filter_text: Some(edit.new_text.lines().next().unwrap_or_default().to_owned()),
            text_edit: Some(CompletionTextEdit::Edit(edit)),
            ..CompletionItem::default()
        }
    }
}

/// Keys.
impl Request<'_> {
    /// The keys that an object still lacks, required ones first.
    fn keys(&self, cursor: &Cursor<'_>, owner: &Node, member: &Member) -> Vec<CompletionItem> {
        let place = self.place(&cursor.way);
        let rest: Vec<_> = owner.members().iter().filter(|it| !std::ptr::eq(*it, member)).collect();
        let is_there = |key: &str| rest.iter().any(|it| it.key == key);
        let (endpoint, way) = documented(self.endpoint, &cursor.way, self.endpoints);
        let keys = place.keys(owner, self.version).into_iter().filter(|it| !is_there(it.name));
        let keys = keys.map(|key| {
            let value = if key.is_tag {
                let first = place.variants().first().copied().unwrap_or_default();
                skeleton::Skeleton::Text(first.to_owned())
            } else {
                skeleton::of(key.kind, self.version)
            };
            let mut item = self.key(cursor, owner, member.has_colon, key.name, &value);
            let rank = u8::from(!key.is_required);
            item.sort_text = Some(format!("{rank}{}", key.name));
            item.detail = Some(if key.is_required { "required" } else { "optional" }.to_owned());
            let docs = (self.docs)(endpoint, &format!("{way}/{}", key.name));
            item.documentation = docs.map(|value| {
                Documentation::MarkupContent(MarkupContent { kind: MarkupKind::Markdown, value })
            });
            item
        });
        // An object that is not closed has taken the members of the next lines in.
        let is_first = rest.iter().all(|it| it.key_span.start > cursor.typed.start);
        let notations = Self::notations(place, &cursor.way).into_iter().filter(|_| is_first);
        let notations = notations.map(|it| self.notation_key(cursor, owner, member.has_colon, it));
        keys.chain(notations).collect()
    }

    fn key(
        &self,
        cursor: &Cursor<'_>,
        owner: &Node,
        has_colon: bool,
        name: &str,
        value: &skeleton::Skeleton,
    ) -> CompletionItem {
        let content = self.text.content();
        let typed = cursor.typed;
        let is_flow = owner.is_flow || !self.is_yaml;
        let is_quoted = content[typed.start..].starts_with(['"', '\'']);
        let key = if is_flow && !self.is_yaml || is_quoted { quoted(name) } else { word(name) };
        let (indent, unit) = (self.indent(typed.start), self.unit());
        let mut new = key;
        if !has_colon && is_flow {
            let before = &content[self.line_start(typed.start)..typed.start];
            let is_alone = before.trim().is_empty() && !before.is_empty();
            let value = if is_alone { value.json(&indent, &unit) } else { value.in_line() };
            new = format!("{new}: {value}");
        } else if !has_colon {
            new = format!("{new}:{}", value.yaml(&indent, &unit));
        }
        let after = content[typed.end..].trim_start();
        if is_flow
            && !has_colon
            && !self.is_open(owner, typed)
            && !after.is_empty()
            && !after.starts_with([',', '}', ']', ':', '#'])
        {
            new.push(',');
            new.extend((!content[typed.end..].starts_with(char::is_whitespace)).then_some(' '));
        }
        let mut item = self.item(name, CompletionItemKind::PROPERTY, typed, new);
        if is_flow {
            item.additional_text_edits = self.comma(typed.start).map(|it| vec![it]);
        }
        item
    }

    /// The key of a notation, which is the only one of its object.
    fn notation_key(
        &self,
        cursor: &Cursor<'_>,
        owner: &Node,
        has_colon: bool,
        (key, text): (&str, &str),
    ) -> CompletionItem {
        let value = skeleton::Skeleton::Plain(text.to_owned());
        let mut item = self.key(cursor, owner, has_colon, key, &value);
        if self.is_open(owner, cursor.typed)
            && !has_colon
            && let Some(CompletionTextEdit::Edit(edit)) = &mut item.text_edit
        {
            let after = self.text.content()[cursor.typed.end..].trim_start();
            edit.new_text.push('}');
            edit.new_text.extend((!self.is_yaml && after.starts_with('"')).then_some(','));
        }
        item
    }

    /// Whether an object starts in the line of a place, and the line ends there.
    fn is_open(&self, owner: &Node, place: Span) -> bool {
        let rest = self.text.content()[place.end..].lines().next().unwrap_or_default();
        owner.is_flow && owner.span.start >= self.line_start(place.start) && rest.trim().is_empty()
    }

    /// The comma that is missing behind the member before.
    fn comma(&self, start: usize) -> Option<TextEdit> {
        let before = self.text.content()[..start].trim_end();
        if before.is_empty() || before.ends_with(['{', ',', '[', ':']) {
            return None;
        }
        let range = self.text.range(Span::at(before.len()));
        Some(TextEdit { range, new_text: ",".to_owned() })
    }

    /// The notations that may be in place of a value, each with what it takes.
    fn notations(place: Place, way: &[Step<'_>]) -> Vec<(&'static str, &'static str)> {
        let secret = ("$secret", "\"env:NAME\"");
        match place.kind.peeled() {
            Kind::Reference(target) if target.path.ends_with("/passwords") => {
                vec![secret, ("$new", "{\"plain\": {\"$secret\": \"env:NAME\"}}")]
            }
            Kind::Reference(target) if target.single_use => {
                vec![("$new", "{}"), ("$secret", "\"keep\"")]
            }
            Kind::Reference(_) => vec![("$ref", "\"\"")],
            Kind::Secret => vec![secret],
            Kind::String | Kind::Any => {
                let key = way.iter().rev().find_map(|step| match step.name {
                    Name::Key(member) => Some(member.key.as_str()),
                    Name::Index(_) => None,
                });
                if key.is_some_and(is_secret_name) { vec![secret] } else { vec![("$file", "\"\"")] }
            }
            _ => Vec::new(),
        }
    }
}

/// Places.
impl Request<'_> {
    /// Finds the mark, which made the text so much longer.
    fn find<'n>(&self, root: &'n Node, added: usize) -> Option<Cursor<'n>> {
        let mut way = Vec::new();
        let what = search(root, &mut way)?;
        let marked = match what {
            What::Key { member, .. } => member.key_span,
            What::Value(node) => node.span,
        };
        let mut end = marked.end.saturating_sub(added).max(self.offset);
        // A string that does not end has taken other members in.
        if !self.is_closed(Span::new(marked.start.min(self.offset), end)) {
            let rest = &self.text.content()[self.offset..end];
            let rest = rest.strip_suffix(['"', '\'']).unwrap_or(rest);
            if !rest.chars().all(|it| it.is_alphanumeric() || "_-./%:".contains(it)) {
                end = self.offset;
            }
        }
        Some(Cursor { way, typed: Span::new(marked.start.min(self.offset), end), what })
    }

    /// Whether a text is in quotes, and what follows is what may follow a text in quotes.
    fn is_closed(&self, span: Span) -> bool {
        let text = span.of(self.text.content()).unwrap_or_default();
        let quote = text.chars().next().filter(|it| matches!(it, '"' | '\''));
        let after = self.text.content()[span.end..].trim_start_matches([' ', '\t']);
        quote.is_some_and(|it| text.len() > 1 && text.ends_with(it) && self.offset < span.end)
            && (after.is_empty() || after.starts_with([',', '}', ']', ':', '\r', '\n', '#']))
    }

    fn place(&self, way: &[Step<'_>]) -> Place {
        Place::of(self.endpoint).at(way, self.endpoints)
    }

    fn line_start(&self, offset: usize) -> usize {
        self.text.content()[..offset].rfind('\n').map_or(0, |at| at + 1)
    }

    /// Whether nothing but spaces and dashes is before a place in its line.
    fn is_alone(&self, offset: usize) -> bool {
        let before = &self.text.content()[self.line_start(offset)..offset];
        before.chars().all(|it| it == ' ' || it == '-')
    }

    /// The white space that lines below a place start with.
    fn indent(&self, offset: usize) -> String {
        let before = &self.text.content()[self.line_start(offset)..offset];
        let length =
            before.find(|it: char| !it.is_whitespace() && it != '-').unwrap_or(before.len());
        // A dash is as wide as a space.
        before[..length].replace('-', " ")
    }

    /// One level of indentation, as the file has it.
    fn unit(&self) -> String {
        let lines = self.text.content().lines();
        let indented = lines.filter(|it| !it.trim().is_empty() && it.starts_with([' ', '\t']));
        let shortest =
            indented.map(|it| &it[..it.len() - it.trim_start().len()]).min_by_key(|it| it.len());
        match shortest {
            Some(unit) if !(self.is_yaml && unit.contains('\t')) => unit.to_owned(),
            _ => "  ".to_owned(),
        }
    }
}

/// Finds the mark in a structure.
fn search<'n>(node: &'n Node, way: &mut Vec<Step<'n>>) -> Option<What<'n>> {
    let depth = way.len();
    match &node.value {
        Value::Scalar(text) => text.contains(MARK).then_some(What::Value(node)),
        Value::Missing => None,
        Value::List(items) => items.iter().enumerate().find_map(|(index, item)| {
            way.truncate(depth);
            way.push(Step { owner: node, name: Name::Index(index), node: item });
            search(item, way)
        }),
        Value::Object(members) => members.iter().find_map(|member| {
            way.truncate(depth);
            if member.key.contains(MARK) {
                return Some(What::Key { owner: node, member });
            }
            way.push(Step { owner: node, name: Name::Key(member), node: &member.value });
            search(&member.value, way)
        }),
    }
}
