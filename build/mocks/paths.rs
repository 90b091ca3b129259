//! Which paths are those of an operation, as regular expressions.

use crate::document::Operation;

/// A regular expression for the operation's path, in two halves around the
/// value of one parameter, if one is given.
pub(super) fn pattern(operation: &Operation, around: Option<&str>) -> (String, String) {
    let mut halves = vec!["^(?:/2\\.0)?".to_owned()];
    let mut rest = operation.path.as_str();
    while let Some((literal, after)) = rest.split_once('{') {
        let (name, after) = after.split_once('}').unwrap_or((after, ""));
        let slash = operation
            .path_parameters()
            .any(|parameter| parameter.slash && parameter.name == name);
        let last = halves.last_mut().expect("there is one from the start");
        last.push_str(&escaped(literal));
        if around == Some(name) {
            halves.push(String::new());
        } else {
            last.push_str(if slash { ".*" } else { "[^/]+" });
        }
        rest = after;
    }
    let last = halves.last_mut().expect("there is one from the start");
    last.push_str(&escaped(rest));
    last.push('$');
    let after = halves.split_off(1).concat();
    (halves.concat(), after)
}

fn escaped(literal: &str) -> String {
    literal.replace('.', "\\.")
}

/// Whether a path that fits both operations is asked of `one`: where the other
/// has a parameter, it has a word.
pub(super) fn is_nearer(one: &Operation, other: &Operation) -> bool {
    let (ones, others) = (segments(one), segments(other));
    let takes_more = others.last().is_some_and(|last| last.1);
    let fits = ones.len() == others.len() || takes_more && ones.len() > others.len();
    let mut nearer = takes_more && ones.len() > others.len();
    for ((mine, _), (theirs, _)) in ones.iter().zip(&others) {
        let (is_word, is_others_word) = (!mine.contains('{'), !theirs.contains('{'));
        match (is_word, is_others_word) {
            (true, true) if mine != theirs => return false,
            (false, true) => return false,
            (true, false) => nearer = true,
            _ => {}
        }
    }
    fits && nearer
}

/// Each segment of the path, and whether it takes all that follows.
fn segments(operation: &Operation) -> Vec<(&str, bool)> {
    let takes_all = |segment: &str| {
        operation
            .path_parameters()
            .any(|parameter| parameter.slash && segment == format!("{{{}}}", parameter.name))
    };
    let segments = operation.path.split('/');
    segments.map(|one| (one, takes_all(one))).collect()
}
