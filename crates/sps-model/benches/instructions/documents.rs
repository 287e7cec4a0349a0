//! The bodies that are measured, each of a real endpoint and all of them valid.

use serde_json::{Value, json};

/// What the tables call a body, and the body.
pub(crate) type Named = (&'static str, Value);

pub(crate) fn health_monitoring() -> Named {
    let body = json!({
        "maximum_disk_utilization_ratio": 80, "maximum_load1": null, "maximum_load15": null, "maximum_load5": null,
        "maximum_swap_utilization_ratio": 70,
    });
    ("health monitoring", body)
}

pub(crate) fn trap_v2c() -> Named {
    let body = json!({ "enabled": true, "version": { "selection": "2c", "value": { "community": "n0c-ro", "server": host() } } });
    ("SNMPv2c trap", body)
}

pub(crate) fn trap_v3() -> Named {
    let body = json!({ "enabled": true, "version": { "selection": "3", "value": {
        "auth_method": "sha", "auth_password": "aaaaaaaa-0000-4000-8000-000000000003", "encryption_method": "aes",
        "encryption_password": "aaaaaaaa-0000-4000-8000-000000000004", "engine_id": "0x0123456789ABCDEF",
        "server": host(), "username": "trapper",
    } } });
    ("SNMPv3 trap", body)
}

pub(crate) fn time_policy() -> Named {
    let day = json!([["8:00", "12:00"], ["13:00", "17:30"]]);
    let body = json!({ "Fri": day, "Mon": day, "Sat": [], "Sun": [], "Thu": day, "Tue": day, "Wed": day, "name": "office" });
    ("time policy", body)
}

pub(crate) fn mail() -> Named {
    let body = json!({
        "admin_address": "ops@corp.test", "alerting_address": "alert@corp.test", "reporting_address": "rep@corp.test",
        "sender_address": null, "smtp_auth": { "enabled": true, "password": "aaaaaaaa-0000-4000-8000-000000000001", "username": "relay" },
        "smtp_encryption": {
            "client_authentication": { "enabled": true, "x509_identity": "aaaaaaaa-0000-4000-8000-000000000002" },
            "selection": "starttls", "server_certificate_check": { "enabled": false },
        },
        "smtp_server": host(),
    });
    ("mail, no certificate", body)
}

/// `certificate` is one in PEM.
pub(crate) fn mail_with_certificate(certificate: &str) -> Named {
    let (_, mut body) = mail();
    body["smtp_encryption"]["server_certificate_check"] =
        json!({ "enabled": true, "server_certificate_ca": certificate });
    ("mail, one certificate", body)
}

pub(crate) fn channel_policy() -> Named {
    let rule = json!({
        "actions": { "audit": true, "content_policy": null, "four_eyes": false, "ids": false },
        "allowed_for": { "clients": ["10.0.0.0/8"], "gateway_groups": [], "remote_groups": [], "servers": [], "time_policy": "-100" },
        "channel": "#drawing",
    });
    let body = json!({ "name": "drawing-only", "rules": vec![rule; 9] });
    ("channel policy, 9 rules", body)
}

fn host() -> Value {
    json!({ "selection": "ip", "value": "192.0.2.25" })
}
