//! From the text of a condition to a [`Condition`], by recursive descent.

use super::{
    FUNCTIONS, Mistake, Names, Parsed,
    node::{
        Counted, Node, Operand, Place, Places, completed, equal, joined, leaf, member_of, negated,
        not_a_member, of_referent, only_size_and_charset, ordered, plain, truth,
    },
    token::{Kind, Token, tokens},
};
use crate::{
    error::did_you_mean,
    format::Format,
    rule::{Condition, Literal, Path},
};

/// Levels of parentheses and `!` inside each other; real conditions have two.
const MAX_DEPTH: usize = 64;

/// Reads a condition. Ranges count bytes of `text`.
pub(crate) fn parse(text: &str, names: Names<'_>) -> Result<Parsed, Mistake> {
    let mut parser = Parser { tokens: tokens(text)?, at: 0, depth: 0, names };
    if parser.peek().kind == Kind::End {
        return Err(Mistake::new(&(0..text.len()), "this condition is empty"));
    }
    let Node { condition, marks, .. } = parser.or()?;
    let rest = parser.peek();
    if rest.kind != Kind::End {
        let hint = match &rest.kind {
            Kind::Sign("==" | "!=" | "<" | "<=" | ">" | ">=") => {
                ": put one comparison in parentheses"
            }
            _ => ", expected `&&`, `||` or the end",
        };
        return Err(Mistake::new(&rest.range, format!("unexpected {}{hint}", rest.kind.shown())));
    }
    Ok(Parsed { condition, marks })
}

struct Parser<'a> {
    tokens: Vec<Token>,
    at: usize,
    depth: usize,
    names: Names<'a>,
}

