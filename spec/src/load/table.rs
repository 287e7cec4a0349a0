//! Reading of TOML tables by asking for keys: what was never asked for is unknown.

use std::{cell::RefCell, ops::Range};

use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use crate::error::{Error, did_you_mean};

/// The file that is being read, and the mistakes found in it so far.
#[derive(Debug)]
pub(crate) struct Context<'t> {
    pub(crate) file: &'t str,
    pub(crate) text: &'t str,
    pub(crate) errors: RefCell<Vec<Error>>,
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

    /// A string that says something.
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

    pub(crate) fn list(&self) -> Option<Vec<Self>> {
        let Some(array) = self.get().as_array() else {
            self.wrong("a list");
            return None;
        };
        Some(array.iter().map(|spanned| Self { cx: self.cx, spanned }).collect())
    }

    /// As a table, called `what` in messages.
    pub(crate) fn table(&self, what: &'static str) -> Option<Table<'t>> {
        let Some(entries) = self.get().as_table() else {
            self.wrong(&format!("a table: {what}"));
            return None;
        };
        Some(Table { cx: self.cx, entries, span: self.span(), what, asked: RefCell::default() })
    }

    /// One word out of a fixed list.
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
            self.report(format!("unknown word `{text}`{hint}"));
        }
        found
    }
}

/// One key with its value.
#[derive(Debug, Clone)]
pub(crate) struct Entry<'t> {
    pub(crate) key: &'t str,
    pub(crate) key_span: Range<usize>,
    pub(crate) value: Value<'t>,
}

/// A table that notes which keys it was asked for.
#[derive(Debug)]
pub(crate) struct Table<'t> {
    cx: &'t Context<'t>,
    entries: &'t DeTable<'t>,
    span: Range<usize>,
    what: &'static str,
    asked: RefCell<Vec<&'static str>>,
}

impl<'t> Table<'t> {
    /// The whole document.
    pub(crate) fn root(cx: &'t Context<'t>, root: &'t Spanned<DeTable<'t>>) -> Self {
        Self { cx, entries: root.get_ref(), span: 0..0, what: "file", asked: RefCell::default() }
    }

    pub(crate) fn report(&self, message: impl Into<String>) {
        self.cx.report(&self.span, message);
    }

    /// All entries in file order. Their keys count as asked for: they are names, not words of the form.
    pub(crate) fn entries(&self) -> Vec<Entry<'t>> {
        let mut entries: Vec<_> = self
            .entries
            .iter()
            .map(|(key, spanned)| Entry {
                key: key.get_ref(),
                key_span: key.span(),
                value: Value { cx: self.cx, spanned },
            })
            .collect();
        entries.sort_by_key(|entry| entry.key_span.start);
        entries
    }

    pub(crate) fn get(&self, key: &'static str) -> Option<Value<'t>> {
        self.asked.borrow_mut().push(key);
        self.entries.get(key).map(|spanned| Value { cx: self.cx, spanned })
    }

    pub(crate) fn need(&self, key: &'static str) -> Option<Value<'t>> {
        let value = self.get(key);
        if value.is_none() {
            self.report(format!("this {} needs `{key}`", self.what));
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

    pub(crate) fn int(&self, key: &'static str) -> Option<i64> {
        self.get(key)?.int()
    }

    pub(crate) fn uint(&self, key: &'static str) -> Option<u64> {
        self.get(key)?.uint()
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

    pub(crate) fn need_word<T: Copy>(
        &self,
        key: &'static str,
        words: &[(&'static str, T)],
    ) -> Option<T> {
        self.need(key)?.word(words)
    }

    pub(crate) fn words<T: Copy>(&self, key: &'static str, words: &[(&'static str, T)]) -> Vec<T> {
        let list = self.get(key).and_then(|value| value.list()).unwrap_or_default();
        list.iter().filter_map(|value| value.word(words)).collect()
    }

    /// The entries of a table of names, such as `[type.X.field]`.
    pub(crate) fn named(&self, key: &'static str, what: &'static str) -> Vec<Entry<'t>> {
        let table = self.get(key).and_then(|value| value.table(what));
        table.map(|table| table.entries()).unwrap_or_default()
    }

    /// The elements of an array of tables, such as `[[rule]]`.
    pub(crate) fn tables(&self, key: &'static str, what: &'static str) -> Vec<Self> {
        let list = self.get(key).and_then(|value| value.list()).unwrap_or_default();
        list.iter().filter_map(|value| value.table(what)).collect()
    }

    /// Reports every key that nothing asked for.
    pub(crate) fn finish(self) {
        let mut asked = self.asked.into_inner();
        asked.sort_unstable();
        asked.dedup();
        for (key, _) in self.entries {
            let name: &str = key.get_ref();
            if !asked.contains(&name) {
                let near = did_you_mean(name, asked.iter().copied());
                let hint = if near.is_empty() {
                    format!(", known are `{}`", asked.join("`, `"))
                } else {
                    near
                };
                self.cx.report(
                    &key.span(),
                    format!("unknown key `{name}` in this {}{hint}", self.what),
                );
            }
        }
    }
}
