//! Bitbucket's query language as a reader of it, written independently of what
//! writes it.

/// What a text means: of `AND` and `OR` it is known what they join, whichever
/// of them binds first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Expression {
    Comparison(String, String, Vec<Literal>),
    All(Vec<Expression>),
    Any(Vec<Expression>),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Literal {
    Text(String),
    Bare(String),
}

impl Expression {
    /// Joins two; what is joined by the same word already is one list.
    pub(crate) fn join(both: bool, left: Self, right: Self) -> Self {
        let members = [left, right]
            .into_iter()
            .flat_map(|one| match one {
                Self::All(members) if both => members,
                Self::Any(members) if !both => members,
                other => vec![other],
            })
            .collect();
        if both {
            Self::All(members)
        } else {
            Self::Any(members)
        }
    }
}

/// Reads a filter; `Err` where it is none, or where it depends on which of `AND`
/// and `OR` binds first.
pub(crate) fn parse(text: &str) -> Result<Expression, String> {
    let mut tokens = tokens(text)?.into_iter().peekable();
    let expression = expression(&mut tokens)?;
    match tokens.next() {
        None => Ok(expression),
        Some(rest) => Err(format!("{rest:?} comes after the end")),
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Token {
    Word(String),
    Text(String),
    Sign(String),
    Open,
    Close,
    Comma,
}

type Tokens = std::iter::Peekable<std::vec::IntoIter<Token>>;

fn tokens(text: &str) -> Result<Vec<Token>, String> {
    let mut tokens = Vec::new();
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        tokens.push(match character {
            ' ' => continue,
            '(' => Token::Open,
            ')' => Token::Close,
            ',' => Token::Comma,
            '"' => {
                let mut content = String::new();
                loop {
                    match characters.next().ok_or("a text has no end")? {
                        '"' => break Token::Text(content),
                        '\\' => content.push(characters.next().ok_or("nothing is escaped")?),
                        other => content.push(other),
                    }
                }
            }
            first => {
                let is_sign = |one: char| "=!~<>".contains(one);
                let kind = is_sign(first);
                let mut word = String::from(first);
                while let Some(next) =
                    characters.next_if(|&one| is_sign(one) == kind && !" (),\"".contains(one))
                {
                    word.push(next);
                }
                if kind {
                    Token::Sign(word)
                } else {
                    Token::Word(word)
                }
            }
        });
    }
    Ok(tokens)
}

fn expression(tokens: &mut Tokens) -> Result<Expression, String> {
    let mut joined = member(tokens)?;
    let mut word: Option<String> = None;
    while let Some(Token::Word(next)) =
        tokens.next_if(|token| matches!(token, Token::Word(word) if word == "AND" || word == "OR"))
    {
        if word.get_or_insert_with(|| next.clone()) != &next {
            return Err("AND and OR without parentheses".to_owned());
        }
        joined = Expression::join(next == "AND", joined, member(tokens)?);
    }
    Ok(joined)
}

fn member(tokens: &mut Tokens) -> Result<Expression, String> {
    if tokens.next_if_eq(&Token::Open).is_some() {
        let inner = expression(tokens)?;
        return match tokens.next() {
            Some(Token::Close) => Ok(inner),
            other => Err(format!("`)` is expected, not {other:?}")),
        };
    }
    let Some(Token::Word(field)) = tokens.next() else {
        return Err("a field is expected".to_owned());
    };
    match tokens.next() {
        Some(Token::Sign(sign)) => {
            let value = literal(tokens)?;
            Ok(Expression::Comparison(field, sign, vec![value]))
        }
        Some(Token::Word(word)) if word == "IN" => list(tokens, field, "IN"),
        Some(Token::Word(word)) if word == "NOT" => match tokens.next() {
            Some(Token::Word(word)) if word == "IN" => list(tokens, field, "NOT IN"),
            other => Err(format!("IN is expected, not {other:?}")),
        },
        other => Err(format!("an operator is expected, not {other:?}")),
    }
}

fn list(tokens: &mut Tokens, field: String, operator: &str) -> Result<Expression, String> {
    if tokens.next() != Some(Token::Open) {
        return Err("a list begins with `(`".to_owned());
    }
    let mut values = vec![literal(tokens)?];
    loop {
        match tokens.next() {
            Some(Token::Comma) => values.push(literal(tokens)?),
            Some(Token::Close) => break,
            other => return Err(format!("`,` or `)` is expected, not {other:?}")),
        }
    }
    Ok(Expression::Comparison(field, operator.to_owned(), values))
}

fn literal(tokens: &mut Tokens) -> Result<Literal, String> {
    match tokens.next() {
        Some(Token::Text(text)) => Ok(Literal::Text(text)),
        Some(Token::Word(word)) => Ok(Literal::Bare(word)),
        other => Err(format!("a value is expected, not {other:?}")),
    }
}
