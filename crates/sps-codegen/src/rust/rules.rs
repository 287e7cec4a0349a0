//! Rules and requirements: lines of the descriptor tables.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use sps_spec::{Condition, End, FieldType, Rule, Severity, Spec, Struct, prose};

use crate::rust::{
    Error,
    condition::{Inputs, path_tokens},
    version,
};

/// Writes the condition under which a member of `def` is required.
pub(super) fn requirement(
    spec: &Spec,
    def: &Struct,
    condition: &Condition,
) -> Result<TokenStream, Error> {
    follow(spec, def, condition)?;
    let mut inputs = Inputs::default();
    let tokens = inputs.condition(condition)?;
    let paths = inputs.tokens();
    let (words, undo) = (prose::condition(condition), prose::undo(condition));
    Ok(quote!(Requirement::new(#paths, #tokens, #words, #undo)))
}

/// Writes a rule about the members of `def`.
pub(super) fn rule(spec: &Spec, def: &Struct, rule: &Rule) -> Result<TokenStream, Error> {
    write(spec, def, rule)
        .map_err(|error| Error::new(format!("rule {} on {}: {error}", rule.code, rule.on)))
}

fn write(spec: &Spec, def: &Struct, rule: &Rule) -> Result<TokenStream, Error> {
    for condition in rule.when.iter().chain([&rule.holds]) {
        follow(spec, def, condition)?;
    }
    let mut inputs = Inputs::default();
    // The input of these is the first, whatever `when` looks at.
    let check = match &rule.holds {
        Condition::Referent(path, about) => {
            inputs.number(path)?;
            let End::Field(field) = spec.resolve(def, path).map_err(Error::new)?.end else {
                return Err(Error::new("`referent` needs a reference"));
            };
            let FieldType::Ref(collection) = &field.ty else {
                return Err(Error::new("`referent` needs a reference"));
            };
            let about = Inputs::default().condition(about)?;
            Some(quote!(Check::Plain { collection: #collection, about: #about }))
        }
        Condition::Custom { name, inputs: paths } => {
            let [path] = &paths[..] else {
                return Err(Error::new("a check written by hand has one input"));
            };
            let end = spec.resolve(def, path).map_err(Error::new)?.end;
            let is_text = match end {
                End::Field(field) => field.ty == FieldType::String,
                End::Text(_) => true,
                End::Tag(_) => false,
            };
            if !is_text {
                let path = path.join(".");
                return Err(Error::new(format!(
                    "`{path}` is not a text, and a check written by hand needs one"
                )));
            }
            inputs.number(path)?;
            let function = format_ident!("{name}");
            Some(quote!(Check::Text(validate::#function)))
        }
        _ => None,
    };
    let when = match &rule.when {
        Some(when) => {
            let when = inputs.condition(when)?;
            Some(quote!(.when(#when)))
        }
        None => None,
    };
    let (code, target) = (&rule.code, path_tokens(&rule.target));
    let (message, help) = (&rule.message, &rule.fix);
    let made = match check {
        Some(check) => {
            let (paths, severity) = (inputs.tokens(), severity(rule.severity));
            quote!(Rule::new(#code, Severity::#severity, #target, #paths, #check))
        }
        None => {
            let holds = inputs.condition(&rule.holds)?;
            let paths = inputs.tokens();
            match rule.severity {
                Severity::Error => quote!(Rule::error(#code, #target, #paths, #holds)),
                Severity::Warning => quote!(Rule::warning(#code, #target, #paths, #holds)),
            }
        }
    };
    let versions = (!rule.versions.is_always()).then(|| {
        let versions = version::versions(&rule.versions);
        quote!(.versions(#versions))
    });
    let error_since = rule.error_since.as_ref().map(|since| {
        let since = version::version(since);
        quote!(.error_since(#since))
    });
    Ok(quote!(#made #when #versions #error_since.says(#message, #help)))
}

/// Refuses a condition whose paths lead nowhere.
fn follow(spec: &Spec, def: &Struct, condition: &Condition) -> Result<(), Error> {
    for path in condition.inputs() {
        spec.resolve(def, path).map_err(Error::new)?;
    }
    Ok(())
}

fn severity(severity: Severity) -> proc_macro2::Ident {
    format_ident!("{severity:?}")
}
