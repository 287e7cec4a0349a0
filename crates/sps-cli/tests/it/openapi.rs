//! `sps openapi`: what other programs read is what we check.

use serde_json::Value;
use sps_model::{EndpointKind, Method, endpoints};

use crate::support::*;

fn document(arguments: &[&str]) -> Value {
    let run = Dir::new("openapi").sps(&[&["openapi"], arguments].concat());
    assert_eq!((run.status, &*run.stderr), (0, ""));
    run.json()
}

#[test]
fn has_every_path_and_method() {
    let document = document(&[]);
    for endpoint in endpoints() {
        let item = &document["paths"][endpoint.path];
        for method in endpoint.methods {
            let operation = &item[method.as_str().to_lowercase()];
            assert!(operation["operationId"].is_string(), "{method} {}", endpoint.path);
            assert!(operation["responses"]["401"].is_object(), "{method} {}", endpoint.path);
        }
        let objects = endpoint.kind == EndpointKind::Collection;
        let has_put = objects && !endpoint.methods.contains(&Method::Put);
        if has_put && endpoint.methods.contains(&Method::Post) {
            let object = &document["paths"][format!("{}/{{key}}", endpoint.path)];
            assert!(object.is_object() || endpoint.subject(sps_validate::Form::Request).is_none());
        }
    }
}

#[test]
fn ids_of_operations_are_unique() {
    let document = document(&[]);
    let mut seen = std::collections::HashSet::new();
    for item in document["paths"].as_object().unwrap().values() {
        for operation in item.as_object().unwrap().values() {
            if let Some(id) = operation["operationId"].as_str() {
                assert!(seen.insert(id.to_owned()), "{id} is there twice");
            }
        }
    }
    assert!(seen.contains("replaceManagementEmail") && seen.len() > 40, "{}", seen.len());
}

#[test]
fn every_example_may_be_sent() {
    let document = document(&[]);
    let mut examples = 0;
    for (path, item) in document["paths"].as_object().unwrap() {
        for operation in item.as_object().unwrap().values() {
            let example = &operation["requestBody"]["content"]["application/json"]["example"];
            if example.is_null() {
                continue;
            }
            examples += 1;
            let path = path.strip_suffix("/{key}").unwrap_or(path);
            let dir = Dir::new("openapi-example");
            let run = dir.sps_with(
                &["check", "-", "--endpoint", path, "--as", "request"],
                example.to_string(),
            );
            assert_eq!(run.status, 0, "{path}: {}", run.all());
        }
    }
    assert!(examples > 15, "{examples}");
}

/// A reference is a key in a request and an object in a response; a request has no unknown members.
#[test]
fn requests_and_responses_have_schemas_of_their_own() {
    let document = document(&[]);
    let schemas = &document["components"]["schemas"];
    let member = |schema: &str| &schemas[schema]["properties"]["x509_identity"];
    assert_eq!(member("ClientAuthentication")["type"], "string");
    assert_eq!(member("ClientAuthenticationResponse")["$ref"], "#/components/schemas/Reference");
    assert_eq!(schemas["Email"]["additionalProperties"], false);
    assert!(schemas["EmailResponse"].get("additionalProperties").is_none());
}

/// The login method of a user came with 7.4, the web gateway with 7.0.3.1.
#[test]
fn a_target_leaves_out_what_it_does_not_have() {
    let (old, new) = (document(&["--target", "6.2"]), document(&["--target", "8.0"]));
    let gateway = "/api/configuration/management/web_gateway_authentication";
    assert!(old["paths"].get(gateway).is_none() && new["paths"].get(gateway).is_some());
    let method = |document: &Value| {
        document["components"]["schemas"]["UserInfo"]["properties"]["login_method"].is_object()
    };
    assert!(!method(&old) && method(&new));
    assert_eq!(old["info"]["version"], "6.2");
}
