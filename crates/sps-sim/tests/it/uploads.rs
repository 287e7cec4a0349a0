//! Plugins.

use crate::{
    client::{Client, Reply, raw},
    version,
};

const MANIFEST: &str =
    "api: \"1.3\"\ntype: aa\nname: SPS_Example\nversion: 1.2.3\ndescription: Asks for a code.\n";

/// Makes an archive with one file, packed or stored.
fn zip(name: &str, content: &[u8], packed: bool) -> Vec<u8> {
    let data =
        if packed { miniz_oxide::deflate::compress_to_vec(content, 6) } else { content.to_vec() };
    let short = |it: usize| u16::try_from(it).unwrap().to_le_bytes();
    let long = |it: usize| u32::try_from(it).unwrap().to_le_bytes();
    let method = short(if packed { 8 } else { 0 });
    let mut common = [&[20, 0, 0, 0][..], &method, &[0; 8], &long(data.len())].concat();
    common.extend([&long(content.len())[..], &short(name.len()), &[0, 0]].concat());
    let mut archive = [b"PK\x03\x04", &common[..], name.as_bytes(), &data].concat();
    let directory = archive.len();
    archive.extend([b"PK\x01\x02\x14\x00", &common[..], &[0; 14], name.as_bytes()].concat());
    let size = archive.len() - directory;
    archive.extend(
        [b"PK\x05\x06\0\0\0\0\x01\0\x01\0", &long(size)[..], &long(directory), &[0, 0]].concat(),
    );
    archive
}

fn upload(client: &Client<'_>, path: &str, kind: &str, body: &[u8]) -> Reply {
    let token = client.token.as_deref().unwrap();
    let kind = if kind.is_empty() { String::new() } else { format!("Content-Type: {kind}\r\n") };
    let head = format!(
        "POST {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nCookie: session_id={token}\r\n\
         {kind}Content-Length: {}\r\n\r\n",
        body.len()
    );
    raw(client.sim, &[head.as_bytes(), body].concat()).unwrap()
}

