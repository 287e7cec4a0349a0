//! What the user is and may do.

use serde_json::{Value, json};
use sps_spec::Version;

use crate::{
    appliance::Call,
    configuration::has_token,
    http::Response,
    session::{Caller, Credential, Rights},
};

impl Call<'_> {
    /// Shows the user, in the members of the version.
    pub(crate) fn user_info(&self, caller: &Caller) -> Response {
        let target = &self.appliance.target;
        let mut meta = self.meta(self.view(), self.path);
        // The samples of all names of the path have this one.
        meta["href"] = json!("/api/user_info");
        meta["parent"] = json!("/api");
        let mut info = json!({"user": {"name": caller.user}, "meta": meta});
        if *target >= Version::new([7, 4]) {
            info["login_method"] = match caller.credential {
                Credential::Password => {
                    json!({"authentication": "local", "credential": "password", "name": "local"})
                }
                Credential::Certificate => {
                    json!({"authentication": "x509", "credential": "x509", "name": "x509"})
                }
            };
        } else {
            info["endpoints"] = self.endpoints_of(caller);
        }
        if has_token(target) {
            info["token"] = json!(caller.x_token);
        }
        Response::json(200, &info)
    }

    /// Lists the paths that the user may call.
    pub(crate) fn user_endpoints(&self, caller: &Caller) -> Response {
        let meta = self.meta(self.view(), self.path);
        let endpoints = self.endpoints_of(caller);
        Response::json(200, &json!({"endpoints": endpoints, "meta": meta}))
    }

    fn endpoints_of(&self, caller: &Caller) -> Value {
        let may = |method: &&str| match caller.rights {
            Rights::Write => true,
            Rights::Read => *method == "GET",
            Rights::None => false,
        };
        let tree = &self.appliance.tree;
        let endpoints = tree.nodes().filter_map(|(path, node)| {
            let mut methods: Vec<_> = node.methods().into_iter().filter(may).collect();
            methods.sort_unstable();
            (!methods.is_empty()).then(|| json!({"methods": methods, "url": path}))
        });
        endpoints.collect()
    }
}
