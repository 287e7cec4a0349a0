//! Reading of TOML tables by asking for keys. The vocabulary of a table says which keys it may have.

use std::{cell::RefCell, collections::HashMap, ops::Range};

use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use super::Shared;
use crate::{
    error::{Error, did_you_mean},
    format::Format,
    rule::{Condition, Literal},
    syntax::{Marks, Mistake, Names, Parsed, parse},
    vocabulary::Vocabulary,
};

/// The file that is being read, and the mistakes found in it so far.
#[derive(Debug)]
pub(crate) struct Context<'t> {
    pub(crate) file: &'t str,
    pub(crate) text: &'t str,
    /// Definitions of the files that were read before.
    pub(crate) shared: &'t Shared,
    pub(crate) errors: RefCell<Vec<Error>>,
    /// Places of the parts of each condition, by the first byte of its value.
    pub(crate) marks: RefCell<HashMap<usize, Marks>>,
}

impl Context<'_> {
    pub(crate) fn report(&self, span: &Range<usize>, message: impl Into<String>) {
        self.errors.borrow_mut().push(Error::at(self.file, self.text, span, message));
    }
}

/// One value with its place.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Value<'t> {
    cx: &'t Context<'t>,
    spanned: &'t Spanned<DeValue<'t>>,
}

impl<'t> Value<'t> {
    pub(crate) fn span(&self) -> Range<usize> {
        self.spanned.span()
    }

    pub(crate) fn report(&self, message: impl Into<String>) {
        self.cx.report(&self.span(), message);
    }

    pub(crate) fn context(&self) -> &'t Context<'t> {
        self.cx
    }

    pub(crate) fn get(&self) -> &'t DeValue<'t> {
        self.spanned.get_ref()
    }

    pub(crate) fn wrong(&self, expected: &str) {
        self.report(format!("expected {expected}, found {}", self.get().type_str()));
    }

