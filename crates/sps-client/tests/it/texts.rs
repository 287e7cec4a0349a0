//! The texts of the library stay free of the commands, options and variables of the binary.

use std::{fs, path::Path};

fn sources(folder: &Path, found: &mut Vec<(String, String)>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else {
            found.push((path.display().to_string(), fs::read_to_string(&path).unwrap()));
        }
    }
}

#[test]
fn no_source_names_a_command_or_an_option() {
    let mut files = Vec::new();
    sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut files);
    assert!(files.len() > 20, "{}", files.len());
    for (name, text) in files {
        for (index, line) in text.lines().enumerate() {
            let variable = line.split("SPS_").skip(1);
            let names_variable = variable
                .into_iter()
                .any(|rest| rest.starts_with(|it: char| it.is_ascii_uppercase()));
            let names_command = line.contains("`sps ") || line.contains("`--");
            assert!(!names_variable && !names_command, "{name}:{}: {line}", index + 1);
        }
    }
}
