//! The way of a request to its handler: login, rights, path and method.

use serde_json::json;
use sps_spec::Endpoint;

use crate::{
    appliance::{Call, HandlerResult},
    body::Mode,
    configuration::{Address, Node, has_short_user_info, has_token},
    http::{Authorization, Failure, Response},
    session::{Caller, Rights},
};

impl Call<'_> {
    pub(crate) fn route(&mut self) -> HandlerResult {
        if let Some(result) = self.setup() {
            return result;
        }
        let reads = self.request.method == "GET";
        match self.path {
            "/api/authentication" if reads => return self.log_in(),
            "/api/authentication/types" if reads && !self.has_login_methods() => {
                return Ok(self.login_types());
            }
            "/api/authentication/login_methods" if reads && self.has_login_methods() => {
                return Ok(self.login_methods());
            }
            _ => {}
        }
        self.identify()?;
        if self.path == "/api/info" && reads {
            return Ok(self.info());
        }
        let Some(caller) = self.caller.clone() else {
            return Err(match self.request.authorization {
                Authorization::None => Failure::unauthenticated(self.path),
                Authorization::Basic(..) | Authorization::Unusable => Failure::authentication(),
            });
        };
        if self.path == "/api/authentication" && self.request.method == "DELETE" {
            self.state.close(&caller.token);
            let meta = json!({"href": self.path, "parent": "/api"});
            return Ok(Response::json(200, &json!({"meta": meta})));
        }
        self.check_rights(&caller)?;
        self.check_content_type()?;
        self.dispatch(&caller)
    }

    /// Checks the rights of the user, and the token of a browser.
    fn check_rights(&self, caller: &Caller) -> Result<(), Failure> {
        let may = match caller.rights {
            Rights::Write => true,
            Rights::Read => !self.request.changes(),
            Rights::None => false,
        };
        let needs_token =
            self.request.browser && self.request.changes() && has_token(&self.appliance.target);
        let has_token = self.request.x_token.as_deref() == Some(&caller.x_token);
        if may && (!needs_token || has_token) {
            return Ok(());
        }
        Err(Failure::unauthorized(self.path))
    }

    /// In strict mode, refuses a body that is not declared as JSON.
    fn check_content_type(&self) -> Result<(), Failure> {
        let needs_json = self.appliance.mode == Mode::Strict
            && matches!(self.request.method.as_str(), "POST" | "PUT")
            && !self.request.body.is_empty()
            && !self.path.starts_with("/api/upload/");
        if !needs_json || self.request.content_type.as_deref() == Some("application/json") {
            return Ok(());
        }
        let message = "The body has to be declared as application/json";
        Err(Failure::new(415, "UnsupportedMediaType", message))
    }

    /// Passes the request on to its handler.
    fn dispatch(&mut self, caller: &Caller) -> HandlerResult {
        let reads = self.request.method == "GET";
        match self.path {
            "/api/transaction" => return self.transaction(caller),
            "/api/transaction/changes" if reads => return Ok(self.changes()),
            "/api/user_info" | "/api/user/info" if reads => return Ok(self.user_info(caller)),
            "/api/userinfo" if reads && has_short_user_info(&self.appliance.target) => {
                return Ok(self.user_info(caller));
            }
            "/api/endpoints" if reads => return Ok(self.user_endpoints(caller)),
            "/api/health_status" if reads => return Ok(self.health_status()),
            "/api/upload/plugins" if !reads => return self.upload_plugin(caller),
            "/api/upload/firmware" if !reads => return self.upload_firmware(),
            _ => {}
        }
        if let Some(result) = self.outside(caller) {
            return result;
        }
        if let Some(below) = self.path.strip_prefix("/api/audit/") {
            return self.audit(caller, below);
        }
        let tree = &self.appliance.tree;
        match tree.resolve(self.path) {
            Some(Address::Node(node)) => self.node(caller, node),
            Some(Address::Object(collection, Node::Job(endpoint), key)) => {
                self.allow(&Node::Job(endpoint).object_methods(&self.appliance.target))?;
                self.job(collection, key)
            }
            Some(Address::Object(collection, node, key)) => {
                self.object(caller, node, collection, key)
            }
            Some(Address::Order(collection, endpoint)) => self.order(caller, collection, endpoint),
            Some(Address::Part(collection, endpoint, key, name)) => {
                self.part(endpoint, collection, key, name)
            }
            None => {
                let (known, rest) = tree.nearest(self.path);
                Err(Failure::resource_not_found(known, rest))
            }
        }
    }

    /// Handles a request that has a behavior of its own, at a path that the version has.
    fn outside(&mut self, caller: &Caller) -> Option<HandlerResult> {
        self.appliance.tree.resolve(self.path)?;
        self.firmware().or_else(|| self.cluster(caller)).or_else(|| self.service())
    }

    /// Handles a request to an endpoint itself.
    fn node(&mut self, caller: &Caller, node: Node) -> HandlerResult {
        self.allow(&node.methods())?;
        match (node, self.request.method.as_str()) {
            (Node::Container, _) => Ok(self.container()),
            (Node::Status(endpoint), "GET") => Ok(self.show_status(endpoint)),
            (Node::Action(endpoint), _) => self.act(endpoint),
            (Node::Singleton(endpoint), "GET") => Ok(self.show_singleton(endpoint)),
            (Node::Singleton(endpoint), "PUT") => {
                self.put_singleton(caller, endpoint, &self.request.body)
            }
            (Node::Singleton(endpoint), "POST") => self.append(caller, endpoint),
            (Node::Collection(endpoint), "POST") => self.create(caller, endpoint),
            (Node::Collection(_), "PUT") => self.reorder(caller),
            (Node::Collection(_) | Node::Plugins, "GET") => Ok(self.list(node)),
            (Node::Job(_), "POST") => Ok(self.start_job()),
            (Node::Job(_), "GET") => Ok(self.list_jobs()),
            _ => Err(Failure::method_not_allowed(&node.methods())),
        }
    }

    /// Handles a request to an object of a collection.
    fn object(
        &mut self,
        caller: &Caller,
        node: Node,
        collection: &str,
        key: &str,
    ) -> HandlerResult {
        let methods = node.object_methods(&self.appliance.target);
        if self.view().find(collection, key).is_none() {
            return Err(Failure::not_found(self.path));
        }
        self.allow(&methods)?;
        match (node, self.request.method.as_str()) {
            (_, "GET") => self.show_object(node, collection, key),
            (Node::Collection(endpoint), "PUT") => {
                self.put_object(caller, endpoint, collection, key)
            }
            (_, "DELETE") => self.delete(caller, node, collection, key),
            _ => Err(Failure::method_not_allowed(&methods)),
        }
    }

    /// Handles a request to a part of a job's object, such as its download.
    fn part(
        &mut self,
        endpoint: &'static Endpoint,
        collection: &str,
        key: &str,
        name: &str,
    ) -> HandlerResult {
        let target = &self.appliance.target;
        let mut parts = endpoint.parts.iter().filter(|it| it.versions.contains(target));
        if let Some(part) = parts.find(|it| it.name == name) {
            let methods: Vec<_> = part.methods.iter().map(|it| it.name()).collect();
            self.allow(&methods)?;
        }
        self.job_part(collection, key, name)
    }
}
