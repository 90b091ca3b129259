//! Finding one's way in the generated tree.

use proc_macro2::TokenStream;
use syn::{File, Item, ItemMod, Type};

/// The items of a module at the top of the file.
pub(crate) fn module<'a>(file: &'a mut File, name: &str) -> Result<&'a mut Vec<Item>, String> {
    find(&mut file.items, name)
}

/// The items of a module among `items`.
pub(crate) fn find<'a>(items: &'a mut [Item], name: &str) -> Result<&'a mut Vec<Item>, String> {
    items
        .iter_mut()
        .find_map(|item| match item {
            Item::Mod(ItemMod {
                ident,
                content: Some((_, items)),
                ..
            }) if ident == name => Some(items),
            _ => None,
        })
        .ok_or_else(|| format!("the generator wrote no module `{name}`"))
}

/// Read access to the items of a module at the top of the file.
pub(crate) fn module_items<'a>(file: &'a File, name: &str) -> &'a [Item] {
    file.items
        .iter()
        .find_map(|item| match item {
            Item::Mod(ItemMod {
                ident,
                content: Some((_, items)),
                ..
            }) if ident == name => Some(items.as_slice()),
            _ => None,
        })
        .unwrap_or_default()
}

/// Adds items to the end of the file.
pub(crate) fn append(file: &mut File, tokens: TokenStream) -> syn::Result<()> {
    file.items.extend(syn::parse2::<File>(tokens)?.items);
    Ok(())
}

/// Adds items to the end of a module at the top of the file.
pub(crate) fn append_to_module(
    file: &mut File,
    name: &str,
    tokens: TokenStream,
) -> Result<(), Box<dyn std::error::Error>> {
    module(file, name)?.extend(syn::parse2::<File>(tokens)?.items);
    Ok(())
}

/// `Inner` of a type such as `Option<Inner>`, if its last name is `outer`.
pub(crate) fn argument<'a>(ty: &'a Type, outer: &str) -> Option<&'a Type> {
    let Type::Path(path) = ty else { return None };
    let last = path.path.segments.last()?;
    if last.ident != outer {
        return None;
    }
    let syn::PathArguments::AngleBracketed(arguments) = &last.arguments else {
        return None;
    };
    arguments.args.iter().find_map(|argument| match argument {
        syn::GenericArgument::Type(ty) => Some(ty),
        _ => None,
    })
}

/// Last name of a type's path.
pub(crate) fn last_name(ty: &Type) -> Option<String> {
    let Type::Path(path) = ty else { return None };
    Some(path.path.segments.last()?.ident.to_string())
}
