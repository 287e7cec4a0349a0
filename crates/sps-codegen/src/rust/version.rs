//! Versions as const data.

use proc_macro2::{Literal as Token, TokenStream};
use quote::quote;
use sps_spec::{Version, Versions};

pub(super) fn versions(versions: &Versions) -> TokenStream {
    match (&versions.since, &versions.until) {
        (None, None) => quote!(Versions::ALL),
        (Some(since), None) => {
            let since = version(since);
            quote!(Versions::since(#since))
        }
        (since, Some(until)) => {
            let start = since.as_ref().map_or_else(
                || quote!(Versions::ALL),
                |since| {
                    let since = version(since);
                    quote!(Versions::since(#since))
                },
            );
            let until = version(until);
            quote!(#start.until(#until))
        }
    }
}

pub(super) fn version(version: &Version) -> TokenStream {
    let numbers =
        (0..4).map(|at| Token::u32_unsuffixed(version.numbers().get(at).copied().unwrap_or(0)));
    quote!(Version::new(#(#numbers),*))
}
