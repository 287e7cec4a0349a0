//! Lints on what endpoints reach: every type is used, and only where its form allows.

use std::collections::HashSet;

use super::{Lint, place_of};
use crate::types::{Field, FieldType, Form, TypeDef};

impl<'a> Lint<'a> {
    pub(super) fn reach(&mut self) {
        let mut requests = HashSet::new();
        let mut responses = HashSet::new();
        let sent: fn(&Field) -> bool = |field| !field.response_only;
        let received: fn(&Field) -> bool = |field| !field.request_only;
        for it in &self.spec.endpoints {
            let sides = [
                ("request", &it.request, sent, &mut requests),
                ("response", &it.response, received, &mut responses),
            ];
            for (key, name, holds, seen) in sides {
                let Some(name) = name else { continue };
                // `body` stands for both; the place falls back to the endpoint where neither is written.
                let key = if it.request == it.response { "body" } else { key };
                if self.type_def(name).is_some() {
                    self.visit(name, holds, seen);
                } else {
                    let near = self.near_type(name);
                    self.error(
                        &it.file,
                        &format!("endpoint.{key}"),
                        format!("unknown type `{name}`{near}"),
                    );
                }
            }
        }
        let mut types: Vec<_> = self.types.values().copied().collect();
        types.sort_by_key(|(_, def)| def.name());
        for (file, def) in types {
            let (sent, received) = (requests.contains(def.name()), responses.contains(def.name()));
            let form = if let TypeDef::Struct(it) = def { it.form } else { Form::Both };
            let message = match (sent, received, form) {
                (false, false, _) => format!("no endpoint reaches `{}`", def.name()),
                (true, _, Form::Response) => {
                    format!("`{}` is only received, but a request holds it", def.name())
                }
                (_, true, Form::Request) => {
                    format!("`{}` is only sent, but a response holds it", def.name())
                }
                _ => continue,
            };
            self.error(file, &place_of(def), message);
        }
    }

    /// Adds a type and all that it holds, through the members that `holds` lets pass.
    fn visit(&self, name: &'a str, holds: fn(&Field) -> bool, seen: &mut HashSet<&'a str>) {
        if !seen.insert(name) {
            return;
        }
        let types: Vec<&'a FieldType> = match self.type_def(name) {
            Some(TypeDef::Struct(it)) => {
                it.fields.iter().filter(|field| holds(field)).map(|field| &field.ty).collect()
            }
            Some(TypeDef::Union(it)) => it
                .variants
                .iter()
                .filter_map(|variant| variant.payload.as_ref())
                .map(|payload| &payload.ty)
                .collect(),
            Some(TypeDef::Enum(_)) | None => Vec::new(),
        };
        for ty in types {
            if let FieldType::Named(name) = ty.leaf() {
                self.visit(name, holds, seen);
            }
        }
    }
}
