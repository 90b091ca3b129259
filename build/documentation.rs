//! Documentation of the generated methods: what the operation does, its path,
//! its scopes and parameters, and an example that compiles.

use std::{collections::BTreeMap, fmt::Write as _};

use quote::quote;
use syn::{Attribute, File, ImplItem, Item, parse_quote};

use crate::{
    availability, companions,
    document::{Answer, Multipart, Operation},
    product::Product,
    rewrite,
};

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

/// Documents the client's methods and the builders with their setters.
pub(crate) fn rewrite(file: &mut File, product: &Product, operations: &[Operation]) -> Result<()> {
    let by_id: BTreeMap<&str, &Operation> = operations
        .iter()
        .map(|operation| (operation.id.as_str(), operation))
        .collect();
    let mut examples = BTreeMap::new();
    for operation in operations {
        examples.insert(operation.id.clone(), example(file, product, operation));
    }
    for item in &mut file.items {
        let Item::Impl(item) = item else { continue };
        for item in &mut item.items {
            let ImplItem::Fn(function) = item else {
                continue;
            };
            let id = function.sig.ident.to_string();
            if let Some(operation) = by_id.get(id.as_str()) {
                let example = examples.get(&id).map_or("", String::as_str);
                method(&mut function.attrs, operation, example);
            }
        }
    }
    let by_builder: BTreeMap<String, &Operation> = operations
        .iter()
        .map(|operation| (operation.builder(), operation))
        .collect();
    for item in rewrite::module(file, "builder")? {
        match item {
            Item::Struct(item) => {
                if let Some(operation) = by_builder.get(&item.ident.to_string()) {
                    builder(&mut item.attrs, product, operation);
                }
            }
            Item::Impl(item) => {
                let name = rewrite::last_name(&item.self_ty).unwrap_or_default();
                if let Some(operation) = by_builder.get(&name) {
                    item.items
                        .iter_mut()
                        .for_each(|item| setter(item, operation));
                }
            }
            _ => {}
        }
    }
    Ok(())
}

/// The text of a `#[doc = "…"]`.
fn documented(attr: &Attribute) -> Option<String> {
    if !attr.path().is_ident("doc") {
        return None;
    }
    let syn::Expr::Lit(literal) = &attr.meta.require_name_value().ok()?.value else {
        return None;
    };
    match &literal.lit {
        syn::Lit::Str(text) => Some(text.value()),
        _ => None,
    }
}

