//! The binary as a user meets it: output, messages and exit status of every command.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod accidents;
mod appliance;
mod audit;
mod bad_input;
mod bulk;
mod causes;
mod certificate_files;
mod changes;
mod check;
mod code_hosts;
mod codes;
mod completions;
mod connection;
mod contract;
mod crowd;
mod empty_root;
mod examples;
mod export;
mod fix;
mod fleet;
mod help;
mod hooks;
mod html;
mod html_style;
mod locks;
mod lsp;
mod machine;
mod man;
mod openapi;
mod output;
mod overlay;
mod pages;
mod pem;
mod planted;
mod proxy;
mod reports;
mod request;
mod schema;
mod secrets;
#[cfg(unix)]
mod signals;
mod sim;
mod sim_site;
mod site;
mod site_page;
mod support;
mod tree;
mod tree_attacks;
mod tree_pitfalls;
mod whole_diff;
mod yaml;
