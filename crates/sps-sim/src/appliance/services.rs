//! Requests to small services: the join to Starling, tools, and the integrity of plugins.

use serde_json::{Value, json};

use crate::{
    appliance::{Call, HandlerResult, read::semantic_error},
    configuration::PLUGINS,
    http::{Failure, Response},
};

const STARLING_JOIN: &str = "/api/starling/join";
const STARLING: &str = "/api/configuration/starling";
const HOSTS: &str = "/api/tools/hosts-by-name";
const INTEGRITY: &str = "/api/plugin/integrity";

/// Members that a join needs.
const JOIN_MEMBERS: [&str; 5] =
    ["credential_string", "environment", "product_instance", "product_tims", "token_endpoint"];

/// The checks of a plugin.
const CHECKS: [&str; 3] = ["zip_checksum", "zip_content", "unregistered"];

impl Call<'_> {
    /// Handles a request to one of the services; `None` for what the paths and methods of the spec decide.
    pub(crate) fn service(&mut self) -> Option<HandlerResult> {
        Some(match (self.path, self.request.method.as_str()) {
            (STARLING_JOIN, "GET") => Ok(self.starling(&self.product())),
            (STARLING_JOIN, "POST") => self.join_starling(),
            (STARLING_JOIN, "DELETE") => self.leave_starling(),
            (HOSTS, "POST") => self.hosts_by_name(),
            (INTEGRITY, "GET") => self.plugin_integrity(),
            _ => return None,
        })
    }

    /// Returns the product as Starling knows it: the names that were sent at the join, or those of this appliance.
    fn product(&self) -> Value {
        let instance = json!({"product_instance": "sps-simulator", "product_tims": "SPS"});
        self.state.device.starling.clone().unwrap_or(instance)
    }

    fn starling(&self, body: &Value) -> Response {
        let meta = self.with_time(json!({"href": STARLING_JOIN, "parent": "/api/starling"}));
        Response::json(200, &json!({"body": body, "key": "join", "meta": meta}))
    }

    fn join_starling(&mut self) -> HandlerResult {
        let sent = self.read_complete(&JOIN_MEMBERS)?;
        if self.state.device.starling.is_some() {
            return Err(Failure::new(409, "Conflict", "The appliance is joined already"));
        }
        // The credentials are not kept.
        let body = json!({
            "product_instance": sent["product_instance"], "product_tims": sent["product_tims"],
        });
        self.state.device.starling = Some(body.clone());
        Ok(self.starling(&body))
    }

    fn leave_starling(&mut self) -> HandlerResult {
        if self.state.device.starling.take().is_none() {
            return Err(Failure::resource_not_found("/api/starling", "join"));
        }
        let meta = self.with_time(json!({"href": STARLING_JOIN, "parent": "/api/starling"}));
        Ok(Response::json(200, &json!({"meta": meta})))
    }

    /// Shows the join in the settings of Starling, of which it is a member.
    pub(crate) fn add_join_info(&self, body: &mut Value) {
        if self.path == STARLING
            && let Some(members) = body.as_object_mut()
        {
            let info = self.state.device.starling.clone().unwrap_or(Value::Null);
            members.insert("join_info".to_owned(), info);
        }
    }

    /// Checks the request. No source shows what a response holds.
    fn hosts_by_name(&mut self) -> HandlerResult {
        self.read_complete(&["hostname", "protocol"])?;
        let meta = self.with_time(json!({"href": HOSTS, "parent": "/api/tools"}));
        Ok(Response::json(200, &json!({"body": {}, "key": "hosts-by-name", "meta": meta})))
    }

    fn plugin_integrity(&self) -> HandlerResult {
        let missing = |name: &str| {
            semantic_error("missing-key", &format!("/{name}"), "the query lacks a parameter")
        };
        let kind = self.request.parameter("plugin_type").ok_or_else(|| missing("plugin_type"))?;
        let key = self.request.parameter("key").ok_or_else(|| missing("key"))?;
        if !self.appliance.tree.has_plugins(&kind) {
            return Err(semantic_error("not-in-enum", "/plugin_type", "unknown type of plugin"));
        }
        let collection = format!("{PLUGINS}/{kind}");
        if self.state.committed.find(&collection, &key).is_none() {
            return Err(Failure::resource_not_found(&collection, &key));
        }
        let mut body = json!({});
        let parameters = self.request.parameters().into_iter();
        for (_, check) in parameters.filter(|(name, _)| name == "ops") {
            if !CHECKS.contains(&check.as_str()) {
                return Err(semantic_error("not-in-enum", "/ops", "unknown check of a plugin"));
            }
            body[check] = json!({"reason": "", "verdict": "passed"});
        }
        let meta = self.with_time(json!({"href": INTEGRITY, "parent": "/api/plugin"}));
        Ok(Response::json(200, &json!({"body": body, "key": "integrity", "meta": meta})))
    }
}
