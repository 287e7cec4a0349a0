//! The health of the appliance: numbers that never change, and the number of active sessions.

use serde_json::{Value, json};

use crate::{appliance::Call, http::Response};

/// Protocols that sessions are counted by.
pub(super) const PROTOCOLS: [&str; 7] = ["http", "ica", "mssql", "rdp", "ssh", "telnet", "vnc"];

impl Call<'_> {
    pub(crate) fn health_status(&self) -> Response {
        let audit = &self.state.audit;
        let counts = PROTOCOLS.map(|it| (it, audit.active(it)));
        let total: usize = counts.iter().map(|it| it.1).sum();
        let sessions: Value =
            counts.into_iter().map(|(name, count)| (name.to_owned(), json!(count))).collect();
        let health = json!({
            "cpu": 3.5, "disk": 21.0, "memory": 44.0, "swap": 0.5,
            "load1": 0.25, "load5": 0.31, "load15": 0.28,
            "firmware": {
                "integrity": {"boot": "OK", "core": "OK"},
                "tainted_files": {"boot": 0, "core": 0, "ha_other": 0},
            },
            "indexer": {
                "indexer_status": [{
                    "capabilities": ["index", "screenshot", "video"], "idle_workers_count": 2,
                    "indexer_jobs": 0, "ip": "127.0.0.1", "screenshot_jobs": 0, "video_jobs": 0,
                    "workers_count": 2,
                }],
                "processing_tasks": [], "remaining_tasks": [], "worker_warnings": [],
            },
            "pipeline_queues": {"indexer_events": 0.0, "session_events": 0.0},
            "raid": {
                "disks": {"252:0": {"status": "Online"}, "252:1": {"status": "Online"}},
                "status": {
                    "detailed_status": "Optimal", "operation_progress": 0, "status": "optimal",
                },
            },
            "sessions": sessions,
            "sessions_total": total,
            "system_details": {
                "cpu": {
                    "guest": 0.0, "guest_nice": 0.0, "idle": 96.5, "iowait": 0.5, "irq": 0.0,
                    "nice": 0.0, "softirq": 0.1, "steal": 0.0, "system": 0.9, "user": 2.0,
                },
                "disk": {"free": 79_000_000_000_u64, "percent": 21.0, "total": 100_000_000_000_u64},
            },
        });
        let meta = self.meta(self.view(), self.path);
        Response::json(200, &json!({"health_status": health, "meta": meta}))
    }
}
