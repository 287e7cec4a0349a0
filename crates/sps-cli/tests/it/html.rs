//! Reports as pages and pictures, read as a browser reads them.

use std::{fmt::Write as _, fs};

use html5gum::{Token, Tokenizer};
use serde_json::{Value, json};

use crate::{
    appliance::{Appliance, finish},
    support::*,
};

/// What a browser finds in a page.
#[derive(Debug, Default)]
struct Page {
    /// Each start tag with the names of its attributes.
    elements: Vec<String>,
    text: String,
    links: Vec<String>,
    policy: String,
    errors: Vec<String>,
}

impl Page {
    /// Reads a page. Its form is right, and it has nothing that runs or that comes from elsewhere.
    #[track_caller]
    fn read(document: &str) -> Self {
        let mut page = Self::default();
        let mut open: Vec<String> = Vec::new();
        let words = |it: &[u8]| String::from_utf8(it.to_vec()).unwrap();
        for token in Tokenizer::new(document) {
            let Ok(token) = token;
            match token {
                Token::StartTag(tag) => {
                    let name = words(&tag.name);
                    let mut element = name.clone();
                    for (key, value) in &tag.attributes {
                        let (key, value) = (words(key), words(value));
                        assert!(!key.starts_with("on") && key != "style" && key != "src", "{key}");
                        match (&*name, &*key) {
                            (_, "href") => page.links.push(value),
                            ("meta", "content") if value.contains("default-src") => {
                                page.policy = value;
                            }
                            _ => {}
                        }
                        let _ = write!(element, " {key}");
                    }
                    page.elements.push(element);
                    if !["meta", "input", "br"].contains(&&*name) {
                        open.push(name);
                    }
                }
                Token::EndTag(tag) => assert_eq!(open.pop(), Some(words(&tag.name))),
                Token::String(text) if open.last().is_none_or(|it| it != "style") => {
                    page.text.push_str(&words(&text));
                    page.text.push('\n');
                }
                Token::Error(error) => page.errors.push(format!("{error:?}")),
                Token::Comment(text) => panic!("a comment: {text:?}"),
                _ => {}
            }
        }
        assert_eq!((&open, &page.errors), (&Vec::new(), &Vec::new()));
        assert!(!page.elements.iter().any(|it| ["script", "img", "iframe"].contains(&&**it)));
        assert!(page.links.iter().all(|it| it.starts_with('#')), "{:?}", page.links);
        assert!(
            page.policy.starts_with("default-src 'none'; style-src 'sha256-"),
            "{}",
            page.policy
        );
        page
    }

    #[track_caller]
    fn has(&self, parts: &[&str]) {
        let mut rest = &*self.text;
        for part in parts {
            let Some((_, behind)) = rest.split_once(part) else {
                panic!("{part:?} is not in, or not after the one before: {}", self.text)
            };
            rest = behind;
        }
    }
}

/// Texts that could leave their place in a page.
const HOSTILE: [&str; 12] = [
    "</script><img src=x onerror=document.title=1>",
    "<!--",
    "-->",
    "]]>",
    "&#x3c;b&#x3e;&amp;",
    "\" onmouseover=\"document.title=1",
    "' autofocus onfocus='document.title=1",
    "javascript:alert(1)",
    "a\u{2028}b\u{2029}c",
    "\u{202e}gpj.exe\u{2066}",
    "</title></style></svg><svg onload=document.title=1>",
    "\u{ffff}\u{fffe}\u{1}\u{7f}",
];

/// The text without what means something to a parser.
fn harmless(hostile: &str) -> String {
    let is_plain = |it: char| it.is_ascii() && !it.is_ascii_control() && !"<>&\"'".contains(it);
    hostile.chars().map(|it| if is_plain(it) { it } else { 'x' }).collect()
}

/// A document with a text in a key, in values and in the name of its file.
fn documents(name: &str, text: &str) -> Dir {
    let json = Value::from(text).to_string();
    let body = EMAIL_WRONG
        .replacen("\"ops@example.com\"", &json, 1)
        .replacen("\"disabled\"", &json, 1)
        .replacen("\"smtp_server\"", &format!("{json}: {json}, \"smtp_server\""), 1);
    let file = text.replace(['/', '\0'], "_");
    Dir::new(name).with(&format!("{file}.json"), body)
}

