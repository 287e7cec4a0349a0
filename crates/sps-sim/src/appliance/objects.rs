//! Requests to containers, singletons, collections and their objects.

use serde_json::{Value, json};
use sps_spec::{Endpoint, ORDER, Version};

use crate::{
    appliance::{Call, HandlerResult, read::semantic_error},
    body::World as _,
    configuration::{Node, PLUGINS},
    http::{Failure, Response},
    random::{KEY_DIGITS, Random},
    session::Caller,
};

impl Call<'_> {
    /// Lists links to the children of a path.
    pub(crate) fn container(&self) -> Response {
        let children = self.appliance.tree.children(self.path);
        let items = children
            .into_iter()
            .map(|name| json!({"key": name, "meta": {"href": format!("{}/{name}", self.path)}}));
        let items: Vec<_> = items.collect();
        let meta = self.meta(self.view(), self.path);
        Response::json(200, &json!({"items": items, "meta": meta}))
    }

    pub(crate) fn show_singleton(&self, endpoint: &'static Endpoint) -> Response {
        let view = self.view();
        let stored = view.singletons.get(self.path).unwrap_or(&Value::Null);
        let mut body = self.appliance.bodies.show(endpoint, stored, view, true);
        self.add_join_info(&mut body);
        self.wrapped(endpoint, body)
    }

    /// Makes the response that carries a body: under its wrapper, or with its members beside `key` and `meta`.
    pub(crate) fn wrapped(&self, endpoint: &Endpoint, body: Value) -> Response {
        let key = endpoint.key.as_deref().or_else(|| self.path.rsplit('/').next());
        let mut response = match (endpoint.wrappers.first(), body) {
            (None, Value::Object(members)) => Value::Object(members),
            (wrapper, body) => json!({ wrapper.map_or("body", String::as_str): body }),
        };
        response["key"] = json!(key);
        response["meta"] = self.meta(self.view(), self.path);
        Response::json(200, &response)
    }

    /// Does the work of an action that has no behavior of its own: checks the request, and returns a plausible result.
    pub(crate) fn act(&self, endpoint: &'static Endpoint) -> HandlerResult {
        if self.request.method == "POST" && endpoint.request.is_some() {
            self.read(endpoint, &self.request.body, self.path)?;
        }
        let bodies = &self.appliance.bodies;
        match endpoint.response.as_ref().and_then(|_| bodies.initial(endpoint)) {
            Some(result) => {
                let shown = bodies.show(endpoint, &result, self.view(), true);
                Ok(self.wrapped(endpoint, shown))
            }
            None => Ok(self.meta_only(200)),
        }
    }

    pub(crate) fn list(&self, node: Node) -> Response {
        let view = self.view();
        let with_bodies = self.appliance.target >= Version::new([6, 1]);
        let items = view.objects(self.path).iter().map(|object| {
            let href = format!("{}/{}", self.path, object.key);
            let mut item = json!({"key": object.key, "meta": {"href": href}});
            if with_bodies {
                item["body"] = self.shown(node, &object.body);
            }
            item
        });
        let items: Vec<_> = items.collect();
        let mut meta = self.meta(view, self.path);
        if let Node::Collection(endpoint) = node
            && endpoint.ordered
        {
            meta["order"] = json!(format!("{}/{ORDER}", self.path));
        }
        Response::json(200, &json!({"items": items, "meta": meta}))
    }

    pub(crate) fn show_object(&self, node: Node, collection: &str, key: &str) -> HandlerResult {
        let view = self.view();
        let object = view.find(collection, key).ok_or_else(|| Failure::not_found(self.path))?;
        let body = self.shown(node, &object.body);
        let meta = self.meta(view, self.path);
        Ok(Response::json(200, &json!({"body": body, "key": key, "meta": meta})))
    }

    fn shown(&self, node: Node, stored: &Value) -> Value {
        match node {
            Node::Collection(endpoint) => {
                self.appliance.bodies.show(endpoint, stored, self.view(), true)
            }
            _ => stored.clone(),
        }
    }

    pub(crate) fn put_singleton(
        &mut self,
        caller: &Caller,
        endpoint: &'static Endpoint,
        text: &[u8],
    ) -> HandlerResult {
        self.check_lock(caller)?;
        let (path, bodies) = (self.path, &self.appliance.bodies);
        let (body, targets) = self.read(endpoint, text, path)?;
        let view = self.view();
        let old = view.singletons.get(path).unwrap_or(&Value::Null);
        let old = bodies.show(endpoint, old, view, true);
        let new = bodies.show(endpoint, &body, view, true);
        let transaction = self.write(caller);
        transaction.pending.set_singleton(path, body, targets);
        transaction.replaced(path, &old, &new);
        Ok(self.meta_only(200))
    }

    /// Appends an element to a body that is a list.
    pub(crate) fn append(&mut self, caller: &Caller, endpoint: &'static Endpoint) -> HandlerResult {
        self.check_lock(caller)?;
        let element: Value = serde_json::from_slice(&self.request.body)
            .map_err(|error| self.invalid_body(&error.to_string()))?;
        let mut list = match self.view().singletons.get(self.path) {
            Some(Value::Array(list)) => list.clone(),
            None | Some(Value::Null) => Vec::new(),
            Some(_) => return Err(Failure::method_not_allowed(&["GET", "PUT"])),
        };
        list.push(element);
        let text = Value::Array(list).to_string();
        self.put_singleton(caller, endpoint, text.as_bytes())?;
        Ok(self.meta_only(201))
    }

    pub(crate) fn create(&mut self, caller: &Caller, endpoint: &'static Endpoint) -> HandlerResult {
        self.check_lock(caller)?;
        let collection = self.path;
        // In the samples, secrets have UUIDs as keys, and all other objects have shorter numbers.
        let key = self.free_key(collection, |random| {
            if endpoint.single_use { random.uuid() } else { random.hex(KEY_DIGITS) }
        });
        let path = format!("{collection}/{key}");
        let (body, targets) = self.read(endpoint, &self.request.body, &path)?;
        let new = self.appliance.bodies.show(endpoint, &body, self.view(), true);
        let transaction = self.write(caller);
        transaction.pending.set_object(collection, &key, body, targets);
        transaction.created(&path, &new);
        let meta = self.meta(self.view(), &path);
        Ok(Response::json(201, &json!({"key": key, "meta": meta})))
    }

    /// Draws a key that no object has. A seed repeats the keys of an earlier run, whose objects may be in the state.
    pub(crate) fn free_key(
        &mut self,
        collection: &str,
        draw: impl Fn(&mut Random) -> String,
    ) -> String {
        loop {
            let key = draw(&mut self.state.random);
            if self.view().find(collection, &key).is_none() {
                return key;
            }
        }
    }

    pub(crate) fn put_object(
        &mut self,
        caller: &Caller,
        endpoint: &'static Endpoint,
        collection: &str,
        key: &str,
    ) -> HandlerResult {
        self.check_lock(caller)?;
        let (path, bodies) = (self.path, &self.appliance.bodies);
        let (body, targets) = self.read(endpoint, &self.request.body, path)?;
        let view = self.view();
        let old = view.object(collection, key).unwrap_or_default();
        let old = bodies.show(endpoint, &old, view, true);
        let new = bodies.show(endpoint, &body, view, true);
        let transaction = self.write(caller);
        transaction.pending.set_object(collection, key, body, targets);
        transaction.replaced(path, &old, &new);
        Ok(self.meta_only(200))
    }

    /// Handles a request to the order of a collection, which is a list of keys.
    pub(crate) fn order(
        &mut self,
        caller: &Caller,
        collection: &str,
        endpoint: &'static Endpoint,
    ) -> HandlerResult {
        self.allow(&["GET", "PUT"])?;
        if self.request.method == "PUT" {
            self.check_lock(caller)?;
            let order: Vec<String> = serde_json::from_slice(&self.request.body)
                .map_err(|error| self.invalid_body(&error.to_string()))?;
            let order: Vec<&str> = order.iter().map(String::as_str).collect();
            return self.set_order(caller, collection, &order, "");
        }
        let keys = self.view().objects(collection).iter().map(|it| it.key.as_str());
        Ok(self.wrapped(endpoint, keys.collect()))
    }

    /// Sorts the objects of a collection by `@order`.
    pub(crate) fn reorder(&mut self, caller: &Caller) -> HandlerResult {
        self.check_lock(caller)?;
        let body = self.read_members(&[ORDER])?;
        let order: Option<Vec<&str>> = body
            .get(ORDER)
            .and_then(Value::as_array)
            .and_then(|it| it.iter().map(Value::as_str).collect());
        let Some(order) = order else {
            return Err(semantic_error(
                "missing-key",
                "/@order",
                "the list must name the keys of all objects",
            ));
        };
        self.set_order(caller, self.path, &order, "/@order")
    }

    /// Sorts the objects of a collection. `pointer` is the place of the list in the request.
    fn set_order(
        &mut self,
        caller: &Caller,
        path: &str,
        order: &[&str],
        pointer: &str,
    ) -> HandlerResult {
        let old: Vec<_> = self.view().objects(path).iter().map(|it| it.key.clone()).collect();
        let mut reordered = self.view().clone();
        if !reordered.reorder(path, order) {
            let message = "the list must name each object of the collection once";
            return Err(semantic_error("out-of-range", pointer, message));
        }
        let transaction = self.write(caller);
        transaction.pending = reordered;
        if old != order {
            transaction.reordered(path, &json!(old), &json!(order));
        }
        Ok(self.meta_only(200))
    }

    pub(crate) fn delete(
        &mut self,
        caller: &Caller,
        node: Node,
        collection: &str,
        key: &str,
    ) -> HandlerResult {
        self.check_lock(caller)?;
        let view = self.view();
        let object = view.find(collection, key).ok_or_else(|| Failure::not_found(self.path))?;
        if object.is_built_in() || is_built_in(node, key) {
            return Err(semantic_error(
                "built-in",
                "",
                "the object is built in and cannot be deleted",
            ));
        }
        let referrers = view.referrers(collection, key);
        if !referrers.is_empty() {
            let errors = referrers.iter().map(|path| {
                let message = format!("the object is referred to by {path}");
                json!({"code": "still-referenced", "pointer": "", "message": message})
            });
            return Err(Failure::semantic(errors.collect()));
        }
        let old = self.shown(node, &object.body);
        // The links are those of the object before it was deleted.
        let meta = if collection.starts_with(PLUGINS) {
            json!({"href": self.path, "parent": collection})
        } else {
            self.meta(view, self.path)
        };
        let path = self.path;
        let transaction = self.write(caller);
        transaction.pending.remove_object(collection, key);
        transaction.deleted(path, &old);
        Ok(Response::json(200, &json!({"meta": meta})))
    }

    fn meta_only(&self, status: u16) -> Response {
        Response::json(status, &json!({"meta": self.meta(self.view(), self.path)}))
    }
}

/// Whether every appliance has the object, whatever its key looks like.
fn is_built_in(node: Node, key: &str) -> bool {
    match node {
        Node::Collection(endpoint) => endpoint.builtins.iter().any(|it| it.key == key),
        _ => false,
    }
}
