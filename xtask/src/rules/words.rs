//! Makes names of words.

/// `pipeline_state.completed` becomes `PipelineStateCompleted`.
pub(crate) fn pascal_case(name: &str) -> String {
    let words = name.split(|letter: char| !letter.is_ascii_alphanumeric());
    words.map(capitalised).collect()
}

/// `GPG` becomes `Gpg`, `reportId` becomes `ReportId`.
fn capitalised(word: &str) -> String {
    let mut letters = word.chars();
    let Some(first) = letters.next() else {
        return String::new();
    };
    let rest = letters.as_str();
    let acronym = rest.chars().all(|letter| !letter.is_lowercase());
    let rest = if acronym {
        rest.to_lowercase()
    } else {
        rest.to_owned()
    };
    format!("{}{rest}", first.to_uppercase())
}

/// The name of one of several: `merge_strategies` becomes `merge_strategy`.
pub(crate) fn singular(name: &str) -> String {
    let strip = |ending: &str| name.strip_suffix(ending).map(str::to_owned);
    if ["ss", "us", "is"]
        .iter()
        .any(|ending| name.ends_with(ending))
    {
        return name.to_owned();
    }
    if let Some(stem) = strip("ies") {
        return format!("{stem}y");
    }
    let sibilants = ["sses", "uses", "xes", "ches", "shes"];
    if sibilants.iter().any(|ending| name.ends_with(ending)) {
        return strip("es").unwrap_or_default();
    }
    strip("s").unwrap_or_else(|| name.to_owned())
}

/// Whether a name can be a Rust method: `list_pull_requests`.
pub(crate) fn is_snake_case(name: &str) -> bool {
    let starts_well = name.starts_with(|letter: char| letter.is_ascii_lowercase());
    let letters =
        |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '_';
    starts_well && !name.ends_with('_') && !name.contains("__") && name.chars().all(letters)
}

/// Whether a name can be a Rust type: `PullRequest`.
pub(crate) fn is_pascal_case(name: &str) -> bool {
    name.starts_with(|letter: char| letter.is_ascii_uppercase())
        && name.chars().all(|letter| letter.is_ascii_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_types() {
        let cases = [
            ("pullrequest", "Pullrequest"),
            ("pipeline_state_pending", "PipelineStatePending"),
            ("GPG_account_key", "GpgAccountKey"),
            ("reportId", "ReportId"),
            ("target.ref_name", "TargetRefName"),
            ("request-changes", "RequestChanges"),
            ("RepoPermissionUpdateSchema", "RepoPermissionUpdateSchema"),
            ("", ""),
        ];
        for (name, expected) in cases {
            assert_eq!(pascal_case(name), expected, "{name}");
        }
    }

    #[test]
    fn several_become_one() {
        let cases = [
            ("merge_strategies", "merge_strategy"),
            ("branch_types", "branch_type"),
            ("statuses", "status"),
            ("status", "status"),
            ("branches", "branch"),
            ("releases", "release"),
            ("address", "address"),
            ("state", "state"),
        ];
        for (name, expected) in cases {
            assert_eq!(singular(name), expected, "{name}");
        }
    }

    #[test]
    fn method_names_are_snake_case() {
        assert!(is_snake_case("list_pull_requests"));
        for wrong in [
            "listPullRequests",
            "",
            "_list",
            "list_",
            "list__all",
            "2_lists",
            "list-all",
        ] {
            assert!(!is_snake_case(wrong), "{wrong}");
        }
    }

    #[test]
    fn type_names_are_pascal_case() {
        assert!(is_pascal_case("PullRequest"));
        for wrong in ["pullrequest", "Pull_Request", "", "2Pull"] {
            assert!(!is_pascal_case(wrong), "{wrong}");
        }
    }
}
