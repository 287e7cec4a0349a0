//! The page in a real browser. Without Chromium, these tests say that they did not run.

use std::{env, path::PathBuf};

use serde_json::json;
use sps_sim::{Page, Simulator};

use crate::{
    chromium::{Chromium, Tab},
    client::{Client, raw},
    page::{attack, attack_log},
    version,
};

const PAGES: [(&str, &str); 11] = [
    ("overview", "/"),
    ("configuration", "/page/configuration"),
    ("area", "/page/configuration/management"),
    ("collection", "/page/configuration/policies/time_policies"),
    ("body", "/page/configuration/management/email"),
    ("changes", "/page/changes"),
    ("sessions", "/page/sessions"),
    ("jobs", "/page/jobs"),
    ("faults", "/page/faults"),
    ("requests", "/page/requests"),
    ("missing", "/page/nothing"),
];

/// Lists texts with too little contrast, by the formula of WCAG 2.2.
const CONTRAST: &str = r#"(() => {
  const parse = (text) => text.match(/[\d.]+/g).map(Number);
  const part = (value) => { value /= 255; return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4; };
  const light = ([r, g, b]) => 0.2126 * part(r) + 0.7152 * part(g) + 0.0722 * part(b);
  const behind = (element) => {
    for (let it = element; it; it = it.parentElement) {
      const color = parse(getComputedStyle(it).backgroundColor);
      if (color.length === 3 || color[3] === 1) return color;
      if (color[3] > 0) return [255, 0, 255];
    }
    return [255, 255, 255];
  };
  const poor = [];
  let seen = 0;
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const elements = new Set([...document.querySelectorAll("input, select")]);
  while (walker.nextNode()) if (walker.currentNode.data.trim()) elements.add(walker.currentNode.parentElement);
  for (const element of elements) {
    if (element.closest("script")) continue;
    seen += 1;
    const style = getComputedStyle(element);
    if (Number(style.opacity) < 1) poor.push("opacity: " + element.outerHTML.slice(0, 80));
    const [a, b] = [light(parse(style.color)), light(behind(element))];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < 4.5) poor.push(ratio.toFixed(2) + ": " + element.outerHTML.slice(0, 80));
  }
  return seen > 10 ? poor : ["only " + seen + " texts"];
})()"#;

/// Lists what a screen reader or a narrow window would miss.
const ACCESS: &str = r#"(() => {
  const poor = [];
  const all = (selector) => [...document.querySelectorAll(selector)];
  if (all("h1").length !== 1 || all("main").length !== 1) poor.push("one heading and one main part");
  if (!document.documentElement.lang || !document.title) poor.push("language and title");
  for (const it of all("input:not([type=hidden]), select")) if (!it.labels.length) poor.push("no label: " + it.outerHTML);
  for (const it of all("table")) if (!it.caption || !it.querySelector("th[scope=col]")) poor.push("table without caption or heads");
  for (const it of all("nav")) if (!it.ariaLabel) poor.push("nav without name");
  let last = 1;
  for (const it of all("h1, h2, h3, h4")) { const level = Number(it.tagName[1]); if (level > last + 1) poor.push("a level of headings is missing"); last = level; }
  const ids = all("[id]").map((it) => it.id);
  if (new Set(ids).size !== ids.length) poor.push("an id twice");
  for (const it of all("[aria-describedby]")) for (const id of it.getAttribute("aria-describedby").split(" ")) if (!document.getElementById(id)) poor.push("nothing has the id " + id);
  const root = document.scrollingElement;
  if (root.scrollWidth > innerWidth) poor.push("wider than the window: " + root.scrollWidth);
  return poor;
})()"#;

async fn start() -> Simulator {
    version("8.0").page(Page::new()).start().await.unwrap()
}

fn address(sim: &Simulator, path: &str) -> String {
    format!("{}{path}", sim.url())
}

/// Forces the states of the pointer and of the keyboard on everything that can have them.
fn force_states(chromium: &mut Chromium, tab: &Tab, states: &[&str]) {
    let document = chromium.on(tab, "DOM.getDocument", json!({}));
    let selector = "a, button, summary, input, select, [tabindex]";
    let parameters = json!({"nodeId": document["root"]["nodeId"], "selector": selector});
    let nodes = chromium.on(tab, "DOM.querySelectorAll", parameters);
    for node in nodes["nodeIds"].as_array().unwrap() {
        let parameters = json!({"nodeId": node, "forcedPseudoClasses": states});
        chromium.on(tab, "CSS.forcePseudoState", parameters);
    }
}

