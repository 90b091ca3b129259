//! The rules that make a corrected document regular.
//!
//! An overlay corrects what is particular; a rule holds everywhere. They run in
//! the order of [`RULES`], each on what the one before it left.

use anyhow::{Context, Result};
use serde_json::Value;

mod all_of;
mod check;
mod constraints;
mod descriptions;
mod duplicates;
mod enums;
pub(crate) mod extensions;
mod formats;
mod hoist;
mod links;
mod media_types;
mod names;
mod nullable;
mod open;
mod operation_names;
mod pages;
mod parameters;
mod prune;
mod request_bodies;
mod responses;
mod shared_parts;
mod tags;
pub(crate) mod words;

/// One rule: its name in messages, and its function.
pub(crate) struct Rule {
    pub(crate) name: &'static str,
    pub(crate) apply: fn(&mut Value) -> Result<()>,
}

macro_rules! rules {
    ($($module:ident::$function:ident),* $(,)?) => {
        [$(Rule { name: stringify!($function), apply: $module::$function }),*]
    };
}

/// Every rule, in the order in which they are applied.
pub(crate) const RULES: &[Rule] = &rules![
    operation_names::check_operation_names,
    duplicates::drop_environment_duplicates,
    shared_parts::inline_shared_parts,
    tags::name_tags,
    names::name_schemas,
    all_of::flatten_all_of,
    extensions::drop_foreign_extensions,
    open::open_objects,
    open::drop_required,
    constraints::drop_constraints,
    formats::plain_formats,
    enums::plain_enums,
    parameters::plain_path_parameters,
    media_types::one_media_type,
    descriptions::rustdoc_descriptions,
    responses::one_success,
    responses::unify_errors,
    request_bodies::require_bodies,
    links::share_link_object,
    hoist::hoist_inline_schemas,
    names::drop_titles,
    pages::mark_pages,
    pages::mark_paged_operations,
    parameters::add_paging_parameters,
    parameters::add_fields_parameter,
    nullable::tolerate_null_collections,
    prune::prune_unreferenced,
    check::check_references,
    check::check_paths,
];

/// Applies every rule.
pub(crate) fn apply(document: &mut Value) -> Result<()> {
    for rule in RULES {
        (rule.apply)(document).with_context(|| format!("rule {}", rule.name))?;
    }
    Ok(())
}

/// One error of several lines, or none.
pub(super) fn report(summary: &str, problems: &[String]) -> Result<()> {
    if problems.is_empty() {
        return Ok(());
    }
    anyhow::bail!("{} {summary}:\n  {}", problems.len(), problems.join("\n  "))
}
