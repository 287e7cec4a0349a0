//! Objects that a document may refer to, from the file of `--resolve`.

use std::{collections::HashMap, fmt, path::Path};

use anyhow::{Result, anyhow, bail};
use sps_model::Secret;
use sps_validate::{
    Limits, Resolver, Use,
    json::{self, Node},
};

use crate::check::read;

/// Known objects.
pub(crate) struct Objects {
    /// The plain text of every object that has one, by path.
    plain: HashMap<String, Option<Secret>>,
}

/// Single-use objects that the documents checked so far use.
#[derive(Debug, Default)]
pub(crate) struct Uses {
    /// First use of each single-use object: the source, and the place as text.
    used: HashMap<String, (String, String)>,
    /// The document that is being checked; its own uses do not count as a second use.
    current: String,
}

impl Objects {
    /// Reads the file: a JSON object from reference path to body.
    ///
    /// # Errors
    /// The file cannot be read, or has another form. Never quotes the file, because it holds passwords.
    pub(crate) fn read(path: &Path) -> Result<Self> {
        let name = path.display();
        let limits = Limits::default().with_bytes(MAX_BYTES).with_keys(usize::MAX);
        let document = read::body(path, &limits)
            .map_err(|error| anyhow!("cannot read the objects in {name}: {}", error.reason))?;
        let positions = document.positions();
        let root = json::scan(&document.text, &limits).map_err(|error| {
            let at = positions.of(error.at());
            anyhow!("{name}:{}:{}: invalid JSON: {error}", at.line, at.column)
        })?;
        let Some(members) = root.members() else {
            bail!("{name}: expected a JSON object from reference path to body, such as {EXAMPLE}");
        };
        let mut plain = HashMap::with_capacity(members.len());
        for member in members {
            let at = positions.of(member.key_span.start);
            if !member.key.starts_with("/api/") {
                bail!(
                    "{name}:{}:{}: expected a key that is the path of an object, such as in {EXAMPLE}",
                    at.line,
                    at.column
                );
            }
            let text = member.value.get("plain").and_then(Node::as_str).map(Secret::from);
            if plain.insert(member.key.to_string(), text).is_some() {
                bail!("{name}:{}:{}: duplicate object", at.line, at.column);
            }
        }
        Ok(Self { plain })
    }

    /// The objects, and which of them earlier documents used.
    pub(crate) fn with_uses<'o>(&'o self, uses: &'o Uses) -> impl Resolver + 'o {
        ObjectsWithUses { objects: self, uses }
    }
}

impl Uses {
    /// Sets the document that is checked now.
    pub(crate) fn begin(&mut self, source: &str) {
        source.clone_into(&mut self.current);
    }

    /// Whether another document before this one used one of these objects.
    pub(crate) fn is_used(&self, references: &[Use]) -> bool {
        references.iter().any(|reference| {
            self.used.get(&reference.path).is_some_and(|(other, _)| *other != self.current)
        })
    }

    /// Records the references of a document, for those after it.
    pub(crate) fn remember(&mut self, references: &[Use]) {
        for reference in references.iter().filter(|reference| reference.single_use) {
            self.used.entry(reference.path.clone()).or_insert_with(|| {
                (self.current.clone(), format!("{} at {}", self.current, reference.pointer))
            });
        }
    }
}

/// More than a million passwords.
const MAX_BYTES: usize = 256 * 1024 * 1024;

const EXAMPLE: &str = r#"{"/api/configuration/passwords/KEY": {"plain": "…"}}"#;

impl Resolver for Objects {
    /// Built-in objects have negative keys, and need not be listed.
    fn exists(&self, path: &str) -> Option<bool> {
        let is_built_in = || path.rsplit('/').next().is_some_and(|key| key.starts_with('-'));
        match self.plain.contains_key(path) {
            false if is_built_in() => None,
            is_listed => Some(is_listed),
        }
    }

    fn plain(&self, path: &str) -> Option<&str> {
        self.plain.get(path)?.as_ref().map(Secret::expose)
    }

    /// Unknown without the other documents.
    fn used_by(&self, _: &str) -> Option<&str> {
        None
    }
}

struct ObjectsWithUses<'o> {
    objects: &'o Objects,
    uses: &'o Uses,
}

impl Resolver for ObjectsWithUses<'_> {
    fn exists(&self, path: &str) -> Option<bool> {
        self.objects.exists(path)
    }

    fn plain(&self, path: &str) -> Option<&str> {
        self.objects.plain(path)
    }

    fn used_by(&self, path: &str) -> Option<&str> {
        let (source, words) = self.uses.used.get(path)?;
        (*source != self.uses.current).then_some(words)
    }
}

impl fmt::Debug for Objects {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Objects").field("number", &self.plain.len()).finish_non_exhaustive()
    }
}
