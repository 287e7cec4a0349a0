//! Every file under `tests/expansions/` as the derive expands it; `UPDATE_SNAPSHOTS=1` writes them anew.
//!
//! A procedural macro can only be called by the compiler, so the stages are called here; the tests
//! crate compiles what comes out.

use std::{
    fs,
    path::{Path, PathBuf},
};

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::{Attribute, DeriveInput, File, Item, Token, punctuated::Punctuated};

#[test]
fn expansions_are_those_on_disk() {
    let update = std::env::var_os("UPDATE_SNAPSHOTS").is_some();
    let mut stale = Vec::new();
    let inputs = inputs();
    assert!(!inputs.is_empty());
    for input in &inputs {
        let output = input.with_extension("expanded.rs");
        let text = expanded(&fs::read_to_string(input).unwrap());
        if fs::read_to_string(&output).ok().as_deref() == Some(&*text) {
            continue;
        }
        if update {
            fs::write(&output, text).unwrap();
        } else {
            stale.push(output);
        }
    }
    let outputs = files().into_iter().filter(|file| is_output(file));
    let orphans: Vec<_> = outputs
        .filter(|file| !inputs.contains(&file.with_extension("").with_extension("rs")))
        .collect();
    assert_eq!(orphans, Vec::<PathBuf>::new(), "outputs without an input");
    assert_eq!(stale, Vec::<PathBuf>::new(), "run `UPDATE_SNAPSHOTS=1 cargo test -p sps-derive`");
}

fn inputs() -> Vec<PathBuf> {
    files().into_iter().filter(|file| !is_output(file)).collect()
}

fn files() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/expansions");
    let mut files: Vec<_> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

fn is_output(file: &Path) -> bool {
    file.to_string_lossy().ends_with(".expanded.rs")
}

/// The file with each declaration followed by what the derive makes of it.
fn expanded(text: &str) -> String {
    let mut file: File = syn::parse_str(text).unwrap();
    let mut items = Vec::new();
    for item in std::mem::take(&mut file.items) {
        let Some(mut input) = resource(&item) else {
            items.push(item);
            continue;
        };
        let expansion: File = syn::parse2(crate::derive(&input)).unwrap();
        strip(&mut input);
        items.push(syn::parse2(input.into_token_stream()).unwrap());
        items.extend(expansion.items);
    }
    // The derive is not called any more.
    items.retain(|item| item.to_token_stream().to_string() != "use sps_model :: Resource ;");
    let mut text = prettyplease::unparse(&file);
    let mut was_use = false;
    for item in items {
        let is_use = matches!(item, Item::Use(_));
        if !(is_use && was_use) {
            text.push('\n');
        }
        was_use = is_use;
        text.push_str(&prettyplease::unparse(&syn::parse_quote!(#item)));
    }
    text
}

/// The item, if it derives `Resource`.
fn resource(item: &Item) -> Option<DeriveInput> {
    let input: DeriveInput = syn::parse2(item.to_token_stream()).ok()?;
    let derives = |attribute: &Attribute| words(attribute).iter().any(|word| word == "Resource");
    input.attrs.iter().any(derives).then_some(input)
}

/// What a derive attribute names; nothing for other attributes.
fn words(attribute: &Attribute) -> Vec<String> {
    if !attribute.path().is_ident("derive") {
        return Vec::new();
    }
    let paths = attribute.parse_args_with(Punctuated::<syn::Path, Token![,]>::parse_terminated);
    paths.unwrap().iter().map(|path| path.to_token_stream().to_string()).collect()
}

/// Takes the derive and its attributes off a declaration.
fn strip(input: &mut DeriveInput) {
    clean(&mut input.attrs);
    match &mut input.data {
        syn::Data::Struct(data) => data.fields.iter_mut().for_each(|field| clean(&mut field.attrs)),
        syn::Data::Enum(data) => {
            data.variants.iter_mut().for_each(|variant| clean(&mut variant.attrs));
        }
        syn::Data::Union(_) => {}
    }
}

fn clean(attributes: &mut Vec<Attribute>) {
    attributes.retain(|attribute| !attribute.path().is_ident("resource"));
    for attribute in attributes.iter_mut().filter(|attribute| attribute.path().is_ident("derive")) {
        let words: Vec<TokenStream> = words(attribute)
            .iter()
            .filter(|word| *word != "Resource")
            .map(|word| word.parse().unwrap())
            .collect();
        *attribute = syn::parse_quote!(#[derive(#(#words),*)]);
    }
}