/// The generator's text begins with the document's summary and description
/// and ends with an example that it cannot know to compile.
fn method(attrs: &mut Vec<Attribute>, operation: &Operation, example: &str) {
    let mut text: String = attrs.iter().filter_map(documented).collect();
    let cut = text.find("Sends a `").unwrap_or(text.len());
    text.truncate(cut);
    let _ = write!(text, "`{} {}`\n\n", operation.method, operation.path);
    if !operation.scopes.is_empty() {
        let _ = write!(
            text,
            "OAuth scopes: `{}`.\n\n",
            operation.scopes.join("`, `")
        );
    }
    parameters(&mut text, operation);
    let _ = write!(text, "# Example\n\n```no_run\n{example}```\n");
    attrs.retain(|attr| !attr.path().is_ident("doc"));
    attrs.push(parse_quote!(#[doc = #text]));
    if let Some(deprecated) = availability::attribute(operation) {
        attrs.push(parse_quote!(#deprecated));
    }
}

fn parameters(text: &mut String, operation: &Operation) {
    let takes_body = operation.body.is_some() || operation.multipart != Multipart::No;
    if operation.parameters.is_empty() && !takes_body {
        return;
    }
    text.push_str("# Parameters\n\n");
    for parameter in &operation.parameters {
        let required = if parameter.required { ", required" } else { "" };
        let description = parameter.description.as_deref().unwrap_or("");
        let _ = writeln!(
            text,
            "- `{}` ({}{required}) {}",
            parameter.ident(),
            parameter.location,
            indented(description),
        );
    }
    if takes_body {
        text.push_str("- `body` (request body)\n");
    }
    text.push('\n');
}

/// A description of several lines, as one element of a list.
fn indented(description: &str) -> String {
    description.trim().replace('\n', "\n  ")
}

fn builder(attrs: &mut Vec<Attribute>, product: &Product, operation: &Operation) {
    attrs.retain(|attr| !attr.path().is_ident("doc"));
    let id = &operation.id;
    let client = product.client().to_string().replace(' ', "");
    let text = format!(
        "Builder of `{} {}`, made by [`Client::{id}`]({client}::{id}).",
        operation.method, operation.path
    );
    attrs.insert(0, parse_quote!(#[doc = #text]));
}

fn setter(item: &mut ImplItem, operation: &Operation) {
    let ImplItem::Fn(function) = item else { return };
    if function
        .attrs
        .iter()
        .any(|attr| attr.path().is_ident("doc"))
        || !matches!(function.vis, syn::Visibility::Public(_))
    {
        return;
    }
    let name = function.sig.ident.to_string();
    let text = match name.as_str() {
        "body" => "Sets the request's body.".to_owned(),
        "body_map" => "Changes the request's body by its builder.".to_owned(),
        _ => operation
            .parameters
            .iter()
            .find(|parameter| parameter.ident() == name)
            .map_or_else(
                || format!("Sets `{name}`."),
                |parameter| {
                    let description = parameter.description.as_deref().unwrap_or("");
                    let required = if parameter.required {
                        " (required)"
                    } else {
                        ""
                    };
                    format!(
                        "Sets the {} parameter `{}`{required}.\n\n{}",
                        parameter.location,
                        parameter.name,
                        description.trim()
                    )
                },
            ),
    };
    function.attrs.push(parse_quote!(#[doc = #text]));
}

/// A call with every required parameter, which rustdoc compiles.
fn example(file: &File, product: &Product, operation: &Operation) -> String {
    let path = product.public_path();
    let mut text =
        format!("# async fn example(client: {path}::Client) -> Result<(), bitbucket::Error> {{\n");
    if operation.deprecated {
        text.insert_str(0, "# #![allow(deprecated)]\n");
    }
    let result = if operation.answer == Answer::Empty {
        ""
    } else {
        "let answer = "
    };
    let _ = writeln!(text, "{result}client\n    .{}()", operation.id);
    for (name, ty) in companions::fields(file, operation) {
        let Some(value) = rewrite::argument(ty, "Result").and_then(|ty| sample(file, &path, ty))
        else {
            continue;
        };
        let _ = writeln!(text, "    .{name}({value})");
    }
    text.push_str("    .send()\n    .await?;\n# Ok(())\n# }\n");
    text
}

/// A value for a required parameter of this type; none for an optional one.
fn sample(file: &File, path: &str, ty: &syn::Type) -> Option<String> {
    if rewrite::argument(ty, "Option").is_some() {
        return None;
    }
    let written = quote!(#ty).to_string().replace(' ', "");
    Some(match rewrite::last_name(ty)?.as_str() {
        "String" => "\"…\"".to_owned(),
        "i64" => "1".to_owned(),
        "bool" => "true".to_owned(),
        "Vec" => "vec![]".to_owned(),
        "Form" => "bitbucket::Form::new()".to_owned(),
        _ if written.starts_with("types::builder::") => format!(
            "{path}::types::{}::builder()",
            written.trim_start_matches("types::builder::")
        ),
        "Value" => "serde_json::json!({})".to_owned(),
        name => match wrapped(file, name).as_deref() {
            Some("String") => format!("{path}::{written}::from(\"…\".to_owned())"),
            Some(_) => format!("{path}::{written}::from(serde_json::Map::new())"),
            None if written.starts_with("types::") => format!("{path}::{written}::from(\"…\")"),
            None if written.contains("Map") => "Default::default()".to_owned(),
            None => return None,
        },
    })
}

/// What a type wraps that is a text or a map under a name of its own.
fn wrapped(file: &File, name: &str) -> Option<String> {
    let items = rewrite::module_items(file, "types").iter();
    let mut structs = items.filter_map(|item| match item {
        Item::Struct(item) if item.ident == name => Some(&item.fields),
        _ => None,
    });
    let syn::Fields::Unnamed(fields) = structs.next()? else {
        return None;
    };
    rewrite::last_name(&fields.unnamed.first()?.ty)
}
