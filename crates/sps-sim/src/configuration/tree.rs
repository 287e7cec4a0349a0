//! The paths of the target version, derived from the spec.

use std::collections::BTreeMap;

use sps_spec::{Endpoint, EndpointKind, Method, ORDER, Spec, Version, fits};

use crate::body::Bodies;

/// Path of the configuration.
pub(crate) const CONFIGURATION: &str = "/api/configuration";

/// Path of uploaded plugins, by their type.
pub(crate) const PLUGINS: &str = "/api/configuration/plugins";

/// A known path.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Node {
    /// Links to its children. Listed in the spec, or implied by its children.
    Container,
    /// One body that always exists.
    Singleton(&'static Endpoint),
    /// Objects under keys.
    Collection(&'static Endpoint),
    /// Plugins of one type, which only uploads create.
    Plugins,
    /// Jobs.
    Job(&'static Endpoint),
    /// State of the appliance, as the spec describes it.
    Status(&'static Endpoint),
    /// Work that is done at once.
    Action(&'static Endpoint),
    /// A path that the spec does not describe, with its methods.
    Service(&'static [&'static str]),
}

/// The target of a path.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Address<'a> {
    /// A known path.
    Node(Node),
    /// An object of a collection, or a job: path of the collection, its node, the key.
    Object(&'a str, Node, &'a str),
    /// The order of the objects of a collection: path of the collection, the collection.
    Order(&'a str, &'static Endpoint),
    /// A part of a job, such as its download: path of the endpoint, the endpoint, the key, the name of the part.
    Part(&'a str, &'static Endpoint, &'a str, &'a str),
}

/// All paths of the target version.
#[derive(Debug)]
pub(crate) struct Tree {
    nodes: BTreeMap<String, Node>,
    /// Paths with placeholders, such as `/api/audit/sessions/{id}/channels`. They are no children of any path.
    patterns: Vec<(String, Node)>,
}

impl Tree {
    pub(crate) fn new(spec: &'static Spec, target: &Version) -> Self {
        let mut nodes = BTreeMap::new();
        let mut patterns = Vec::new();
        for endpoint in spec.endpoints.iter().filter(|it| it.versions.contains(target)) {
            let node = match endpoint.kind {
                EndpointKind::Singleton => Node::Singleton(endpoint),
                EndpointKind::Collection if endpoint.path.starts_with(PLUGINS) => Node::Plugins,
                EndpointKind::Collection => Node::Collection(endpoint),
                EndpointKind::Container => Node::Container,
                EndpointKind::Job => Node::Job(endpoint),
                EndpointKind::Status => Node::Status(endpoint),
                EndpointKind::Action => Node::Action(endpoint),
            };
            if endpoint.has_placeholders() {
                patterns.push((endpoint.path.clone(), node));
            } else {
                nodes.insert(endpoint.path.clone(), node);
            }
        }
        let mut services: Vec<(&str, &[&str])> = vec![("/api/user/info", &["GET"])];
        if has_short_user_info(target) {
            services.push(("/api/userinfo", &["GET"]));
        }
        for (path, methods) in services {
            nodes.entry(path.to_owned()).or_insert(Node::Service(methods));
        }
        let mut containers = Vec::new();
        for path in nodes.keys() {
            let mut path = path.as_str();
            while let Some((parent, _)) = path.rsplit_once('/')
                && !parent.is_empty()
            {
                containers.push(parent.to_owned());
                path = parent;
            }
        }
        for path in containers {
            nodes.entry(path).or_insert(Node::Container);
        }
        Self { nodes, patterns }
    }

    /// Returns the node of a known path.
    pub(crate) fn node(&self, path: &str) -> Option<Node> {
        self.nodes.get(path).copied()
    }

    /// Whether the version has plugins of this type.
    pub(crate) fn has_plugins(&self, kind: &str) -> bool {
        matches!(self.node(&format!("{PLUGINS}/{kind}")), Some(Node::Plugins))
    }

    /// Resolves a path.
    pub(crate) fn resolve<'a>(&self, path: &'a str) -> Option<Address<'a>> {
        if let Some(node) = self.node(path).or_else(|| self.pattern(path)) {
            return Some(Address::Node(node));
        }
        let (parent, key) = path.rsplit_once('/')?;
        match self.node(parent) {
            Some(Node::Collection(endpoint)) if endpoint.ordered && key == ORDER => {
                return Some(Address::Order(parent, endpoint));
            }
            Some(node @ (Node::Collection(_) | Node::Plugins | Node::Job(_))) => {
                return Some(Address::Object(parent, node, key));
            }
            Some(_) => return None,
            None => {}
        }
        let (above, job) = parent.rsplit_once('/')?;
        match self.node(above)? {
            Node::Job(endpoint) => Some(Address::Part(above, endpoint, job, key)),
            _ => None,
        }
    }

    /// Returns the node with placeholders that fits a path.
    fn pattern(&self, path: &str) -> Option<Node> {
        self.patterns.iter().find(|(pattern, _)| fits(pattern, path)).map(|(_, node)| *node)
    }

    /// Returns the sorted names of the children of a path.
    pub(crate) fn children(&self, path: &str) -> Vec<&str> {
        let below = format!("{path}/");
        let from = self.nodes.range(below.clone()..);
        let children = from.map(|(path, _)| path).take_while(|path| path.starts_with(&below));
        children.map(|path| &path[below.len()..]).filter(|name| !name.contains('/')).collect()
    }

    /// Returns all nodes with their paths.
    pub(crate) fn nodes(&self) -> impl Iterator<Item = (&str, Node)> {
        self.nodes.iter().map(|(path, node)| (path.as_str(), *node))
    }

    /// Splits a path into the longest part that exists, and the rest.
    pub(crate) fn nearest<'a>(&self, path: &'a str) -> (&'a str, &'a str) {
        let mut known = path;
        while let Some((parent, _)) = known.rsplit_once('/') {
            if self.nodes.contains_key(parent) {
                return (parent, &path[parent.len() + 1..]);
            }
            known = parent;
        }
        ("", path.trim_start_matches('/'))
    }
}

