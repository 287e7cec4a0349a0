//! One text, judged by the validator and by the simulator's interpreter.

use serde_json::{Value, json};
use sps_sim::body::{Bodies, Mode, Refusal, World};
use sps_spec::Spec;
use sps_validate::{Context, Resolver, Subject, code, explain};

/// A resolver as the interpreter asks for it; without one, every object is there and nothing is known of it.
pub(crate) struct Asked<'a>(pub(crate) Option<&'a dyn Resolver>);

impl World for Asked<'_> {
    fn object(&self, collection: &str, key: &str) -> Option<Value> {
        let path = format!("{collection}/{key}");
        let Some(resolver) = self.0 else { return Some(json!({})) };
        let plain = resolver.plain(&path).map(|plain| json!({ "plain": plain }));
        (resolver.exists(&path) != Some(false)).then(|| plain.unwrap_or_else(|| json!({})))
    }

    fn referrers(&self, collection: &str, key: &str) -> Vec<String> {
        let user = self.0.and_then(|resolver| resolver.used_by(&format!("{collection}/{key}")));
        user.map(str::to_owned).into_iter().collect()
    }
}

/// The two judges of the request bodies of one endpoint.
pub(crate) struct Twin<'s> {
    spec: &'s Spec,
    path: &'static str,
    subject: Subject,
}

/// Mistakes that an appliance does not notice.
const SWALLOWED: &[&str] = &[
    code::UNKNOWN_KEY,
    code::DUPLICATE_KEY,
    code::RESPONSE_WRAPPER,
    code::NOT_IN_VERSION,
    code::LIMIT_EXCEEDED,
];

/// A rule of a small spec whose check is written by hand. The interpreter has none of those, for in the real spec they
/// only warn.
const BY_HAND: &str = "custom-when";

/// A code and a pointer.
type Finding = (String, String);

impl<'s> Twin<'s> {
    pub(crate) fn new(spec: &'s Spec, path: &'static str, subject: Subject) -> Self {
        Self { spec, path, subject }
    }

    /// The errors that the validator finds, sorted.
    pub(crate) fn validator(&self, text: &str, context: &Context<'_>) -> Vec<Finding> {
        let report = explain(text, &self.subject, context);
        let errors = report.errors().filter(|it| it.code != BY_HAND);
        sorted(errors.map(|it| (it.code.to_owned(), it.pointer.clone())).collect())
    }

    /// What the interpreter stores, or what it finds, sorted.
    pub(crate) fn interpreter(
        &self,
        text: &str,
        mode: Mode,
        context: &Context<'_>,
    ) -> Result<Value, Vec<Finding>> {
        let target = context.target.map(|target| target.to_string().parse().unwrap());
        let endpoint = self.spec.endpoint(self.path).unwrap();
        let world = Asked(context.resolver);
        let read = Bodies::new(self.spec, target).read(endpoint, text.as_bytes(), mode, &world, "");
        read.map_err(|refusal| match refusal {
            Refusal::NotJson(_) => vec![(code::INVALID_JSON.to_owned(), String::new())],
            Refusal::Semantic(findings) => {
                sorted(findings.into_iter().map(|it| (it.code, it.pointer)).collect())
            }
        })
    }

    /// How the interpreter differs from the validator on a text, if it does.
    pub(crate) fn difference(&self, text: &str, context: &Context<'_>) -> Option<String> {
        let validator = self.validator(text, context);
        let strict = self.interpreter(text, Mode::Strict, context);
        let lenient = self.interpreter(text, Mode::Lenient, context);
        if strict.is_ok() && strict != lenient {
            return Some(format!("{} {text}\nstrict  {strict:?}\nlenient {lenient:?}", self.path));
        }
        let strict = strict.err().unwrap_or_default();
        if validator != strict {
            let path = self.path;
            return Some(format!("{path} {text}\nvalidator {validator:?}\nstrict    {strict:?}"));
        }
        let is_swallowed = |code: &str| SWALLOWED.contains(&code);
        // Of those, only an unknown key leaves the rest of the document as it is.
        let comparable = strict.iter().all(|(it, _)| !is_swallowed(it) || it == code::UNKNOWN_KEY);
        let loud: Vec<_> = strict.into_iter().filter(|(code, _)| !is_swallowed(code)).collect();
        match lenient {
            Err(found) if comparable && found != loud => {
                Some(format!("{} {text}\nloud    {loud:?}\nlenient {found:?}", self.path))
            }
            Ok(_) if comparable && !loud.is_empty() => {
                Some(format!("{} {text}\nthe lenient reader overlooks {loud:?}", self.path))
            }
            Err(_) => None,
            Ok(stored) => self.changed(&stored, context),
        }
    }

    /// How what is stored is not what a strict reader would store, if it is not.
    fn changed(&self, stored: &Value, context: &Context<'_>) -> Option<String> {
        let text = stored.to_string();
        let errors = self.validator(&text, context);
        let is_harmless =
            |(code, _): &Finding| [code::NOT_IN_VERSION, code::LIMIT_EXCEEDED].contains(&&**code);
        if !errors.iter().all(is_harmless) {
            return Some(format!("{} stores {text}, which has {errors:?}", self.path));
        }
        let again = self.interpreter(&text, Mode::Lenient, context);
        (again.as_ref() != Ok(stored))
            .then(|| format!("{} stores {text}, and then {again:?}", self.path))
    }
}

fn sorted(mut findings: Vec<Finding>) -> Vec<Finding> {
    findings.sort();
    findings
}
