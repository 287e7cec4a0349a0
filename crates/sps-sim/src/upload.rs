//! Uploads: plugins, which become part of the configuration, and firmware, which fills a slot.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::{
    answer::{Answer, Failure},
    appliance::{Call, finding},
    random::Random,
    session::Caller,
    status::firmware_version,
    tree::{PLUGINS, plugin_types},
};

/// The largest manifest that is unpacked.
const MANIFEST_LENGTH: usize = 1 << 20;

/// How many slots there are for firmware.
const SLOTS: usize = 5;

/// Firmware that was uploaded: the names of its versions, in the order of the slots after the first.
#[derive(Debug, Default)]
pub(crate) struct Slots(Vec<String>);

impl Call<'_> {
    pub(crate) fn upload_plugin(&mut self, caller: &Caller) -> Result<Answer, Failure> {
        self.allow(&["POST"])?;
        self.check_type(&["application/zip"])?;
        self.check_lock(caller)?;
        let manifest = manifest(&self.request.body)
            .ok_or_else(|| self.invalid_body("the body is no archive with a MANIFEST"))?;
        let entry = |name: &str| {
            manifest.lines().find_map(|line| {
                let (key, value) = line.split_once(':')?;
                let value = value.trim().trim_matches(['"', '\'']);
                (key.trim_end() == name).then(|| value.to_owned())
            })
        };
        let kind = entry("type").unwrap_or_default();
        if !plugin_types(&self.appliance.target).contains(&kind.as_str()) {
            let message = "the manifest names no type of plugin that there is";
            return Err(finding("not-in-enum", "/type", message));
        }
        let body = json!({
            "api": entry("api"),
            "description": entry("description"),
            "name": entry("name"),
            "path": format!("/opt/scb/var/plugins/{kind}/{}", entry("name").unwrap_or_default()),
            "version": entry("version"),
        });
        let collection = format!("{PLUGINS}/{kind}");
        // A plugin with the same name is replaced: that is how a newer version comes.
        let same = |it: &&crate::store::Object| it.body["name"] == body["name"];
        let old = self.view().objects(&collection).iter().find(same).cloned();
        let key = match &old {
            Some(object) => object.key.clone(),
            None => self.free_key(&collection, Random::uuid),
        };
        let path = format!("{collection}/{key}");
        let transaction = self.open(caller);
        transaction.pending.set_object(&collection, &key, body.clone(), BTreeSet::new());
        match old {
            Some(object) => transaction.replaced(&path, &object.body, &body),
            None => transaction.created(&path, &body),
        }
        let meta = json!({"href": path, "parent": collection});
        Ok(Answer::json(201, &json!({"body": body, "key": key, "meta": meta})))
    }

    pub(crate) fn upload_firmware(&mut self) -> Result<Answer, Failure> {
        self.allow(&["POST"])?;
        self.check_type(&["application/x-iso9660-image", "application/octet-stream"])?;
        if self.request.body_length == 0 {
            return Err(self.invalid_body("it is empty"));
        }
        let slots = &mut self.state.slots.0;
        if slots.len() + 1 == SLOTS {
            slots.pop();
        }
        slots.push(format!("{}-upload", firmware_version(&self.appliance.target)));
        let key = (slots.len() + 1).to_string();
        let href = format!("/api/firmware/slots/{key}");
        let meta = json!({"href": href, "parent": "/api/firmware/slots"});
        Ok(Answer::json(201, &json!({"key": key, "meta": meta})))
    }

    pub(crate) fn slots(&self) -> Answer {
        let items = (1..=SLOTS).map(|number| {
            let href = format!("{}/{number}", self.path);
            json!({"body": self.slot(number), "key": number.to_string(), "meta": {"href": href}})
        });
        let items: Vec<_> = items.collect();
        let meta = self.meta(self.view(), self.path);
        Answer::json(200, &json!({"items": items, "meta": meta}))
    }

    /// One slot, if the key names one.
    pub(crate) fn show_slot(&self, key: &str) -> Result<Answer, Failure> {
        let number = (1..=SLOTS).find(|it| it.to_string() == key);
        let number = number.ok_or_else(|| Failure::not_found(self.path))?;
        let meta = self.meta(self.view(), self.path);
        let body = self.slot(number);
        Ok(Answer::json(200, &json!({"body": body, "key": key, "meta": meta})))
    }

    /// What lies in a slot: the running firmware in the first, an upload, or nothing.
    fn slot(&self, number: usize) -> Value {
        let own = firmware_version(&self.appliance.target);
        let version = match number {
            1 => Some(&own),
            _ => self.state.slots.0.get(number - 2),
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

    fn check_type(&self, types: &[&str]) -> Result<(), Failure> {
        if self.request.content_type.as_deref().is_some_and(|it| types.contains(&it)) {
            return Ok(());
        }
        let message = format!("The body has to be declared as {}", types.join(" or "));
        Err(Failure::new(415, "UnsupportedMediaType", message))
    }
}

/// The text of the file `MANIFEST` in a ZIP archive, from the list of files at its end.
fn manifest(archive: &[u8]) -> Option<String> {
    let short = |at: usize| -> Option<usize> {
        let bytes = archive.get(at..at.checked_add(2)?)?;
        Some(usize::from(u16::from_le_bytes([bytes[0], bytes[1]])))
    };
    let long = |at: usize| Some(short(at)? | short(at.checked_add(2)?)? << 16);
    let end = archive.windows(4).rposition(|it| it == b"PK\x05\x06")?;
    let (count, mut at) = (short(end + 10)?, long(end + 16)?);
    for _ in 0..count {
        if archive.get(at..at.checked_add(4)?)? != b"PK\x01\x02" {
            return None;
        }
        let (method, packed, name) = (short(at + 10)?, long(at + 20)?, short(at + 28)?);
        let file_name = archive.get(at + 46..at + 46 + name)?;
        if file_name == b"MANIFEST" {
            let local = long(at + 42)?;
            let start = local.checked_add(30)? + short(local + 26)? + short(local + 28)?;
            let content = archive.get(start..start.checked_add(packed)?)?;
            let content = match method {
                0 => content.to_vec(),
                8 => miniz_oxide::inflate::decompress_to_vec_with_limit(content, MANIFEST_LENGTH)
                    .ok()?,
                _ => return None,
            };
            return String::from_utf8(content).ok();
        }
        at = at + 46 + name + short(at + 30)? + short(at + 32)?;
    }
    None
}