#[test]
fn p131_hostile_texts_change_nothing_in_the_report_of_a_check() {
    for (at, hostile) in HOSTILE.into_iter().enumerate() {
        let page = |text: &str| {
            let dir = documents(&format!("html-check-{at}"), text);
            let run = dir.sps(&["check", ".", "-e", "management/email", "--format", "html"]);
            assert_eq!((run.status, &*run.stderr), (1, ""), "{}", run.all());
            Page::read(&run.stdout)
        };
        let (hostile_page, page) = (page(hostile), page(&harmless(hostile)));
        assert_eq!(hostile_page.elements, page.elements, "{hostile}");
        if hostile.is_ascii() {
            hostile_page.has(&[&hostile.replace('/', "_")]);
        }
        assert!(!hostile_page.text.contains(['\u{202e}', '\u{2028}', '\u{1}']), "{hostile}");
    }
}

/// A tree with a text as the names of two objects, as values, and in a reference.
fn tree(name: &str, text: &str) -> Dir {
    // Names have no white space; a browser takes a slash in its place.
    let name_of_objects = text.replace(char::is_whitespace, "/");
    let mut times = json!({"name": name_of_objects});
    for day in ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"] {
        times[day] = json!([]);
    }
    let list = json!({"name": name_of_objects, "allow": "no_user", "except": [text, "a", "b"]});
    let file = encoded(&name_of_objects);
    let policy = fs::read_to_string(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../examples/site/ssh/channel_policies/operators.json"
    ));
    let mut policy: Value = serde_json::from_str(&policy.unwrap()).unwrap();
    policy["name"] = name_of_objects.clone().into();
    for rule in policy["rules"].as_array_mut().unwrap() {
        let reference = format!("policies/time_policies/{file}");
        rule["allowed_for"]["time_policy"] = json!({"$ref": reference});
        rule["execs"] = json!([text]);
    }
    Dir::new(name)
        .with("sps.toml", "target = \"8.0\"\n")
        .with(&format!("policies/time_policies/{file}.json"), times.to_string())
        .with(&format!("policies/userlists/{file}.json"), list.to_string())
        .with(&format!("ssh/channel_policies/{file}.json"), policy.to_string())
}

/// A name as that of a file, on every system.
fn encoded(name: &str) -> String {
    let mut file = String::new();
    for it in name.chars() {
        if it.is_ascii_alphanumeric() || "-_. ".contains(it) {
            file.push(it);
            continue;
        }
        for byte in it.to_string().bytes() {
            let _ = write!(file, "%{byte:02X}");
        }
    }
    file
}

#[test]
fn p131_hostile_texts_change_nothing_in_a_plan_and_its_graph() {
    for (at, hostile) in HOSTILE.into_iter().enumerate() {
        let show = |text: &str| {
            let dir = tree(&format!("html-plan-{at}"), text);
            let plan = dir.sps(&["plan", ".", "--sim", "--format", "html"]);
            let graph = dir.sps(&["plan", ".", "--sim", "--graph", "svg"]);
            assert_eq!((plan.status, graph.status), (3, 3), "{}", plan.all());
            (Page::read(&plan.stdout), elements_of_picture(&graph.stdout))
        };
        let (hostile_plan, plan) = (show(hostile), show(&harmless(hostile)));
        assert_eq!(plain(&hostile_plan.0.elements), plain(&plan.0.elements), "{hostile}");
        assert_eq!(plain(&hostile_plan.1), plain(&plan.1), "{hostile}");
        hostile_plan.0.has(&["3 to create", "Order of the requests", "Not checked"]);
    }
}

/// Elements without the attributes that only a text has that is not ASCII: the room that it is fitted to.
fn plain(elements: &[String]) -> Vec<String> {
    let is_common = |it: &&str| {
        !it.eq_ignore_ascii_case("textLength") && !it.eq_ignore_ascii_case("lengthAdjust")
    };
    elements
        .iter()
        .map(|it| it.split(' ').filter(is_common).collect::<Vec<_>>().join(" "))
        .collect()
}

/// The elements of a picture, which is read as XML, with the names of their attributes.
#[track_caller]
fn elements_of_picture(svg: &str) -> Vec<String> {
    let document = roxmltree::Document::parse(svg).unwrap_or_else(|error| panic!("{error}: {svg}"));
    let elements = document.descendants().filter(roxmltree::Node::is_element);
    elements
        .map(|it| {
            let attributes: Vec<&str> = it.attributes().map(|it| it.name()).collect();
            assert!(!attributes.iter().any(|it| it.starts_with("on") || *it == "href"), "{svg}");
            format!("{} {}", it.tag_name().name(), attributes.join(" "))
        })
        .collect()
}

