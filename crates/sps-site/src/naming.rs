//! The label of the object in a file: its file name, which its body has to confirm.

use sps_model::{
    EndpointInfo, shape,
    validate::{
        Diagnostic, Span, is_like_a_key,
        json::{Node, escape_pointer_segment},
    },
};

use crate::{
    code, file_name,
    label::{Label, composed},
    place::short,
    plan::body_kind,
    problem::error,
};

/// Finds the label of an object of a collection in a file with this stem.
///
/// The stem is the name of the object. Where an appliance has two objects of one name, the key of the object follows after
/// `~`, so that both have files: `office~-200.json`.
///
/// # Errors
/// File and body disagree, or the stem encodes no name.
pub(crate) fn of_object(
    endpoint: &'static EndpointInfo,
    stem: &str,
    ending: &str,
    root: &Node<'_>,
) -> Result<Label, Box<Diagnostic>> {
    let collection = short(endpoint);
    let member = label_member(endpoint);
    let named = member.and_then(|member| {
        let node = root.get(member)?;
        Some((member, node.as_str()?, node.span))
    });
    let decoded = file_name::name(stem);
    let Some((member, name, span)) = named else {
        return match decoded {
            Some(name) => Ok(Label::of_object(collection, &name)),
            None if file_name::is_cut(stem) => Ok(Label::of_object(collection, stem)),
            None => Err(Box::new(no_stem(stem))),
        };
    };
    if file_name::fits(stem, name) {
        return Ok(Label::of_object(collection, name));
    }
    let with_key = stem.rsplit_once('~').filter(|(_, key)| is_like_a_key(key));
    if let Some((_, key)) = with_key.filter(|(stem, _)| file_name::fits(stem, name)) {
        return Ok(Label::of_object(collection, &format!("{name}~{key}")));
    }
    let found = decoded.unwrap_or_else(|| composed(stem));
    let message = format!("the file is named `{found}`, and `{member}` in it is `{name}`");
    let help =
        format!("rename the file to `{}{ending}`, or change `{member}`", file_name::stem(name));
    let pointer = format!("/{}", escape_pointer_segment(member));
    Err(Box::new(error(code::LABEL_MISMATCH, &pointer, span, message, help)))
}

fn no_stem(stem: &str) -> Diagnostic {
    let message = format!("`{stem}` is not the name of an object: `%` starts an encoded character");
    let help = "write %25 for a percent sign";
    error(code::LABEL_MISMATCH, "", Span::at(0), message, help)
}

/// The member that has the name of an object.
pub(crate) fn label_member(endpoint: &EndpointInfo) -> Option<&'static str> {
    shape::label_member(body_kind(endpoint))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_a_plugin_is_in_its_responses() {
        for (path, member) in [
            ("policies/time_policies", Some("name")),
            // Nothing is sent there.
            ("plugins/aa", Some("name")),
            ("passwords", None),
        ] {
            let endpoint = sps_model::locate(path).expect("the spec has it").endpoint;
            assert_eq!(label_member(endpoint), member, "{path}");
        }
    }
}
