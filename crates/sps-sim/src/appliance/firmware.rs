//! Requests about firmware: its upload, slots, test, upgrade, and downloads from other servers.

use std::time::Duration;

use serde_json::{Value, json};
use sps_spec::Version;

use crate::{
    appliance::{Boot, Call, HandlerResult, info::firmware_version, read::semantic_error},
    configuration::{Address, parts, restore},
    device::{Order, Slots, image_version},
    fault::FaultKind,
    http::{Failure, Response, file_name, first_part_head},
};

const FIRMWARE: &str = "/api/firmware";
const SLOTS: &str = "/api/firmware/slots";
const TEST: &str = "/api/firmware/test";
const UPGRADE: &str = "/api/firmware/upgrade";
const FETCH: &str = "/api/firmware/fetch";

/// Time from the response to an upgrade to the boot.
const BOOT_DELAY: Duration = Duration::from_secs(3);

impl Call<'_> {
    /// Handles a request about firmware; `None` for what the paths and methods of the spec decide.
    pub(crate) fn firmware(&mut self) -> Option<HandlerResult> {
        let below = |start: &str| self.path.strip_prefix(start)?.strip_prefix('/');
        Some(match (self.path, self.request.method.as_str()) {
            (FIRMWARE, "GET") => Ok(self.firmware_links()),
            (SLOTS, "GET") => Ok(self.slots()),
            (TEST, "POST") => self.test_firmware(),
            (UPGRADE, "POST") => self.upgrade_firmware(),
            (FETCH, "GET") => Ok(self.downloads()),
            (FETCH, "POST") => self.start_download(),
            (_, "GET") if below(SLOTS).is_some() => self.show_slot(below(SLOTS)?),
            (_, "DELETE") if below(SLOTS).is_some() => self.clear_slot(below(SLOTS)?),
            (_, "GET" | "DELETE") if below(FETCH).is_some() => self.download(below(FETCH)?),
            _ => return None,
        })
    }

    pub(crate) fn upload_firmware(&mut self) -> HandlerResult {
        self.allow(&["POST"])?;
        self.check_type(&[
            "application/x-iso9660-image",
            "application/octet-stream",
            "multipart/form-data",
        ])?;
        if self.request.body_length == 0 {
            return Err(self.invalid_body("the body is empty"));
        }
        let (head, image) = first_part_head(&self.request.body).unwrap_or_default();
        let image = if head.is_empty() { &self.request.body[..] } else { image };
        let name = file_name(head).or_else(|| self.request.file_name.clone());
        let version = image_version(name.as_deref(), image).unwrap_or_else(|| self.own_version());
        let slots = &mut self.state.device.slots;
        let Some(number) = slots.fill(version) else {
            return Err(semantic_error("limit-exceeded", "", "there is no empty slot"));
        };
        let meta = json!({
            "href": self.path, "parent": "/api/upload",
            "number_of_empty_slots": slots.number_of_empty(),
            "slot": slot_path(number), "test": TEST, "upgrade": UPGRADE,
        });
        let meta = self.with_time(meta);
        let body = self.slot(number);
        Ok(Response::json(201, &json!({"body": body, "key": number.to_string(), "meta": meta})))
    }

    /// Lists the links of the container, which its `meta` repeats.
    fn firmware_links(&self) -> Response {
        let children = self.appliance.tree.children(FIRMWARE);
        let mut meta = json!({"href": FIRMWARE, "parent": "/api"});
        let mut items = Vec::new();
        for name in children {
            let href = format!("{FIRMWARE}/{name}");
            meta[name] = json!(href);
            items.push(json!({"key": name, "meta": {"href": href}}));
        }
        Response::json(200, &json!({"items": items, "meta": self.with_time(meta)}))
    }

    fn slots(&self) -> Response {
        let slots = &self.state.device.slots;
        let items = Slots::numbers().map(|number| {
            let meta = json!({"href": slot_path(number)});
            json!({"body": self.slot(number), "key": number.to_string(), "meta": meta})
        });
        let items: Vec<_> = items.collect();
        let meta = json!({
            "current_slot": slot_path(slots.current()),
            "href": SLOTS, "parent": FIRMWARE,
            "number_of_empty_slots": slots.number_of_empty(),
            "slot_after_reboot": slot_path(slots.next()),
        });
        Response::json(200, &json!({"items": items, "meta": self.with_time(meta)}))
    }

    fn show_slot(&self, key: &str) -> HandlerResult {
        let number = slot_number(key).ok_or_else(|| no_slot(key))?;
        let meta = self.with_time(json!({"href": self.path, "parent": SLOTS}));
        let body = self.slot(number);
        Ok(Response::json(200, &json!({"body": body, "key": key, "meta": meta})))
    }

    fn clear_slot(&mut self, key: &str) -> HandlerResult {
        let number = slot_number(key).ok_or_else(|| no_slot(key))?;
        let slots = &mut self.state.device.slots;
        if number == slots.current() || number == slots.next() {
            let message = "the slot holds the running firmware, or that of the next boot";
            return Err(semantic_error("still-referenced", "", message));
        }
        slots.version(number).ok_or_else(|| no_slot(key))?;
        slots.clear(number);
        let meta = self.with_time(json!({"href": self.path, "parent": SLOTS}));
        Ok(Response::json(200, &json!({"meta": meta})))
    }

    /// Returns the content of a slot.
    fn slot(&self, number: usize) -> Value {
        let slots = &self.state.device.slots;
        let Some(version) = slots.version(number) else { return json!({}) };
        json!({
            "after_reboot": number == slots.next(),
            "current": number == slots.current(),
            "upgrade_news": null,
            "upgrade_notes": "",
            "version": version,
        })
    }

    fn test_firmware(&mut self) -> HandlerResult {
        let body = self.read_complete(&["slot_id"])?;
        let (number, version) = self.requested_slot(&body)?;
        let summary = self.test_summary(&version)?;
        Ok(self.tested(number, &summary))
    }

    fn upgrade_firmware(&mut self) -> HandlerResult {
        let body = self.read_complete(&["slot_id", "message"])?;
        let (number, version) = self.requested_slot(&body)?;
        let message = body["message"].as_str().unwrap_or_default();
        if self.needs_message() && message.trim().is_empty() {
            return Err(semantic_error("missing-key", "/message", "an upgrade needs a message"));
        }
        let summary = self.test_summary(&version)?;
        self.state.device.slots.choose(number);
        let now = self.appliance.clock.now();
        let at = now.checked_add(BOOT_DELAY).unwrap_or(now);
        self.state.device.boot = Some(Boot { at, admin: None });
        Ok(self.tested(number, &summary))
    }

    fn tested(&self, number: usize, summary: &str) -> Response {
        let meta = json!({"href": self.path, "parent": FIRMWARE, "slot": slot_path(number)});
        let (body, meta) = (json!({"test_summary": summary}), self.with_time(meta));
        Response::json(200, &json!({"body": body, "key": number.to_string(), "meta": meta}))
    }

    /// Returns the slot that a body names, and the version in it.
    fn requested_slot(&self, body: &Value) -> Result<(usize, String), Failure> {
        let id = &body["slot_id"];
        let number = id.as_u64().and_then(|it| usize::try_from(it).ok());
        let version = number.and_then(|it| Some((it, self.state.device.slots.version(it)?)));
        let (number, version) = version.ok_or_else(|| no_slot(&id.to_string()))?;
        Ok((number, version.to_owned()))
    }

    /// Tests whether the appliance can run a version. Fails with the same lines as it succeeds.
    fn test_summary(&self, version: &str) -> Result<String, Failure> {
        let (spec, own) = (self.appliance.spec, &self.appliance.target);
        let target: Version = version.parse().unwrap_or_else(|_| own.clone());
        let path = if target < *own { Err("an older version".to_owned()) } else { Ok(()) };
        let (tree, bodies) = parts(spec, &target);
        let committed = self.state.committed.clone();
        let configuration = restore(committed, own, spec, &target, &tree, &bodies).map(drop);
        let fault = self.faults.contains(&FaultKind::FailJob);
        let files = if fault { Err("altered files".to_owned()) } else { Ok(()) };
        let checks = [
            ("Version path", path),
            ("Free space", Ok(())),
            ("Configuration", configuration),
            ("Files", files),
        ];
        let passed = checks.iter().all(|(_, result)| result.is_ok());
        let lines = checks.into_iter().map(|(name, result)| match result {
            Ok(()) => format!("{name}: passed"),
            Err(why) => format!("{name}: failed: {why}"),
        });
        let first = format!("Upgrade from {} to {version}", self.own_version());
        let mut lines: Vec<_> = std::iter::once(first).chain(lines).collect();
        lines.push(String::new());
        let summary = lines.join("\n");
        if passed { Ok(summary) } else { Err(Failure::new(400, "FirmwareTestFailed", summary)) }
    }

    fn downloads(&self) -> Response {
        let now = self.appliance.clock.now();
        let items = self.state.device.downloads.all().iter().map(|it| {
            let meta = json!({"href": format!("{FETCH}/{}", it.key), "parent": FETCH});
            json!({"body": it.body(now), "key": it.key, "meta": meta})
        });
        let items: Vec<_> = items.collect();
        let meta = self.with_time(json!({"href": FETCH, "parent": FIRMWARE}));
        Response::json(200, &json!({"items": items, "meta": meta}))
    }

    fn start_download(&mut self) -> HandlerResult {
        let body = self.read_complete(&["url", "checksum"])?;
        let text = |it: &Value| it.as_str().unwrap_or_default().to_owned();
        let (url, sha256) = (text(&body["url"]), text(&body["checksum"]["sha256"]));
        if sha256.is_empty() {
            return Err(incomplete(&["checksum.sha256"]));
        }
        let fails = self.faults.contains(&FaultKind::FailJob);
        let (key, now) = (self.state.random.uuid(), self.appliance.clock.now());
        let order = Order { url, sha256, version: self.own_version(), fails };
        let downloads = &mut self.state.device.downloads;
        downloads.start(key.clone(), order, now);
        let body = downloads.find(&key).map(|it| it.body(now));
        let meta = self.with_time(json!({"href": format!("{FETCH}/{key}"), "parent": FETCH}));
        Ok(Response::json(202, &json!({"body": body, "key": key, "meta": meta})))
    }

    /// Shows a download, or cancels it or removes its entry.
    fn download(&mut self, key: &str) -> HandlerResult {
        let now = self.appliance.clock.now();
        let downloads = &mut self.state.device.downloads;
        let download =
            downloads.find(key).ok_or_else(|| Failure::resource_not_found(FETCH, key))?;
        let body = download.body(now);
        let meta = json!({"href": self.path, "parent": FETCH});
        if self.request.method == "DELETE" {
            downloads.delete(key);
            return Ok(Response::json(200, &json!({"meta": self.with_time(meta)})));
        }
        let meta = self.with_time(meta);
        Ok(Response::json(200, &json!({"body": body, "key": key, "meta": meta})))
    }

    /// Returns the version of the running firmware.
    fn own_version(&self) -> String {
        firmware_version(&self.appliance.target)
    }

    /// Reads a body of these members at least, by the type of the endpoint.
    pub(crate) fn read_complete(&self, names: &[&str]) -> Result<Value, Failure> {
        let body: Value = serde_json::from_slice(&self.request.body)
            .map_err(|error| self.invalid_body(&error.to_string()))?;
        let missing: Vec<_> = names.iter().copied().filter(|it| body.get(*it).is_none()).collect();
        if body.is_object() && !missing.is_empty() {
            return Err(incomplete(&missing));
        }
        let path = match self.appliance.tree.resolve(self.path) {
            Some(Address::Object(collection, ..)) => collection,
            _ => self.path,
        };
        let Some(endpoint) = self.appliance.spec.endpoint(path) else { return Ok(body) };
        self.read(endpoint, &self.request.body, self.path).map(|it| it.0)
    }
}

/// Makes the error about a body that lacks members.
fn incomplete(names: &[&str]) -> Failure {
    let message = format!("The request body lacks {}", names.join(", "));
    Failure::new(400, "IncompleteRequestBodyError", message)
}

fn slot_path(number: usize) -> String {
    format!("{SLOTS}/{number}")
}

fn slot_number(key: &str) -> Option<usize> {
    Slots::numbers().find(|it| it.to_string() == key)
}

fn no_slot(key: &str) -> Failure {
    Failure::resource_not_found(SLOTS, key)
}