#[test]
fn p131_hostile_texts_change_nothing_in_the_list_of_endpoints() {
    let overlay = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/data/overlay");
    let gadget = "endpoints/configuration/demo/gadget.toml";
    let page = fs::read_to_string(format!("{overlay}/{gadget}")).unwrap();
    let list = |title: &str| {
        let title = format!("title = {}", Value::from(title));
        let mut dir = Dir::new("html-endpoints-hostile")
            .with(&format!("spec/{gadget}"), page.replacen("title = \"Gadget\"", &title, 1));
        for file in ["sources.toml", "endpoints/configuration/demo.toml"] {
            let text = fs::read_to_string(format!("{overlay}/{file}")).unwrap();
            dir = dir.with(&format!("spec/{file}"), text);
        }
        let run = |format: &str| dir.sps(&["endpoints", "--spec", "spec", "--format", format]);
        let markdown = run("markdown").stdout;
        assert!(!markdown.contains("</script>"), "{markdown}");
        (Page::read(&run("html").stdout), markdown.lines().count())
    };
    // JSON does not escape a delete character, and TOML refuses it.
    for hostile in HOSTILE.into_iter().filter(|it| !it.contains('\u{7f}')) {
        let (hostile_page, rows) = list(hostile);
        let (page, other_rows) = list(&harmless(hostile));
        assert_eq!((hostile_page.elements, rows), (page.elements, other_rows), "{hostile}");
    }
}

/// `SPS_PAGE_PICTURES` names a folder for pictures of the reports in both themes.
#[test]
fn p131_a_browser_runs_nothing_of_a_report() {
    if !has_program("chromium") {
        return;
    }
    let name = HOSTILE[0];
    let documents = documents("html-browser", name);
    let tree = tree("html-browser-plan", name);
    for (report, dir, arguments, title) in [
        ("check", &documents, &["check", ".", "-e", "management/email"][..], "Check of 1 document"),
        ("plan", &tree, &["plan", ".", "--sim"], "Plan for https://127.0.0.1:"),
        ("endpoints", &tree, &["endpoints"], "Endpoints and what is known of them"),
    ] {
        let run = dir.sps(&[arguments, &["--format", "html"]].concat());
        let file = dir.path().join(format!("../{report}-report.html"));
        fs::write(&file, &run.stdout).unwrap();
        let profile = format!("--user-data-dir={}", file.with_extension("profile").display());
        let browser = |options: &[&str]| {
            let mut command = std::process::Command::new("chromium");
            command.args(["--headless", "--no-sandbox", "--disable-gpu", &profile]).args(options);
            let output = command.arg(format!("file://{}", file.display())).output().unwrap();
            String::from_utf8(output.stdout).unwrap()
        };
        let dom = browser(&["--dump-dom"]);
        assert!(dom.contains(&format!("<title>{title}")), "{report}: {dom}");
        assert!(!dom.contains("<img") && !dom.contains("<script"), "{report}: {dom}");
        assert_eq!(dom.contains("&lt;img"), report != "endpoints", "{report}: {dom}");
        let Some(folder) = std::env::var_os("SPS_PAGE_PICTURES") else { continue };
        for (theme, setting) in [("light", "1"), ("dark", "0")] {
            let picture = std::path::Path::new(&folder).join(format!("{report}-{theme}.png"));
            let picture = format!("--screenshot={}", picture.display());
            let scheme = format!("--blink-settings=preferredColorScheme={setting}");
            browser(&[&picture, &scheme, "--window-size=1280,2000", "--hide-scrollbars"]);
        }
    }
}

