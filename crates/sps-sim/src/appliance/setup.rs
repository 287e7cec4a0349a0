//! The welcome wizard: before it, the appliance has no users and no configuration.

use serde_json::{Value, json};

use crate::{
    appliance::{
        Boot, Call, HandlerResult,
        info::{EMAIL, NAMING},
    },
    configuration::Node,
    http::{Failure, Response},
    session::User,
};

const SETUP: &str = "/api/setup";
const DNS: &str = "/api/configuration/network/dns";
const TIMEZONE: &str = "/api/configuration/datetime/timezone";

/// Members that the wizard needs.
const MEMBERS: [&str; 7] =
    ["accept_eula", "license", "administration", "certificates", "network", "email", "datetime"];

impl Call<'_> {
    /// Handles the wizard, and refuses everything else before it is done. `None` for all other requests.
    pub(crate) fn setup(&mut self) -> Option<HandlerResult> {
        let is_initialized = self.state.device.is_initialized;
        match (self.path, self.request.method.as_str()) {
            (SETUP, "GET") => Some(Ok(setup_status(is_initialized))),
            (SETUP, "POST") if is_initialized => {
                Some(Err(Failure::new(409, "Conflict", "The setup is completed already")))
            }
            (SETUP, "POST") => Some(self.complete_setup()),
            ("/api/authentication", _) if !is_initialized => Some(Err(Failure::authentication())),
            _ if !is_initialized => Some(Err(Failure::unauthenticated(self.path))),
            _ => None,
        }
    }

    /// Sets up the appliance, which boots with the new administrator.
    fn complete_setup(&mut self) -> HandlerResult {
        let body = self.read_complete(&MEMBERS)?;
        let text = |pointer: &str| body.pointer(pointer).and_then(Value::as_str);
        let password = text("/administration/admin_password").unwrap_or_default();
        let admin = User::admin("admin", password);
        let server = text("/email/smtp_server").unwrap_or_default();
        let is_address = server.parse::<std::net::IpAddr>().is_ok();
        let kind = if is_address { "ip" } else { "fqdn" };
        // Naming is read by `/api/info`, in versions whose guide does not show the endpoint too.
        self.state.origin.keep(&self.state.committed);
        self.set_up(NAMING, true, |naming| {
            naming["hostname"] = json!(text("/network/hostname"));
            naming["domainname"] = json!(text("/network/domainname"));
        });
        self.set_up(EMAIL, false, |email| {
            email["admin_address"] = json!(text("/email/admin_email"));
            email["smtp_server"] = json!({"selection": kind, "value": server});
        });
        self.set_up(DNS, false, |dns| dns["primary"] = json!(text("/network/primary_dns")));
        self.set_up(TIMEZONE, false, |zone| *zone = json!(text("/datetime/timezone")));
        self.state.committed.revision = self.state.committed.revision.wrapping_add(1);
        if let Some(file) = &self.appliance.file
            && let Err(error) = file.save(&self.appliance.target, &self.state.committed)
        {
            return Err(Failure::new(500, "InternalError", error.to_string()));
        }
        self.state.device.is_initialized = true;
        let at = self.appliance.clock.now();
        self.state.device.boot = Some(Boot { at, admin: Some(admin) });
        Ok(Response::empty(303))
    }

    /// Changes a singleton of the committed configuration, if the version has it.
    fn set_up(&mut self, path: &str, always: bool, change: impl FnOnce(&mut Value)) {
        if always || matches!(self.appliance.tree.node(path), Some(Node::Singleton(_))) {
            let body = self.state.committed.singletons.entry(path.to_owned());
            change(body.or_insert_with(|| json!({})));
        }
    }
}

fn setup_status(is_initialized: bool) -> Response {
    let status = if is_initialized { "completed" } else { "uninitialized" };
    let meta = json!({"eula": "/eula", "href": SETUP, "parent": "/api", "remaining_seconds": 0});
    Response::json(200, &json!({"meta": meta, "status": status}))
}
