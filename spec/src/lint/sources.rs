//! Lints on sources: every fact names one that exists, and every source is named.

use std::collections::HashSet;

use super::{File, Lint};
use crate::{error::did_you_mean, load::place_of, types::TypeDef};

impl<'a> Lint<'a> {
    pub(super) fn sources(&mut self, file: &File<'a>) {
        let mut used = file.used.clone();
        for def in file.types {
            let place = place_of(def);
            used.push((format!("{place}._.source"), def.source()));
            let members: Vec<(&str, &str)> = match def {
                TypeDef::Struct(it) => {
                    it.fields.iter().map(|it| (&it.name[..], &it.source[..])).collect()
                }
                TypeDef::Union(it) => {
                    it.variants.iter().map(|it| (&it.value[..], &it.source[..])).collect()
                }
                TypeDef::Enum(it) => {
                    it.values.iter().map(|it| (&it.value[..], &it.source[..])).collect()
                }
            };
            used.extend(members.iter().map(|(name, id)| (format!("{place}.{name}.source"), *id)));
        }
        let quirks = file.quirks.iter();
        used.extend(quirks.map(|it| (format!("quirk.{}.source", it.id), &it.source[..])));
        self.check_sources(file.name, &used);
    }

    pub(super) fn protocol(&mut self) {
        self.check_sources("protocol.toml", &self.spec.protocol.named_sources());
    }

    fn check_sources(&mut self, file: &str, used: &[(String, &str)]) {
        let known = self.spec.sources.iter().map(|it| it.id.as_str());
        let mut reported = HashSet::new();
        for (place, id) in used {
            // Members inherit the id of their type: one unknown id is one mistake.
            if !known.clone().any(|it| it == *id) && reported.insert(*id) {
                let near = did_you_mean(id, known.clone());
                let message = format!("`sources.toml` has no source `{id}`{near}");
                self.error(file, place, message);
            }
        }
    }

    /// Checks the sources of the codes, and that nothing in `sources.toml` is left over.
    pub(super) fn unused_sources(&mut self) {
        for it in &self.spec.codes {
            let place = format!("{}.{}.source", it.origin.table(), it.code);
            let used: Vec<_> = it.sources.iter().map(|id| (place.clone(), id.as_str())).collect();
            self.check_sources(self.places.common_file("codes.toml", &place), &used);
        }
        let spec = self.spec;
        let files = spec.endpoints.iter().map(|it| &it.sources);
        let files = files.chain(spec.shared.iter().map(|it| &it.sources));
        let mut named: HashSet<&str> =
            files.chain([&spec.protocol.sources]).flatten().map(|it| it.id.as_str()).collect();
        named.extend(spec.codes.iter().flat_map(|it| &it.sources).map(String::as_str));
        for it in spec.sources.iter().filter(|it| !named.contains(it.id.as_str())) {
            let file = self.places.common_file("sources.toml", &it.id);
            self.leftover(file, &it.id, format!("nothing names the source `{}`", it.id));
        }
    }
}
