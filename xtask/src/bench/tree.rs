//! The tree that `cargo xtask bench --site` plans and applies, and that `--lsp` edits: made up, and the same in every run.

use std::{fmt::Write as _, fs, path::Path};

use anyhow::Context as _;
use serde_json::{Value, json};

/// Objects of the whole tree.
pub(super) const OBJECTS: usize = 5_000;
/// How many of these files are JSON; the others are YAML.
const JSON_SHARE: f64 = 0.5;
/// Objects that change before the second plan: the first ones of this collection get a new password, others a new member.
const WITH_SECRET: &str = "policies/user_databases";
/// The last collection: the tree of one object has one of the first.
pub(super) const COLLECTIONS: [&str; 15] = [
    "policies/time_policies",
    WITH_SECRET,
    "policies/userlists",
    "policies/archive_cleanup_policies",
    "policies/audit_policies",
    "aaa/local_database/groups",
    "ssh/settings_policies",
    "http/settings_policies",
    "telnet/settings_policies",
    "ssh/channel_policies",
    "rdp/channel_policies",
    "http/channel_policies",
    "telnet/channel_policies",
    "ssh/connections",
    "telnet/connections",
];
/// The variable with the value of each secret.
pub(super) const VARIABLE: &str = "BENCH_SECRET";

/// One file of a tree.
pub(super) struct File {
    /// The path without its ending.
    label: String,
    body: Value,
    is_json: bool,
}

impl File {
    /// The path in the tree.
    pub(super) fn path(&self) -> String {
        format!("{}.{}", self.label, if self.is_json { "json" } else { "yaml" })
    }
}

/// The files of so many objects, evenly over the collections.
#[expect(clippy::cast_precision_loss, reason = "a share of a few thousand")]
pub(super) fn files(objects: usize, secrets: usize) -> Vec<File> {
    let file = |index: usize| {
        let collection = COLLECTIONS[index % COLLECTIONS.len()];
        let number = index / COLLECTIONS.len();
        let body = body(collection, number, number < secrets);
        let label = format!("{collection}/{}", body["name"].as_str().unwrap_or_default());
        // Evenly, whatever the share is.
        let before = |index: usize| (index as f64 * JSON_SHARE).floor();
        File { label, body, is_json: before(number + 1) > before(number) }
    };
    (0..objects).map(file).collect()
}

/// Changes one member in so many files, none of which has a secret.
pub(super) fn change(files: &mut [File], count: usize) {
    let changed = files.iter_mut().filter(|it| it.label.starts_with("policies/time_policies/"));
    for file in changed.take(count) {
        file.body["Sun"] = json!([["10:00", "11:30"]]);
    }
}

/// Makes the name a number in every so manieth file, a mistake in each collection, and gives the paths of these files.
pub(super) fn spoil(files: &mut [File], every: usize) -> Vec<String> {
    let mut paths = Vec::new();
    for file in files.iter_mut().rev().step_by(every) {
        file.body["name"] = json!(1);
        paths.push(file.path());
    }
    paths
}

/// Writes a tree into an empty folder, and gives the bytes of its bodies: the fewest, the most, and all.
pub(super) fn write(root: &Path, files: &[File]) -> anyhow::Result<[usize; 3]> {
    let _ = fs::remove_dir_all(root);
    for collection in COLLECTIONS {
        fs::create_dir_all(root.join(collection)).context("a folder of the tree")?;
    }
    fs::write(root.join("sps.toml"), "target = \"8.0\"\n").context("sps.toml")?;
    let (mut least, mut most, mut all) = (usize::MAX, 0, 0);
    for file in files {
        let File { body, is_json, .. } = file;
        let text = if *is_json { serde_json::to_string_pretty(body)? } else { yaml(body) };
        let bytes = body.to_string().len();
        (least, most, all) = (least.min(bytes), most.max(bytes), all + bytes);
        let path = root.join(file.path());
        fs::write(&path, text).with_context(|| format!("writing {}", path.display()))?;
    }
    Ok([least, most, all])
}

