//! Filters, orders and choices of fields: that what is read back is what was
//! meant, and how it stands on the wire.

#[path = "query/language.rs"]
mod language;
mod support;

use bitbucket::{
    query::{Fields, Query, Sort, Value},
    types::PullRequestState,
};
use chrono::{DateTime, FixedOffset, NaiveDate, Utc};
use proptest::prelude::*;
use serde_json::json;

use language::{Expression, Literal, parse};
use support::{
    client,
    server::{Answer, Server},
};

fn instant(text: &str) -> DateTime<FixedOffset> {
    DateTime::parse_from_rfc3339(text).expect("the test's instant is one")
}

#[test]
fn every_operator_has_its_sign() {
    let id = || Query::field("id");
    for (query, text) in [
        (id().equals(1), "id = 1"),
        (id().not_equals(1), "id != 1"),
        (id().contains("a"), r#"id ~ "a""#),
        (id().not_contains("a"), r#"id !~ "a""#),
        (id().greater_than(1), "id > 1"),
        (id().at_least(1), "id >= 1"),
        (id().less_than(1), "id < 1"),
        (id().at_most(1), "id <= 1"),
        (id().is_null(), "id = null"),
        (id().is_not_null(), "id != null"),
        (id().is_in([1, 2]), "id IN (1, 2)"),
        (id().is_not_in(["a", "b"]), r#"id NOT IN ("a", "b")"#),
    ] {
        assert_eq!(String::from(&query), text);
        assert_eq!(String::from(query), text);
    }
}

#[test]
fn every_type_is_written_as_the_language_has_it() {
    let day = NaiveDate::from_ymd_opt(2015, 3, 4).unwrap();
    for (value, text) in [
        (Value::from("a \"b\" \\ c"), r#""a \"b\" \\ c""#),
        (Value::from(String::new()), r#""""#),
        (Value::from("null"), r#""null""#),
        (Value::from("{3f1c}"), r#""{3f1c}""#),
        (Value::from(i64::MIN), "-9223372036854775808"),
        (Value::from(u64::MAX), "18446744073709551615"),
        (Value::from(-10.302), "-10.302"),
        (Value::from(1e21), "1000000000000000000000"),
        (Value::from(f64::NAN), "null"),
        (Value::from(false), "false"),
        (Value::from(Some("a")), r#""a""#),
        (Value::from(None::<bool>), "null"),
        (Value::from(PullRequestState::Open), r#""OPEN""#),
        (
            Value::from(&PullRequestState::from("QUEUED \"soon\"")),
            r#""QUEUED \"soon\"""#,
        ),
        (Value::from(day), "2015-03-04"),
        (
            Value::from(std::time::UNIX_EPOCH),
            "1970-01-01T00:00:00+00:00",
        ),
        (
            Value::from(day.and_hms_opt(14, 8, 59).unwrap()),
            "2015-03-04T14:08:59+00:00",
        ),
        (
            Value::from(instant("2015-03-04T14:08:59.123+02:00")),
            "2015-03-04T14:08:59.123+02:00",
        ),
        (
            Value::from(instant("2015-03-04T14:08:59.000123Z").with_timezone(&Utc)),
            "2015-03-04T14:08:59.000123+00:00",
        ),
    ] {
        assert_eq!(value.to_string(), text);
    }
}

#[test]
fn what_is_joined_stays_together() {
    let name = |name| Query::field(name).equals(true);
    let both = name("a").and(name("b"));
    let either = name("c").or(name("d"));
    assert_eq!(
        both.clone().or(either.clone()).to_string(),
        "(a = true AND b = true) OR c = true OR d = true"
    );
    assert_eq!(
        both.and(either).to_string(),
        "a = true AND b = true AND (c = true OR d = true)"
    );
    let one = Query::all([name("a")]).unwrap();
    assert_eq!(one.to_string(), "a = true");
}

/// A filter and what it means, made side by side.
fn filters() -> impl Strategy<Value = (Query, Expression)> {
    let names = prop::sample::select(vec!["title", "source.branch.name", "id", "is_draft"]);
    let comparison = (names, 0..12_usize, literals(), literals()).prop_map(comparison);
    comparison.prop_recursive(4, 24, 2, |inner| {
        (inner.clone(), any::<bool>(), inner).prop_map(|(left, both, right)| {
            let meaning = Expression::join(both, left.1, right.1);
            let query = if both {
                left.0.and(right.0)
            } else {
                left.0.or(right.0)
            };
            (query, meaning)
        })
    })
}

fn literals() -> impl Strategy<Value = Literal> {
    prop_oneof![
        any::<String>().prop_map(Literal::Text),
        r#"["\\() ,a]{0,6}"#.prop_map(Literal::Text),
        any::<i64>().prop_map(|number| Literal::Bare(number.to_string())),
        any::<bool>().prop_map(|truth| Literal::Bare(truth.to_string())),
        Just(Literal::Bare("null".to_owned())),
    ]
}

fn value(literal: &Literal) -> Value {
    match literal {
        Literal::Text(text) => Value::from(text),
        Literal::Bare(text) => match text.as_str() {
            "null" => Value::null(),
            "true" | "false" => Value::from(text == "true"),
            number => Value::from(number.parse::<i64>().unwrap()),
        },
    }
}

fn text(literal: &Literal) -> String {
    match literal {
        Literal::Text(text) | Literal::Bare(text) => text.clone(),
    }
}

fn comparison(
    (name, operator, first, second): (&'static str, usize, Literal, Literal),
) -> (Query, Expression) {
    let field = Query::field(name);
    let (query, sign, literals) = match operator {
        0 => (field.equals(value(&first)), "=", vec![first]),
        1 => (field.not_equals(value(&first)), "!=", vec![first]),
        2 => (field.greater_than(value(&first)), ">", vec![first]),
        3 => (field.at_least(value(&first)), ">=", vec![first]),
        4 => (field.less_than(value(&first)), "<", vec![first]),
        5 => (field.at_most(value(&first)), "<=", vec![first]),
        6 => {
            let text = text(&first);
            (field.contains(&*text), "~", vec![Literal::Text(text)])
        }
        7 => {
            let text = text(&first);
            (field.not_contains(&*text), "!~", vec![Literal::Text(text)])
        }
        8 => (field.is_null(), "=", vec![Literal::Bare("null".to_owned())]),
        9 => {
            let null = Literal::Bare("null".to_owned());
            (field.is_not_null(), "!=", vec![null])
        }
        10 => {
            let values = [value(&first), value(&second)];
            (field.is_in(values), "IN", vec![first, second])
        }
        _ => {
            let values = [value(&first), value(&second)];
            (field.is_not_in(values), "NOT IN", vec![first, second])
        }
    };
    let meaning = Expression::Comparison(name.to_owned(), sign.to_owned(), literals);
    (query, meaning)
}

proptest! {
    #![proptest_config(support::properties::cases())]

    #[test]
    fn what_is_read_back_is_what_was_meant((query, meaning) in filters()) {
        let text = query.to_string();
        prop_assert_eq!(parse(&text), Ok(meaning), "{}", text);
    }
}

#[tokio::test]
async fn the_texts_arrive_as_they_were_written() {
    let server = Server::start(|_| Answer::json(200, &json!({"values": []}))).await;
    let title = "50% \"off\" & more + é #1 \\";
    let query = Query::field("title").contains(title);
    let query =
        query.and(Query::field("updated_on").greater_than(instant("2026-01-02T03:04:05+01:00")));
    let page = client(&server.base_url())
        .list_pull_requests()
        .workspace("w")
        .repo_slug("r")
        .q(&query)
        .sort(Sort::descending("updated_on"))
        .fields(
            Fields::new()
                .include("values.participants")
                .exclude("values.links"),
        )
        .send()
        .await
        .unwrap();
    assert_eq!(page.values.as_ref().map(Vec::len), Some(0));
    let requests = server.take_requests();
    assert_eq!(requests.len(), 1);
    // A `+` has to be encoded, since Bitbucket takes it for a space.
    assert!(
        requests[0]
            .target
            .contains("fields=%2Bvalues.participants%2C-values.links")
    );
    assert!(requests[0].target.contains("%2B01%3A00"));
    let mut sent = requests[0].query();
    sent.sort();
    let expected = [
        ("fields", "+values.participants,-values.links"),
        (
            "q",
            r#"title ~ "50% \"off\" & more + é #1 \\" AND updated_on > 2026-01-02T03:04:05+01:00"#,
        ),
        ("sort", "-updated_on"),
    ];
    assert_eq!(
        sent,
        expected.map(|(name, text)| (name.to_owned(), text.to_owned()))
    );
}

/// `fields=values.title` alone would take the link to the next page away.
#[tokio::test]
async fn a_choice_of_values_does_not_end_the_listing() {
    let (server, answers) = Server::with_queue().await;
    let next = format!("{}/repositories/w?page=2", server.base_url());
    answers.push(Answer::json(
        200,
        &json!({"values": [{"slug": "a"}], "next": next}),
    ));
    answers.push(Answer::json(200, &json!({"values": [{"slug": "b"}]})));
    let mut slugs = client(&server.base_url())
        .workspace("w")
        .list_repositories()
        .fields(Fields::of_values(["slug"]))
        .sort(Sort::ascending("slug"))
        .stream();
    let mut found = Vec::new();
    while let Some(repository) = slugs.try_next().await.unwrap() {
        found.extend(repository.slug);
    }
    assert_eq!(found, ["a", "b"]);
    let requests = server.take_requests();
    let mut sent = requests[0].query();
    sent.sort();
    let expected = [
        ("fields", "values.slug,next,page,pagelen,size"),
        ("sort", "slug"),
    ];
    assert_eq!(
        sent,
        expected.map(|(name, text)| (name.to_owned(), text.to_owned()))
    );
}
