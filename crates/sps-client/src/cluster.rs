//! Clusters: the status of the nodes, and the ways into a cluster.

use std::fmt;

use sps_model::{
    Endpoint as _, Key, Method,
    cluster::{Join, JoinRequest, Node, NodeStatus, Promotion},
};

use crate::{
    body,
    client::Client,
    error::Error,
    http::Call,
    path,
    received::{self, Received},
    transaction::Transaction,
};

/// The cluster of the appliance; made by [`Client::cluster`]. Ask the central node.
pub struct Cluster<'a> {
    client: &'a Client,
}

impl fmt::Debug for Cluster<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cluster").finish_non_exhaustive()
    }
}

impl Client {
    /// The cluster of the appliance.
    pub fn cluster(&self) -> Cluster<'_> {
        Cluster { client: self }
    }
}

impl Cluster<'_> {
    /// Reads health and synchronization of every node. The key of each is that of its node.
    ///
    /// # Errors
    /// The errors of the appliance, if it belongs to no cluster or is not the central node.
    pub async fn status(&self) -> Result<Vec<Received<NodeStatus>>, Error> {
        self.client.list::<NodeStatus>().await?.all().await
    }

    /// Lists the nodes and their roles. [`Transaction::replace_object`] changes the roles of one.
    ///
    /// # Errors
    /// The kinds of [`ErrorKind`](crate::ErrorKind) that concern reading.
    pub async fn nodes(&self) -> Result<Vec<Received<Node>>, Error> {
        self.client.list::<Node>().await?.all().await
    }
}

impl Transaction {
    /// Makes this node the central one of a new cluster, with the commit. It cannot be undone.
    ///
    /// The client does not repeat it. After an error, check [`Transaction::review`] or cancel.
    ///
    /// # Errors
    /// [`ErrorKind::SessionEnded`](crate::ErrorKind::SessionEnded), and the errors of the appliance.
    pub async fn promote(&mut self) -> Result<Received<Promotion>, Error> {
        let call = Call::new(Method::Post, Promotion::PATH);
        let response = self.carry_out(&call).await?.json(&call)?;
        received::read(response, &call)
    }

    /// Asks to join the cluster of this central node, with the commit. Give the result to
    /// [`Transaction::add_node`] of a client of the central node.
    ///
    /// The client does not repeat it. After an error, check [`Transaction::review`] or cancel.
    ///
    /// # Errors
    /// As [`Self::promote`].
    pub async fn request_join(&mut self, central_address: &str) -> Result<Join, Error> {
        let request = JoinRequest::new(central_address);
        let settings = &self.shared().settings;
        let body = body::typed::<Join>(&request, Method::Post, settings)?;
        let call = body.call(Method::Post, Join::PATH);
        let response = self.carry_out(&call).await?.json(&call)?;
        Ok(received::read::<Join>(response, &call)?.body)
    }

    /// Adds a node that asked to join, on the central node. Gives the key of the node.
    ///
    /// # Errors
    /// As [`Self::create`].
    pub async fn add_node(&mut self, join: &Join) -> Result<Key<Node>, Error> {
        let node = Node::new()
            .with_address(join.address.clone())
            .with_node_id(join.node_id.clone())
            .with_psk(join.psk.clone())
            .with_roles(join.roles.clone());
        let key = self.create(&node).await?;
        // The key and the ID of the node are not part of its object.
        self.expect_present(path::of_object(Node::PATH, key.as_str())?);
        Ok(key)
    }
}