/// The body of an object, which refers to others of the same number or less.
fn body(collection: &str, number: usize, has_secret: bool) -> Value {
    let (area, kind) = collection.rsplit_once('/').unwrap_or_default();
    let name = name_of(kind, number);
    let times = format!("policies/time_policies/{}", name_of("time_policies", number));
    match (area, kind) {
        (_, "time_policies") => {
            let day = json!([["8:00", "12:00"], ["13:00", format!("17:{:02}", number % 60)]]);
            json!({"name": name, "Mon": day, "Tue": day, "Wed": day, "Thu": day, "Fri": day, "Sat": day, "Sun": []})
        }
        (_, "user_databases") => {
            let secret = json!({"$secret": format!("env:{VARIABLE}_{number}")});
            let user = |at: usize| {
                let passwords =
                    if has_secret && at == 0 { vec![secret.clone()] } else { Vec::new() };
                json!({"certificates": [], "passwords": passwords, "public_keys": [], "username": format!("user-{number}-{at}")})
            };
            let users: Vec<_> = (0..5 + number % 20).map(user).collect();
            json!({"name": name, "users": users})
        }
        (_, "userlists") => {
            let except: Vec<_> =
                (0..20 + number % 110).map(|at| format!("operator-{number}-{at}")).collect();
            json!({"name": name, "allow": "no_user", "except": except})
        }
        (_, "archive_cleanup_policies") => json!({
            "name": name, "include_node_id_in_path": false, "retention_days": 30 + number,
            "notification_event": {"type": "all", "file_count_limit": 1000, "send_filelist": true},
            "start_times": ["2:30", "14:30"], "template": "PROTOCOL/CONNECTION/ARCHIVEDATE/",
            "target": {"type": "nfs", "path": format!("/archive/{number}"),
                "server": {"selection": "ip", "value": "192.0.2.7"}}}),
        (_, "audit_policies") => json!({
            "name": name, "encryption": {"enabled": false}, "signing": {"enabled": false},
            "signing_and_timestamping_interval": 30 + number,
            "timestamping": {"enabled": true, "server": {"selection": "remote",
                "oid": {"enabled": true, "policy_oid": "1.2.3"},
                "server_url": format!("http://time-{number}.example.com:318")}}}),
        (_, "groups") => json!({"name": name, "members": members(number)}),
        ("ssh", "settings_policies") => {
            let algorithms = json!({
                "cipher": ["aes128-ctr", "aes192-ctr", "aes256-ctr"], "compression": ["none"],
                "kex": ["diffie-hellman-group-exchange-sha256"], "mac": ["hmac-sha2-256", "hmac-sha2-512"]});
            json!({"name": name, "client_side_algorithms": algorithms, "server_side_algorithms": algorithms,
                "greeting": format!("Access to {number} is recorded."), "preconnect_channel_check": false})
        }
        ("http", "settings_policies") => {
            let tls = json!({"cipher_strength": {"selection": "recommended"}, "minimum_tls_version": "TLSv1_2"});
            json!({"name": name, "client_tls_security_settings": tls, "server_tls_security_settings": tls})
        }
        ("telnet", "settings_policies") => {
            let tls = json!({"cipher_strength": {"selection": "recommended"}, "minimum_tls_version": "TLSv1_2"});
            json!({"name": name, "banner": format!("Gateway {number}"), "timeout": 300,
                "inactivity_timeout": {"enabled": true, "value": 900}, "preconnect_channel_check": false,
                "client_tls_security_settings": tls, "server_tls_security_settings": tls})
        }
        (_, "channel_policies") => {
            let rules: Vec<_> =
                (0..=number % 7).map(|at| rule(area, &times, number * 8 + at)).collect();
            json!({"name": name, "rules": rules})
        }
        _ => connection(area, &name, number),
    }
}

