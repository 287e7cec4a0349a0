//! Uploads of plugins, which become part of the configuration, and of firmware, which fills a slot.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::{
    appliance::{Call, info::firmware_version, read::semantic_error},
    body::Mode,
    configuration::{PLUGINS, plugin_types},
    http::{Failure, Response, first_part},
    jobs::{Slots, manifest},
    random::Random,
    session::Caller,
};

impl Call<'_> {
    pub(crate) fn upload_plugin(&mut self, caller: &Caller) -> Result<Response, Failure> {
        self.allow(&["POST"])?;
        self.check_type(&["application/zip"])?;
        self.check_lock(caller)?;
        let manifest = manifest(first_part(&self.request.body))
            .ok_or_else(|| self.invalid_body("the body is not an archive with a MANIFEST"))?;
        let entry = |name: &str| {
            manifest.lines().find_map(|line| {
                let (key, value) = line.split_once(':')?;
                let value = value.trim().trim_matches(['"', '\'']);
                (key.trim_end() == name).then(|| value.to_owned())
            })
        };
        let kind = entry("type").unwrap_or_default();
        if !plugin_types(&self.appliance.target).contains(&kind.as_str()) {
            let message = "unknown type of plugin";
            return Err(semantic_error("not-in-enum", "/type", message));
        }
        let body = json!({
            "api": entry("api"),
            "description": entry("description"),
            "name": entry("name"),
            "path": format!("/opt/scb/var/plugins/{kind}/{}", entry("name").unwrap_or_default()),
            "version": entry("version"),
        });
        let collection = format!("{PLUGINS}/{kind}");
        // An upload replaces the plugin with the same name, as a newer version does.
        let same = |it: &&crate::configuration::Object| it.body["name"] == body["name"];
        let old = self.view().objects(&collection).iter().find(same).cloned();
        let key = match &old {
            Some(object) => object.key.clone(),
            None => self.free_key(&collection, Random::uuid),
        };
        let path = format!("{collection}/{key}");
        let transaction = self.write(caller);
        transaction.pending.set_object(&collection, &key, body.clone(), BTreeSet::new());
        match old {
            Some(object) => transaction.replaced(&path, &object.body, &body),
            None => transaction.created(&path, &body),
        }
        let meta = json!({"href": path, "parent": collection});
        Ok(Response::json(201, &json!({"body": body, "key": key, "meta": meta})))
    }

    pub(crate) fn upload_firmware(&mut self) -> Result<Response, Failure> {
        self.allow(&["POST"])?;
        self.check_type(&[
            "application/x-iso9660-image",
            "application/octet-stream",
            "multipart/form-data",
        ])?;
        if self.request.body_length == 0 {
            return Err(self.invalid_body("the body is empty"));
        }
        let version = format!("{}-upload", firmware_version(&self.appliance.target));
        let key = self.state.slots.fill(version).to_string();
        let href = format!("/api/firmware/slots/{key}");
        let meta = json!({"href": href, "parent": "/api/firmware/slots"});
        Ok(Response::json(201, &json!({"key": key, "meta": meta})))
    }

    pub(crate) fn slots(&self) -> Response {
        let items = Slots::numbers().map(|number| {
            let href = format!("{}/{number}", self.path);
            json!({"body": self.slot(number), "key": number.to_string(), "meta": {"href": href}})
        });
        let items: Vec<_> = items.collect();
        let meta = self.meta(self.view(), self.path);
        Response::json(200, &json!({"items": items, "meta": meta}))
    }

    /// Shows one slot.
    pub(crate) fn show_slot(&self, key: &str) -> Result<Response, Failure> {
        let number = Slots::numbers().find(|it| it.to_string() == key);
        let number = number.ok_or_else(|| Failure::not_found(self.path))?;
        let meta = self.meta(self.view(), self.path);
        let body = self.slot(number);
        Ok(Response::json(200, &json!({"body": body, "key": key, "meta": meta})))
    }

    /// Returns the content of a slot: the running firmware in the first, an upload, or nothing.
    fn slot(&self, number: usize) -> Value {
        let own = firmware_version(&self.appliance.target);
        let version = match number {
            1 => Some(&own),
            _ => self.state.slots.uploaded(number),
        };
        let Some(version) = version else { return json!({}) };
        json!({
            "after_reboot": number == 1,
            "current": number == 1,
            "upgrade_news": null,
            "upgrade_notes": "",
            "version": version,
        })
    }

    /// In strict mode, refuses a body of another type. Public clients send uploads without a type, as octets, or as
    /// multipart under `application/json`.
    fn check_type(&self, types: &[&str]) -> Result<(), Failure> {
        if self.appliance.mode == Mode::Lenient {
            return Ok(());
        }
        if self.request.content_type.as_deref().is_some_and(|it| types.contains(&it)) {
            return Ok(());
        }
        let message = format!("The body has to be declared as {}", types.join(" or "));
        Err(Failure::new(415, "UnsupportedMediaType", message))
    }
}
