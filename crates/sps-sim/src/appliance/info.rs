//! The state of the appliance: `/api/info`, and endpoints that the simulator does not simulate.

use serde_json::json;
use sps_spec::{Endpoint, Version};

use crate::{
    appliance::{Call, config_hash},
    http::Response,
};

/// Path of the settings that hold the address of the administrator.
pub(crate) const EMAIL: &str = "/api/configuration/management/email";

/// Path of the settings that hold the names of the appliance.
pub(crate) const NAMING: &str = "/api/configuration/network/naming";

impl Call<'_> {
    pub(crate) fn info(&self) -> Response {
        let committed = &self.state.committed;
        let setting = |path: &str, name: &str| {
            committed.singletons.get(path).and_then(|it| it[name].as_str()).map(str::to_owned)
        };
        let target = &self.appliance.target;
        let (hostname, domainname) = self.names();
        let mut body = json!({
            "domainname": domainname,
            "hostname": hostname,
            "nickname": setting(NAMING, "nickname"),
            "plugin_sdk_version": {"feature": "1.4", "full": "1.4.4"},
            "support_link": setting(EMAIL, "admin_address").map(|it| format!("mailto:{it}")),
        });
        if body["support_link"].is_null() {
            body["support_link"] = json!("");
        }
        if self.caller.is_some() {
            body["analytics_enabled"] = json!(false);
            body["build_date"] = json!("2024-01-01T00:00:00+00:00");
            body["config_hash"] = json!(config_hash(committed));
            body["firmware_version"] = json!(firmware_version(target));
            body["roles"] = json!(self.own_roles());
            body["version"] = json!(release(target));
        }
        let meta = self.meta(committed, self.path);
        Response::json(200, &json!({"body": body, "key": "about_info", "meta": meta}))
    }

    /// Returns the host name and the domain.
    pub(crate) fn names(&self) -> (String, String) {
        let naming = self.state.committed.singletons.get(NAMING);
        let name = |key: &str, default: &str| {
            let set = naming.and_then(|it| it[key].as_str()).filter(|it| !it.is_empty());
            set.unwrap_or(default).to_owned()
        };
        (
            name("hostname", self.appliance.name.as_deref().unwrap_or("sps")),
            name("domainname", "example.com"),
        )
    }

    /// Shows a state that is not simulated: the examples of the spec.
    pub(crate) fn show_status(&self, endpoint: &'static Endpoint) -> Response {
        let bodies = &self.appliance.bodies;
        let stored = bodies.initial(endpoint).unwrap_or_default();
        let body = bodies.show(endpoint, &stored, self.view(), self.caller.is_some());
        self.wrapped(endpoint, body)
    }
}

/// Writes a version with three numbers at least.
pub(crate) fn firmware_version(target: &Version) -> String {
    let mut numbers = target.numbers().to_vec();
    numbers.resize(numbers.len().max(3), 0);
    Version::new(numbers).to_string()
}

/// Returns the name of a release: `5 F7` for 5.7, `7 LTS` for 7.0.
fn release(target: &Version) -> String {
    let number = |at: usize| target.numbers().get(at).copied().unwrap_or(0);
    match number(1) {
        0 => format!("{} LTS", number(0)),
        feature => format!("{} F{feature}", number(0)),
    }
}
