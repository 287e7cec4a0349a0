//! Declarations: types with their documentation, endpoints and markers.

use proc_macro2::{Ident, Literal as Token, TokenStream};
use quote::{format_ident, quote};
use sps_spec::{
    Constraint, Endpoint, EndpointKind, Enum, Field, FieldType, Form, Literal, Presence, Rule,
    Source, Spec, Struct, TypeDef, Union, Versions, collection, object_name,
};

use crate::{
    page::{prose, sentence},
    rust::{Error, rules, twin::has_twin, version},
};

/// The parts of the objects of this collection that references lead to, each once.
pub(super) fn parts_of(spec: &Spec, path: &str) -> Vec<String> {
    let mut parts = std::collections::BTreeSet::new();
    let mut add = |ty: &FieldType| {
        if let FieldType::Ref(to) = ty.leaf()
            && let Some((collection, part)) = to.split_once('#')
            && collection == path
        {
            parts.insert(part.to_owned());
        }
    };
    for def in spec.types() {
        match def {
            TypeDef::Struct(it) => it.fields.iter().for_each(|field| add(&field.ty)),
            TypeDef::Union(it) => {
                it.variants.iter().filter_map(|it| it.payload.as_ref()).for_each(|it| add(&it.ty));
            }
            TypeDef::Enum(_) => {}
        }
    }
    for body in spec.endpoints.iter().filter_map(|it| it.request.as_ref()) {
        add(&body.ty);
    }
    parts.into_iter().collect()
}

/// `NicInterfaceAddressPart` of `interfaces/addresses` in a `Nic`.
pub(super) fn part_name(object: &str, part: &str) -> String {
    let names: String = part.split('/').map(|segment| object_name(segment, true)).collect();
    format!("{object}{names}Part")
}

/// The markers of the parts of an endpoint's objects.
pub(super) fn part_markers(spec: &Spec, endpoint: &Endpoint) -> Vec<String> {
    let parts = parts_of(spec, &endpoint.path);
    parts.iter().map(|part| part_name(&endpoint.object, part)).collect()
}

/// The items of one file, in order.
pub(super) struct Items<'s> {
    spec: &'s Spec,
    sources: &'s [Source],
    tokens: Vec<TokenStream>,
}

impl<'s> Items<'s> {
    pub(super) fn new(spec: &'s Spec, sources: &'s [Source]) -> Self {
        Self { spec, sources, tokens: Vec::new() }
    }

    pub(super) fn into_tokens(self) -> Vec<TokenStream> {
        self.tokens
    }

