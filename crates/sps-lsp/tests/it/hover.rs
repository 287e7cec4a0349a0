//! What is said about the place of the cursor, and files that it names.

use std::{path::Path, sync::Arc};

use serde_json::{Value, json};
use sps_lsp::{Library, Settings};
use sps_model::{EndpointInfo, validate::Report};

use crate::editor::Editor;

/// Documentation that says where it was looked for. It lacks members that no source shows.
#[derive(Debug)]
struct Index;

impl Library for Index {
    fn template(&self, _: &'static EndpointInfo) -> Option<String> {
        None
    }

    fn docs(&self, endpoint: &'static EndpointInfo, pointer: &str) -> Option<String> {
        let is_known = !pointer.ends_with("four_eye") && !pointer.contains("color");
        is_known.then(|| format!("{} {pointer}", endpoint.path))
    }

    fn endpoint(&self, _: &Path) -> Option<&'static EndpointInfo> {
        None
    }

    fn check(&self, _: &Path, _: &str, _: &Settings) -> Option<Report> {
        None
    }
}

fn editor(files: &[(&str, &str)]) -> Editor {
    let folder = tempfile::tempdir().unwrap();
    for (file, text) in files {
        let path = folder.path().join(file);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    let root = format!("file://{}", folder.path().display());
    let params = json!({"workspaceFolders": [{"uri": root, "name": "x"}], "capabilities": {}});
    let mut settings = Settings::default();
    settings.library = Arc::new(Index);
    Editor::with(folder, &params, settings)
}

/// The answer to a request about the place of `|` in a text.
fn asked(editor: &mut Editor, method: &str, file: &str, text: &str) -> Value {
    let at = text.find('|').unwrap();
    let before = &text[..at];
    let (line, start) = (before.matches('\n').count(), before.rfind('\n').map_or(0, |it| it + 1));
    editor.open_file(file, &text.replacen('|', "", 1));
    let params = json!({"textDocument": {"uri": editor.uri(file)}, "position": {"line": line, "character": at - start}});
    editor.ask(method, &params).response_result.unwrap()
}

#[test]
fn a_member_has_its_documentation_or_is_said_to_be_unknown() {
    let mut editor = editor(&[("sps.toml", "target = \"8.0\"\n")]);
    let (ldap, shell) = ("policies/ldap_servers/a.json", "ssh/channel_policies/a.yaml");
    for (file, text, expected) in [
        (
            shell,
            "rules:\n- chan|nel: shell\n",
            "/api/configuration/ssh/channel_policies /rules/channel",
        ),
        (
            ldap,
            "{\"bind_password\": {\"$new\": {\"pla|in\": {\"$secret\": \"env:X\"}}}}",
            "/api/configuration/passwords /plain",
        ),
        (
            shell,
            "rules:\n- actions: {four|_eye: true}\n",
            "**four_eye**: no source shows this member here. Did you mean `four_eyes`?",
        ),
        (shell, "color|: 1\n", "**color**: no source shows this member here."),
    ] {
        let hover = asked(&mut editor, "textDocument/hover", file, text);
        assert_eq!(hover["contents"]["value"], expected, "{text}");
    }
    let inside = asked(&mut editor, "textDocument/hover", shell, "color: {x|: 1}\n");
    assert_eq!(inside, Value::Null);
}

#[test]
fn a_file_that_is_named_is_a_definition_if_it_is_in_the_tree() {
    let mut editor = editor(&[
        ("tree/sps.toml", ""),
        ("tree/management/near.pem", "x"),
        ("tree/far.pem", "x"),
        ("outside.pem", "x"),
    ]);
    let file = "tree/management/email.json";
    for (name, expected) in [
        ("near.pem", Some("tree/management/near.pem")),
        ("far.pem", Some("tree/far.pem")),
        ("none.pem", None),
        ("../../outside.pem", None),
        ("/etc/passwd", None),
    ] {
        let (start, end) = name.split_at(2);
        let text = format!("{{\"a\": {{\"$file\": \"{start}|{end}\"}}}}");
        let found = asked(&mut editor, "textDocument/definition", file, &text);
        assert_eq!(found["uri"].as_str(), expected.map(|it| editor.uri(it)).as_deref(), "{name}");
    }
}