impl Parser<'_> {
    fn peek(&self) -> &Token {
        &self.tokens[self.at]
    }

    fn next(&mut self) -> Token {
        let token = self.tokens[self.at].clone();
        self.at = (self.at + 1).min(self.tokens.len() - 1);
        token
    }

    fn takes(&mut self, sign: &str) -> bool {
        let found = matches!(self.peek().kind, Kind::Sign(it) if it == sign);
        if found {
            self.next();
        }
        found
    }

    fn expect(&mut self, sign: &str) -> Result<Place, Mistake> {
        let token = self.peek().clone();
        if self.takes(sign) {
            return Ok(token.range);
        }
        let message = format!("expected `{sign}`, found {}", token.kind.shown());
        Err(Mistake::new(&token.range, message))
    }

    fn or(&mut self) -> Result<Node, Mistake> {
        let mut parts = vec![self.and()?];
        while self.takes("||") {
            parts.push(self.and()?);
        }
        Ok(joined(parts, Condition::Any))
    }

    fn and(&mut self) -> Result<Node, Mistake> {
        let mut parts = vec![self.comparison()?];
        while self.takes("&&") {
            let next = self.comparison()?;
            match parts.last().and_then(|last| completed(last, &next)) {
                Some(both) => {
                    parts.pop();
                    parts.push(both);
                }
                None => parts.push(next),
            }
        }
        Ok(joined(parts, Condition::All))
    }

    fn comparison(&mut self) -> Result<Node, Mistake> {
        let (left, left_place) = self.unary()?;
        let operator = self.peek().clone();
        let sign = match &operator.kind {
            Kind::Sign(sign @ ("==" | "!=" | "<" | "<=" | ">" | ">=")) => *sign,
            Kind::Name(name) if name == "in" => "in",
            _ => return truth(left, &left_place),
        };
        self.next();
        let (right, right_place) = self.unary()?;
        let places = Places { left: left_place, operator: operator.range, right: right_place };
        match sign {
            "in" => member_of(left, right, &places),
            "==" => equal(left, right, &places),
            "!=" => equal(left, right, &places).map(negated),
            _ => ordered(left, sign, &right, &places),
        }
    }

    fn unary(&mut self) -> Result<(Operand, Place), Mistake> {
        let token = self.peek().clone();
        if self.depth == MAX_DEPTH {
            let message = format!("more than {MAX_DEPTH} parentheses inside each other");
            return Err(Mistake::new(&token.range, message));
        }
        self.depth += 1;
        let operand = if self.takes("!") {
            let (inner, place) = self.unary()?;
            let whole = token.range.start..place.end;
            let node = match inner {
                // `!enabled` reads as "is false", which a missing member leaves undecided just as `not` does.
                Operand::Member(path) => leaf(
                    Condition::Equals(path, Literal::Bool(false)),
                    &whole,
                    &place,
                    vec![place.clone()],
                ),
                other => Node { is_bound: false, ..negated(truth(other, &place)?) },
            };
            Ok((Operand::Condition(node), whole))
        } else {
            self.primary()
        };
        self.depth -= 1;
        operand
    }

    fn primary(&mut self) -> Result<(Operand, Place), Mistake> {
        let token = self.next();
        let operand = match token.kind {
            Kind::Sign("(") => {
                let inner = self.or()?;
                let end = self.expect(")")?;
                let whole = token.range.start..end.end;
                return Ok((Operand::Condition(Node { is_bound: false, ..inner }), whole));
            }
            Kind::Sign("[") => return self.list(&token.range),
            Kind::Text(text) => Operand::Value(Literal::Str(text)),
            Kind::Int(number) => Operand::Value(Literal::Int(number)),
            Kind::Name(name) => match name.as_str() {
                "true" => Operand::Value(Literal::Bool(true)),
                "false" => Operand::Value(Literal::Bool(false)),
                "null" => Operand::Null,
                _ if matches!(self.peek().kind, Kind::Sign("(")) => {
                    return self.call(&name, &token.range);
                }
                _ => return self.member(name, token.range),
            },
            other => {
                let message = format!("expected a member or a value, found {}", other.shown());
                return Err(Mistake::new(&token.range, message));
            }
        };
        Ok((operand, token.range))
    }

    fn list(&mut self, start: &Place) -> Result<(Operand, Place), Mistake> {
        let mut values = Vec::new();
        loop {
            match self.unary()? {
                (Operand::Value(value), place) => values.push((value, place)),
                (_, place) => return Err(Mistake::new(&place, "a list holds only values")),
            }
            if self.takes("]") {
                break;
            }
            self.expect(",")?;
        }
        let end = self.tokens[self.at - 1].range.end;
        Ok((Operand::List(values), start.start..end))
    }

    /// Reads the names behind the first one of a path.
    fn member(&mut self, first: String, place: Place) -> Result<(Operand, Place), Mistake> {
        let mut whole = place;
        let mut path = if first == "self" {
            match self.names.subject {
                Some(subject) => subject.to_vec(),
                None => {
                    let message = "`self` is the member at `at` of a rule: name the member here";
                    return Err(Mistake::new(&whole, message));
                }
            }
        } else {
            vec![first]
        };
        while self.takes(".") {
            let token = self.next();
            let Kind::Name(name) = token.kind else {
                let message =
                    format!("expected a name after the dot, found {}", token.kind.shown());
                return Err(Mistake::new(&token.range, message));
            };
            path.push(name);
            whole.end = token.range.end;
        }
        Ok((Operand::Member(path), whole))
    }

    fn call(&mut self, name: &str, place: &Place) -> Result<(Operand, Place), Mistake> {
        let known = self.names.predicates.iter().map(String::as_str);
        if !FUNCTIONS.contains(&name) && !known.clone().any(|it| it == name) {
            let near = did_you_mean(name, FUNCTIONS.into_iter().chain(known.clone()));
            let hint = if near.is_empty() {
                let all: Vec<_> = FUNCTIONS.into_iter().chain(known).collect();
                format!(", known are `{}`", all.join("`, `"))
            } else {
                near
            };
            return Err(Mistake::new(place, format!("unknown function `{name}`{hint}")));
        }
        self.expect("(")?;
        let mut arguments = vec![self.unary()?];
        while self.takes(",") {
            arguments.push(self.unary()?);
        }
        let end = self.expect(")")?;
        let whole = place.start..end.end;
        if name == "referent" {
            return self.referent(arguments, &whole);
        }
        let operand = self.function(name, arguments, &whole)?;
        Ok((operand, whole))
    }

    /// Reads the rest of `referent(x).plain`.
    fn referent(
        &mut self,
        arguments: Vec<(Operand, Place)>,
        whole: &Place,
    ) -> Result<(Operand, Place), Mistake> {
        let [(path, marks)] =
            members(arguments, 1, whole)?.try_into().expect("the count was checked");
        let plain = self.takes(".").then(|| self.next());
        match plain {
            Some(Token { kind: Kind::Name(name), range }) if name == "plain" => {
                Ok((Operand::Plain { path, marks }, whole.start..range.end))
            }
            other => {
                let place = other.map_or_else(|| whole.clone(), |token| token.range);
                let message = "only `plain` of a referenced object is known: `referent(x).plain`";
                Err(Mistake::new(&place, message))
            }
        }
    }

    fn function(
        &self,
        name: &str,
        mut arguments: Vec<(Operand, Place)>,
        whole: &Place,
    ) -> Result<Operand, Mistake> {
        let node = match name {
            "size" => return counted(arguments, whole),
            "present" | "absent" | "hex" | "hex_digits" => {
                let [(path, marks)] =
                    members(arguments, 1, whole)?.try_into().expect("the count was checked");
                match name {
                    "hex_digits" => {
                        return Ok(Operand::Count { of: Counted::HexDigits, path, marks });
                    }
                    "present" => leaf(Condition::Present(path), whole, &marks, Vec::new()),
                    "absent" => leaf(Condition::Absent(path), whole, &marks, Vec::new()),
                    _ => leaf(Condition::Hex(path), whole, &marks, Vec::new()),
                }
            }
            "format" | "charset" => {
                if arguments.len() != 2 {
                    let message = format!("`{name}` takes a member and a name");
                    return Err(Mistake::new(whole, message));
                }
                let (second, second_place) = arguments.pop().expect("there are two");
                let (first, marks) = arguments.pop().expect("there are two");
                let Operand::Value(Literal::Str(text)) = second else {
                    let message = format!("expected the name of a {name}, in quotes");
                    return Err(Mistake::new(&second_place, message));
                };
                if name == "format" {
                    let Operand::Member(path) = first else { return Err(not_a_member(&marks)) };
                    let format = format_of(&text, &second_place)?;
                    leaf(Condition::Format { path, format }, whole, &marks, Vec::new())
                } else {
                    self.charset(first, &marks, &text, &second_place, whole)?
                }
            }
            _ => {
                let count = arguments.len();
                let inputs = members(arguments, count, whole)?;
                let (paths, places): (Vec<_>, Vec<_>) = inputs.into_iter().unzip();
                let first = places[0].clone();
                let condition = Condition::Custom { name: name.to_owned(), inputs: paths };
                leaf(condition, whole, &first, places)
            }
        };
        Ok(Operand::Condition(node))
    }

    fn charset(
        &self,
        of: Operand,
        marks: &Place,
        name: &str,
        place: &Place,
        whole: &Place,
    ) -> Result<Node, Mistake> {
        let known = self.names.charsets.iter();
        let Some(charset) = known.clone().find(|it| it.name == name) else {
            let near = did_you_mean(name, known.map(|it| it.name.as_str()));
            return Err(Mistake::new(place, format!("unknown set of characters `{name}`{near}")));
        };
        let chars = charset.chars.clone();
        match of {
            Operand::Member(path) => {
                Ok(leaf(Condition::Charset { path, chars }, whole, marks, Vec::new()))
            }
            Operand::Plain { path, marks } => {
                Ok(of_referent(path, &marks, whole, Condition::Charset { path: plain(), chars }))
            }
            _ => Err(not_a_member(marks)),
        }
    }
}

