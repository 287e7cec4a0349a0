//! Everything that values at one place have in common. No value itself is kept, but for words that were asked for.

use std::sync::LazyLock;

use serde_json::{Map, Value};
use sps_model::validate::{format::Format, is_like_a_key, json::unescape_pointer_segment};
use sps_spec::ORDER;

/// Formats that a string has only on purpose.
const FORMATS: [Format; 6] = [
    Format::PemCertificate,
    Format::Uuid,
    Format::IpNetwork,
    Format::IpAddress,
    Format::Url,
    Format::DateTime,
];

/// The longest string that counts as a word.
const MAX_WORD_CHARS: usize = 40;

/// What was seen at one place.
#[derive(Debug, Clone, Default)]
pub(super) struct Seen {
    count: usize,
    pub(super) nulls: usize,
    bools: usize,
    integers: usize,
    fractions: usize,
    strings: usize,
    /// How many strings have each of [`FORMATS`].
    formatted: [usize; FORMATS.len()],
    pub(super) references: usize,
    /// Targets of references; empty for one whose link does not fit its key.
    pub(super) targets: Vec<String>,
    /// Values of an enum, in the order of their first appearance.
    pub(super) words: Vec<String>,
    lists: usize,
    maps: usize,
    ordered: usize,
    /// Values of elements of lists and maps.
    element: Option<Box<Self>>,
    objects: usize,
    /// Objects without members: of a map, or of a type whose members are all optional.
    empties: usize,
    members: Vec<(String, Self)>,
    /// For each value of `selection` the values of `value` beside it.
    variants: Vec<(String, Self)>,
}

/// An element that no list had.
static NOTHING: LazyLock<Seen> = LazyLock::new(Seen::default);

