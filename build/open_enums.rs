//! Closed enums become open ones: a value that this version does not know is
//! kept and written back, so that a new one breaks nobody.

use std::collections::BTreeMap;

use quote::quote;
use syn::{File, Item, ItemEnum, ItemImpl, Lit, Meta};

use crate::rewrite;

/// Replaces each string enum and what the generator implements for it by the
/// `open_enum!` of the hand-written part.
pub(crate) fn rewrite(file: &mut File) -> Result<(), Box<dyn std::error::Error>> {
    let items = rewrite::module(file, "types")?;
    let mut open = BTreeMap::new();
    for item in items.iter() {
        if let Item::Enum(item) = item {
            open.insert(item.ident.to_string(), declaration(item)?);
        }
    }
    let mut written = Vec::with_capacity(items.len());
    for item in items.drain(..) {
        match item {
            Item::Enum(item) => {
                if let Some(declaration) = open.get(&item.ident.to_string()) {
                    written.push(declaration.clone());
                }
            }
            Item::Impl(item) if is_of(&item, &open) => {}
            other => written.push(other),
        }
    }
    *items = written;
    Ok(())
}

fn is_of(item: &ItemImpl, open: &BTreeMap<String, Item>) -> bool {
    rewrite::last_name(&item.self_ty).is_some_and(|name| open.contains_key(&name))
}

fn declaration(item: &ItemEnum) -> Result<Item, Box<dyn std::error::Error>> {
    let name = &item.ident;
    let documentation = item.attrs.iter().filter(|attr| attr.path().is_ident("doc"));
    let mut variants = Vec::new();
    for variant in &item.variants {
        if !matches!(variant.fields, syn::Fields::Unit) {
            return Err(format!("{name}::{} carries data", variant.ident).into());
        }
        // `Unknown` itself is what the catch-all holds.
        if variant.ident != "Unknown" {
            let ident = &variant.ident;
            let text = renamed(&variant.attrs).unwrap_or_else(|| ident.to_string());
            variants.push(quote!(#ident = #text));
        }
    }
    Ok(syn::parse2(quote! {
        crate::open_enum::open_enum! {
            #(#documentation)*
            pub enum #name { #(#variants),* }
        }
    })?)
}

/// The text of `#[serde(rename = "…")]`.
pub(crate) fn renamed(attrs: &[syn::Attribute]) -> Option<String> {
    let mut found = None;
    for attr in attrs.iter().filter(|attr| attr.path().is_ident("serde")) {
        let Meta::List(_) = &attr.meta else { continue };
        // Other keys of the attribute are skipped with their values.
        let _ = attr.parse_nested_meta(|meta| {
            if meta.path.is_ident("rename") {
                if let Lit::Str(text) = meta.value()?.parse()? {
                    found = Some(text.value());
                }
            } else if meta.input.peek(syn::Token![=]) {
                meta.value()?.parse::<Lit>()?;
            }
            Ok(())
        });
    }
    found
}