/// A server may forbid style and script; then folding and filters do nothing, and everything is there in order.
#[test]
fn p133_a_report_is_whole_without_style_and_script() {
    let dir = Dir::new("html-plain").with("management/email.json", EMAIL_WRONG);
    let check = dir.sps(&["check", ".", "--format", "html"]).stdout;
    let page = Page::read(&check);
    let json = dir.sps(&["check", ".", "--format", "json"]).json();
    let findings = json["documents"][0]["diagnostics"].as_array().unwrap();
    // The text joins a mistyped key and the one that is missing.
    let shown = findings.iter().filter(|it| it["code"] != "missing-key");
    let parts: Vec<&str> = shown
        .flat_map(|it| ["severity", "code", "pointer"].map(|key| it[key].as_str().unwrap()))
        .collect();
    assert!(parts.len() >= 6, "{parts:?}");
    page.has(&parts);
    page.has(&["management/email.json:", "Line ", "because of this"]);
    let plan = tree("html-plain-plan", "office").sps(&["plan", ".", "--sim", "--format", "html"]);
    let plan = Page::read(&plan.stdout);
    plan.has(&["+ create", "policies/time_policies/office", "/name", "\"office\"", "create "]);
    plan.has(&["ssh/channel_policies/office refers to policies/time_policies/office"]);
    let endpoints = Page::read(&dir.sps(&["endpoints", "--format", "html"]).stdout);
    endpoints.has(&["management/snmp/trap", "SNMP traps", "singleton", "GET PUT", "complete"]);
    for page in [page, plan, endpoints] {
        let folded =
            page.elements.iter().find(|it| it.starts_with("details") && !it.contains(" open"));
        assert_eq!(folded, None);
        assert!(!page.elements.iter().any(|it| it.contains(" hidden")), "{:?}", page.elements);
    }
}

#[test]
fn p135_a_large_report_stays_small_and_counts_what_it_leaves_out() {
    const BYTES: usize = 20_000_000;
    let wrong: Vec<String> = (0..100).map(|it| format!(" \"wrong_{it}\": {it},\n")).collect();
    let wrong = wrong.concat();
    let wrong = format!("{{\n{wrong} \"maximum_load1\": null}}\n");
    let dir = (0..200).fold(Dir::new("html-many"), |dir, it| {
        dir.with(&format!("{it:03}/management/health_monitoring.json"), &wrong)
    });
    let run = dir.sps(&["check", ".", "--format", "html"]);
    assert!(run.stdout.len() < BYTES, "{}", run.stdout.len());
    let page = Page::read(&run.stdout);
    let shown = page.elements.iter().filter(|it| *it == "article class").count();
    let json = dir.sps(&["check", ".", "--format", "json"]).json();
    // Four members are missing in each file.
    let all = 200 * 104;
    assert_eq!(json["summary"]["errors"], all);
    page.has(&[&format!("{} more findings", all - shown), "--max-findings", "--format json"]);
    page.has(&["199/management/health_monitoring.json"]);

    let times = r#""Mon": [], "Tue": [], "Wed": [], "Thu": [], "Fri": [], "Sat": [], "Sun": []"#;
    let dir = (0..5_000).fold(Dir::new("html-objects").with("sps.toml", ""), |dir, it| {
        let name = format!("{it:04}{}", "-long".repeat(20));
        dir.with(
            &format!("policies/time_policies/{name}.json"),
            format!("{{\"name\": \"{name}\", {times}}}"),
        )
    });
    let run = dir.sps(&["plan", ".", "--sim", "--format", "html"]);
    assert!(run.stdout.len() < BYTES, "{}", run.stdout.len());
    let page = Page::read(&run.stdout);
    page.has(&["5000 to create", "more objects without their members", "sps plan --format json"]);
    page.has(&["5000 objects, drawn as 1 box"]);
    page.has(&["policies/time_policies/4999-long"]);
}

#[test]
fn p137_a_report_names_what_the_run_did_not_look_at() {
    let dir = Dir::new("html-unread")
        .with("management/snmp/trap.json", TRAP_3)
        .with("empty/x.txt", "")
        .with("management/email.json", [0xff, 0xfe, 0x00]);
    let check = |path: &str| {
        let run = dir.sps(&["check", path, "--format", "html"]);
        (run.status, Page::read(&run.stdout))
    };
    let (status, page) = check("management");
    assert_eq!(status, 2);
    page.has(&[
        "8 not checked, 1 could not be read",
        "Could not be checked",
        "management/email.json",
    ]);
    page.has(&[
        "Not checked",
        "snmp-password-charset",
        "--resolve FILE",
        "/version/value/auth_password",
    ]);
    let (status, page) = check("empty");
    assert_eq!(status, 2);
    page.has(&["No document was checked", "empty"]);
    let (status, page) = check("nowhere");
    assert_eq!(status, 2);
    page.has(&["No document was checked", "nowhere"]);

    // Without what an appliance has, there is no plan.
    let fault = "GET /api/configuration/policies/time_policies status=500";
    let appliance = Appliance::new("html-fault", &["--fault", fault]);
    fs::create_dir_all(appliance.dir.path().join("site/policies/time_policies")).unwrap();
    let office = fs::read_to_string(
        tree("html-fault-tree", "office").path().join("policies/time_policies/office.json"),
    );
    let place = appliance.dir.path().join("site/policies/time_policies/office.json");
    fs::write(place, office.unwrap()).unwrap();
    fs::write(appliance.dir.path().join("site/sps.toml"), "").unwrap();
    let run = appliance.sps(&["plan", "site", "--format", "html"]);
    assert_eq!((run.status, &*run.stdout), (2, ""), "{}", run.all());
    assert!(run.stderr.contains("/api/configuration/policies/time_policies"), "{}", run.stderr);
    let appliance = Appliance::new(
        "html-fault-live",
        &["--fault", "GET /api/configuration/policies status=404"],
    );
    let run = appliance.sps(&["endpoints", "--live", "--format", "html"]);
    let page = Page::read(&run.stdout);
    assert!(run.status == 0 && run.stderr.contains("could not be read"), "{}", run.all());
    page.has(&["Could not be read", "/api/configuration/policies"]);
}