/// What is at a place, as far as values show it.
pub(super) enum Form<'s> {
    Bool,
    Int,
    Number,
    String(Option<&'static str>),
    Words(&'s [String]),
    Reference(&'s str),
    List(&'s Seen),
    Map(&'s Seen),
    Ordered(&'s Seen),
    Union(&'s [(String, Seen)]),
    Struct(&'s [(String, Seen)]),
    /// Nothing but null, or different types.
    Any,
}

/// A pointer whose segments for elements fit any element.
#[derive(Debug, Clone)]
pub(super) struct Pattern(Vec<String>);

impl Pattern {
    pub(super) fn new(pointer: &str) -> Self {
        let segments = pointer.split('/').skip(1);
        Self(segments.map(|it| unescape_pointer_segment(it).into_owned()).collect())
    }

    /// The patterns below a member.
    fn below(patterns: &[Self], key: Option<&str>) -> Vec<Self> {
        let rest = patterns.iter().filter_map(|pattern| {
            let (first, rest) = pattern.0.split_first()?;
            key.is_none_or(|key| key == first).then(|| Self(rest.to_vec()))
        });
        rest.collect()
    }

    fn ends(patterns: &[Self]) -> bool {
        patterns.iter().any(|it| it.0.is_empty())
    }
}

impl Seen {
    pub(super) fn count(&self) -> usize {
        self.count
    }

    /// Whether nothing but null, or nothing at all, was here.
    pub(super) fn is_absent(&self) -> bool {
        matches!(self.form(), Form::Any)
            && [self.bools, self.strings, self.integers, self.fractions, self.references]
                .iter()
                .chain(&[self.lists, self.maps, self.ordered, self.objects, self.empties])
                .all(|it| *it == 0)
    }

    /// Whether the type, or that of the elements, is one with a name.
    pub(super) fn has_own_type(&self) -> bool {
        match self.form() {
            Form::Words(_) | Form::Union(_) | Form::Struct([_, ..]) => true,
            Form::List(inner) | Form::Map(inner) | Form::Ordered(inner) => inner.has_own_type(),
            _ => false,
        }
    }

    /// Whether objects that were seen always had the member.
    pub(super) fn is_always_in(&self, objects: usize) -> bool {
        self.count == objects
    }

    pub(super) fn object_count(&self) -> usize {
        self.objects + self.empties
    }

    pub(super) fn add(&mut self, value: &Value, words: &[Pattern]) {
        self.count += 1;
        match value {
            Value::Null => self.nulls += 1,
            Value::Bool(_) => self.bools += 1,
            Value::Number(number) if number.is_f64() => self.fractions += 1,
            Value::Number(_) => self.integers += 1,
            Value::String(text) => self.string(text, Pattern::ends(words)),
            Value::Array(items) => {
                self.lists += 1;
                self.elements(items, words);
            }
            Value::Object(members) => match reference(value) {
                Some(target) => {
                    self.references += 1;
                    if !self.targets.contains(&target) {
                        self.targets.push(target);
                    }
                }
                None => self.object(members, words),
            },
        }
    }

    fn string(&mut self, text: &str, is_word: bool) {
        self.strings += 1;
        for (format, count) in FORMATS.iter().zip(&mut self.formatted) {
            *count += usize::from(format.check(text).is_ok());
        }
        if is_word && is_plain(text) && !self.words.iter().any(|it| it == text) {
            self.words.push(text.to_owned());
        } else if is_word && !is_plain(text) {
            // A text among words: then none of them is an enum.
            self.words.clear();
            self.words.push(String::new());
        }
    }

    fn elements<'v>(&mut self, items: impl IntoIterator<Item = &'v Value>, words: &[Pattern]) {
        let words = Pattern::below(words, None);
        for item in items {
            self.element.get_or_insert_default().add(item, &words);
        }
    }

    fn object(&mut self, members: &Map<String, Value>, words: &[Pattern]) {
        if members.get(ORDER).is_some_and(Value::is_array) {
            self.ordered += 1;
            let items = members.iter().filter(|(key, _)| *key != ORDER).map(|(_, value)| value);
            return self.elements(items, words);
        }
        if is_map(members) {
            self.maps += 1;
            return self.elements(members.values(), words);
        }
        if members.is_empty() {
            self.empties += 1;
            return;
        }
        self.objects += 1;
        let tag = members.get("selection").and_then(Value::as_str).filter(|it| is_plain(it));
        if let Some(tag) = tag {
            let content = entry(&mut self.variants, tag);
            match members.get("value") {
                Some(value) => content.add(value, &Pattern::below(words, Some("value"))),
                None => content.count += 1,
            }
        }
        for (key, value) in members {
            let mut below = Pattern::below(words, Some(key));
            if key == "selection" {
                below.push(Pattern(Vec::new()));
            }
            entry(&mut self.members, key).add(value, &below);
        }
    }

    pub(super) fn form(&self) -> Form<'_> {
        let lists = self.lists;
        let kinds = [
            self.bools,
            self.integers + self.fractions,
            self.strings,
            self.references,
            lists,
            self.maps,
            self.ordered,
            self.objects,
        ];
        let element = self.element.as_deref().unwrap_or(&NOTHING);
        // Nothing but empty objects, or one among values of another type.
        if self.empties > 0 && self.objects + self.maps + self.ordered == 0 {
            return Form::Any;
        }
        match kinds.map(|it| it > 0) {
            [true, false, false, false, false, false, false, false] => Form::Bool,
            [false, true, false, false, false, false, false, false] => {
                if self.fractions > 0 {
                    Form::Number
                } else {
                    Form::Int
                }
            }
            [false, false, true, false, false, false, false, false] => self.text(),
            [false, false, false, true, false, false, false, false] => match &self.targets[..] {
                [target] if !target.is_empty() => Form::Reference(target),
                _ => Form::Any,
            },
            [false, false, false, false, true, false, false, false] => Form::List(element),
            [false, false, false, false, false, true, false, false] => Form::Map(element),
            // An ordered map without members may look like a map without order elsewhere.
            [false, false, false, false, false, _, true, false] => Form::Ordered(element),
            [false, false, false, false, false, false, false, true] => self.structure(),
            _ => Form::Any,
        }
    }

    fn structure(&self) -> Form<'_> {
        let is_part = |key: &str| matches!(key, "selection" | "value");
        let has = |key: &str| self.members.iter().any(|(name, _)| name == key);
        let is_tagged = self.variants.iter().map(|(_, it)| it.count).sum::<usize>() == self.objects;
        if has("value") && is_tagged && self.members.iter().all(|(key, _)| is_part(key)) {
            return Form::Union(&self.variants);
        }
        Form::Struct(&self.members)
    }

    fn text(&self) -> Form<'_> {
        if !self.words.is_empty() && !self.words.iter().any(String::is_empty) {
            return Form::Words(&self.words);
        }
        let certain = self.formatted.iter().position(|count| *count == self.strings);
        Form::String(certain.and_then(|at| FORMATS.get(at)).map(|format| format.code()))
    }
}

fn entry<'m>(members: &'m mut Vec<(String, Seen)>, key: &str) -> &'m mut Seen {
    let at = members.iter().position(|(name, _)| name == key).unwrap_or_else(|| {
        members.push((key.to_owned(), Seen::default()));
        members.len() - 1
    });
    &mut members[at].1
}

/// Whether a string may be a word of the API, and is not an address, a host name or an ID. A short word such as `2c` has the
/// form of an ID too.
fn is_plain(text: &str) -> bool {
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    !text.is_empty()
        && text.len() <= MAX_WORD_CHARS
        && text.chars().all(fits)
        && !(is_like_a_key(text) && text.len() > 4)
}

/// Whether the keys of an object are not names of members: IDs, or texts that no API has as a name.
fn is_map(members: &Map<String, Value>) -> bool {
    let is_name = |key: &str| {
        key.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
            && key.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'))
    };
    // A short word such as `add` has letters that are hexadecimal digits too, but no digit.
    !members.is_empty()
        && members.keys().any(|key| !is_name(key) || is_like_a_key(key) && key.len() > 8)
}

/// The target of a value that is a reference by its form; empty if its link does not fit its key.
pub(super) fn reference(value: &Value) -> Option<String> {
    let members = value.as_object()?;
    let key = members.get("key")?.as_str()?;
    let href = members.get("meta")?.get("href")?.as_str()?;
    if !members.keys().all(|name| matches!(&**name, "key" | "meta" | "body")) {
        return None;
    }
    let (path, part) = href.split_once('#').map_or((href, None), |(path, part)| (path, Some(part)));
    let first = if part.is_some() { key.split('.').next().unwrap_or(key) } else { key };
    let collection = path.strip_suffix(first).and_then(|path| path.strip_suffix('/'));
    // A part of the path that has the form of an ID is the key of an object.
    let collection = collection.filter(|it| {
        let place = it.strip_prefix("/api/");
        place.is_some_and(|it| super::is_place(it) && !it.split('/').any(is_like_a_key))
    });
    // `nic1.interfaces.ID.addresses.NUMBER` is one of `interfaces/addresses`.
    let names: Vec<&str> = key.split('.').skip(1).step_by(2).collect();
    let collection = collection.unwrap_or_default();
    Some(match part {
        Some(_) if !names.is_empty() && !collection.is_empty() => {
            format!("{collection}#{}", names.join("/"))
        }
        _ => collection.to_owned(),
    })
}
