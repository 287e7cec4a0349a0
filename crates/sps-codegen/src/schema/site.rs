//! What a file of a tree of configuration may have in place of a value.
//!
//! A notation is an object with one key. Where several fit, they are the members of one object that has exactly one of them,
//! so that an editor offers each with its own description.

use std::mem;

use sps_spec::Endpoint;

use super::{
    bare,
    notation::{
        KEY, NAME, before, file, has_names, is_secret_name, kept, notation, one_of_these,
        plain_names, reference, secret_names, short, source, with_a_value,
    },
    object::{Object, any_of, strings},
    types::{Types, definition},
    value::Leaf,
};

impl<'a> Types<'a> {
    /// A text; its value may be elsewhere.
    pub(super) fn text_of_site(&mut self, plain: Object, leaf: Leaf<'_>) -> Object {
        let notation = if leaf.is_sensitive || is_secret_name(leaf.name) {
            self.secret()
        } else {
            self.define("text", |_| notation("Text of a file", "$file", file()))
        };
        any_of([plain, notation])
    }

    /// A reference to an object of the endpoint with this path.
    pub(super) fn reference_of_site(&mut self, to: &str, is_nullable: bool) -> Object {
        let path = to.split('#').next().unwrap_or(to);
        let spec = self.spec;
        let target = spec.endpoint(path);
        let notation = match target.filter(|it| it.single_use) {
            Some(target) => self.single_use(target),
            None => self.label(path, target.is_none_or(has_names)),
        };
        let null = is_nullable.then(|| Object::new().with("type", "null"));
        any_of([notation, self.key_of_site()].into_iter().chain(null))
    }

    /// A value whose form no source shows. Where its key sounds like it, it may be a secret.
    pub(super) fn anything_of_site(&mut self, may_be_secret: bool) -> Object {
        let name = self.own_name(if may_be_secret { "anything-secret" } else { "anything" });
        self.define(&name, |types| {
            let mut members = Object::new().with("$ref", reference("^/?(?:[^/%]+/)+", NAME, None));
            if may_be_secret {
                members = members.with("$secret", source(types.is_in_new));
            } else if !types.is_in_new {
                members = members.with("$secret", kept());
            }
            let members = members.with("$file", file());
            let scalar =
                Object::new().with("type", strings(["string", "number", "boolean", "null"]));
            let list = Object::new().with("type", "array").with("items", definition(&name));
            let secret = types.anything_of_site(true);
            let object = Object::new()
                .with("type", "object")
                .with("propertyNames", plain_names(false))
                .with("patternProperties", Object::new().with(&secret_names(), secret))
                .with("additionalProperties", types.anything_of_site(types.is_in_new));
            Object::new()
                .with("title", "Anything")
                .with("description", "No source shows what belongs here.")
                .and(any_of([scalar, list, object, one_of_these(members)]))
        })
    }

    /// The value of a secret, from somewhere else.
    fn secret(&mut self) -> Object {
        let name = self.own_name("secret");
        self.define(&name, |types| notation("Secret", "$secret", source(types.is_in_new)))
    }

    /// A reference by label.
    fn label(&mut self, path: &str, has_names: bool) -> Object {
        let collection = short(path);
        self.define(&format!("reference.{}", collection.replace('/', ".")), |_| {
            let (before, name) = (before(collection), if has_names { NAME } else { KEY });
            let label = reference(&before, name, Some(collection));
            notation(&format!("Reference to an object of {collection}"), "$ref", label)
        })
    }

    /// The reference to an object that serves one user, and is made with it.
    fn single_use(&mut self, target: &'a Endpoint) -> Object {
        let collection = target.short_path();
        let name = self.own_name(&format!("single-use.{}", collection.replace('/', ".")));
        self.define(&name, |types| {
            let mut members = Object::new();
            if collection == "passwords" {
                members = members.with("$secret", source(types.is_in_new));
            } else if !types.is_in_new {
                members = members.with("$secret", kept());
            }
            if !types.is_in_new {
                let text =
                    format!("The body of a new object of `{collection}`, made with this one.");
                let body = types.body_of_new(target);
                let described = Object::new().with("description", text).and(body);
                members = members.with("$new", described.and(with_a_value()));
            }
            let label = reference(&before(collection), KEY, None);
            let title = format!("Reference to an object of {collection}, which serves one user");
            Object::new().with("title", title).and(one_of_these(members.with("$ref", label)))
        })
    }

    /// The body of an object that is made with its user.
    fn body_of_new(&mut self, target: &'a Endpoint) -> Object {
        let was_in_new = mem::replace(&mut self.is_in_new, true);
        let schema = match &target.request {
            Some(of) => {
                let body = self.value_of_body(of);
                bare(self.spec, target, of, body)
            }
            None => Object::new().with("type", "object"),
        };
        self.is_in_new = was_in_new;
        schema
    }

    /// The key of an object, which only one appliance has.
    fn key_of_site(&mut self) -> Object {
        self.define("key", |_| {
            let text = "The key of an object on one appliance. Prefer a label, which each appliance understands: \
                        {\"$ref\": \"COLLECTION/NAME\"}.";
            Object::new()
                .with("title", "Key")
                .with("description", text)
                .with("type", "string")
                .with("maxLength", 64)
                .with("pattern", format!("^{KEY}$"))
        })
    }

    /// The name of a definition that is another one inside of a `$new`.
    pub(super) fn own_name(&self, name: &str) -> String {
        if self.is_in_new { format!("new.{name}") } else { name.to_owned() }
    }
}