/// Opens every page in both themes and two widths. With `SPS_PAGE_PICTURES`, writes a picture of each into that folder.
#[tokio::test(flavor = "multi_thread")]
async fn p129_every_page_can_be_read() {
    let Some(mut chromium) = Chromium::start("read") else { return };
    let sim = start().await;
    let client = attack(&sim);
    let mut body = client.get("/api/configuration/management/email").json()["body"].clone();
    body["admin_address"] = json!("root@example.com");
    client.put("/api/configuration/management/email", &body).expect(200);
    client.post("/api/troubleshooting/support-bundle", &json!({})).expect(201);
    sim.add_fault("PUT /api/transaction drop-after x1".parse().unwrap());
    let folder = env::var_os("SPS_PAGE_PICTURES").map(PathBuf::from);
    let tab = chromium.tab();
    for (theme, background) in [("light", "rgb(255, 255, 255)"), ("dark", "rgb(20, 23, 27)")] {
        for width in [1280, 375] {
            chromium.look(&tab, width, theme);
            for (name, path) in PAGES {
                chromium.open(&tab, &address(&sim, path));
                let what = format!("{name}, {theme}, {width}");
                let shown = chromium.eval(&tab, "getComputedStyle(document.body).backgroundColor");
                assert_eq!(shown, background, "{what}");
                chromium.eval(
                    &tab,
                    "document.querySelectorAll('details').forEach((it) => it.open = true)",
                );
                assert_eq!(chromium.eval(&tab, CONTRAST), json!([]), "{what}");
                assert_eq!(chromium.eval(&tab, ACCESS), json!([]), "{what}");
                if let Some(folder) = &folder {
                    chromium.picture(&tab, &folder.join(format!("{name}-{theme}-{width}.png")));
                }
                if width == 1280 && path != "/page/configuration" {
                    for states in [&["hover"][..], &["focus", "focus-visible"]] {
                        force_states(&mut chromium, &tab, states);
                        assert_eq!(chromium.eval(&tab, CONTRAST), json!([]), "{what}, {states:?}");
                    }
                }
            }
        }
    }
    // The page that is missing is the only one that fails.
    let complaints = chromium.complaints();
    let unexpected: Vec<_> = complaints.iter().filter(|it| !it.contains("/page/nothing")).collect();
    assert!(unexpected.is_empty(), "{unexpected:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn p117_a_double_click_arms_a_fault_once() {
    let Some(mut chromium) = Chromium::start("click") else { return };
    let sim = start().await;
    let tab = chromium.tab();
    let fill = "document.querySelector('#path').value = '/api/info'; \
                document.querySelector('#value').value = '503'; \
                document.querySelector('#times').value = '2'";
    let click = "for (const it of [1, 2]) document.querySelector('.arm button').click()";
    for script in [true, false] {
        chromium.open(&tab, &address(&sim, "/page/faults"));
        if !script {
            // Without its script, the page does not lock the button.
            chromium.on(&tab, "Emulation.setScriptExecutionDisabled", json!({"value": true}));
            chromium.open(&tab, &address(&sim, "/page/faults"));
            chromium.on(&tab, "Emulation.setScriptExecutionDisabled", json!({"value": false}));
        }
        chromium.eval(&tab, fill);
        chromium.load(&tab, |it| {
            it.eval(&tab, click);
        });
        chromium.until(&tab, "document.body.innerText.includes('* /api/info status=503 x2')");
        let count = "document.body.innerText.split('/api/info status=503').length - 1";
        assert_eq!(chromium.eval(&tab, count), 1);
        // Loading the page again sends nothing, and the browser does not ask.
        chromium.load(&tab, |it| {
            it.on(&tab, "Page.reload", json!({}));
        });
        for (move_to, place) in [("back", ""), ("forward", "?done=armed")] {
            chromium.eval(&tab, &format!("history.{move_to}()"));
            let is_there =
                format!("location.search === '{place}' && document.readyState === 'complete'");
            chromium.until(&tab, &is_there);
            // Without its script, the browser may show the page as it was left.
            if script {
                chromium.until(&tab, &format!("{is_there} && {count} === 1"));
            }
        }
        let client = Client::anonymous(&sim);
        let hits: Vec<_> = (0..3).map(|_| client.get("/api/info").status).collect();
        assert_eq!(hits, [503, 503, 200]);
    }
    assert_eq!(chromium.events("Page.javascriptDialogOpening"), 0);
    assert_eq!(chromium.complaints(), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn p119_hostile_lines_arrive_as_text() {
    let Some(mut chromium) = Chromium::start("hostile") else { return };
    let sim = start().await;
    let tab = chromium.tab();
    chromium.open(&tab, &address(&sim, "/page/requests"));
    chromium.until(&tab, "document.querySelector('#live').textContent.startsWith('Following')");
    let _client = attack(&sim);
    for text in ["\"onmouseover=hit(4)]]", "javascript:hit(5)", "hit(7)", "hit(8)", "X'ONLOAD"] {
        let is_there =
            format!("document.querySelector('#log').innerText.includes({})", json!(text));
        chromium.until(&tab, &is_there);
    }
    for path in PAGES.iter().filter(|it| it.0 != "missing") {
        chromium.open(&tab, &address(&sim, path.1));
        let found =
            "document.querySelectorAll('script:not([src]), img, b, i, [onmouseover]').length";
        assert_eq!(chromium.eval(&tab, found), 0, "{path:?}");
        let links = "[...document.links].every((it) => it.origin === location.origin)";
        assert_eq!(chromium.eval(&tab, links), true, "{path:?}");
    }
    assert_eq!(chromium.complaints(), Vec::<String>::new());
}

/// Sends many requests over one connection after the other.
fn flood(sim: &Simulator, hundreds: usize) {
    let one = "HEAD /api/flood HTTP/1.1\r\nHost: x\r\n";
    let many = format!("{one}\r\n").repeat(99) + &format!("{one}Connection: close\r\n\r\n");
    for _ in 0..hundreds {
        raw(sim, many.as_bytes()).unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn p123_the_log_grows_and_stays_short() {
    let Some(mut chromium) = Chromium::start("log") else { return };
    let sim = start().await;
    let tab = chromium.tab();
    chromium.open(&tab, &address(&sim, "/page/requests"));
    chromium.until(&tab, "document.querySelector('#live').textContent.startsWith('Following')");
    Client::anonymous(&sim).get("/api/first");
    chromium.until(&tab, "document.querySelector('#log').innerText.includes('/api/first')");
    let memory = |chromium: &mut Chromium| {
        chromium.on(&tab, "HeapProfiler.collectGarbage", json!({}));
        let heap = chromium.on(&tab, "Runtime.getHeapUsage", json!({}));
        heap["usedSize"].as_f64().unwrap()
    };
    flood(&sim, 20);
    chromium.until(&tab, "document.querySelector('#log td').textContent === '2001'");
    let before = memory(&mut chromium);
    flood(&sim, 100);
    chromium.until(&tab, "document.querySelector('#log td').textContent === '12001'");
    let after = memory(&mut chromium);
    assert!(after < before + 1_000_000.0, "{before} {after}");
    assert_eq!(chromium.eval(&tab, "document.querySelectorAll('#log tbody tr').length"), 200);
    let said = chromium.eval(&tab, "document.querySelector('main').innerText");
    let said = said.as_str().unwrap();
    assert!(
        said.contains("this page shows 200 of them at most") && said.contains("too fast"),
        "{said}"
    );
    assert!(
        sim.requests().iter().all(|it| it.path.starts_with("/api/")),
        "the page is not in the log"
    );
    chromium.eval(&tab, "document.querySelector('#live + button').click()");
    chromium.until(&tab, "document.querySelector('#live').textContent === 'Paused.'");
    attack_log(&sim);
    chromium.eval(&tab, "document.querySelector('#live + button').click()");
    chromium.until(&tab, "document.querySelector('#log').innerText.includes('hit(8)')");
    assert_eq!(chromium.complaints(), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn p125_seven_tabs_follow_the_log() {
    let Some(mut chromium) = Chromium::start("tabs") else { return };
    let sim = start().await;
    let tabs: Vec<_> = (0..7).map(|_| chromium.tab()).collect();
    for tab in &tabs {
        chromium.open(tab, &address(&sim, "/page/requests"));
    }
    for _ in 0..10 {
        chromium.load(&tabs[3], |it| {
            it.on(&tabs[3], "Page.reload", json!({}));
        });
    }
    for tab in &tabs {
        chromium.open(tab, &address(&sim, "/page/requests"));
        chromium.until(tab, "document.querySelector('h1').textContent === 'Requests'");
    }
    Client::anonymous(&sim).get("/api/seen");
    chromium.until(&tabs[6], "document.querySelector('#log').innerText.includes('/api/seen')");
    // Older ones have stopped and say so.
    chromium.until(&tabs[0], "document.querySelector('#live').textContent.startsWith('Paused')");
    assert_eq!(chromium.complaints(), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn p127_a_restart_leaves_nothing_old() {
    let Some(mut chromium) = Chromium::start("restart") else { return };
    let sim = start().await;
    let listen = sim.addr();
    let tab = chromium.tab();
    Client::anonymous(&sim).get("/api/old");
    let log = address(&sim, "/page/requests");
    chromium.open(&tab, &log);
    chromium.until(&tab, "document.querySelector('#live').textContent.startsWith('Following')");
    assert_eq!(chromium.eval(&tab, "document.body.innerText.includes('/api/old')"), true);
    sim.stop().await;
    let sim = version("8.0").page(Page::new()).listen(listen).start().await.unwrap();
    Client::anonymous(&sim).get("/api/new");
    // The stream comes back, and sees another run.
    chromium.until(&tab, "document.body.innerText.includes('/api/new')");
    assert_eq!(chromium.eval(&tab, "document.body.innerText.includes('/api/old')"), false);
    chromium.open(&tab, &address(&sim, "/"));
    chromium.load(&tab, |it| {
        it.eval(&tab, "history.back()");
    });
    assert_eq!(chromium.eval(&tab, "document.body.innerText.includes('/api/old')"), false);
}
