//! Uploads of plugins, which become part of the configuration.

use std::collections::BTreeSet;

use serde_json::json;

use crate::{
    appliance::{Call, read::semantic_error},
    body::Mode,
    configuration::PLUGINS,
    http::{Failure, Response, first_part},
    jobs::manifest,
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
        if !self.appliance.tree.has_plugins(&kind) {
            let message = "unknown type of plugin";
            return Err(semantic_error("not-in-enum", "/type", message));
        }
        for (name, check) in MANIFEST {
            if !entry(name).is_some_and(|it| check(&it)) {
                let message = "the manifest lacks it, or its form is wrong";
                return Err(semantic_error("plugin-manifest", &format!("/{name}"), message));
            }
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

    /// In strict mode, refuses a body of another type. Public clients send uploads without a type, as octets, or as
    /// multipart under `application/json`.
    pub(crate) fn check_type(&self, types: &[&str]) -> Result<(), Failure> {
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

/// Whether a member of a manifest has the right form.
type Check = fn(&str) -> bool;

/// Members of the manifest that a plugin needs.
const MANIFEST: [(&str, Check); 3] = [("name", is_name), ("version", is_version), ("api", is_api)];

/// Whether a plugin may have this name: a letter, then letters, digits and `_`.
fn is_name(text: &str) -> bool {
    text.len() >= 2
        && text.starts_with(|it: char| it.is_ascii_alphabetic())
        && text.bytes().all(|it| it.is_ascii_alphanumeric() || it == b'_')
}

/// Whether a plugin may have this version. A suffix may be a date.
fn is_version(text: &str) -> bool {
    text.starts_with(|it: char| it.is_ascii_digit())
}

/// Whether this is a version of the interface: two or three numbers.
fn is_api(text: &str) -> bool {
    let numbers: Vec<_> = text.split('.').collect();
    (2..=3).contains(&numbers.len()) && numbers.iter().all(|it| it.parse::<u32>().is_ok())
}