#[cfg(target_os = "linux")]
#[test]
fn p137_a_full_disk_is_an_error() {
    let dir = Dir::new("html-full").with("management/snmp/trap.json", TRAP_2C);
    let plan = tree("html-full-plan", "office");
    for (dir, arguments) in [
        (&dir, &["check", ".", "--format", "html"][..]),
        (&dir, &["endpoints", "--format", "html"]),
        (&plan, &["plan", ".", "--sim", "--format", "html"]),
        (&plan, &["plan", ".", "--sim", "--graph", "svg"]),
    ] {
        let full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
        let mut command = command();
        command.args(arguments).current_dir(dir.path()).stdout(full);
        let run = finish(command.stderr(std::process::Stdio::piped()));
        assert_eq!(run.status, 2, "{arguments:?}: {}", run.all());
        assert!(run.stderr.contains("error: cannot write the result"), "{}", run.stderr);
    }
}

/// Secrets that cannot be compared, remarks and what the spec does not know are no reason to say that all is well.
#[test]
fn a_plan_without_changes_says_what_it_did_not_compare() {
    let appliance = Appliance::new("html-nothing", &[]);
    let root = appliance.dir.path();
    let trap = json!({"enabled": true, "version": {"selection": "3", "value": {
        "auth_method": "sha", "auth_password": {"$secret": "file:../auth"},
        "encryption_method": "none", "encryption_password": null,
        "engine_id": "0x80001F8804A1B2C3D4", "server": {"selection": "ip", "value": "192.0.2.5"},
        "username": "traps"}}});
    fs::create_dir_all(root.join("site/management/snmp")).unwrap();
    fs::write(root.join("site/sps.toml"), "").unwrap();
    fs::write(root.join("site/management/snmp/trap.json"), trap.to_string()).unwrap();
    fs::write(root.join("auth"), "correct horse battery").unwrap();
    let run = appliance.sps(&["apply", "site", "--yes"]);
    assert_eq!(run.status, 0, "{}", run.all());
    // On another machine, nothing is known about the secret.
    let arguments = ["plan", "site", "--format", "html"];
    let run = finish(&mut appliance.logged_in("elsewhere", &arguments));
    assert_eq!(run.status, 0, "{}", run.all());
    let page = Page::read(&run.stdout);
    page.has(&[
        "No changes: 1 object as described",
        "Not checked",
        "not compared, and is left alone",
    ]);
    page.has(&[
        "The secret at",
        "management/snmp/trap/version/value/auth_password",
        "cannot be compared",
    ]);
}

#[test]
fn p139_old_and_new_are_told_by_words_and_nothing_is_folded_on_paper() {
    let dir = Dir::new("html-words")
        .with("sps.toml", "")
        .with("management/health_monitoring.json", crate::appliance::HEALTH);
    let page = Page::read(&dir.sps(&["plan", ".", "--sim", "--format", "html"]).stdout);
    page.has(&["~ change", "Change", "Member", "Old", "New"]);
    page.has(&["replace", "/maximum_disk_utilization_ratio", "80", "91"]);
}

