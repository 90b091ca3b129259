//! Families: things that Bitbucket tells apart by their `type` become one Rust
//! enum, whose unknown members keep their JSON.

use std::collections::BTreeMap;

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use serde_json::Value;

use crate::document::{Document, component};

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

struct Variant {
    ident: String,
    schema: String,
    value: String,
    name: Option<String>,
}

/// For each member of a family, the field and the value of its tag.
///
/// Only for members that stand nowhere but in their family: Bitbucket wants a
/// pipeline's target to say what it is, but refuses a `type` in some bodies.
pub(crate) fn tags(document: &Document) -> Result<BTreeMap<String, (String, String)>> {
    let mut direct = Vec::new();
    direct_references(document.value(), &mut direct);
    let mut tags = BTreeMap::new();
    for (_, schema) in document.schemas() {
        let Some(family) = schema.get("x-family") else {
            continue;
        };
        let field = match tag(family) {
            "type" => "type_",
            other => other,
        };
        for variant in unambiguous(&variants(family)?) {
            if direct.contains(&variant.schema) {
                continue;
            }
            let tag = (field.to_owned(), variant.value.clone());
            tags.insert(variant.schema.clone(), tag);
        }
    }
    Ok(tags)
}

fn direct_references(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Array(values) => values
            .iter()
            .for_each(|value| direct_references(value, found)),
        Value::Object(map) => {
            found.extend(crate::document::referenced(value));
            map.values()
                .for_each(|value| direct_references(value, found));
        }
        _ => {}
    }
}

/// The enum of each family.
pub(crate) fn emit(document: &Document) -> Result<TokenStream> {
    let mut items = TokenStream::new();
    for (name, schema) in document.schemas() {
        let Some(family) = schema.get("x-family") else {
            continue;
        };
        let description = schema
            .get("description")
            .and_then(Value::as_str)
            .map_or_else(|| format!("One of the kinds of `{name}`."), str::to_owned);
        let tag = tag(family);
        let family_ident = format_ident!("{name}");
        let variants = variants(family).map_err(|error| format!("family {name}: {error}"))?;
        let rows = variants.iter().map(row);
        let conversions = unambiguous(&variants).map(|variant| conversions(name, variant));
        items.extend(quote! {
            crate::family::family! {
                #[doc = #description]
                pub enum #family_ident by #tag { #(#rows),* }
            }
            #(#conversions)*
        });
    }
    Ok(items)
}

fn row(variant: &Variant) -> TokenStream {
    let ident = format_ident!("{}", variant.ident);
    let schema = format_ident!("{}", variant.schema);
    let value = &variant.value;
    let name = variant
        .name
        .as_ref()
        .map_or_else(|| quote!(None), |name| quote!(Some(#name)));
    quote!(#ident(#schema) = #value, #name)
}

/// The variants whose data tells which variant it is: the same type stands for
/// a user and for a team.
fn unambiguous(variants: &[Variant]) -> impl Iterator<Item = &Variant> {
    variants.iter().filter(|variant| {
        let same = |other: &&Variant| other.schema == variant.schema;
        variants.iter().filter(same).count() == 1
    })
}

/// Lets a setter that wants the family take a member or a member's builder.
fn conversions(family: &str, variant: &Variant) -> TokenStream {
    let family = format_ident!("{family}");
    let schema = format_ident!("{}", variant.schema);
    let ident = format_ident!("{}", variant.ident);
    quote! {
        impl ::std::convert::From<#schema> for #family {
            fn from(member: #schema) -> Self {
                Self::#ident(::std::boxed::Box::new(member))
            }
        }

        impl ::std::convert::TryFrom<builder::#schema> for #family {
            type Error = self::error::ConversionError;

            fn try_from(
                value: builder::#schema,
            ) -> ::std::result::Result<Self, self::error::ConversionError> {
                #schema::try_from(value).map(Self::from)
            }
        }
    }
}

fn tag(family: &Value) -> &str {
    family.get("tag").and_then(Value::as_str).unwrap_or("type")
}

fn variants(family: &Value) -> Result<Vec<Variant>> {
    let rows = family.get("variants").and_then(Value::as_array);
    rows.into_iter()
        .flatten()
        .map(|row| {
            let text = |key: &str| row.get(key).and_then(Value::as_str);
            let missing = |key: &str| format!("a variant without `{key}`");
            Ok(Variant {
                ident: text("variant")
                    .ok_or_else(|| missing("variant"))?
                    .to_owned(),
                schema: component(text("schema").ok_or_else(|| missing("schema"))?),
                value: text("value").ok_or_else(|| missing("value"))?.to_owned(),
                name: text("name").map(str::to_owned),
            })
        })
        .collect()
}
