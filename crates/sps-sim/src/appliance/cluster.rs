//! Requests about the cluster: promotion, nodes and their roles, joins, and the status of all nodes.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::{
    appliance::{Call, HandlerResult, config_hash, health::PROTOCOLS, read::semantic_error},
    clock::date_time,
    configuration::{Configuration, Membership, Node},
    http::{Failure, Response},
    session::Caller,
};

const CLUSTER: &str = "/api/cluster";
const STATUS: &str = "/api/cluster/status";
const SPP: &str = "/api/cluster/spp";
pub(crate) const NODES: &str = "/api/cluster/nodes";
pub(crate) const PROMOTE: &str = "/api/cluster/promote";
pub(crate) const JOIN: &str = "/api/cluster/join_request";
pub(crate) const SYNC_PLUGIN: &str = "/api/cluster/configuration_sync_plugin";

/// The role that only a promotion gives.
const CENTRAL: &str = "central-management";

/// The roles of which a node has one at most.
const SEARCH: [&str; 3] = ["search-master", "search-minion", "search-local"];

impl Call<'_> {
    /// Handles a request about the cluster; `None` for what the paths and methods of the spec decide.
    pub(crate) fn cluster(&mut self, caller: &Caller) -> Option<HandlerResult> {
        let below = |start: &str| self.path.strip_prefix(start)?.strip_prefix('/');
        Some(match (self.path, self.request.method.as_str()) {
            (PROMOTE, "POST") => self.promote(caller),
            (JOIN, "POST") => self.ask_to_join(caller),
            (SYNC_PLUGIN, "POST") => self.set_sync_plugin(caller),
            (SPP, "GET") => Ok(self.spp()),
            (SPP, "POST") => self.join_spp(),
            (STATUS, "GET") => self.nodes_status(),
            (NODES, "POST") => self.add_node(caller),
            (_, "GET") if below(STATUS).is_some() => self.node_status(below(STATUS)?),
            (_, "PUT") if below(NODES).is_some() => self.put_node(caller, below(NODES)?),
            _ => return None,
        })
    }

    /// Makes this node the central one of a new cluster.
    fn promote(&mut self, caller: &Caller) -> HandlerResult {
        self.check_lock(caller)?;
        self.check_alone()?;
        let id = self.state.random.uuid();
        let body = json!({"address": self.appliance.address, "roles": [CENTRAL]});
        let href = format!("{NODES}/{id}");
        let transaction = self.write(caller);
        transaction.pending.membership = Membership { node_id: Some(id.clone()), central: None };
        transaction.pending.set_object(NODES, &id, body.clone(), BTreeSet::new());
        transaction.created(&href, &body);
        let meta = self.with_time(json!({"href": href, "parent": NODES}));
        Ok(Response::json(200, &json!({"body": body, "meta": meta})))
    }

    /// Makes the request with which the central node accepts this one.
    fn ask_to_join(&mut self, caller: &Caller) -> HandlerResult {
        let sent = self.read_complete(&["central_management_address"])?;
        self.check_lock(caller)?;
        self.check_alone()?;
        let (id, psk) = (self.state.random.uuid(), self.state.random.hex(64));
        let central = sent["central_management_address"].as_str().map(str::to_owned);
        let address = self.appliance.address;
        let transaction = self.write(caller);
        transaction.pending.membership = Membership { node_id: Some(id.clone()), central };
        transaction.created(JOIN, &sent);
        let meta = self.with_time(json!({"href": JOIN, "parent": CLUSTER}));
        let body = json!({"address": address, "node_id": id, "psk": psk, "roles": []});
        Ok(Response::json(200, &json!({"body": body, "meta": meta})))
    }

    /// Refuses what only a node without a cluster can do.
    fn check_alone(&self) -> Result<(), Failure> {
        if self.view().membership.node_id.is_none() {
            return Ok(());
        }
        Err(semantic_error("cluster-member", "", "the node belongs to a cluster already"))
    }

    /// Adds a node that asked to join.
    fn add_node(&mut self, caller: &Caller) -> HandlerResult {
        let sent = self.read_complete(&["address", "node_id", "psk", "roles"])?;
        self.check_lock(caller)?;
        if !is_central(self.view()) {
            let message = "only the central node of a cluster has other nodes";
            return Err(semantic_error("cluster-member", "", message));
        }
        let id = sent["node_id"].as_str().unwrap_or_default().to_owned();
        if self.view().find(NODES, &id).is_some() {
            return Err(semantic_error("cluster-member", "/node_id", "the node is in the cluster"));
        }
        self.check_roles(&id, &sent)?;
        let href = format!("{NODES}/{id}");
        let shown = self.shown_node(&sent);
        let transaction = self.write(caller);
        transaction.pending.set_object(NODES, &id, sent, BTreeSet::new());
        transaction.created(&href, &shown);
        let meta = self.with_time(json!({"href": href, "parent": NODES}));
        Ok(Response::json(201, &json!({"key": id, "meta": meta})))
    }

    /// Changes the roles of a node. What else it has stays, unless the body has it too.
    fn put_node(&mut self, caller: &Caller, id: &str) -> HandlerResult {
        let old = self.view().find(NODES, id).ok_or_else(|| Failure::not_found(self.path))?;
        let old = old.body.clone();
        let sent = self.read_complete(&["roles"])?;
        self.check_lock(caller)?;
        self.check_roles(id, &sent)?;
        let mut new = old.clone();
        for (name, value) in sent.as_object().into_iter().flatten() {
            new[name] = value.clone();
        }
        let (before, after) = (self.shown_node(&old), self.shown_node(&new));
        let path = self.path;
        let transaction = self.write(caller);
        transaction.pending.set_object(NODES, id, new, BTreeSet::new());
        transaction.replaced(path, &before, &after);
        let meta = self.with_time(json!({"href": path, "parent": NODES}));
        Ok(Response::json(200, &json!({"meta": meta})))
    }

    fn check_roles(&self, id: &str, body: &Value) -> Result<(), Failure> {
        let refused = |message| Err(semantic_error("cluster-roles", "/roles", message));
        let new = roles(body);
        let nodes = self.view().objects(NODES);
        let had_central = nodes.iter().any(|it| it.key == id && roles(&it.body).contains(&CENTRAL));
        if new.contains(&CENTRAL) != had_central {
            return refused("a promotion alone decides which node is the central one");
        }
        if new.iter().filter(|it| SEARCH.contains(it)).count() > 1 {
            return refused("a node has one search role at most");
        }
        let is_master = |body: &Value| roles(body).contains(&"search-master");
        if is_master(body) && nodes.iter().any(|it| it.key != id && is_master(&it.body)) {
            return refused("a cluster has one search master at most");
        }
        Ok(())
    }

    fn shown_node(&self, stored: &Value) -> Value {
        match self.appliance.tree.node(NODES) {
            Some(Node::Collection(endpoint)) => {
                self.appliance.bodies.show(endpoint, stored, self.view(), true)
            }
            _ => json!({"address": stored["address"], "roles": stored["roles"]}),
        }
    }

    /// Switches the synchronization plugin off. No source shows the form that switches it on.
    fn set_sync_plugin(&mut self, caller: &Caller) -> HandlerResult {
        let body = self.read_complete(&["enabled"])?;
        self.check_lock(caller)?;
        if body["enabled"] != json!(false) {
            let message = "the simulator can only switch the plugin off";
            return Err(semantic_error("not-in-enum", "/enabled", message));
        }
        self.write(caller);
        let meta = self.with_time(json!({"href": SYNC_PLUGIN, "parent": CLUSTER}));
        Ok(Response::json(200, &json!({"meta": meta, "plugin": {"key": null, "meta": {}}})))
    }

    fn spp(&self) -> Response {
        let body = json!({"spp": self.state.device.spp});
        let meta = self.with_time(json!({"href": SPP, "parent": CLUSTER}));
        Response::json(200, &json!({"body": body, "key": "spp", "meta": meta}))
    }

    fn join_spp(&mut self) -> HandlerResult {
        let body = self.read_complete(&["spp", "spp_api_token", "spp_cert_chain"])?;
        self.state.device.spp = body["spp"].as_str().map(str::to_owned);
        Ok(self.spp())
    }

    fn nodes_status(&self) -> HandlerResult {
        let own = self.own_node()?;
        let nodes = self.state.committed.objects(NODES).iter();
        let items: Vec<_> = nodes.map(|it| self.status_of(&it.key, &it.body, own)).collect();
        let meta = json!({"href": STATUS, "parent": CLUSTER, "self": format!("{STATUS}/{own}")});
        Ok(Response::json(200, &json!({"items": items, "meta": self.with_time(meta)})))
    }

    fn node_status(&self, id: &str) -> HandlerResult {
        let own = self.own_node()?;
        let node = self.state.committed.find(NODES, id);
        let node = node.ok_or_else(|| Failure::resource_not_found(STATUS, id))?;
        let mut status = self.status_of(id, &node.body, own);
        status["meta"]["parent"] = json!(STATUS);
        status["meta"] = self.with_time(status["meta"].take());
        Ok(Response::json(200, &status))
    }

    /// Returns the ID of this node, if it is the central one of a cluster.
    fn own_node(&self) -> Result<&str, Failure> {
        let committed = &self.state.committed;
        let own = committed.membership.node_id.as_deref().filter(|_| is_central(committed));
        own.ok_or_else(|| Failure::resource_not_found(CLUSTER, "status"))
    }

    /// Returns the status of one node. Of other nodes, only their membership is simulated.
    fn status_of(&self, id: &str, body: &Value, own: &str) -> Value {
        let now = date_time(self.appliance.clock.now()).replace("+00:00", "Z");
        let (hostname, domain) = self.names();
        let is_own = id == own;
        let is_managed = roles(body).contains(&"managed-host");
        let name =
            if is_own { hostname } else { format!("node-{}", id.split('-').next().unwrap_or(id)) };
        let mut status = json!({
            "fqdn": format!("{name}.{domain}"),
            "health_status": null,
            "key": id,
            "meta": {"configuration": format!("{NODES}/{id}"), "href": format!("{STATUS}/{id}")},
            "sync_status": if is_managed { "pending" } else { "n/a" },
        });
        if is_own {
            let mut health = json!({"sessions": {}, "total_sessions": 0});
            for name in ["disk", "load1", "load15", "load5", "memory", "swap"] {
                health[name] = json!(0.0);
            }
            for protocol in PROTOCOLS {
                health["sessions"][protocol] = json!(0);
            }
            status["health_status"] = health;
        } else {
            status["last_seen"] = json!(now);
        }
        if is_managed && !is_own {
            status["configuration_sync"] = json!({
                "downloaded_xml_hash": config_hash(&self.state.committed),
                "issues": {"warnings": []},
                "last_checked": now,
                "last_updated": now,
            });
        }
        status
    }

    /// Returns the roles of this node, by the committed configuration.
    pub(crate) fn own_roles(&self) -> Vec<&str> {
        let committed = &self.state.committed;
        let own = committed.membership.node_id.as_deref();
        let own = own.and_then(|it| committed.find(NODES, it));
        own.map(|it| roles(&it.body)).unwrap_or_default()
    }
}

fn roles(body: &Value) -> Vec<&str> {
    body["roles"].as_array().into_iter().flatten().filter_map(Value::as_str).collect()
}

/// Whether this node is the central one of a cluster.
fn is_central(view: &Configuration) -> bool {
    view.membership.node_id.as_deref().is_some_and(|id| view.find(NODES, id).is_some())
}