/// Uploads a plugin of the type `aa`, and returns its key.
pub(crate) fn plugin(client: &Client<'_>) -> String {
    let archive = zip("MANIFEST", MANIFEST.as_bytes(), true);
    let response = upload(client, "/api/upload/plugins", "application/zip", &archive).expect(201);
    response["key"].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plugin_becomes_part_of_the_configuration() {
    for (target, packed) in [("6.0.5", true), ("7.5", false)] {
        let sim = version(target).start().await.unwrap();
        let client = Client::new(&sim);
        let path = "/api/upload/plugins";
        let archive = zip("MANIFEST", MANIFEST.as_bytes(), packed);
        if target == "6.0.5" {
            assert_eq!(upload(&client, path, "application/zip", &archive).status, 409);
            client.open().expect(200);
        }
        let response = upload(&client, path, "application/zip", &archive).expect(201);
        assert_eq!(response["body"]["name"], "SPS_Example");
        assert_eq!(response["body"]["version"], "1.2.3");
        assert_eq!(response["body"]["api"], "1.3");
        let href = response["meta"]["href"].as_str().unwrap().to_owned();
        assert!(href.starts_with("/api/configuration/plugins/aa/"), "{href}");
        client.commit().expect(200);
        assert_eq!(client.get(&href).expect(200)["body"], response["body"]);
        client.open().expect(200);
        // A newer version replaces the old one.
        let newer = MANIFEST.replace("1.2.3", "1.2.4");
        let archive = zip("MANIFEST", newer.as_bytes(), packed);
        let again = upload(&client, path, "application/zip", &archive).expect(201);
        assert_eq!(again["key"], response["key"]);
        // Only newer versions of the appliance can delete a plugin.
        let reply = client.delete(&href);
        if target == "6.0.5" {
            assert_eq!(reply.status, 405);
        } else {
            let meta = reply.expect(200)["meta"].clone();
            assert_eq!(meta.as_object().unwrap().keys().collect::<Vec<_>>(), ["href", "parent"]);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn types_of_plugins_depend_on_the_version() {
    for (target, kind, status) in [
        ("6.0.5", "ticketing", 201),
        ("7.5", "ticketing", 400),
        ("6.0.5", "configuration_sync", 400),
        ("6.4", "configuration_sync", 201),
        ("6.0.5", "signingca", 400),
        ("7.5", "signingca", 201),
    ] {
        let sim = version(target).start().await.unwrap();
        let client = Client::new(&sim);
        client.open().expect(200);
        let manifest = MANIFEST.replace("type: aa", &format!("type: {kind}"));
        let archive = zip("MANIFEST", manifest.as_bytes(), true);
        let reply = upload(&client, "/api/upload/plugins", "application/zip", &archive);
        assert_eq!(reply.status, status, "{kind} in {target}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn refuses_invalid_plugins() {
    let sim = version("7.5").start().await.unwrap();
    let client = Client::new(&sim);
    let path = "/api/upload/plugins";
    let good = zip("MANIFEST", MANIFEST.as_bytes(), true);
    let other = zip("MANIFEST", MANIFEST.replace("type: aa", "type: ticketing").as_bytes(), true);
    for body in [&b""[..], b"no archive", &zip("README", b"x", false), &good[..good.len() - 9]] {
        assert_eq!(upload(&client, path, "application/zip", body).status, 400);
    }
    assert_eq!(upload(&client, path, "application/zip", &other).error(), "SemanticError");
    // What the vendor's tool that builds plugins refuses as well.
    for (from, to) in [
        ("name: SPS_Example", "name: 7x"),
        ("name: SPS_Example", "name: SPS-Example"),
        ("version: 1.2.3", "version: v1"),
        ("version: 1.2.3\n", ""),
        ("api: \"1.3\"", "api: 1"),
    ] {
        let archive = zip("MANIFEST", MANIFEST.replace(from, to).as_bytes(), true);
        assert_eq!(
            upload(&client, path, "application/zip", &archive).error(),
            "SemanticError",
            "{to}"
        );
    }
    // Archives with one wrong byte, anywhere.
    for at in 0..good.len() {
        let mut broken = good.clone();
        broken[at] ^= 0xFF;
        assert!([201, 400].contains(&upload(&client, path, "application/zip", &broken).status));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn only_strict_mode_checks_the_type_of_uploads() {
    let (plugins, firmware) = ("/api/upload/plugins", "/api/upload/firmware");
    let archive = zip("MANIFEST", MANIFEST.as_bytes(), true);
    let head =
        b"--XX\r\nContent-Disposition: form-data; name=\"plugin\"; filename=\"a.zip\"\r\n\r\n";
    let form = [&head[..], &archive, b"\r\n--XX--\r\n"].concat();
    let sim = version("7.5").start().await.unwrap();
    let client = Client::new(&sim);
    for (kind, body) in [
        ("", &archive),
        ("application/octet-stream", &archive),
        ("application/json", &archive),
        ("multipart/form-data; boundary=XX", &form),
        ("application/json", &form),
    ] {
        let response = upload(&client, plugins, kind, body).expect(201);
        assert_eq!(response["body"]["name"], "SPS_Example", "{kind}");
        let slot = upload(&client, firmware, kind, body).expect(201)["meta"]["slot"].clone();
        client.delete(slot.as_str().unwrap()).expect(200);
    }
    let sim = version("7.5").strict().start().await.unwrap();
    let client = Client::new(&sim);
    for (path, kind, body, status) in [
        (plugins, "application/zip", &archive, 201),
        (plugins, "application/octet-stream", &archive, 415),
        (plugins, "application/json", &form, 415),
        (firmware, "application/octet-stream", &archive, 201),
        (firmware, "multipart/form-data; boundary=XX", &form, 201),
        (firmware, "application/zip", &archive, 415),
    ] {
        assert_eq!(upload(&client, path, kind, body).status, status, "{path} {kind}");
    }
}
