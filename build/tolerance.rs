//! Reading tolerantly: what the generator's types would still refuse or lose
//! is read by the functions of `src/tolerant.rs`.

use quote::quote;
use syn::{Field, File, Item, ItemStruct, Type, parse_quote};

use crate::rewrite;

/// Opens every struct and puts the tolerant readers on its fields.
pub(crate) fn rewrite(file: &mut File) -> Result<(), Box<dyn std::error::Error>> {
    for item in rewrite::module(file, "types")? {
        if let Item::Struct(item) = item {
            // A field that Bitbucket adds must not break a caller.
            item.attrs.push(parse_quote!(#[non_exhaustive]));
            for field in &mut item.fields {
                read_tolerantly(field);
            }
            describe_fields(item);
        }
    }
    Ok(())
}

fn read_tolerantly(field: &mut Field) {
    let Some(inner) = rewrite::argument(&field.ty, "Option") else {
        return;
    };
    let reader = match rewrite::last_name(inner).as_deref() {
        Some("Vec") => "crate::tolerant::list",
        // Where null stands for something, the map keeps it.
        Some("BTreeMap") if !holds_null(inner) => "crate::tolerant::map",
        Some("DateTime") => "crate::tolerant::date_time",
        Some("Nullable") => "crate::nullable::deserialize_present",
        _ => return,
    };
    field
        .attrs
        .push(parse_quote!(#[serde(default, deserialize_with = #reader)]));
}

/// Whether the map's values are `Option` or `Nullable`.
fn holds_null(map: &Type) -> bool {
    let written = quote!(#map).to_string();
    written.contains("Option") || written.contains("Nullable")
}

/// A field without a description in the document still says what it is.
fn describe_fields(item: &mut ItemStruct) {
    for field in &mut item.fields {
        if field.attrs.iter().any(|attr| attr.path().is_ident("doc")) {
            continue;
        }
        let Some(ident) = &field.ident else { continue };
        let name = crate::open_enums::renamed(&field.attrs).unwrap_or_else(|| ident.to_string());
        let text = format!("Bitbucket's `{name}`.");
        let attr: syn::Attribute = parse_quote!(#[doc = #text]);
        field.attrs.insert(0, attr);
    }
}
