//! The reference pages: links hold, and every fact of an endpoint is there.

use std::collections::BTreeMap;

use sps_spec::Spec;

fn pages() -> (Spec, BTreeMap<String, String>) {
    let spec = crate::spec();
    let pages = sps_codegen::reference(&spec);
    (spec, pages)
}

/// The targets of the links of a text, without those inside of code.
fn links(text: &str) -> Vec<&str> {
    let mut links = Vec::new();
    let mut is_code = false;
    for line in text.lines() {
        if line.starts_with("```") {
            is_code = !is_code;
        }
        if !is_code {
            let parts = line.split("](").skip(1);
            links.extend(parts.filter_map(|part| part.split(')').next()));
        }
    }
    links
}

#[test]
fn every_link_leads_to_a_page_and_its_heading() {
    let (_, pages) = pages();
    let mut count = 0;
    for (from, text) in &pages {
        for link in links(text) {
            let (path, heading) = link.split_once('#').unwrap_or((link, ""));
            let mut folders: Vec<&str> = from.split('/').collect();
            folders.pop();
            for segment in path.split('/') {
                match segment {
                    ".." => assert!(folders.pop().is_some(), "{from}: {link} leaves the folder"),
                    segment => folders.push(segment),
                }
            }
            let to = folders.join("/");
            let page = pages.get(&to).unwrap_or_else(|| panic!("{from}: no page {to} for {link}"));
            let title = format!("\n## {heading}\n");
            assert!(heading.is_empty() || page.contains(&title), "{from}: no heading for {link}");
            count += 1;
        }
    }
    assert!(count > 500, "{count}");
}

#[test]
fn a_page_has_every_member_rule_and_quirk_of_its_endpoint() {
    let (spec, pages) = pages();
    let trap = spec.endpoint("/api/configuration/management/snmp/trap").unwrap();
    let page = &pages["configuration/management/snmp/trap.md"];
    for member in ["/version/value/engine_id", "/version/value/encryption_password", "/enabled"] {
        assert!(page.contains(&format!("| `{member}` |")), "{member}");
    }
    for rule in &trap.rules {
        assert!(page.contains(&format!("[{}](", rule.code)), "{}", rule.code);
    }
    for quirk in &trap.quirks {
        assert!(page.contains(&quirk.says.replace('|', "\\|")), "{}", quirk.id);
    }
    // A password is a key in the request and an object in the response.
    assert!(page.contains(r#""auth_password": "0"#) && page.contains(r#""auth_password": {"#));
}

#[test]
fn every_endpoint_is_in_every_index() {
    let (spec, pages) = pages();
    for index in ["README.md", "coverage.md"] {
        for endpoint in &spec.endpoints {
            assert!(pages[index].contains(&format!("[{}](", endpoint.path)), "{}", endpoint.path);
        }
    }
    let summary = &pages["SUMMARY.md"];
    assert_eq!(links(summary).len(), spec.endpoints.len() + 5);
}

#[test]
fn what_is_said_of_all_words_is_no_part_of_the_last_one() {
    let spec = crate::spec();
    let endpoint = spec.endpoint("/api/configuration/ssh/channel_policies").unwrap();
    let docs = sps_codegen::member(&spec, endpoint, "/rules/channel").unwrap();
    assert!(docs.contains("Single commands.\n\nOther values are not known.\n"), "{docs}");
}
