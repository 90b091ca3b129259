use super::*;

const LIST: &str = r#"[
    {"reason": "r", "corrected_by": ["a.json"], "violations": ["one request.query.a undeclared", "two request type"]},
    {"reason": "s", "corrected_by": ["b.rs"], "violations": ["three request type"]}
]"#;

fn compare(found: &[&str]) -> Comparison {
    let found: Vec<_> = found.iter().map(|&key| key.to_owned()).collect();
    Explanations::parse(LIST).unwrap().compare(&found)
}

#[test]
fn the_same_violations_leave_nothing_to_say() {
    let same = [
        "three request type",
        "one request.query.a undeclared",
        "two request type",
    ];
    assert_eq!(compare(&same), Comparison::default());
    assert_eq!(Explanations::parse(LIST).unwrap().len(), 3);
}

#[test]
fn a_missing_and_a_superfluous_explanation_are_both_told() {
    let comparison = compare(&[
        "two request type",
        "three request type",
        "four request type",
    ]);
    assert_eq!(comparison.unexplained, ["four request type"]);
    assert_eq!(comparison.superfluous, ["one request.query.a undeclared"]);
}

#[test]
fn one_violation_has_one_reason() {
    let twice = LIST.replace("three", "two");
    assert!(
        Explanations::parse(&twice)
            .unwrap_err()
            .to_string()
            .contains("twice")
    );
    let silent = LIST.replace("\"s\"", "\" \"");
    assert!(Explanations::parse(&silent).is_err());
    assert!(Explanations::parse(&LIST.replace("reason", "raison")).is_err());
}

#[test]
fn a_reason_needs_a_correction_that_is_there() {
    let folder = tempfile::tempdir().unwrap();
    let (overlays, rules) = (folder.path().join("overlay"), folder.path().join("rules"));
    for (folder, file) in [(&overlays, "a.json"), (&rules, "b.rs")] {
        fs::create_dir(folder).unwrap();
        fs::write(folder.join(file), "").unwrap();
    }
    let list = Explanations::parse(LIST).unwrap();
    list.check_corrections(&overlays, &rules).unwrap();
    fs::remove_file(rules.join("b.rs")).unwrap();
    let error = list.check_corrections(&overlays, &rules).unwrap_err();
    assert!(error.to_string().contains("b.rs"), "{error}");
    let unfounded = Explanations::parse(&LIST.replace(r#"["a.json"]"#, "[]")).unwrap();
    assert!(unfounded.check_corrections(&overlays, &rules).is_err());
}
