//! Uploads, downloads and support bundles.

use std::{
    fs,
    sync::{Arc, Mutex},
    time::Duration,
};

use serde_json::json;
use sps_client::{ErrorKind, Source};
use sps_model::SupportBundleStatus;

use crate::fake::{Fake, PASSWORD, Reply, error, ok, times};

const BUNDLES: &str = "/api/troubleshooting/support-bundle";

#[tokio::test]
async fn uploads_with_progress() {
    let ended = times(1);
    let fake = Fake::start(move |_, _| match ended() {
        true => error(401, "Unauthenticated", json!("/x")),
        false => ok(json!({"meta": {"href": "/api/upload/firmware"}})),
    })
    .await;
    let client = fake.client().await;
    let file = std::env::temp_dir().join(format!("sps-client-upload-{}", std::process::id()));
    fs::write(&file, "x".repeat(100_000)).unwrap();
    for source in [Source::Bytes(vec![b'x'; 100_000]), Source::File(file.clone())] {
        let seen = Arc::new(Mutex::new(Vec::new()));
        let heard = Arc::clone(&seen);
        let progress = move |it| heard.lock().unwrap().push(it);
        client
            .upload("/api/upload/firmware", "application/x-iso", &source, progress)
            .await
            .unwrap();
        let last = *seen.lock().unwrap().last().unwrap();
        assert_eq!((last.bytes, last.total), (100_000, Some(100_000)));
        let request = fake.requests().pop().unwrap();
        assert_eq!(request.body.len(), 100_000);
        assert!(request.head.to_ascii_lowercase().contains("content-type: application/x-iso"));
    }
    // The first one was repeated after a login.
    assert_eq!(fake.count("POST /api/upload/firmware"), 3);
    fs::remove_file(&file).unwrap();
    let gone = client.upload("/api/upload/firmware", "a/b", &Source::File(file), |_| ()).await;
    assert_eq!(*gone.unwrap_err().kind(), ErrorKind::File);
}

#[tokio::test]
async fn a_download_appears_whole_or_not_at_all() {
    let missing = times(1);
    let fake = Fake::start(move |_, _| match missing() {
        true => error(404, "ResourceNotFound", json!({"mount_point": "/x", "resource": "y"})),
        false => Reply::Bytes(b"archive".to_vec()),
    })
    .await;
    let client = fake.client().await;
    let folder = std::env::temp_dir().join(format!("sps-client-download-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    let target = folder.join("bundle.tar.gz");
    let bundles = client.support_bundles();
    let error = bundles.download("7a", &target, |_| ()).await.unwrap_err();
    assert_eq!(*error.kind(), ErrorKind::NotFound);
    assert_eq!(error.server_type(), Some("ResourceNotFound"));
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 0);
    let mut last = None;
    let bytes = bundles.download("7a", &target, |it| last = Some(it)).await.unwrap();
    assert_eq!((bytes, last.unwrap().total), (7, Some(7)));
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 1);
    assert_eq!(fs::read(&target).unwrap(), b"archive");
    fs::remove_dir_all(folder).unwrap();
}

#[tokio::test]
async fn makes_a_bundle_with_one_call() {
    for (last, is_good) in [("finished", true), ("failed", false)] {
        let waits = times(2);
        let fake = Fake::start(move |line, request| {
            let body = |status: &str| {
                let error = format!("out of space, says {PASSWORD}");
                json!({"error": error, "file_name": null, "info": null,
                    "start_time": null, "status": status})
            };
            let meta = json!({"href": format!("{BUNDLES}/7a"), "parent": BUNDLES});
            if line.starts_with("POST") {
                assert!(request.head.to_ascii_lowercase().contains("content-length: 0"));
                // The guide's sample: a list without a key.
                return ok(json!({"items": [{"body": body("queued"), "meta": meta}], "meta": {}}));
            }
            let status = if waits() { "in-progress" } else { last };
            ok(json!({"key": "7a", "body": body(status), "meta": meta}))
        })
        .await;
        let client = fake.client().await;
        let mut seen = Vec::new();
        let result = client.support_bundles().create(|it| seen.push(it.status.clone())).await;
        assert_eq!(seen.len(), 3);
        assert_eq!(seen[0], SupportBundleStatus::InProgress);
        assert_eq!(fake.count(&format!("POST {BUNDLES}")), 1);
        assert_eq!(fake.count(&format!("GET {BUNDLES}/7a")), 3);
        match is_good {
            true => assert_eq!(result.unwrap(), "7a"),
            false => {
                let error = result.unwrap_err();
                assert_eq!(*error.kind(), ErrorKind::JobFailed);
                assert!(error.to_string().contains("out of space"), "{error}");
                assert_eq!(error.message(), Some("out of space, says ***"));
            }
        }
    }
}

#[cfg(unix)]
#[tokio::test]
async fn a_download_replaces_files_only() {
    let fake = Fake::start(|_, _| Reply::Bytes(b"archive".to_vec())).await;
    let client = fake.client().await;
    let folder = std::env::temp_dir().join(format!("sps-client-target-{}", std::process::id()));
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir(&folder).unwrap();
    let (file, link) = (folder.join("file"), folder.join("link"));
    fs::write(&file, "old").unwrap();
    std::os::unix::fs::symlink(&file, &link).unwrap();
    let socket = std::os::unix::net::UnixListener::bind(folder.join("socket")).unwrap();
    for target in [&folder, &folder.join("socket")] {
        let error = client.download_to_file("/api/x", target, |_| ()).await.unwrap_err();
        assert_eq!(*error.kind(), ErrorKind::File);
    }
    drop(socket);
    client.download_to_file("/api/x", &link, |_| ()).await.unwrap();
    assert_eq!(fs::read_to_string(&file).unwrap(), "archive");
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 3);
    fs::remove_dir_all(folder).unwrap();
}

#[tokio::test]
async fn a_download_that_stalls_ends() {
    for status in [200, 500] {
        let fake = Fake::start(move |_, _| Reply::Stalled(status)).await;
        let client = fake.builder().timeout(Duration::from_millis(200)).connect().await.unwrap();
        let result = client.download("/api/x", &mut Vec::new(), |_| ()).await;
        assert_eq!(*result.unwrap_err().kind(), ErrorKind::Timeout, "{status}");
    }
}