    pub(crate) fn string(&self) -> Option<&'t str> {
        let text = self.get().as_str();
        if text.is_none() {
            self.wrong("a string");
        }
        text
    }

    /// A string that is not blank.
    pub(crate) fn text(&self) -> Option<String> {
        let text = self.string()?;
        if text.trim().is_empty() {
            self.report("this text is empty");
        }
        Some(text.to_owned())
    }

    pub(crate) fn bool(&self) -> Option<bool> {
        let value = self.get().as_bool();
        if value.is_none() {
            self.wrong("true or false");
        }
        value
    }

    pub(crate) fn int(&self) -> Option<i64> {
        let Some(integer) = self.get().as_integer() else {
            self.wrong("a whole number");
            return None;
        };
        let value = i64::from_str_radix(integer.as_str(), integer.radix()).ok();
        if value.is_none() {
            self.report("this number does not fit into 64 bits");
        }
        value
    }

    pub(crate) fn uint(&self) -> Option<u64> {
        let value = u64::try_from(self.int()?).ok();
        if value.is_none() {
            self.report("this number must not be negative");
        }
        value
    }

    pub(crate) fn literal(&self) -> Option<Literal> {
        match self.get() {
            DeValue::Boolean(it) => Some(Literal::Bool(*it)),
            DeValue::String(it) => Some(Literal::Str(it.to_string())),
            DeValue::Integer(_) => self.int().map(Literal::Int),
            _ => {
                self.wrong("true, false, a whole number or a string");
                None
            }
        }
    }

    pub(crate) fn list(&self) -> Option<Vec<Self>> {
        let Some(array) = self.get().as_array() else {
            self.wrong("a list");
            return None;
        };
        Some(array.iter().map(|spanned| Self { cx: self.cx, spanned }).collect())
    }

    /// A string, or a list of them, which is not empty.
    pub(crate) fn one_or_more(&self) -> Vec<Self> {
        if !self.get().is_array() {
            return vec![*self];
        }
        let list = self.list().unwrap_or_default();
        if list.is_empty() {
            self.report("this list is empty");
        }
        list
    }

    pub(crate) fn table(&self, vocabulary: &'static Vocabulary) -> Option<Table<'t>> {
        let Some(entries) = self.get().as_table() else {
            self.wrong(&format!("a table: {}", vocabulary.what));
            return None;
        };
        Some(Table { cx: self.cx, entries, span: self.span(), vocabulary })
    }

    /// The entries of a table whose keys are names, in file order.
    pub(crate) fn entries(&self, what: &str) -> Option<Vec<Entry<'t>>> {
        let Some(entries) = self.get().as_table() else {
            self.wrong(&format!("a table: {what}"));
            return None;
        };
        Some(sorted(self.cx, entries))
    }

    /// One value of a fixed list.
    pub(crate) fn word<T: Copy>(&self, words: &[(&'static str, T)]) -> Option<T> {
        let text = self.string()?;
        let found = words.iter().find(|(word, _)| *word == text).map(|(_, value)| *value);
        if found.is_none() {
            let names: Vec<_> = words.iter().map(|(word, _)| *word).collect();
            let near = did_you_mean(text, names.iter().copied());
            let hint = if near.is_empty() {
                format!(", expected one of `{}`", names.join("`, `"))
            } else {
                near
            };
            self.report(format!("unknown value `{text}`{hint}"));
        }
        found
    }

    pub(crate) fn format(&self) -> Option<Format> {
        self.word(&Format::ALL.map(|format| (format.name(), format)))
    }

    /// Reads a condition, in which `self` is `subject`.
    pub(crate) fn condition(&self, subject: Option<&[String]>) -> Option<Condition> {
        self.condition_with(self.cx.shared, subject)
    }

    /// Reads a condition that may use these names.
    pub(crate) fn condition_with(
        &self,
        names: &Shared,
        subject: Option<&[String]>,
    ) -> Option<Condition> {
        let text = self.string()?;
        let Some(start) = self.content_start() else {
            // Their escapes would move the places of what comes after them.
            self.report("a condition has no TOML escapes: put it in single quotes");
            return None;
        };
        let Shared { charsets, predicates, .. } = names;
        match parse(text, Names { charsets, predicates, subject }) {
            Ok(Parsed { condition, marks }) => {
                self.cx.marks.borrow_mut().insert(self.span().start, marks.shifted(start));
                Some(condition)
            }
            Err(mistake) => {
                self.mistake(mistake);
                None
            }
        }
    }

    /// Reports a mistake inside this string.
    pub(crate) fn mistake(&self, Mistake { range, message }: Mistake) {
        let place = match self.content_start() {
            Some(start) => range.start + start..range.end + start,
            None => self.span(),
        };
        self.cx.report(&place, message);
    }

    /// First byte of the content of this string; none where an escape moves what comes after it.
    fn content_start(&self) -> Option<usize> {
        let (content, span) = (self.get().as_str()?, self.span());
        let raw = self.cx.text.get(span.clone())?;
        let quotes = ["'''\n", "\"\"\"\n", "'''", "\"\"\"", "'", "\""];
        let quote = quotes.into_iter().find(|quote| raw.starts_with(quote))?;
        let start = span.start + quote.len();
        (self.cx.text.get(start..start + content.len())? == content).then_some(start)
    }
}

/// One key with its value.
#[derive(Debug, Clone)]
pub(crate) struct Entry<'t> {
    pub(crate) key: &'t str,
    pub(crate) key_span: Range<usize>,
    pub(crate) value: Value<'t>,
}

fn sorted<'t>(cx: &'t Context<'t>, entries: &'t DeTable<'t>) -> Vec<Entry<'t>> {
    let mut entries: Vec<_> = entries
        .iter()
        .map(|(key, spanned)| Entry {
            key: key.get_ref(),
            key_span: key.span(),
            value: Value { cx, spanned },
        })
        .collect();
    entries.sort_by_key(|entry| entry.key_span.start);
    entries
}

