//! Boxes for what is large: a pull request holds repositories, which hold
//! workspaces, which hold owners. Inline, that is tens of kilobytes to move at
//! each step, most of them empty.

use std::collections::BTreeSet;

use syn::{
    Field, File, Item, ItemStruct, Type, parse_quote,
    visit_mut::{self, VisitMut},
};

use crate::rewrite;

/// Boxes each optional place of a struct that holds more than plain values.
pub(crate) fn rewrite(file: &mut File) -> Result<(), String> {
    let items = rewrite::module(file, "types")?;
    let structs: BTreeSet<String> = items
        .iter()
        .filter_map(|item| match item {
            Item::Struct(item) => Some(item.ident.to_string()),
            _ => None,
        })
        .collect();
    let large = items
        .iter()
        .filter_map(|item| match item {
            Item::Struct(item) if holds_more(item, &structs) => Some(item.ident.to_string()),
            _ => None,
        })
        .collect();
    let mut boxes = Boxes { large };
    for item in items {
        if let Item::Struct(item) = item {
            item.fields.iter_mut().for_each(optional_box);
        }
        boxes.visit_item_mut(item);
    }
    Ok(())
}

/// Where a type holds itself the generator writes `Box<Option<T>>`, which can
/// be null but not absent.
fn optional_box(field: &mut Field) {
    if inside_out(&field.ty).is_some() {
        field.attrs.push(parse_quote! {
            #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        });
    }
}

/// `T` of `Box<Option<T>>`.
fn inside_out(ty: &Type) -> Option<&Type> {
    rewrite::argument(rewrite::argument(ty, "Box")?, "Option")
}

/// A link or a rendered text is small, and stays where it is.
fn holds_more(item: &ItemStruct, structs: &BTreeSet<String>) -> bool {
    item.fields.iter().any(|field| {
        let inner = rewrite::argument(&field.ty, "Option").unwrap_or(&field.ty);
        rewrite::argument(inner, "Box").is_some()
            || rewrite::last_name(inner).is_some_and(|name| structs.contains(&name))
    })
}

struct Boxes {
    large: BTreeSet<String>,
}

impl VisitMut for Boxes {
    fn visit_type_mut(&mut self, ty: &mut Type) {
        visit_mut::visit_type_mut(self, ty);
        if let Some(inner) = inside_out(ty) {
            // What is boxed already may have been boxed once more on the way.
            let inner = rewrite::argument(inner, "Box").unwrap_or(inner);
            *ty = parse_quote!(::std::option::Option<::std::boxed::Box<#inner>>);
            return;
        }
        let Some(inner) = rewrite::argument(ty, "Option") else {
            return;
        };
        if rewrite::last_name(inner).is_some_and(|name| self.large.contains(&name)) {
            *ty = parse_quote!(::std::option::Option<::std::boxed::Box<#inner>>);
        }
    }
}
