//! Rules: a pure function over leaves, a line of the descriptor table, and a call on the typed value.

use proc_macro2::{Ident, Literal as Token, TokenStream};
use quote::{format_ident, quote};
use sps_spec::{
    Condition, Field, FieldType, Literal, Presence, Rule, Severity, Source, Spec, Struct, TypeDef,
};

use crate::rust::{
    Error,
    condition::expression,
    edits::{self, Edit, Ways},
    item::origin,
};

/// `sps_validate::MAX_INPUTS`, which the generated code is checked against when it is built.
const MAX_INPUTS: usize = 4;

/// What the rules of one type become.
#[derive(Default)]
pub(super) struct Rules {
    /// The lines of the descriptor table.
    pub(super) table: Vec<TokenStream>,
    /// The typed reader, if there is an error to find.
    pub(super) holds: Option<TokenStream>,
    /// The functions, by name.
    pub(super) functions: Vec<(String, TokenStream)>,
}

impl Rules {
    pub(super) fn new(
        spec: &Spec,
        sources: &[Source],
        def: &Struct,
        rules: &[&Rule],
    ) -> Result<Self, Error> {
        let mut writer = Writer { spec, sources, def, rules: Self::default(), calls: Vec::new() };
        for field in &def.fields {
            if let Presence::When(condition) = &field.presence {
                writer.switch(field, condition)?;
            }
        }
        for rule in rules {
            writer.rule(rule).map_err(|error| {
                Error::new(format!("rule {} on {}: {error}", rule.code, rule.on))
            })?;
        }
        let Writer { mut rules, calls, .. } = writer;
        rules.holds = calls.into_iter().reduce(|calls, call| quote!(#calls && #call));
        Ok(rules)
    }
}

struct Writer<'s> {
    spec: &'s Spec,
    sources: &'s [Source],
    def: &'s Struct,
    rules: Rules,
    calls: Vec<TokenStream>,
}

impl Writer<'_> {
    /// A member that a switch demands: missing while the switch is on, ignored while it is off.
    fn switch(&mut self, field: &Field, condition: &Condition) -> Result<(), Error> {
        let inputs = self.inputs(condition)?;
        let typed = expression(condition, &|path| typed_of(&inputs, path))?;
        let erased = expression(condition, &|path| erased_of(&inputs, path))?;
        let last = Token::usize_unsuffixed(inputs.len());
        let name = &field.name;
        let paths = inputs.iter().map(|input| path_tokens(&input.path));
        let paths = quote!(&[#(#paths,)* &[#name]]);
        let words = words(condition);
        let source = origin(self.sources, &field.source);
        let source = source.trim_start_matches("Source: ");

        let path = vec![name.clone()];
        let (on, off) = (
            edits::ways(self.spec, self.def, condition, true),
            edits::ways(self.spec, self.def, condition, false),
        );
        let with = |ways: &Ways, edit: Edit| {
            ways.iter()
                .map(|way| [way.as_slice(), std::slice::from_ref(&edit)].concat())
                .collect::<Ways>()
        };
        let missing = edits::tokens(&with(&on, Edit::Remove(path.clone())));
        let filled = edits::tokens(&vec![vec![Edit::Fill(path.clone())]]);
        let superfluous = edits::tokens(&with(&off, Edit::Fill(path.clone())));
        let removed = edits::tokens(&vec![vec![Edit::Remove(path)]]);

        let message = format!("`{name}` is missing, and it must be there when {words}");
        // The checker puts in front of it that the member is to be added, and what belongs there.
        let help = undo(condition);
        self.rules.table.push(quote! {
            Rule::demand(&[#name], #paths, |leaves, _| Some(required(#erased, leaves[#last].is_present())))
                .says(#message, #help, #source)
                .edits(#missing, #filled)
        });
        let message = format!("`{name}` has no effect unless {words}");
        let help = format!("take `{name}` out, or see to it that {words}");
        self.rules.table.push(quote! {
            Rule::warning("ignored-key", &[#name], #paths, |leaves, _| Some(ignored(#erased, leaves[#last].is_present())))
                .says(#message, #help, #source)
                .edits(#superfluous, #removed)
        });
        let rust = format_ident!("{}", field.rust);
        self.calls.push(quote!(required(#typed, self.#rust.is_present()).accepts()));
        Ok(())
    }

    fn rule(&mut self, rule: &Rule) -> Result<(), Error> {
        let parts = match &rule.holds {
            Condition::Referent(path, about) => self.referent(rule, path, about)?,
            Condition::Custom { name, inputs } => self.custom(rule, name, inputs)?,
            _ => self.plain(rule)?,
        };
        let Parts { inputs, check, call, undecided } = parts;
        let severity = match rule.severity {
            Severity::Error => quote!(error),
            Severity::Warning => quote!(warning),
        };
        let (code, target, message, fix) =
            (&rule.code, path_tokens(&rule.target), &rule.message, &rule.fix);
        let source = origin(self.sources, &rule.source);
        let source = source.trim_start_matches("Source: ");
        let undecided = undecided.map(|reason| quote!(.undecided(#reason)));
        let broken = edits::ways(self.spec, self.def, &rule.holds, false);
        let mut mended = edits::ways(self.spec, self.def, &rule.holds, true);
        let breaks: Ways = match &rule.when {
            Some(when) => {
                mended.extend(edits::ways(self.spec, self.def, when, false));
                let on = edits::ways(self.spec, self.def, when, true);
                edits::combined(&on, &broken)
            }
            None => broken,
        };
        let edits = (!breaks.is_empty()).then(|| {
            let (breaks, mends) = (edits::tokens(&breaks), edits::tokens(&mended));
            quote!(.edits(#breaks, #mends))
        });
        let paths = inputs.iter().map(|path| path_tokens(path));
        self.rules.table.push(quote! {
            Rule::#severity(#code, #target, &[#(#paths),*], #check)
                .says(#message, #fix, #source)
                #undecided
                #edits
        });
        if rule.severity == Severity::Error {
            self.calls.push(call);
        }
        Ok(())
    }

    /// A rule that its own leaves decide.
    fn plain(&mut self, rule: &Rule) -> Result<Parts, Error> {
        let whole = match &rule.when {
            Some(when) => Condition::All(vec![when.clone(), rule.holds.clone()]),
            None => rule.holds.clone(),
        };
        let inputs = self.inputs(&whole)?;
        let param = |path: &[String]| {
            let name = inputs.iter().find(|input| input.path == path).map(|input| &input.name);
            quote!(#name)
        };
        let holds = expression(&rule.holds, &param)?;
        let body = match &rule.when {
            Some(when) => {
                let off = expression(&Condition::Not(Box::new(when.clone())), &param)?;
                quote!((#off || #holds).into())
            }
            None => quote!((#holds).into()),
        };
        let params = inputs.iter().map(|input| {
            let (name, ty) = (&input.name, input.param_type());
            quote!(#name: #ty)
        });
        let name = self.function(rule, &quote!((#(#params),*) -> Outcome { #body }));
        let erased = inputs.iter().enumerate().map(|(index, input)| input.erased(index));
        let check = quote!(|leaves, _| Some(#name(#(#erased),*)));
        let arguments = inputs.iter().map(Input::argument);
        let mut call = quote!(#name(#(#arguments),*).accepts());
        for input in inputs.iter().filter(|input| input.is_skipped()) {
            let (name, option) = (&input.name, &input.typed);
            call = quote!(#option.is_none_or(|#name| #call));
        }
        Ok(Parts {
            inputs: inputs.into_iter().map(|input| input.path).collect(),
            check,
            call,
            undecided: None,
        })
    }

    /// A rule about the plain text behind a reference.
    fn referent(
        &mut self,
        rule: &Rule,
        path: &[String],
        about: &Condition,
    ) -> Result<Parts, Error> {
        let own_null = Condition::Not(Box::new(Condition::Null(path.to_vec())));
        if rule.when.as_ref().is_some_and(|when| *when != own_null) {
            return Err(Error::new(
                "beside `referent`, `when` can only say that the reference is not null",
            ));
        }
        let Some(FieldType::Ref(target)) = self.resolve(path)?.last.map(|field| field.ty.clone())
        else {
            return Err(Error::new("`referent` needs a reference"));
        };
        let holds = expression(about, &|_| quote!(plain))?;
        let name = self.function(rule, &quote!((plain: &str) -> Outcome { (#holds).into() }));
        let input = self.input(path, Use::Value)?;
        let check = quote!(|leaves, context| Some(context.plain(#target, leaves[0].str()?, #name)));
        let key = &input.name;
        let typed = &input.typed;
        let call = if input.is_skipped() {
            quote!(#typed.is_none_or(|#key| context.plain(#target, #key, #name).accepts()))
        } else {
            quote!(context.plain(#target, #typed, #name).accepts())
        };
        let undecided =
            Some("the plain text of the referenced password is not known (give --resolve)");
        Ok(Parts { inputs: vec![input.path], check, call, undecided })
    }

    /// A rule that only Rust can say.
    fn custom(&mut self, rule: &Rule, custom: &str, paths: &[Vec<String>]) -> Result<Parts, Error> {
        let custom_fn = format_ident!("{custom}");
        let inputs =
            paths.iter().map(|path| self.input(path, Use::Value)).collect::<Result<Vec<_>, _>>()?;
        let names: Vec<&Ident> = inputs.iter().map(|input| &input.name).collect();
        let function = match &rule.when {
            None => quote!(validate::#custom_fn),
            Some(when) => {
                if when.inputs().iter().any(|path| !paths.contains(path)) {
                    return Err(Error::new(
                        "`when` beside `custom` can only look at the inputs of `custom`",
                    ));
                }
                let when = expression(when, &|path| {
                    let name =
                        inputs.iter().find(|input| input.path == path).map(|input| &input.name);
                    quote!(#name)
                })?;
                let params = inputs.iter().map(|input| {
                    let (name, ty) = (&input.name, input.param_type());
                    quote!(#name: #ty)
                });
                let name = self.function(rule, &quote! {
                    (#(#params,)* context: &Context<'_>) -> Outcome {
                        if #when { validate::#custom_fn(#(#names,)* context) } else { Outcome::Holds }
                    }
                });
                quote!(#name)
            }
        };
        let erased = inputs.iter().enumerate().map(|(index, input)| input.erased(index));
        let check = quote!(|leaves, context| Some(#function(#(#erased,)* context)));
        let arguments = inputs.iter().map(Input::argument);
        let mut call = quote!(#function(#(#arguments,)* context).accepts());
        for input in inputs.iter().filter(|input| input.is_skipped()) {
            let (name, option) = (&input.name, &input.typed);
            call = quote!(#option.is_none_or(|#name| #call));
        }
        let undecided = Some("the time is not known");
        Ok(Parts { inputs: paths.to_vec(), check, call, undecided })
    }

    /// Gives a rule its function; two rules of one code share it when it is the same.
    fn function(&mut self, rule: &Rule, rest: &TokenStream) -> Ident {
        let code = rule.code.replace('-', "_");
        let target = rule.target.join("_");
        let mut name = code.clone();
        let build = |name: &str| {
            let ident = format_ident!("{name}");
            let doc = format!(" `{}`: {}.", rule.code, rule.message);
            quote!(#[doc = #doc] fn #ident #rest)
        };
        let same = |function: &TokenStream| function.to_string().ends_with(&rest.to_string());
        if let Some((_, known)) = self.rules.functions.iter().find(|(known, _)| *known == name) {
            if same(known) {
                return format_ident!("{name}");
            }
            name = format!("{code}_{target}");
        }
        self.rules.functions.push((name.clone(), build(&name)));
        format_ident!("{name}")
    }

    fn inputs(&self, condition: &Condition) -> Result<Vec<Input>, Error> {
        if condition.inputs().len() > MAX_INPUTS {
            return Err(Error::new(format!("a rule looks at no more than {MAX_INPUTS} members")));
        }
        condition
            .inputs()
            .into_iter()
            .map(|path| self.input(path, use_of(condition, path)))
            .collect()
    }

    fn input(&self, path: &[String], usage: Use) -> Result<Input, Error> {
        let Resolved { steps, last, parent_is_union } = self.resolve(path)?;
        let last_name = path.last().map_or("", String::as_str);
        let leaf = match last {
            None if parent_is_union => Leaf::Tag,
            None => return Err(Error::new(format!("`{}` is no member", path.join(".")))),
            Some(field) => match &field.ty {
                FieldType::Bool => Leaf::Bool,
                FieldType::Int => Leaf::Int,
                FieldType::String if field.sensitive => Leaf::Secret,
                FieldType::String => Leaf::Str(format_ident!("String")),
                FieldType::Ref(_) => Leaf::Str(format_ident!("Key")),
                FieldType::Named(name)
                    if matches!(self.spec.type_def(name), Some(TypeDef::Enum(_))) =>
                {
                    Leaf::Str(format_ident!("{name}"))
                }
                _ => Leaf::Container,
            },
        };
        if usage != Use::Presence && matches!(leaf, Leaf::Container) {
            return Err(Error::new(format!(
                "`{}` is an object or a list: only its presence can be judged",
                path.join(".")
            )));
        }
        let optional = last.is_some_and(|field| field.presence != Presence::Required);
        let nullable = last.is_some_and(|field| field.nullable);
        let name = match last {
            Some(field) => format_ident!("{}", field.rust),
            None => format_ident!("{last_name}"),
        };
        let class = match usage {
            Use::Presence => Class::Presence,
            Use::Null if optional => {
                return Err(Error::new(format!(
                    "`{}` may be absent: `null` says nothing then",
                    path.join(".")
                )));
            }
            Use::Null => Class::Nullable,
            Use::Value => Class::Value,
        };
        let (typed, skipped) = access(&steps, &name, &leaf, class, optional, nullable)?;
        Ok(Input { path: path.to_vec(), name, leaf, class, typed, skipped })
    }

    /// The members on the way, and the one at the end; nothing at the end if it is the tag of a union.
    fn resolve(&self, path: &[String]) -> Result<Resolved<'_>, Error> {
        let mut def = self.def;
        let mut steps = Vec::new();
        for (index, segment) in path.iter().enumerate() {
            let field = def
                .field(segment)
                .ok_or_else(|| Error::new(format!("`{segment}` is no member of {}", def.name)))?;
            if index + 1 == path.len() {
                return Ok(Resolved { steps, last: Some(field), parent_is_union: false });
            }
            steps.push(Step {
                name: format_ident!("{}", field.rust),
                option: field.nullable || field.presence != Presence::Required,
            });
            let FieldType::Named(name) = &field.ty else {
                return Err(Error::new(format!("`{segment}` has no members")));
            };
            match self.spec.type_def(name) {
                Some(TypeDef::Struct(inner)) => def = inner,
                Some(TypeDef::Union(union)) if path[index + 1..] == [union.tag.clone()] => {
                    return Ok(Resolved { steps, last: None, parent_is_union: true });
                }
                _ => {
                    return Err(Error::new(format!(
                        "a path ends at the tag of `{segment}`, it does not go through its content"
                    )));
                }
            }
        }
        Err(Error::new("an empty path"))
    }
}

struct Parts {
    inputs: Vec<Vec<String>>,
    check: TokenStream,
    call: TokenStream,
    undecided: Option<&'static str>,
}

struct Resolved<'s> {
    steps: Vec<Step>,
    last: Option<&'s Field>,
    parent_is_union: bool,
}

struct Step {
    name: Ident,
    option: bool,
}

/// How a condition looks at a path.
#[derive(Clone, Copy, PartialEq)]
enum Use {
    Presence,
    Null,
    Value,
}

#[derive(Clone)]
enum Leaf {
    Bool,
    Int,
    /// Read by `as_str` of this type.
    Str(Ident),
    Secret,
    Tag,
    Container,
}

/// What the function gets: whether the member is there, its value or null, or its value alone.
#[derive(Clone, Copy, PartialEq)]
enum Class {
    Presence,
    Nullable,
    Value,
}

/// One parameter of a rule function.
struct Input {
    path: Vec<String>,
    name: Ident,
    leaf: Leaf,
    class: Class,
    /// How the typed value is reached from `self`.
    typed: TokenStream,
    /// Whether `typed` is an option, and the rule does not apply without a value.
    skipped: bool,
}

impl Input {
    fn is_skipped(&self) -> bool {
        self.skipped
    }

    fn param_type(&self) -> TokenStream {
        let value = match self.leaf {
            Leaf::Bool => quote!(bool),
            Leaf::Int => quote!(i128),
            Leaf::Str(_) | Leaf::Secret | Leaf::Tag | Leaf::Container => quote!(&str),
        };
        match self.class {
            Class::Presence => quote!(bool),
            Class::Nullable => quote!(Option<#value>),
            Class::Value => value,
        }
    }

    /// What the typed call passes.
    fn argument(&self) -> TokenStream {
        if self.skipped {
            let name = &self.name;
            quote!(#name)
        } else {
            self.typed.clone()
        }
    }

    /// What the erased closure passes.
    fn erased(&self, index: usize) -> TokenStream {
        let index = Token::usize_unsuffixed(index);
        match (self.class, &self.leaf) {
            (Class::Presence, _) => quote!(leaves[#index].is_present()),
            (Class::Nullable, _) => quote!(leaves[#index].nullable_str()?),
            (Class::Value, Leaf::Bool) => quote!(leaves[#index].bool()?),
            (Class::Value, Leaf::Int) => quote!(leaves[#index].int()?),
            (Class::Value, _) => quote!(leaves[#index].str()?),
        }
    }
}

/// The expression from `self` to the leaf, and whether it is an option to be skipped when empty.
fn access(
    steps: &[Step],
    name: &Ident,
    leaf: &Leaf,
    class: Class,
    optional: bool,
    nullable: bool,
) -> Result<(TokenStream, bool), Error> {
    let mut base = quote!(self);
    let mut option = false;
    for step in steps {
        let name = &step.name;
        base = match (option, step.option) {
            (false, false) => quote!(#base.#name),
            (false, true) => quote!(#base.#name.as_ref()),
            (true, false) => quote!(#base.map(|it| &it.#name)),
            (true, true) => quote!(#base.and_then(|it| it.#name.as_ref())),
        };
        option |= step.option;
    }
    let convert = |value: TokenStream| match leaf {
        Leaf::Int => quote!(i128::from(#value)),
        Leaf::Str(_) => quote!(#value.as_str()),
        Leaf::Secret => quote!(#value.expose()),
        Leaf::Bool | Leaf::Tag | Leaf::Container => value,
    };
    let convert_option = |option: TokenStream| match leaf {
        Leaf::Bool | Leaf::Tag | Leaf::Container => quote!(#option.copied()),
        Leaf::Int => quote!(#option.map(|it| i128::from(*it))),
        Leaf::Str(ty) => quote!(#option.map(#ty::as_str)),
        Leaf::Secret => quote!(#option.map(Secret::expose)),
    };
    Ok(match (class, leaf) {
        (Class::Presence, _) if option => {
            (quote!(#base.is_some_and(|it| it.#name.is_present())), false)
        }
        (Class::Presence, _) => (quote!(#base.#name.is_present()), false),
        (_, Leaf::Tag) if option => (quote!(#base.map(|it| it.tag())), true),
        (_, Leaf::Tag) => (quote!(#base.tag()), false),
        (Class::Nullable, _) if option => {
            return Err(Error::new("`null` behind an optional object is not supported"));
        }
        (Class::Nullable, _) => (convert_option(quote!(self.#name.as_ref())), false),
        (Class::Value, _) if optional && nullable => {
            return Err(Error::new(
                "a member that is both optional and nullable is not supported here",
            ));
        }
        (Class::Value, _) if option && (optional || nullable) => {
            (convert_option(quote!(#base.and_then(|it| it.#name.as_ref()))), true)
        }
        (Class::Value, _) if option => {
            let converted = convert(quote!(it.#name));
            (quote!(#base.map(|it| #converted)), true)
        }
        (Class::Value, _) if optional || nullable => {
            (convert_option(quote!(#base.#name.as_ref())), true)
        }
        (Class::Value, _) => (convert(quote!(#base.#name)), false),
    })
}

/// How `condition` looks at `path`: any value use wins, then null.
fn use_of(condition: &Condition, path: &[String]) -> Use {
    use Condition as P;
    let strongest = |parts: &[Condition]| {
        let uses: Vec<Use> = parts
            .iter()
            .filter(|part| part.inputs().iter().any(|input| *input == path))
            .map(|part| use_of(part, path))
            .collect();
        if uses.contains(&Use::Value) {
            Use::Value
        } else if uses.contains(&Use::Null) {
            Use::Null
        } else {
            Use::Presence
        }
    };
    match condition {
        P::Present(_) | P::Absent(_) => Use::Presence,
        P::Null(_) => Use::Null,
        P::All(parts) | P::Any(parts) => strongest(parts),
        P::Not(inner) => use_of(inner, path),
        _ => Use::Value,
    }
}

fn typed_of(inputs: &[Input], path: &[String]) -> TokenStream {
    inputs
        .iter()
        .find(|input| input.path == path)
        .map(|input| input.typed.clone())
        .unwrap_or_default()
}

fn erased_of(inputs: &[Input], path: &[String]) -> TokenStream {
    inputs
        .iter()
        .position(|input| input.path == path)
        .map(|index| inputs[index].erased(index))
        .unwrap_or_default()
}

fn path_tokens(path: &[String]) -> TokenStream {
    quote!(&[#(#path),*])
}

/// What to do so that the condition of a switch no longer holds, in words.
fn undo(condition: &Condition) -> String {
    match condition {
        Condition::Equals(path, Literal::Bool(value)) => {
            format!("set `{}` to {}", path.join("."), !value)
        }
        Condition::Equals(path, _) | Condition::In(path, _) => {
            format!("choose another `{}`", path.join("."))
        }
        other => format!("see to it that it is not so that {}", words(other)),
    }
}

/// The condition of a switch, in words.
fn words(condition: &Condition) -> String {
    use Condition as P;
    match condition {
        P::Equals(path, literal) => {
            let value = match literal {
                Literal::Bool(value) => value.to_string(),
                Literal::Int(value) => value.to_string(),
                Literal::Str(value) => format!("\"{value}\""),
            };
            format!("`{}` is {value}", path.join("."))
        }
        P::All(parts) => parts.iter().map(words).collect::<Vec<_>>().join(" and "),
        P::Any(parts) => parts.iter().map(words).collect::<Vec<_>>().join(" or "),
        P::Present(path) => format!("`{}` is there", path.join(".")),
        P::Absent(path) => format!("`{}` is not there", path.join(".")),
        P::Null(path) => format!("`{}` is null", path.join(".")),
        P::Not(inner) => format!("it is not so that {}", words(inner)),
        other => format!(
            "{} is as it should be",
            other
                .inputs()
                .iter()
                .map(|path| format!("`{}`", path.join(".")))
                .collect::<Vec<_>>()
                .join(", ")
        ),
    }
}