/// Names are as long as those that tell the objects of several sites apart.
fn name_of(kind: &str, number: usize) -> String {
    format!(
        "{}-{number:04}-of-the-gateway-for-production-servers-of-the-first-data-center",
        kind.replace('_', "-")
    )
}

fn members(number: usize) -> Vec<String> {
    (0..20 + number % 20).map(|at| format!("member-{number}-{at}")).collect()
}

fn rule(area: &str, times: &str, number: usize) -> Value {
    let mut actions =
        json!({"audit": true, "content_policy": null, "four_eyes": number.is_multiple_of(2)});
    let (channel, address) = (number % 250, format!("198.51.100.{}", number % 250));
    let allowed = json!({
        "clients": ["192.0.2.0/24", format!("203.0.113.{channel}")], "gateway_groups": [], "remote_groups": [],
        "servers": [address], "time_policy": {"$ref": times}});
    if area == "rdp" {
        actions["ids"] = json!(false);
    }
    let channel = match area {
        "ssh" => "session-exec",
        "rdp" => "#drawing",
        area => area,
    };
    let mut rule = json!({"channel": channel, "actions": actions, "allowed_for": allowed});
    if area == "ssh" {
        rule["execs"] = json!(["uptime", format!("systemctl status unit-{number}")]);
    }
    rule
}

fn connection(area: &str, name: &str, number: usize) -> Value {
    let mut body = json!({
        "name": name, "active": true,
        "access_control": [{"authorizer": "auditors", "permission": "audit", "require_different_ip": false,
            "require_different_username": true, "subject": {"selection": "only", "group": "operators"}}],
        "channel_policy": {"$ref": format!("{area}/channel_policies/{}", name_of("channel_policies", number))},
        "indexing": {"enabled": false}, "log_audit_trail_downloads": true,
        "network": {"clients": ["192.0.2.0/24"], "ports": [2000 + number], "targets": ["198.51.100.10"]},
        "override_log_level": {"enabled": false},
        "server_address": {"selection": "nat", "network": "198.51.100.0/24"}});
    if area == "telnet" {
        body["client_side_transport_security"] = json!({"selection": "disabled"});
    }
    body
}

/// A body in YAML, in blocks.
fn yaml(body: &Value) -> String {
    let mut text = String::new();
    block(body, 0, &mut text);
    text
}

fn block(value: &Value, depth: usize, text: &mut String) {
    let indent = " ".repeat(depth);
    let mut entry = |head: String, value: &Value| {
        let is_block = match value {
            Value::Object(members) => !members.is_empty(),
            Value::Array(elements) => !elements.is_empty(),
            _ => false,
        };
        // Writing into a text cannot fail. Every scalar of JSON is one of YAML.
        if is_block {
            let _ = writeln!(text, "{indent}{head}");
            block(value, depth + 2, text);
        } else {
            let _ = writeln!(text, "{indent}{head} {value}");
        }
    };
    match value {
        Value::Object(members) => {
            for (key, value) in members {
                entry(format!("{}:", Value::from(key.as_str())), value);
            }
        }
        Value::Array(elements) => {
            for value in elements {
                entry("-".to_owned(), value);
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_blocks() {
        let body = json!({"name": "7", "rules": [{"audit": true, "days": []}, [1, null]]});
        let text = "\"name\": \"7\"\n\"rules\":\n  -\n    \"audit\": true\n    \"days\": []\n  -\n    - 1\n    - null\n";
        assert_eq!(yaml(&body), text);
    }

    #[test]
    fn bodies_have_the_sizes_of_real_ones() {
        let files = files(OBJECTS, 5);
        let sizes: Vec<_> = files.iter().map(|it| it.body.to_string().len()).collect();
        let outside = sizes.iter().filter(|it| !(300..3_000).contains(*it)).count();
        assert!(outside == 0, "{outside}: {:?} {:?}", sizes.iter().min(), sizes.iter().max());
    }
}
