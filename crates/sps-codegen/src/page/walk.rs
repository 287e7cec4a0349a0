//! Every type and member that a body can hold, with its place.

use sps_spec::{Body, Endpoint, Field, FieldType, Form, Spec, Struct, TypeDef, Union, Variant};

/// Members that a body can hold. Pointers are those of RFC 6901, with `*` for any element of a list or map.
#[derive(Debug, Default)]
pub(crate) struct Walk<'a> {
    /// Every named type with its pointer.
    pub(crate) types: Vec<(String, &'a TypeDef)>,
    /// Every member with its pointer.
    pub(crate) members: Vec<(String, Member<'a>)>,
}

/// One member of an object.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Member<'a> {
    /// A member of a struct.
    Field(&'a Field),
    /// The tag of a union.
    Tag(&'a Union),
    /// The content of a union, for one of its variants.
    Content(&'a Variant),
}

impl<'a> Walk<'a> {
    /// Members of a request body of this endpoint.
    pub(crate) fn request(spec: &'a Spec, endpoint: &'a Endpoint) -> Self {
        Self::of(spec, endpoint.request.as_ref(), Form::Request)
    }

    /// Members of the body of its response.
    pub(crate) fn response(spec: &'a Spec, endpoint: &'a Endpoint) -> Self {
        Self::of(spec, endpoint.response.as_ref(), Form::Response)
    }

    /// Members of either body, each once.
    pub(crate) fn both(spec: &'a Spec, endpoint: &'a Endpoint) -> Self {
        let mut walk = Self::request(spec, endpoint);
        let response = Self::response(spec, endpoint);
        let types = response.types.into_iter().filter(|it| !walk.types.contains(it));
        let types: Vec<_> = types.collect();
        walk.types.extend(types);
        let members = response.members.into_iter().filter(|it| !walk.members.contains(it));
        let members: Vec<_> = members.collect();
        walk.members.extend(members);
        walk
    }

    fn of(spec: &'a Spec, body: Option<&Body>, form: Form) -> Self {
        let mut walker = Walker { spec, form, open: Vec::new(), walk: Self::default() };
        if let Some(body) = body {
            walker.value(&body.ty, "");
        }
        walker.walk
    }

    /// Pointers to values of the type with this name, each once.
    pub(crate) fn places_of(&self, name: &str) -> Vec<&str> {
        let mut places = Vec::new();
        for (pointer, def) in &self.types {
            if def.name() == name && !places.contains(&pointer.as_str()) {
                places.push(pointer);
            }
        }
        places
    }

    /// Pointers to members for which `fits` holds, each once.
    pub(crate) fn members_where(&self, fits: impl Fn(Member<'a>) -> bool) -> Vec<&str> {
        let mut places = Vec::new();
        for (pointer, member) in &self.members {
            if fits(*member) && !places.contains(&pointer.as_str()) {
                places.push(pointer);
            }
        }
        places
    }
}

/// The pointer of a member of the object at `parent`.
pub(crate) fn below(parent: &str, name: &str) -> String {
    format!("{parent}/{}", name.replace('~', "~0").replace('/', "~1"))
}

/// Whether bodies of this form have the member.
pub(crate) fn occurs(field: &Field, form: Form) -> bool {
    match form {
        Form::Both => true,
        Form::Request => !field.response_only,
        Form::Response => !field.request_only,
    }
}

struct Walker<'a> {
    spec: &'a Spec,
    form: Form,
    /// Names of the types around, so that a type inside itself ends the walk.
    open: Vec<&'a str>,
    walk: Walk<'a>,
}

impl<'a> Walker<'a> {
    fn named(&mut self, name: &str, pointer: &str) {
        let Some(def) = self.spec.type_def(name) else { return };
        self.walk.types.push((pointer.to_owned(), def));
        if self.open.contains(&def.name()) {
            return;
        }
        self.open.push(def.name());
        match def {
            TypeDef::Struct(it) => self.structure(it, pointer),
            TypeDef::Union(it) => self.union(it, pointer),
            TypeDef::Enum(_) => {}
        }
        self.open.pop();
    }

    fn structure(&mut self, it: &'a Struct, pointer: &str) {
        let form = self.form;
        for field in it.fields.iter().filter(|field| occurs(field, form)) {
            let pointer = below(pointer, &field.name);
            self.walk.members.push((pointer.clone(), Member::Field(field)));
            self.value(&field.ty, &pointer);
        }
    }

    fn union(&mut self, it: &'a Union, pointer: &str) {
        self.walk.members.push((below(pointer, &it.tag), Member::Tag(it)));
        let pointer = below(pointer, &it.content);
        for variant in &it.variants {
            if let Some(payload) = &variant.payload {
                self.walk.members.push((pointer.clone(), Member::Content(variant)));
                self.value(&payload.ty, &pointer);
            }
        }
    }

    fn value(&mut self, ty: &FieldType, pointer: &str) {
        match ty {
            FieldType::Named(name) => self.named(name, pointer),
            FieldType::List(inner)
            | FieldType::Array(inner, _)
            | FieldType::Map(inner)
            | FieldType::Ordered(inner) => {
                self.value(inner, &format!("{pointer}/*"));
            }
            _ => {}
        }
    }
}