/// A table of fixed keys.
#[derive(Debug)]
pub(crate) struct Table<'t> {
    cx: &'t Context<'t>,
    entries: &'t DeTable<'t>,
    span: Range<usize>,
    vocabulary: &'static Vocabulary,
}

impl<'t> Table<'t> {
    /// The whole document.
    pub(crate) fn root(
        cx: &'t Context<'t>,
        root: &'t Spanned<DeTable<'t>>,
        vocabulary: &'static Vocabulary,
    ) -> Self {
        Self { cx, entries: root.get_ref(), span: 0..0, vocabulary }
    }

    pub(crate) fn report(&self, message: impl Into<String>) {
        self.cx.report(&self.span, message);
    }

    /// All entries in file order.
    pub(crate) fn entries(&self) -> Vec<Entry<'t>> {
        sorted(self.cx, self.entries)
    }

    pub(crate) fn get(&self, key: &'static str) -> Option<Value<'t>> {
        debug_assert!(
            self.vocabulary.key(key).is_some(),
            "`{key}` is not in the vocabulary of a {}",
            self.vocabulary.what
        );
        self.entries.get(key).map(|spanned| Value { cx: self.cx, spanned })
    }

    pub(crate) fn need(&self, key: &'static str) -> Option<Value<'t>> {
        debug_assert!(self.vocabulary.key(key).is_some_and(|key| key.needed), "{key}");
        let value = self.get(key);
        if value.is_none() {
            self.report(format!("this {} needs `{key}`", self.vocabulary.what));
        }
        value
    }

    pub(crate) fn text(&self, key: &'static str) -> Option<String> {
        self.get(key)?.text()
    }

    pub(crate) fn need_text(&self, key: &'static str) -> String {
        self.need(key).and_then(|value| value.text()).unwrap_or_default()
    }

    pub(crate) fn flag(&self, key: &'static str) -> bool {
        self.get(key).and_then(|value| value.bool()).unwrap_or_default()
    }

    pub(crate) fn texts(&self, key: &'static str) -> Option<Vec<String>> {
        Some(self.get(key)?.list()?.iter().filter_map(Value::text).collect())
    }

    pub(crate) fn word<T: Copy>(
        &self,
        key: &'static str,
        words: &[(&'static str, T)],
    ) -> Option<T> {
        self.get(key)?.word(words)
    }

    pub(crate) fn words<T: Copy>(
        &self,
        key: &'static str,
        words: &[(&'static str, T)],
    ) -> Option<Vec<T>> {
        let list = self.get(key)?.list()?;
        Some(list.iter().filter_map(|value| value.word(words)).collect())
    }

    /// The entries of a table of names, such as `[rule]`.
    pub(crate) fn named(&self, key: &'static str) -> Vec<Entry<'t>> {
        self.get(key).and_then(|value| value.entries(key)).unwrap_or_default()
    }

    /// Reports every key that the vocabulary does not have.
    pub(crate) fn finish(self) {
        self.finish_without(|_| false);
    }

    /// Reports every key that neither the vocabulary has nor the author may choose.
    pub(crate) fn finish_without(self, is_name: impl Fn(&str) -> bool) {
        for (key, _) in self.entries {
            let name: &str = key.get_ref();
            if is_name(name) || self.vocabulary.key(name).is_some() {
                continue;
            }
            let near = did_you_mean(name, self.vocabulary.names());
            let hint = if near.is_empty() {
                let mut names: Vec<_> = self.vocabulary.names().collect();
                names.sort_unstable();
                format!(", known are `{}`", names.join("`, `"))
            } else {
                near
            };
            let message = format!("unknown key `{name}` in this {}{hint}", self.vocabulary.what);
            self.cx.report(&key.span(), message);
        }
    }
}
