use crate::{Auth, Error, ErrorKind};

fn from(variables: &[(&str, &str)]) -> Result<Auth, Error> {
    Auth::from_variables(|name| {
        let variable = variables.iter().find(|(other, _)| *other == name);
        Ok(variable.map(|(_, value)| (*value).to_owned()))
    })
}

#[test]
fn each_kind_is_told_by_its_variables() {
    for (variables, shown, header) in [
        (
            &[
                ("BITBUCKET_ACCESS_TOKEN", "abc"),
                ("BITBUCKET_EMAIL", "a@b.c"),
            ][..],
            "Auth(bearer)",
            Some("Bearer abc"),
        ),
        (
            &[("BITBUCKET_EMAIL", "a@b.c"), ("BITBUCKET_API_TOKEN", "t")],
            "Auth(basic)",
            Some("Basic YUBiLmM6dA=="),
        ),
        (
            &[("BITBUCKET_USERNAME", "a@b.c"), ("BITBUCKET_PASSWORD", "t")],
            "Auth(basic)",
            Some("Basic YUBiLmM6dA=="),
        ),
        (
            &[
                ("BITBUCKET_CLIENT_ID", "a"),
                ("BITBUCKET_CLIENT_SECRET", "t"),
            ],
            "Auth(oauth)",
            None,
        ),
    ] {
        let auth = from(variables).unwrap();
        assert_eq!(format!("{auth:?}"), shown);
        let sent = auth.fixed_header().unwrap();
        assert_eq!(sent.as_ref().map(|sent| sent.to_str().unwrap()), header);
    }
}

#[test]
fn an_error_names_what_is_missing_and_what_contradicts() {
    for (variables, texts) in [
        (
            &[][..],
            &["no credentials", "BITBUCKET_EMAIL and BITBUCKET_API_TOKEN"][..],
        ),
        (
            &[("BITBUCKET_API_TOKEN", "s3cret")],
            &["BITBUCKET_EMAIL is missing"],
        ),
        (
            &[
                ("BITBUCKET_USERNAME", "kim"),
                ("BITBUCKET_API_TOKEN", "s3cret"),
            ],
            &[
                "BITBUCKET_EMAIL is missing",
                "goes with BITBUCKET_API_TOKEN",
            ],
        ),
        (
            &[("BITBUCKET_EMAIL", ""), ("BITBUCKET_API_TOKEN", "s3cret")],
            &["BITBUCKET_EMAIL is missing or empty"],
        ),
        (&[("BITBUCKET_ACCESS_TOKEN", "")], &["no credentials"]),
        (
            &[("BITBUCKET_USERNAME", "kim")],
            &["BITBUCKET_PASSWORD is missing"],
        ),
        (
            &[("BITBUCKET_CLIENT_ID", "kim")],
            &["BITBUCKET_CLIENT_SECRET is missing"],
        ),
        (
            &[
                ("BITBUCKET_ACCESS_TOKEN", "s3cret"),
                ("BITBUCKET_PASSWORD", "s3cret"),
            ],
            &["both BITBUCKET_ACCESS_TOKEN and BITBUCKET_PASSWORD"],
        ),
    ] {
        let error = from(variables).map(drop).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Configuration);
        let text = format!("{error} {error:?}");
        for part in texts {
            assert!(text.contains(part), "{text}");
        }
        assert!(!text.contains("s3cret"), "{text}");
    }
}
