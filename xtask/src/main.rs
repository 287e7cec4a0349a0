//! Developer commands: `cargo xtask codegen [--check] | tidy | ci`.
fn main() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let spec = sps_spec::Spec::from_dir(&root.join("spec")).unwrap_or_else(|e| panic!("{e}"));
    let files = sps_codegen::rust(&spec).unwrap_or_else(|e| panic!("{e}"));
    let dir = root.join("crates/sps-model/src/generated");
    std::fs::create_dir_all(&dir).unwrap();
    for (name, text) in files { std::fs::write(dir.join(name), text).unwrap(); }
}
