//! The check and the repair of a YAML document.

use crate::{
    context::Context,
    explain::{explain_scanned, unreadable_yaml},
    fix::{Fixed, Language, fix_in},
    report::Report,
    subject::Subject,
    yaml,
};

/// Lists every mistake in a YAML document, as [`explain`](crate::explain()) does for JSON.
///
/// Besides, a scalar without quotes is `wrong-type` if it is no text where a text belongs, or if readers of YAML 1.1 and
/// 1.2 take it for different values.
///
/// ```
/// use sps_validate::{Context, Form, Kind, Subject, yaml};
/// let subject = Subject::new(Kind::Bool, Form::Request);
/// assert!(yaml::explain("true # yes", &subject, &Context::default()).is_valid());
/// let report = yaml::explain("yes", &subject, &Context::default());
/// assert_eq!(report.diagnostics[0].help, "write true");
/// ```
pub fn explain(text: &str, subject: &Subject, context: &Context<'_>) -> Report {
    match yaml::scan(text, &context.limits) {
        Ok(document) => {
            let context = Context { marks: Some(&document.marks), ..*context };
            explain_scanned(text, &document.root, subject, &context)
        }
        Err(error) => unreadable_yaml(&error, text),
    }
}

/// Repairs the body of a request where there is only one way, as [`fix`](crate::fix()) does for JSON; `None` if there is
/// nothing to repair.
///
/// All bytes besides the repaired ones stay: comments, quotes, indentation and line ends. What is used in several places,
/// by an anchor or a merge key, is left as it is. So are mistakes in the syntax, and the wrapper of a response.
///
/// ```
/// use sps_validate::{Context, Form, Kind, Subject, yaml};
/// let subject = Subject::new(Kind::Bool, Form::Request);
/// let fixed = yaml::fix("yes # as they say", &subject, &Context::default()).expect("it is true");
/// assert_eq!(fixed.text, "true # as they say");
/// ```
pub fn fix(text: &str, subject: &Subject, context: &Context<'_>) -> Option<Fixed> {
    fix_in(Language::Yaml, text, subject, context)
}
