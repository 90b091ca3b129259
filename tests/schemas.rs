//! A response of Bitbucket Cloud never fails to decode because Bitbucket grew.

mod tolerance;
mod values;

use bitbucket::catalog;
use serde_json::json;
use tolerance::Product;
use values::{Nulls, differences};

const CLOUD: Product = Product {
    document: "cloud",
    types: catalog::types,
};

tolerance::tests!(CLOUD);

#[test]
fn the_comparison_sees_every_difference() {
    let before =
        json!({"a": [{"b": 1}, null], "c": null, "at": "2024-02-29T23:59:58+05:30", "n": 2});
    for (after, nulls, expected) in [
        (
            json!({"a": [{"b": 1}], "at": "2024-02-29T23:59:58.000+0530", "n": 2.0}),
            Nulls::Nothing,
            vec![],
        ),
        (before.clone(), Nulls::Something, vec![]),
        (
            json!({"a": [{}], "at": "2024-02-29T18:29:58Z", "d": 0}),
            Nulls::Something,
            vec!["a[]", "a[].b", "at", "c", "d", "n"],
        ),
        (json!([]), Nulls::Nothing, vec![""]),
    ] {
        let found = differences(&before, &after, nulls);
        let paths: Vec<_> = found
            .iter()
            .map(|difference| difference.path.as_str())
            .collect();
        assert_eq!(paths, expected, "{after}");
    }
}

#[test]
fn members_that_nobody_knows_keep_all_they_have() {
    tolerance::members_that_nobody_knows_keep_all_they_have(CLOUD);
}

#[test]
fn what_can_be_cleared_is_cleared_by_null() {
    tolerance::what_can_be_cleared_is_cleared_by_null(CLOUD);
}
