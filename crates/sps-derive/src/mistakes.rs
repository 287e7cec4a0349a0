//! Declarations with mistakes, and all that is said of them; `tests/ui` shows on which word.

use syn::Item;

/// What the compiler is reported, in the order of the declaration's stages.
fn said(declaration: &str) -> Vec<String> {
    let input = syn::parse_str(declaration).unwrap();
    let file: syn::File = syn::parse2(crate::derive(&input)).unwrap();
    let errors = file.items.iter().filter_map(|item| match item {
        Item::Macro(item) if item.mac.path.segments.last()?.ident == "compile_error" => {
            Some(item.mac.parse_body::<syn::LitStr>().unwrap().value())
        }
        _ => None,
    });
    errors.collect()
}

#[track_caller]
fn says(declaration: &str, expected: &[&str]) {
    assert_eq!(said(declaration), expected, "{declaration}");
}

#[test]
fn what_is_right_is_not_blamed() {
    for declaration in [
        "struct S { a: u8 }",
        "#[resource(open, builder, constrained, crate = a::b)] struct S { a: u8, unknown_fields: UnknownFields }",
        "#[resource(response_only(a: u8, \"b-c\" as b: u8))] struct S { c: u8 }",
        "#[resource(same)] struct S { #[resource(rename = \"b\", tag)] a: u8 }",
        "#[resource(response)] struct S { #[resource(default, garde)] a: u8 }",
        "struct S { #[resource(request_only)] a: u8, #[resource(rename = \"unknown_fields\")] unknown_fields: u8 }",
        "enum E { A, #[resource(rename = \"c\", alias = \"d\", alias = \"e\")] B, Unknown(Unknown) }",
        "#[resource(tag = \"t\", content = \"c\")] enum E { A, B(u8), Unknown(Unknown) }",
        "#[serde(other)] #[resource()] struct S {}",
        "enum E { Unknown }",
    ] {
        says(declaration, &[]);
    }
}

#[test]
fn words_that_do_not_belong() {
    let on_struct = "expected one of `same`, `response`, `response_only`, `open`, `builder`, `constrained`, `crate`";
    let on_enum =
        "expected one of `tag`, `content`, `same`, `response`, `open`, `constrained`, `crate`";
    let on_field = "expected one of `rename`, `tag`, `request_only`, `default`, `garde`";
    for (declaration, expected) in [
        (
            "#[resource(tag = \"t\", x)] struct S {}",
            vec![
                format!("`tag` does not belong on a struct; {on_struct}"),
                format!("`x` does not belong on a struct; {on_struct}"),
            ],
        ),
        (
            "#[resource(builder)] enum E { A }",
            vec![format!("`builder` does not belong on an enum; {on_enum}")],
        ),
        (
            "#[resource(open)] enum E { A }",
            vec![
                "an open enum needs a variant `Unknown(Unknown)` for what it does not know"
                    .to_owned(),
            ],
        ),
        (
            "struct S { #[resource(alias = \"b\")] a: u8, #[resource(tag)] unknown_fields: UnknownFields }",
            vec![
                format!("`alias` does not belong on a field; {on_field}"),
                "`tag` does not belong on the field `unknown_fields`; nothing is expected here"
                    .to_owned(),
            ],
        ),
        (
            "enum E { #[resource(tag)] A, #[resource(rename = \"x\")] Unknown(Unknown) }",
            vec![
                "`tag` does not belong on a word; expected one of `rename`, `alias`".to_owned(),
                "`rename` does not belong on the variant `Unknown`; nothing is expected here"
                    .to_owned(),
            ],
        ),
        (
            "#[resource(tag = \"t\", content = \"c\")] enum E { #[resource(alias = \"x\")] A, #[resource(tag)] Unknown(Unknown) }",
            vec![
                "`alias` does not belong on a variant of a union; expected `rename`".to_owned(),
                "`tag` does not belong on the variant `Unknown`; nothing is expected here"
                    .to_owned(),
            ],
        ),
    ] {
        assert_eq!(said(declaration), expected, "{declaration}");
    }
}

#[test]
fn arguments_of_another_form() {
    for (declaration, expected) in [
        ("#[resource(builder = 1)] struct S {}", &["`builder` takes no argument"][..]),
        ("#[resource(builder(a))] struct S {}", &["`builder` takes no argument"]),
        ("#[resource(crate)] struct S {}", &["`crate` takes a path: `crate = path`"]),
        ("#[resource(crate = \"a\")] struct S {}", &["`crate` takes a path: `crate = path`"]),
        ("#[resource(crate = <A as B>::c)] struct S {}", &["`crate` takes a path: `crate = path`"]),
        (
            "#[resource(response_only)] struct S {}",
            &["`response_only` takes a list: `response_only(name: Type)`"],
        ),
        ("#[resource(response_only(a))] struct S {}", &["expected `name: Type`"]),
        ("#[resource(response_only(\"a\" b: u8))] struct S {}", &["expected `as`"]),
        ("#[resource(response_only(a: u8 b: u8))] struct S {}", &["expected `,`"]),
        (
            "struct S { #[resource(rename)] a: u8, #[resource(rename = 1)] b: u8, #[resource(rename = c)] c: u8 }",
            &["`rename` takes a string: `rename = \"…\"`"; 3],
        ),
        ("struct S { #[resource(rename = \"\")] a: u8 }", &["an empty name"]),
        ("enum E { #[resource(alias = 1)] A }", &["`alias` takes a string: `alias = \"…\"`"]),
        (
            "#[resource(open, open, open)] struct S { unknown_fields: UnknownFields }",
            &["`open` appears twice", "`open` appears twice"],
        ),
    ] {
        says(declaration, expected);
    }
}