    /// The constants of an endpoint, and its marker if no type of the file bears its name.
    pub(super) fn endpoint(&mut self, endpoint: &Endpoint) {
        let object = format_ident!("{}", endpoint.object);
        if self.spec.type_def(&endpoint.object).is_none() {
            let docs = self.docs(&endpoint.doc, &[], &endpoint.source, None);
            self.tokens.push(quote! {
                #docs
                #[derive(Debug, Clone, Copy, PartialEq, Eq)]
                #[non_exhaustive]
                pub enum #object {}
            });
        }
        let Endpoint { path, title, doc, .. } = endpoint;
        let request = match &endpoint.request {
            Some(body) if body.name() == Some(&endpoint.object) => quote!(Self),
            Some(body) => self.plain_type(&body.ty, &body.constraint, false),
            None => quote!(NoBody),
        };
        let response = match &endpoint.response {
            Some(body) => self.response_type(&body.ty, &body.constraint, &endpoint.object),
            None => quote!(NoBody),
        };
        let bounds = endpoint.request.as_ref().or(endpoint.response.as_ref());
        let bounds = bounds.map(|body| &body.constraint).filter(|it| !it.is_empty());
        let constraint = bounds.map(|it| {
            let constraint = constraint_tokens(it);
            quote!(const CONSTRAINT: Constraint = #constraint;)
        });
        let kind = super::kind(endpoint.kind);
        let methods = endpoint.methods.iter().copied().map(super::method);
        let wrappers = (endpoint.wrappers != ["body"]).then(|| {
            let wrappers = &endpoint.wrappers;
            quote!(const WRAPPERS: &'static [&'static str] = &[#(#wrappers),*];)
        });
        let versions = (!endpoint.versions.is_always()).then(|| {
            let versions = version::versions(&endpoint.versions);
            quote!(const VERSIONS: Versions = #versions;)
        });
        let ordered = endpoint.ordered.then(|| {
            quote!(
                const ORDERED: bool = true;
            )
        });
        self.tokens.push(quote! {
            impl Endpoint for #object {
                type Request = #request;
                type Response = #response;
                const PATH: &'static str = #path;
                const KIND: EndpointKind = #kind;
                const METHODS: &'static [Method] = &[#(#methods),*];
                const TITLE: &'static str = #title;
                const DOC: &'static str = #doc;
                #wrappers
                #constraint
                #versions
                #ordered
            }
        });
        if endpoint.kind == EndpointKind::Collection {
            let target = if endpoint.single_use { quote!(single_use) } else { quote!(new) };
            self.tokens.push(quote! {
                impl Object for #object {
                    const TARGET: Target = Target::#target(#path);
                }
            });
            for part in parts_of(self.spec, path) {
                self.part_of_object(endpoint, &part);
            }
        }
    }

    /// The marker of a part of an object that references lead to, such as an address of an interface.
    fn part_of_object(&mut self, endpoint: &Endpoint, part: &str) {
        let Endpoint { path, title, .. } = endpoint;
        let marker = format_ident!("{}", part_name(&endpoint.object, part));
        let doc = format!(" {title}: a part of an object, under `{part}`.");
        self.tokens.push(quote! {
            #[doc = #doc]
            #[derive(Debug, Clone, Copy, PartialEq, Eq)]
            #[non_exhaustive]
            pub enum #marker {}
        });
        self.tokens.push(quote! {
            impl Object for #marker {
                const TARGET: Target = Target::new(#path).part(#part);
            }
        });
    }

    /// The type of a value in responses.
    fn response_type(&self, ty: &FieldType, constraint: &Constraint, own: &str) -> TokenStream {
        let leaf = match ty.leaf() {
            FieldType::Named(name) if has_twin(self.spec, name) => {
                let twin = format_ident!("{name}Response");
                quote!(#twin)
            }
            FieldType::Named(name) if name == own && ty == ty.leaf() => quote!(Self),
            FieldType::Ref(to) => {
                let object = self.target(to);
                quote!(Reference<#object>)
            }
            plain => self.plain_type(plain, constraint, false),
        };
        nested(ty, leaf)
    }

    /// The marker of what a reference leads to.
    fn target(&self, to: &str) -> Ident {
        let object = self.spec.endpoint(collection(to)).map_or("", |it| &it.object);
        match to.split_once('#') {
            Some((_, part)) => format_ident!("{}", part_name(object, part)),
            None => format_ident!("{object}"),
        }
    }

    pub(super) fn type_def(&mut self, def: &TypeDef, rules: &[&Rule]) -> Result<(), Error> {
        match def {
            TypeDef::Struct(def) => self.struct_def(def, rules),
            TypeDef::Union(def) => self.union_def(def, rules),
            TypeDef::Enum(def) => {
                self.enum_def(def);
                Ok(())
            }
        }
    }

    fn struct_def(&mut self, def: &Struct, rules: &[&Rule]) -> Result<(), Error> {
        let name = format_ident!("{}", def.name);
        let docs = self.docs(&def.doc, &[], &def.source, None);
        let declared: Vec<&Field> =
            def.fields.iter().filter(|field| !field.response_only).collect();
        let (declared, added) = match def.form {
            // A response alone has no twin to add to: everything is declared.
            Form::Response => (def.fields.iter().collect(), Vec::new()),
            _ => (declared, def.fields.iter().filter(|field| field.response_only).collect()),
        };
        let form = match def.form {
            Form::Both => None,
            // A secret and a reference have another type in responses, and so has what holds one.
            Form::Request if has_twin(self.spec, &def.name) => None,
            Form::Request => Some(quote!(same,)),
            Form::Response => Some(quote!(response,)),
        };
        let open = def.open.then(|| quote!(open,));
        let builder = (def.form != Form::Response).then(|| quote!(builder,));
        let response_only = (!added.is_empty()).then(|| {
            let fields = added.iter().map(|field| {
                let (wire, name, ty) = (
                    &field.name,
                    format_ident!("{}", field.rust),
                    self.field_type(field, def.form),
                );
                if field.rust == field.name {
                    quote!(#name: #ty)
                } else {
                    quote!(#wire as #name: #ty)
                }
            });
            quote!(response_only(#(#fields),*),)
        });
        let secret = declared.iter().any(|field| field.sensitive);
        let derives = if secret {
            quote!(Clone, PartialEq, Resource)
        } else {
            quote!(Debug, Clone, PartialEq, Resource)
        };
        let fields: Vec<TokenStream> =
            declared.iter().map(|field| self.field(field, def.form)).collect();
        self.tokens.push(quote! {
            #docs
            #[derive(#derives)]
            #[resource(#form #open #response_only #builder constrained)]
            #[non_exhaustive]
            pub struct #name {
                #(#fields)*
                unknown_fields: UnknownFields,
            }
        });
        if secret {
            let title = &def.name;
            let shown = declared.iter().filter(|field| !field.sensitive).map(|field| {
                let (name, ident) = (&field.rust, format_ident!("{}", field.rust));
                quote!(.field(#name, &self.#ident))
            });
            self.tokens.push(quote! {
                impl fmt::Debug for #name {
                    /// Leaves the secrets out.
                    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                        f.debug_struct(#title) #(#shown)* .finish_non_exhaustive()
                    }
                }
            });
        }
        let members = declared.iter().chain(&added).map(|field| {
            let member = member(&field.name, &field.constraint, &field.versions);
            let label = field.label.then(|| quote!(.label()));
            let unordered = field.unordered.then(|| quote!(.unordered()));
            let default = field.default.as_ref().map(Literal::to_json);
            let default = default.map(|json| quote!(.default(#json)));
            let member = quote!(#member #label #unordered #default);
            match &field.presence {
                Presence::When(condition) => {
                    let requirement = rules::requirement(self.spec, def, condition)?;
                    Ok(quote!(#member.required_if(#requirement)))
                }
                Presence::Required if !field.versions.is_always() => Ok(quote!(#member.required())),
                _ => Ok(member),
            }
        });
        let members = members.collect::<Result<Vec<_>, Error>>()?;
        let rules = rules.iter().map(|rule| rules::rule(self.spec, def, rule));
        let rules = rules.collect::<Result<Vec<_>, Error>>()?;
        self.constrained(&name, &members, &rules);
        Ok(())
    }

    fn field(&self, field: &Field, form: Form) -> TokenStream {
        let name = format_ident!("{}", field.rust);
        let ty = self.field_type(field, form);
        let docs = self.docs(&field.doc, &facts(field), &field.source, field.inferred.as_deref());
        let mut words = Vec::new();
        if field.rust != field.name {
            let wire = &field.name;
            words.push(quote!(rename = #wire));
        }
        if field.tag {
            words.push(quote!(tag));
        }
        if field.request_only {
            words.push(quote!(request_only));
        }
        if has_empty_value(field) {
            words.push(quote!(default));
        }
        let attribute = (!words.is_empty()).then(|| quote!(#[resource(#(#words),*)]));
        quote!(#docs #attribute pub #name: #ty,)
    }

    fn field_type(&self, field: &Field, form: Form) -> TokenStream {
        let mut ty = match form {
            // What only responses hold is declared as they show it.
            Form::Response if !field.sensitive => {
                self.response_type(&field.ty, &field.constraint, "")
            }
            _ => self.plain_type(&field.ty, &field.constraint, field.sensitive),
        };
        if field.nullable {
            ty = quote!(Option<#ty>);
        }
        if field.presence != Presence::Required || !field.versions.is_always() {
            ty = quote!(Optional<#ty>);
        }
        ty
    }

    fn plain_type(&self, ty: &FieldType, constraint: &Constraint, sensitive: bool) -> TokenStream {
        match ty {
            FieldType::Bool => quote!(bool),
            FieldType::Int if constraint.minimum.is_some_and(|minimum| minimum >= 0) => quote!(u64),
            FieldType::Int => quote!(i64),
            FieldType::Number => quote!(f64),
            FieldType::String if sensitive => quote!(Secret),
            FieldType::String => quote!(String),
            FieldType::Any => quote!(Any),
            FieldType::Named(name) => {
                let name = format_ident!("{name}");
                quote!(#name)
            }
            FieldType::Ref(path) => {
                let object = self.target(path);
                quote!(Key<#object>)
            }
            FieldType::List(_)
            | FieldType::Array(..)
            | FieldType::Map(_)
            | FieldType::Ordered(_) => {
                nested(ty, self.plain_type(ty.leaf(), constraint, sensitive))
            }
        }
    }

    fn union_def(&mut self, def: &Union, rules: &[&Rule]) -> Result<(), Error> {
        if let Some(rule) = rules.first() {
            return Err(Error::new(format!(
                "rule {} is about the union {}: put it on the type that holds it",
                rule.code, def.name
            )));
        }
        let name = format_ident!("{}", def.name);
        let docs = self.docs(&def.doc, &[], &def.source, None);
        let Union { tag, content, .. } = def;
        let open = def.open.then(|| quote!(open,));
        let variants = def.variants.iter().map(|variant| {
            let name = format_ident!("{}", variant.rust);
            let wire = &variant.value;
            let docs = self.docs(&variant.doc, &[], &variant.source, None);
            let ty = variant.payload.as_ref().map(|payload| {
                let ty = self.plain_type(&payload.ty, &payload.constraint, payload.sensitive);
                quote!((#ty))
            });
            quote!(#docs #[resource(rename = #wire)] #name #ty,)
        });
        self.tokens.push(quote! {
            #docs
            #[derive(Debug, Clone, PartialEq, Resource)]
            #[resource(tag = #tag, content = #content, #open constrained)]
            #[non_exhaustive]
            pub enum #name {
                #(#variants)*
                /// A variant that no source shows, as it came.
                Unknown(Unknown),
            }
        });
        let members = def.variants.iter().map(|variant| {
            let none = Constraint::default();
            let constraint = variant.payload.as_ref().map_or(&none, |payload| &payload.constraint);
            member(&variant.value, constraint, &variant.versions)
        });
        self.constrained(&name, &members.collect::<Vec<_>>(), &[]);
        Ok(())
    }

    fn enum_def(&mut self, def: &Enum) {
        let name = format_ident!("{}", def.name);
        let docs = self.docs(&def.doc, &[], &def.source, None);
        let values = def.values.iter().map(|value| {
            let name = format_ident!("{}", value.rust);
            let wire = &value.value;
            let aliases = &value.aliases;
            let docs = self.docs(&value.doc, &[], &value.source, None);
            quote!(#docs #[resource(rename = #wire #(, alias = #aliases)*)] #name,)
        });
        let open = def.open.then(|| quote!(open,));
        self.tokens.push(quote! {
            #docs
            #[derive(Debug, Clone, PartialEq, Resource)]
            #[resource(#open constrained)]
            #[non_exhaustive]
            pub enum #name {
                #(#values)*
                /// A value that no source shows, as it came.
                Unknown(Unknown),
            }
        });
        let none = Constraint::default();
        let members = def.values.iter().map(|value| member(&value.value, &none, &value.versions));
        self.constrained(&name, &members.collect::<Vec<_>>(), &[]);
    }

    fn constrained(&mut self, name: &Ident, members: &[TokenStream], rules: &[TokenStream]) {
        let rules = (!rules.is_empty()).then(|| quote!(.rules(&[#(#rules),*])));
        self.tokens.push(quote! {
            impl Constrained for #name {
                const CONSTRAINTS: Constraints = Constraints::new(&[#(#members),*]) #rules;
            }
        });
    }

    /// A doc comment: what it is, its facts, and where they come from.
    fn docs(
        &self,
        doc: &str,
        facts: &[String],
        source: &str,
        inferred: Option<&str>,
    ) -> TokenStream {
        let mut paragraphs = vec![doc.to_owned()];
        if !facts.is_empty() {
            paragraphs.push(facts.join(" "));
        }
        let origin = origin(self.sources, source);
        paragraphs.push(match inferred {
            Some(inferred) => format!("{origin} Inferred: {inferred}."),
            None => origin,
        });
        let lines = paragraphs.iter().enumerate().flat_map(|(index, paragraph)| {
            let blank = (index > 0).then(String::new);
            blank.into_iter().chain(wrap(paragraph))
        });
        let lines = lines.map(|line| if line.is_empty() { line } else { format!(" {line}") });
        quote!(#(#[doc = #lines])*)
    }
}

/// Where a fact comes from, as a sentence.
fn origin(sources: &[Source], id: &str) -> String {
    match sources.iter().find(|source| source.id == id) {
        Some(Source { title, guide, version, .. }) if version.is_empty() => {
            format!("Source: {title} ({guide}).")
        }
        Some(Source { title, guide, version, .. }) => {
            format!("Source: {guide}, \"{title}\", version {version}.")
        }
        None => format!("Source: {id}."),
    }
}

/// What a field's documentation says beside its meaning: unit, range, length, format, default.
fn facts(field: &Field) -> Vec<String> {
    let mut facts = Vec::new();
    let Constraint { minimum, maximum, min_length, max_length, format } = &field.constraint;
    if let Some(unit) = &field.unit {
        facts.push(format!("Unit: {unit}."));
    }
    if let Some(range) = range("value", minimum.as_ref(), maximum.as_ref()) {
        facts.push(format!("Range: {range}."));
    }
    if let Some(range) = range("characters", min_length.as_ref(), max_length.as_ref()) {
        facts.push(format!("Length: {range}."));
    }
    if let Some(format) = format {
        facts.push(format!("Format: `{}`.", format.name()));
    }
    if let Some(default) = &field.default {
        facts.push(format!("Default: {}.", default.to_json()));
    }
    facts.extend(prose::site(field).map(sentence));
    if !field.versions.is_always() {
        facts.push(format!("Versions: {}.", span(&field.versions)));
    }
    facts
}

fn range<T: std::fmt::Display>(what: &str, low: Option<&T>, high: Option<&T>) -> Option<String> {
    match (low, high) {
        (Some(low), Some(high)) => Some(format!("`{low} <= {what} <= {high}`")),
        (Some(low), None) => Some(format!("`{what} >= {low}`")),
        (None, Some(high)) => Some(format!("`{what} <= {high}`")),
        (None, None) => None,
    }
}

fn span(versions: &Versions) -> String {
    match (&versions.since, &versions.until) {
        (Some(since), Some(until)) => format!("{since} to {until}"),
        (Some(since), None) => format!("{since} and later"),
        (None, Some(until)) => format!("{until} and earlier"),
        (None, None) => "all".to_owned(),
    }
}

/// Lines of at most 96 characters, so that a doc comment stays within 100.
fn wrap(text: &str) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let last = lines.last_mut().expect("there is always one line");
        if !last.is_empty() && last.len() + word.len() + 1 > 96 {
            lines.push(word.to_owned());
        } else {
            if !last.is_empty() {
                last.push(' ');
            }
            last.push_str(word);
        }
    }
    lines
}

/// Whether a caller need not say anything: there is one sensible empty value.
fn has_empty_value(field: &Field) -> bool {
    field.nullable
        || field.presence != Presence::Required
        || !field.versions.is_always()
        || matches!(field.ty, FieldType::List(_) | FieldType::Map(_) | FieldType::Ordered(_))
}

/// The lists and maps of a type around its innermost type.
fn nested(ty: &FieldType, leaf: TokenStream) -> TokenStream {
    match ty {
        FieldType::List(inner) => {
            let inner = nested(inner, leaf);
            quote!(Vec<#inner>)
        }
        FieldType::Array(inner, length) => {
            let (inner, length) = (nested(inner, leaf), Token::usize_unsuffixed(*length));
            quote!([#inner; #length])
        }
        FieldType::Map(inner) => {
            let inner = nested(inner, leaf);
            quote!(BTreeMap<String, #inner>)
        }
        FieldType::Ordered(inner) => {
            let inner = nested(inner, leaf);
            quote!(Ordered<#inner>)
        }
        _ => leaf,
    }
}

/// One line of a descriptor table.
fn member(name: &str, constraint: &Constraint, versions: &Versions) -> TokenStream {
    let constraint = (!constraint.is_empty()).then(|| {
        let constraint = constraint_tokens(constraint);
        quote!(.constraint(#constraint))
    });
    let versions = (!versions.is_always()).then(|| {
        let versions = version::versions(versions);
        quote!(.versions(#versions))
    });
    quote!(Member::new(#name) #constraint #versions)
}

fn constraint_tokens(constraint: &Constraint) -> TokenStream {
    let minimum = constraint.minimum.map(|value| (quote!(minimum), Token::i64_unsuffixed(value)));
    let maximum = constraint.maximum.map(|value| (quote!(maximum), Token::i64_unsuffixed(value)));
    let min_length =
        constraint.min_length.map(|value| (quote!(min_length), Token::u64_unsuffixed(value)));
    let max_length =
        constraint.max_length.map(|value| (quote!(max_length), Token::u64_unsuffixed(value)));
    let bounds = [minimum, maximum, min_length, max_length]
        .into_iter()
        .flatten()
        .map(|(name, value)| quote!(.#name(#value)));
    let format = constraint.format.map(|format| {
        let format = format_ident!("{format:?}");
        quote!(.format(Format::#format))
    });
    quote!(Constraint::NONE #(#bounds)* #format)
}
