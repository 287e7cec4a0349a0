//! The bill of materials of the binary, in the form `CycloneDX` 1.5.
//!
//! `cargo cyclonedx` writes one for each member of the workspace, with a random number, the time and paths of the machine
//! in it. We want one, for the binary, that is the same in every build.

use serde_json::{Value, json};

use super::packages::{MAIN, Package};

/// Writes the bill. `rust` is the version of the compiler.
pub(super) fn sbom(packages: &[Package], rust: &str) -> anyhow::Result<String> {
    let mut components: Vec<_> =
        packages.iter().filter(|it| it.name != MAIN).map(|it| component(it, "library")).collect();
    components.push(json!({
        "type": "library",
        "bom-ref": format!("pkg:generic/rust-std@{rust}"),
        "name": "rust-std",
        "version": rust,
        "description": "The standard library of Rust",
        "licenses": [{ "expression": "MIT OR Apache-2.0" }],
        "purl": format!("pkg:generic/rust-std@{rust}"),
    }));
    let main = packages.iter().find(|it| it.name == MAIN).map(|it| component(it, "application"));
    let dependencies: Vec<_> = packages
        .iter()
        .map(|it| {
            let used: Vec<_> = it.dependencies.iter().map(|used| packages[*used].url()).collect();
            json!({ "ref": it.url(), "dependsOn": used })
        })
        .collect();
    let bill = json!({
        "$schema": "http://cyclonedx.org/schema/bom-1.5.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": { "component": main },
        "components": components,
        "dependencies": dependencies,
    });
    Ok(format!("{}\n", serde_json::to_string_pretty(&bill)?))
}

fn component(package: &Package, kind: &str) -> Value {
    let mut component = json!({
        "type": kind,
        "bom-ref": package.url(),
        "name": package.name,
        "version": package.version,
        "licenses": [{ "expression": package.license }],
        "purl": package.url(),
    });
    if let Some(checksum) = &package.checksum {
        component["hashes"] = json!([{ "alg": "SHA-256", "content": checksum }]);
    }
    if let Some(url) = &package.repository {
        component["externalReferences"] = json!([{ "type": "vcs", "url": url }]);
    }
    component
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeSet, fs};

    use super::*;
    use crate::{
        dist::{build::Rust, packages::packages},
        workspace,
    };

    #[test]
    fn the_bill_of_the_binary_fits_the_official_schema_and_is_complete() {
        let rust = Rust::find().unwrap();
        let packages = packages(&rust.host).unwrap();
        let text = sbom(&packages, &rust.version).unwrap();
        let mut bill: Value = serde_json::from_str(&text).unwrap();

        let schema = workspace::root().join("xtask/tests/data/cyclonedx-1.5.schema.json");
        let schema = fs::read_to_string(schema).unwrap();
        // Two more files, for signatures and for licenses that have a name instead of an expression: we write neither.
        let schema =
            schema.replace(r#""$ref": "spdx.SNAPSHOT.schema.json""#, r#""enum": []"#).replace(
                r#""$ref": "jsf-0.82.SNAPSHOT.schema.json#/definitions/signature""#,
                r#""enum": []"#,
            );
        let schema = serde_json::from_str(&schema).unwrap();
        let validator = jsonschema::draft7::new(&schema).unwrap();
        let errors: Vec<_> = validator.iter_errors(&bill).map(|it| it.to_string()).collect();
        assert_eq!(errors, [""; 0]);

        // Each package is there once, and each reference has its target.
        let mut names: Vec<_> =
            bill["components"].as_array().unwrap().iter().map(|it| it["bom-ref"].clone()).collect();
        names.push(bill["metadata"]["component"]["bom-ref"].clone());
        let names: BTreeSet<_> = names.iter().map(|it| it.as_str().unwrap()).collect();
        assert_eq!(names.len(), packages.len() + 1);
        for it in bill["dependencies"].as_array().unwrap() {
            for used in it["dependsOn"].as_array().unwrap() {
                assert!(names.contains(used.as_str().unwrap()), "{used}");
            }
        }
        for name in
            ["pkg:cargo/rustls@", "pkg:cargo/ring@", "pkg:cargo/sps-sim@", "pkg:cargo/sps-cli@"]
        {
            assert!(names.iter().any(|it| it.starts_with(name)), "{name}");
        }
        // What only tests use is not in the binary.
        assert!(!names.iter().any(|it| it.starts_with("pkg:cargo/insta@")));

        // The schema is not one that takes everything.
        bill["components"][0]["type"] = "thing".into();
        assert!(!validator.is_valid(&bill));
    }
}