/// The arguments of a function that takes members alone.
fn members(
    arguments: Vec<(Operand, Place)>,
    count: usize,
    whole: &Place,
) -> Result<Vec<(Path, Place)>, Mistake> {
    if arguments.len() != count {
        return Err(Mistake::new(
            whole,
            format!("expected {count} argument, found {}", arguments.len()),
        ));
    }
    let member = |(operand, place): (Operand, Place)| match operand {
        Operand::Member(path) => Ok((path, place)),
        Operand::Plain { .. } => Err(only_size_and_charset(&place)),
        _ => Err(not_a_member(&place)),
    };
    arguments.into_iter().map(member).collect()
}

fn counted(mut arguments: Vec<(Operand, Place)>, whole: &Place) -> Result<Operand, Mistake> {
    if let [(Operand::Plain { .. }, _)] = &arguments[..]
        && let Some((Operand::Plain { path, marks }, _)) = arguments.pop()
    {
        return Ok(Operand::Count { of: Counted::CharactersOfReferent, path, marks });
    }
    let [(path, marks)] = members(arguments, 1, whole)?.try_into().expect("the count was checked");
    Ok(Operand::Count { of: Counted::Characters, path, marks })
}

fn format_of(text: &str, place: &Place) -> Result<Format, Mistake> {
    Format::ALL.into_iter().find(|it| it.name() == text).ok_or_else(|| {
        let near = did_you_mean(text, Format::ALL.iter().map(|it| it.name()));
        Mistake::new(place, format!("unknown format `{text}`{near}"))
    })
}