#[test]
fn p141_what_is_no_plan_gives_an_error_and_no_page() {
    let dir = tree("html-no-plan", "office");
    let saved = dir.sps(&["plan", ".", "--sim", "--out", "../ok.plan", "--format", "human"]);
    assert_eq!(saved.status, 3, "{}", saved.all());
    let plan = fs::read_to_string(dir.path().join("../ok.plan")).unwrap();
    let newer = plan.replacen("\"schema_version\":1", "\"schema_version\":2", 1);
    for (text, reason) in [
        (&*newer, "its format is 2, and this version reads format 1"),
        (&saved.stdout, "it does not have the form of a plan"),
        ("", "it is empty"),
        ("{\"schema_version\":9}", "it does not have the form of a plan"),
        (&plan[..plan.len() / 2], "it ends too early"),
    ] {
        fs::write(dir.path().join("../x.plan"), text).unwrap();
        for show in [["--format", "html"], ["--graph", "svg"]] {
            let run = dir.sps(&[&["plan", "--show", "../x.plan"], &show[..]].concat());
            run.fails(2, &format!("error: ../x.plan is not a whole plan: {reason}\n"));
            assert_eq!(run.stderr.matches("error: ").count(), 1, "{}", run.stderr);
        }
    }
}

/// The same in all formats: what is wrong is on standard error, and nothing is on standard output.
#[test]
fn an_invalid_tree_has_no_page_of_its_plan() {
    let dir = tree("html-invalid", "office").with("policies/time_policies/x.json", "{");
    let html = dir.sps(&["plan", ".", "--sim", "--format", "html"]);
    assert_eq!((html.status, &*html.stdout), (1, ""), "{}", html.all());
    assert_eq!(html.stderr, dir.sps(&["plan", ".", "--sim"]).stderr);
}

#[test]
fn a_graph_needs_no_other_program() {
    let dir = tree("html-graph", "office");
    let run = dir.sps(&["plan", ".", "--sim", "--graph", "svg"]);
    assert_eq!(run.status, 3, "{}", run.all());
    let document = roxmltree::Document::parse(&run.stdout).unwrap();
    let texts: Vec<&str> = document
        .descendants()
        .filter(|it| it.has_tag_name(("http://www.w3.org/2000/svg", "text")))
        .filter_map(|it| it.text())
        .collect();
    let expected = [
        "+ create",
        "policies/time_policies/",
        "office",
        "+ create",
        "policies/userlists/",
        "office",
        "+ create",
        "ssh/channel_policies/",
        "office",
    ];
    assert_eq!(texts, expected);
    let description = document.descendants().find(|it| it.tag_name().name() == "desc").unwrap();
    let words = "ssh/channel_policies/office comes after policies/time_policies/office";
    assert_eq!(description.text(), Some(words));
    // A plan that has nothing to do has an empty picture.
    let empty = Dir::new("html-graph-empty").with("sps.toml", "");
    let run = empty.sps(&["plan", ".", "--sim", "--graph", "svg"]);
    assert_eq!(run.status, 0, "{}", run.all());
    elements_of_picture(&run.stdout);
}

#[test]
fn endpoints_have_tables_in_four_formats() {
    let dir = Dir::new("html-endpoints");
    let rows = dir.sps(&["endpoints"]).stdout.lines().count();
    let json = dir.sps(&["endpoints", "--format", "json"]).json();
    assert_eq!(json.as_array().unwrap().len(), rows);
    let markdown = dir.sps(&["endpoints", "--format", "markdown"]).stdout;
    assert_eq!(markdown.lines().filter(|it| it.starts_with("| ")).count(), rows + 2, "{markdown}");
    let row = "| management/snmp/trap | singleton | GET PUT | complete | SNMP traps |";
    assert!(markdown.contains(row), "{markdown}");
    let page = Page::read(&dir.sps(&["endpoints", "--format", "html", "--target", "6.0"]).stdout);
    let older = dir.sps(&["endpoints", "--target", "6.0"]).stdout.lines().count();
    assert!(older < rows);
    let table_rows = page.elements.iter().filter(|it| it.starts_with("tr class")).count();
    assert_eq!(table_rows, older);
    page.has(&["of version 6.0"]);
    let since = ["endpoints", "--changed-since", "7.3", "--format"];
    let page = Page::read(&dir.sps(&[&since[..], &["html"]].concat()).stdout);
    page.has(&["user_info", "added", "/login_method", "since version 7.4"]);
    let markdown = dir.sps(&[&since[..], &["markdown"]].concat()).stdout;
    assert!(
        markdown.contains("| user\\_info | added | /login\\_method | since version 7.4 |"),
        "{markdown}"
    );
    let live = dir.sps(&["endpoints", "--live", "--sim", "--format", "markdown"]);
    assert!(live.status == 0 && live.stdout.contains("| the spec alone |"), "{}", live.all());
}
