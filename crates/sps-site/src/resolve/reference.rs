//! References: by label, or by the key of an object on the appliance.

use serde_json::Value;
use sps_model::validate::{Diagnostic, Finding, Kind, Severity, Target, is_like_a_key, json::Node};

use super::{At, Walk, What, collection, example};
use crate::{
    code,
    label::{Label, composed, decode},
    notation::Notation,
    place::{self, has_names},
    problem::error,
};

impl Walk<'_> {
    /// A `$ref`: a whole label, or the part behind the collection that the reference points into.
    pub(super) fn reference(&mut self, at: At<'_>, node: &Node<'_>, text: &str) -> Value {
        let target = match at.kind.peeled() {
            Kind::Reference(target) => Some(target),
            Kind::Any => None,
            _ => {
                let message = "`$ref` belongs only where a reference does".to_owned();
                return self.misplaced(node, message, "write the value itself");
            }
        };
        let places = self.surroundings.places;
        let path = place::plain(text);
        let found = match target {
            Some(target) if !path.contains('/') => {
                let name = decode(path).filter(|name| !name.is_empty());
                let endpoint = places.collection(collection(target));
                name.zip(endpoint).map(|(name, endpoint)| {
                    (Label::of_object(collection(target), &composed(&name)), endpoint)
                })
            }
            _ => places.label(path),
        };
        let Some((label, endpoint)) = found else {
            let shown = if at.is_secret() { "…" } else { path };
            return self.no_label(node, target, shown);
        };
        if label.name().is_none() {
            let message = format!("`{label}` is no object of a collection");
            return self.invalid(node, node.span, message, "name an object with a file of its own");
        }
        if let Some(target) = target.filter(|target| target.path != endpoint.path) {
            let (wanted, found) = (collection(target), label.endpoint());
            let message = format!("an object of `{wanted}` belongs here, not one of `{found}`");
            return self.invalid(node, node.span, message, format!("name an object of `{wanted}`"));
        }
        // The text may be the secret itself, so it is not repeated.
        if !has_names(endpoint) && !label.name().is_some_and(is_like_a_key) {
            let collection = label.endpoint();
            let message = format!("objects of `{collection}` have no names, only keys");
            let notation = if collection == "passwords" { "$secret" } else { "$new" };
            return self.invalid(node, node.span, message, example(notation));
        }
        let has_part = target.is_some_and(|target| target.part.is_some());
        let text = label.to_string();
        self.spot(node, What::Ref { label, endpoint, has_part });
        Notation::Ref(&text).to_value()
    }

    /// A text that is no label.
    fn no_label(&mut self, node: &Node<'_>, target: Option<&'static Target>, path: &str) -> Value {
        let places = self.surroundings.places;
        let (message, help) = match path.rsplit_once('/') {
            Some(_) if places.endpoint(path).is_some() => {
                let help = format!("add the name of an object: \"{path}/NAME\"");
                (format!("`{path}` is a whole collection"), help)
            }
            Some((folder, _)) if places.collection(folder).is_none() => {
                let help = match places.nearest(folder) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => "a label is the path of a collection and the name of an object; a / in a name is written %2F".to_owned(),
                };
                (format!("unknown collection `{folder}`"), help)
            }
            _ => {
                let collection = target.map_or("policies/time_policies", collection);
                let message = match path {
                    "" => "the reference names no object yet".to_owned(),
                    path => format!("`{path}` is no label"),
                };
                (message, format!("write it as \"{collection}/NAME\""))
            }
        };
        self.invalid(node, node.span, message, help)
    }

    /// A text where a reference belongs: the key of an object, which only one appliance has.
    pub(super) fn key(&mut self, target: &'static Target, node: &Node<'_>, key: &str) -> Value {
        if is_like_a_key(key) {
            let label = Label::of_object(collection(target), key);
            let value = Notation::Ref(&label.to_string()).to_value();
            if let Some(endpoint) = self.surroundings.places.collection(collection(target)) {
                let has_part = target.part.is_some();
                self.spot(node, What::Ref { label, endpoint, has_part });
            }
            return value;
        }
        let diagnostic = if target.single_use {
            let finding = Finding::NotAKey { collection: target.path };
            let mut it = Diagnostic::new(finding, Severity::Error, self.pointer.clone(), node.span);
            "write {\"$secret\": \"env:NAME\"}, so that the secret is not in the file"
                .clone_into(&mut it.help);
            it
        } else {
            let message = "a reference is written with the label of its object";
            let help = format!("write {{\"$ref\": \"{}/NAME\"}}", collection(target));
            error(code::BARE_KEY, &self.pointer, node.span, message, help)
        };
        self.resolved.sensitive.push(node.span);
        self.broken(node, diagnostic)
    }
}
