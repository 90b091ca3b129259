//! The rules that make a corrected document regular.
//!
//! An overlay corrects what is particular; a rule holds everywhere. They run in
//! the order of [`RULES`], each on what the one before it left.

use anyhow::{Context, Result};
use serde_json::Value;

use crate::product::Product;

mod all_of;
mod availability;
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
pub(crate) mod operation_names;
mod pages;
mod parameters;
pub(crate) mod prune;
mod request_bodies;
mod responses;
pub(crate) mod shared_parts;
mod tags;
pub(crate) mod words;

/// One rule: its name in messages, and its function.
pub(crate) struct Rule {
    pub(crate) name: &'static str,
    function: Function,
}

enum Function {
    /// Makes any document follow the rule.
    Rewrite(fn(&mut Value)),
    /// Needs something of the document, and says what is missing.
    Demand(fn(&mut Value) -> Result<()>),
}

impl Rule {
    /// Makes the document follow the rule.
    pub(crate) fn apply(&self, document: &mut Value) -> Result<()> {
        match self.function {
            Function::Rewrite(function) => {
                function(document);
                Ok(())
            }
            Function::Demand(function) => {
                function(document).with_context(|| format!("rule {}", self.name))
            }
        }
    }
}

const fn rewrite(name: &'static str, function: fn(&mut Value)) -> Rule {
    Rule {
        name,
        function: Function::Rewrite(function),
    }
}

const fn demand(name: &'static str, function: fn(&mut Value) -> Result<()>) -> Rule {
    Rule {
        name,
        function: Function::Demand(function),
    }
}

/// Every rule, in the order in which they are applied.
pub(crate) const RULES: &[Rule] = &[
    demand(
        "check_operation_names",
        operation_names::check_operation_names,
    ),
    rewrite(
        "drop_environment_duplicates",
        duplicates::drop_environment_duplicates,
    ),
    demand("inline_shared_parts", shared_parts::inline_shared_parts),
    demand("name_tags", tags::name_tags),
    demand("name_schemas", names::name_schemas),
    demand("flatten_all_of", all_of::flatten_all_of),
    rewrite(
        "drop_foreign_extensions",
        extensions::drop_foreign_extensions,
    ),
    rewrite("open_objects", open::open_objects),
    rewrite("drop_required", open::drop_required),
    rewrite("drop_constraints", constraints::drop_constraints),
    rewrite("plain_formats", formats::plain_formats),
    rewrite("plain_enums", enums::plain_enums),
    rewrite("plain_path_parameters", parameters::plain_path_parameters),
    rewrite("one_media_type", media_types::one_media_type),
    rewrite("rustdoc_descriptions", descriptions::rustdoc_descriptions),
    demand("one_success", responses::one_success),
    demand("unify_errors", responses::unify_errors),
    rewrite("require_bodies", request_bodies::require_bodies),
    rewrite("share_link_object", links::share_link_object),
    demand("hoist_inline_schemas", hoist::hoist_inline_schemas),
    rewrite("drop_titles", names::drop_titles),
    rewrite("mark_pages", pages::mark_pages),
    demand("mark_paged_operations", pages::mark_paged_operations),
    rewrite("add_paging_parameters", parameters::add_paging_parameters),
    rewrite("add_fields_parameter", parameters::add_fields_parameter),
    rewrite("add_range_parameter", parameters::add_range_parameter),
    rewrite(
        "tolerate_null_collections",
        nullable::tolerate_null_collections,
    ),
    rewrite("prune_unreferenced", prune::prune_unreferenced),
    demand("check_availability", availability::check_availability),
    demand("check_references", check::check_references),
    demand("check_paths", check::check_paths),
];

/// Applies every rule that holds for the product.
pub(crate) fn apply(product: &Product, document: &mut Value) -> Result<()> {
    RULES
        .iter()
        .filter(|rule| !product.without_rules.contains(&rule.name))
        .try_for_each(|rule| rule.apply(document))
}

/// One error of several lines, or none.
pub(super) fn report(summary: &str, problems: &[String]) -> Result<()> {
    if problems.is_empty() {
        return Ok(());
    }
    anyhow::bail!("{} {summary}:\n  {}", problems.len(), problems.join("\n  "))
}
