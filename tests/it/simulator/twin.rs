//! One text, checked by the validator and by the simulator's interpreter.

use serde_json::{Value, json};
use sps_sim::body::{Bodies, Mode, Refusal, World};
use sps_spec::Spec;
use sps_validate::{Context, Resolver, Subject, code, explain};

/// A resolver, as the interpreter uses it. Without a resolver, every object exists. The resolvers of the tests give a plain
/// text for any path, also for network cards, which have other members.
pub(crate) struct ResolverWorld<'a>(pub(crate) Option<&'a dyn Resolver>);

impl World for ResolverWorld<'_> {
    fn object(&self, collection: &str, key: &str) -> Option<Value> {
        let path = format!("{collection}/{key}");
        let Some(resolver) = self.0 else { return Some(Value::Null) };
        let plain = resolver.plain(&path).filter(|_| !collection.ends_with("/network/nics"));
        let plain = plain.map(|plain| json!({ "plain": plain }));
        (resolver.exists(&path) != Some(false)).then(|| plain.unwrap_or_default())
    }

    fn referrers(&self, collection: &str, key: &str) -> Vec<String> {
        let user = self.0.and_then(|resolver| resolver.used_by(&format!("{collection}/{key}")));
        user.map(str::to_owned).into_iter().collect()
    }
}

/// Validator and interpreter of the request bodies of one endpoint.
pub(crate) struct Twin<'s> {
    spec: &'s Spec,
    path: &'static str,
    subject: Subject,
}

/// Mistakes that an appliance ignores.
const IGNORED: &[&str] = &[
    code::UNKNOWN_KEY,
    code::DUPLICATE_KEY,
    code::RESPONSE_WRAPPER,
    code::NOT_IN_VERSION,
    code::LIMIT_EXCEEDED,
];

/// A custom rule of a small spec. The interpreter has no custom rules, because in the real spec they only warn.
const CUSTOM: &str = "custom-when";

/// A code and a pointer.
type Finding = (String, String);

impl<'s> Twin<'s> {
    pub(crate) fn new(spec: &'s Spec, path: &'static str, subject: Subject) -> Self {
        Self { spec, path, subject }
    }

    /// Returns the errors of the validator, sorted.
    pub(crate) fn validator(&self, text: &str, context: &Context<'_>) -> Vec<Finding> {
        let report = explain(text, &self.subject, context);
        let errors = report.errors().filter(|it| it.code != CUSTOM);
        sorted(errors.map(|it| (it.code.to_owned(), it.pointer.clone())).collect())
    }

    /// Returns what the interpreter stores, or its findings, sorted.
    pub(crate) fn interpreter(
        &self,
        text: &str,
        mode: Mode,
        context: &Context<'_>,
    ) -> Result<Value, Vec<Finding>> {
        let target = context.target.map(|target| target.to_string().parse().unwrap());
        let endpoint = self.spec.endpoint(self.path).unwrap();
        let world = ResolverWorld(context.resolver);
        let read = Bodies::new(self.spec, target).read(endpoint, text.as_bytes(), mode, &world, "");
        read.map_err(|refusal| match refusal {
            Refusal::NotJson(_) => vec![(code::INVALID_JSON.to_owned(), String::new())],
            Refusal::Semantic(findings) => {
                sorted(findings.into_iter().map(|it| (it.code, it.pointer)).collect())
            }
        })
    }

    /// Describes a difference between interpreter and validator on a text.
    pub(crate) fn difference(&self, text: &str, context: &Context<'_>) -> Option<String> {
        let validator = self.validator(text, context);
        let strict = self.interpreter(text, Mode::Strict, context);
        let lenient = self.interpreter(text, Mode::Lenient, context);
        if strict.is_ok() && strict != lenient {
            return Some(format!("{} {text}\nstrict  {strict:?}\nlenient {lenient:?}", self.path));
        }
        // The interpreter reads certificates with a library that knows DER alone; the validator reads what OpenSSL reads.
        let is_lenience =
            |it: &Finding| it.0 == "pem-certificate" && !validator.iter().any(|other| other == it);
        let without = |found: Vec<Finding>| -> Vec<Finding> {
            found.into_iter().filter(|it| !is_lenience(it)).collect()
        };
        let strict = without(strict.err().unwrap_or_default());
        let lenient = match lenient.map_err(without) {
            Err(found) if found.is_empty() => return None,
            lenient => lenient,
        };
        if validator != strict {
            let path = self.path;
            return Some(format!("{path} {text}\nvalidator {validator:?}\nstrict    {strict:?}"));
        }
        let is_ignored = |code: &str| IGNORED.contains(&code);
        // Of these, only an unknown key does not affect the rest of the document.
        let comparable = strict.iter().all(|(it, _)| !is_ignored(it) || it == code::UNKNOWN_KEY);
        let reported: Vec<_> = strict.into_iter().filter(|(code, _)| !is_ignored(code)).collect();
        match lenient {
            Err(found) if comparable && found != reported => {
                Some(format!("{} {text}\nreported {reported:?}\nlenient {found:?}", self.path))
            }
            Ok(_) if comparable && !reported.is_empty() => {
                Some(format!("{} {text}\nthe lenient reader misses {reported:?}", self.path))
            }
            Err(_) => None,
            Ok(stored) => self.changed(&stored, context),
        }
    }

    /// Describes an error in what is stored, or a second reading that changes it.
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
