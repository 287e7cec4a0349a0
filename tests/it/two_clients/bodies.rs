//! Bodies that the two clients send.

use serde_json::{Value, json};

pub(super) fn health(ratio: u64) -> Value {
    json!({
        "maximum_disk_utilization_ratio": ratio, "maximum_load1": null, "maximum_load15": null,
        "maximum_load5": null, "maximum_swap_utilization_ratio": 70,
    })
}

pub(super) fn email(password: &str) -> Value {
    json!({
        "admin_address": "ops@example.com", "alerting_address": "alerts@example.com",
        "reporting_address": "reports@example.com", "sender_address": null,
        "smtp_auth": {"enabled": true, "username": "relay", "password": password},
        "smtp_encryption": {"selection": "disabled"},
        "smtp_server": {"selection": "ip", "value": "192.0.2.25"},
    })
}

pub(super) fn trap(password: &str) -> Value {
    json!({"enabled": true, "version": {"selection": "3", "value": {
        "server": {"selection": "ip", "value": "192.0.2.25"}, "username": "trapper",
        "engine_id": "0x0123456789", "auth_method": "sha", "auth_password": password,
        "encryption_method": "none", "encryption_password": null,
    }}})
}

pub(super) fn times() -> Value {
    let day = json!([["8:00", "17:00"]]);
    let mut policy = json!({"name": "office-hours"});
    for name in ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"] {
        policy[name] = day.clone();
    }
    policy
}

pub(super) fn channel(times: &str) -> Value {
    json!({"name": "drawing", "rules": [{
        "actions": {"audit": true, "content_policy": null, "four_eyes": false, "ids": false},
        "allowed_for": {
            "clients": [], "gateway_groups": [], "remote_groups": [], "servers": [], "time_policy": times,
        },
        "channel": "#drawing",
    }]})
}
