//! The recorded sessions of a new simulator.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::audit::RecordedSession;

/// 2024-05-06T00:00:00Z.
const MONDAY: u64 = 1_714_953_600;

/// Returns five sessions: two of SSH, one of them active, one of RDP, one of HTTP, and a refused one.
pub(crate) fn samples() -> Vec<RecordedSession> {
    let seconds = Duration::from_secs;
    vec![
        RecordedSession::new("SSH", at(0, 7, 8, 9), seconds(600))
            .key("4xqTzLk0bYg7mNc2Rf9sWd")
            .channel("session shell")
            .command(seconds(53), "uptime")
            .command(seconds(120), "sudo systemctl restart nginx")
            .command(seconds(262), "rm -rf /var/log/nginx")
            .alert(seconds(262), "no-deletes", "rm -rf", "rm -rf /var/log/nginx")
            .score(37.5)
            .recording("audit trail 4xqTzLk0bYg7mNc2Rf9sWd\n"),
        RecordedSession::new("RDP", at(0, 8, 30, 0), seconds(2_700))
            .key("7GmB1uPz5HcVxJ3eQaKdTy")
            .user("bob")
            .client("192.0.2.11")
            .server("198.51.100.20", 3389, "Administrator")
            .connection_policy("windows-admins")
            .authorized_channel("#drawing", "carol", "change 4711")
            .score(12.0)
            .recording("audit trail 7GmB1uPz5HcVxJ3eQaKdTy\n"),
        RecordedSession::new("HTTP", at(1, 9, 15, 0), seconds(300))
            .key("9sLwK2nRt6DfYb8oXvMeAq")
            .user("carol")
            .client("192.0.2.12")
            .server("198.51.100.30", 443, "webadmin")
            .connection_policy("web-consoles")
            .channel("http")
            .recording("audit trail 9sLwK2nRt6DfYb8oXvMeAq\n"),
        RecordedSession::new("SSH", at(1, 23, 2, 41), seconds(3))
            .key("2dHjX8qZc4WpEu0kVyTgNs")
            .user("mallory")
            .client("192.0.2.66")
            .denied("The login to the server failed")
            .score(81.0),
        RecordedSession::new("SSH", at(2, 6, 55, 0), Duration::ZERO)
            .key("6bRfS3vNi9QaLo1yCtMkPz")
            .server("198.51.100.8", 22, "postgres")
            .channel("session shell")
            .active(),
    ]
}

/// Returns a time of the week.
fn at(day: u64, hour: u64, minute: u64, second: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(MONDAY + ((day * 24 + hour) * 60 + minute) * 60 + second)
}