impl Node {
    /// Returns the methods of the path itself.
    pub(crate) fn methods(self) -> Vec<&'static str> {
        match self {
            Self::Container | Self::Plugins => vec!["GET"],
            Self::Service(methods) => methods.to_vec(),
            Self::Singleton(endpoint)
            | Self::Job(endpoint)
            | Self::Status(endpoint)
            | Self::Action(endpoint) => names(&endpoint.methods),
            Self::Collection(endpoint) => {
                let mut methods = names(&endpoint.methods);
                // Only the order of a listed collection can be changed, and not that of a read-only one.
                if methods.contains(&"GET") && methods.contains(&"POST") {
                    methods.push("PUT");
                }
                methods
            }
        }
    }

    /// Returns the methods of its objects.
    pub(crate) fn object_methods(self, target: &Version) -> Vec<&'static str> {
        match self {
            Self::Collection(endpoint) | Self::Job(endpoint) => names(&endpoint.object_methods),
            Self::Plugins if *target >= Version::new([6, 4]) => vec!["GET", "DELETE"],
            Self::Plugins => vec!["GET"],
            _ => Vec::new(),
        }
    }

    /// Whether its objects can be listed.
    pub(crate) fn is_listed(self) -> bool {
        self.methods().contains(&"GET")
    }
}

fn names(methods: &[Method]) -> Vec<&'static str> {
    methods.iter().map(|it| it.name()).collect()
}

/// Returns what interprets the configuration of a version: its paths, and its bodies.
pub(crate) fn parts(spec: &'static Spec, target: &Version) -> (Tree, Bodies<'static>) {
    (Tree::new(spec, target), Bodies::new(spec, Some(target.clone())))
}

/// Whether browsers must send the header field `X-Token`.
pub(crate) fn has_token(target: &Version) -> bool {
    *target >= Version::new([7, 5])
}

/// Whether the user information has its third name.
pub(crate) fn has_short_user_info(target: &Version) -> bool {
    *target < Version::new([7, 4])
}
