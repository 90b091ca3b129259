//! What is said of operations that Bitbucket has deprecated or removed: the
//! warning of the compiler, and the state that the program can ask for.

use std::fmt::Write as _;

use proc_macro2::TokenStream;
use quote::quote;

use crate::document::Operation;

/// `#[deprecated]` on what calls the operation, unless it is live.
///
/// A removed operation stays a method, so that programs still compile and are
/// told what to do instead.
pub(crate) fn attribute(operation: &Operation) -> Option<TokenStream> {
    let note = note(operation)?;
    Some(quote!(#[deprecated(note = #note)]))
}

/// The warning's text, which follows "use of deprecated method `x`: ".
fn note(operation: &Operation) -> Option<String> {
    let mut note = match &operation.removed {
        Some(since) => format!("removed by Bitbucket since {since}"),
        None if operation.deprecated => "deprecated by Bitbucket".to_owned(),
        None => return None,
    };
    // Writing to a String does not fail.
    let _ = match &operation.replaced_by {
        Some(id) => write!(note, "; use `{id}`"),
        None => write!(note, "; there is nothing to use instead"),
    };
    if let Some(more) = &operation.deprecation_note {
        let _ = write!(note, ". {}", more.trim_end_matches('.'));
    }
    Some(note)
}

/// The operation's `Availability`.
pub(crate) fn value(operation: &Operation) -> TokenStream {
    let replacement = match &operation.replaced_by {
        Some(id) => quote!(Some(#id)),
        None => quote!(None),
    };
    match &operation.removed {
        Some(since) => quote!(crate::Availability::removed(#since, #replacement)),
        None if operation.deprecated => quote!(crate::Availability::deprecated(#replacement)),
        None => quote!(crate::Availability::Live),
    }
}
