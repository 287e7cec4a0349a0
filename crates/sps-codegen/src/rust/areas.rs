//! Areas: a module for the endpoints below each first segment of a path, so that no list has all names.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use sps_spec::Spec;

use super::{Error, Part, header, item::part_markers, module_name, pretty, twin::has_twin};
use crate::words::camel;

/// What the files of one area declare: for each module its names.
type Area = BTreeMap<String, BTreeSet<String>>;

/// `areas.rs`: a module per area, in which a name has no prefix that repeats the area.
pub(super) fn areas(spec: &Spec) -> Result<String, Error> {
    let mut areas: BTreeMap<String, (String, Area)> = BTreeMap::new();
    for endpoint in &spec.endpoints {
        let name = module_name(endpoint.area());
        let part = Part::of(spec, endpoint);
        let (_, area) = areas.entry(name.clone()).or_insert_with(|| {
            let short = endpoint.short_path().trim_start_matches('/');
            let below = endpoint.path.strip_suffix(short).unwrap_or("/api/");
            (format!(" `{below}{}`, and what is below.", endpoint.area()), Area::new())
        });
        let types = part.types.iter().map(|it| it.name().to_owned());
        let names = types.chain([endpoint.object.clone()]).chain(part_markers(spec, endpoint));
        area.entry(part.module.clone()).or_default().extend(names);
    }
    let shared = areas.entry("types".to_owned());
    let (_, area) =
        shared.or_insert_with(|| (" Types that several areas share.".to_owned(), Area::new()));
    for file in &spec.shared {
        let part = Part::shared(file);
        let names = part.types.iter().map(|it| it.name().to_owned());
        area.entry(part.module.clone()).or_default().extend(names);
    }
    let modules =
        areas.iter().filter(|(_, (_, area))| !area.is_empty()).map(|(name, (doc, area))| {
            let exports = exports(spec, name, area);
            let name = format_ident!("{name}");
            quote!(#[doc = #doc] pub mod #name { #(#exports)* })
        });
    let modules = modules.map(pretty).collect::<Result<Vec<_>, _>>()?;
    Ok(format!("{}{}", header("the files under `spec/`", TITLE), modules.join("\n")))
}

const TITLE: &str = "The types by area: a module for each first segment of a path.";

/// One `pub use` per file of the area.
fn exports(spec: &Spec, area: &str, files: &Area) -> Vec<TokenStream> {
    let all: Vec<String> = files.values().flatten().flat_map(|it| with_twin(spec, it)).collect();
    let prefix = camel(area);
    let short = |name: &str| -> Option<String> {
        let short = name.strip_prefix(&prefix)?;
        let is_name = short.starts_with(|c: char| c.is_ascii_uppercase()) && short != "Response";
        let twin = format!("{short}Response");
        (is_name && !all.iter().any(|it| *it == short || *it == twin)).then(|| short.to_owned())
    };
    let export = |(module, names): (&String, &BTreeSet<String>)| {
        let module = format_ident!("{module}");
        let names = names.iter().flat_map(|name| {
            let short = short(name);
            with_twin(spec, name).into_iter().map(move |full| {
                let ident = format_ident!("{full}");
                let Some(short) = &short else { return quote!(#ident) };
                let short = format_ident!("{short}{}", if full == *name { "" } else { "Response" });
                quote!(#ident as #short)
            })
        });
        quote!(pub use crate::generated::#module::{#(#names),*};)
    };
    files.iter().map(export).collect()
}

/// The type, and the one that responses have if it is another.
fn with_twin(spec: &Spec, name: &str) -> Vec<String> {
    let twin = has_twin(spec, name).then(|| format!("{name}Response"));
    std::iter::once(name.to_owned()).chain(twin).collect()
}