#[test]
fn what_is_no_resource() {
    let named = "a resource struct has named fields: each is a key of the object";
    let union = "a variant of a union holds one type, or nothing";
    for (declaration, expected) in [
        ("struct S;", &[named][..]),
        ("struct S(u8);", &[named]),
        ("union U { a: u8 }", &["a resource is a struct or an enum, not a Rust union"]),
        (
            "struct S<T> { a: T }",
            &["a resource cannot be generic: its descriptor is one static table"],
        ),
        ("enum E {}", &["a list of words needs at least one"]),
        ("enum E { Unknown(Unknown) }", &["a list of words needs at least one"]),
        (
            "#[resource(tag = \"t\", content = \"c\")] enum E { Unknown(Unknown) }",
            &["a union needs at least one variant"],
        ),
        (
            "#[resource(tag = \"t\", content = \"c\")] enum E { A(u8, u8), B { a: u8 }, C() }",
            &[union, union, union],
        ),
        (
            "enum E { A(u8), Unknown(A, B), Another(Unknown) }",
            &["a word has no content; for a union say `#[resource(tag = \"…\", content = \"…\")]`";
                3],
        ),
        (
            "#[resource(tag = \"t\")] enum E { A }",
            &["`tag` needs `content` beside it: the key of what the tag decides"],
        ),
        (
            "#[resource(content = \"c\")] enum E { A }",
            &["`content` needs `tag` beside it: the key that decides"],
        ),
        (
            "#[resource(tag = \"t\", content = \"t\")] enum E { A }",
            &["tag and content are two keys"],
        ),
        (
            "#[resource(same, response)] struct S {}",
            &["`response` has no request form, so `same` says nothing beside it"],
        ),
        (
            "#[resource(open)] struct S { a: u8 }",
            &[
                "an open type needs a field `unknown_fields: UnknownFields` for the keys it does not know",
            ],
        ),
    ] {
        says(declaration, expected);
    }
}

#[test]
fn names_that_appear_twice() {
    for (declaration, expected) in [
        (
            "struct S { a: u8, #[resource(rename = \"a\")] b: u8 }",
            &["the key \"a\" appears twice"][..],
        ),
        (
            "#[resource(response_only(\"a\" as b: u8))] struct S { a: u8 }",
            &["the key \"a\" appears twice"],
        ),
        (
            "#[resource(response_only(\"b\" as a: u8))] struct S { a: u8, c: u8 }",
            &["the struct declares a field of this name"],
        ),
        (
            "#[resource(response_only(unknown_fields: u8))] struct S { unknown_fields: UnknownFields }",
            &["the struct declares a field of this name"],
        ),
        ("#[resource(response_only(unknown_fields: u8, b: u8))] struct S { a: u8 }", &[]),
        (
            "#[resource(response_only(\"x\" as a: u8, \"y\" as a: u8, z: u8))] struct S {}",
            &["`response_only` has a field of this name already"],
        ),
        (
            "enum E { A, #[resource(rename = \"a\")] B, #[resource(alias = \"a\")] C }",
            &["the word \"a\" appears twice", "the word \"a\" appears twice"],
        ),
        (
            "#[resource(tag = \"t\", content = \"c\")] enum E { TwoWords, #[resource(rename = \"two_words\")] B }",
            &["the word \"two_words\" appears twice"],
        ),
        (
            "struct S { #[resource(tag)] a: u8, #[resource(tag)] b: u8, #[resource(tag)] c: u8 }",
            &["an object has one tag", "an object has one tag"],
        ),
    ] {
        says(declaration, expected);
    }
}

#[test]
fn what_needs_a_twin() {
    for form in ["same", "response"] {
        says(
            &format!(
                "#[resource({form}, response_only(a: u8))] struct S {{ #[resource(request_only)] b: u8 }}"
            ),
            &[
                "`response_only` adds to the response twin, and this type has none",
                "`request_only` needs a response twin to be left out of",
            ],
        );
    }
}

#[test]
fn every_mistake_is_told_at_once() {
    says(
        "#[resource(x, open = 1)] struct S<T> { #[resource(tag = 1)] a: T, #[resource(rename = \"a\")] b: T }",
        &[
            "a resource cannot be generic: its descriptor is one static table",
            "`open` takes no argument",
            "`x` does not belong on a struct; expected one of `same`, `response`, `response_only`, `open`, `builder`, `constrained`, `crate`",
            "`tag` takes no argument",
            "the key \"a\" appears twice",
            "an open type needs a field `unknown_fields: UnknownFields` for the keys it does not know",
        ],
    );
}

#[test]
fn after_a_mistake_other_code_still_finds_the_twin() {
    let has_twin = |declaration: &str| {
        let input = syn::parse_str(declaration).unwrap();
        let file: syn::File = syn::parse2(crate::derive(&input)).unwrap();
        assert!(!said(declaration).is_empty(), "{declaration}");
        assert!(file.items.iter().any(|item| matches!(item, Item::Const(_))), "{declaration}");
        file.items.iter().any(|item| matches!(item, Item::Type(item) if item.ident == "SResponse"))
    };
    assert!(has_twin("#[resource(x)] struct S { a: u8 }"));
    assert!(has_twin("struct S(u8);"));
    assert!(has_twin("#[resource(tag = \"t\")] enum S { A }"));
    assert!(!has_twin("#[resource(x)] enum S { A }"));
    assert!(!has_twin("#[resource(x, same)] struct S { a: u8 }"));
    assert!(!has_twin("#[resource(x, response)] struct S { a: u8 }"));
    assert!(!has_twin("struct S<T> { a: T }"));
}
