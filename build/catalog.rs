//! The catalogue: every operation and every type by name, for callers that
//! learn only at run time what they want. Emitted for the feature `catalog`.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use serde_json::Value;
use syn::{File, Item, Type};

use crate::{
    catalog_data, companions,
    document::{Answer, Document, Operation, referenced},
    product::Product,
    rewrite,
};

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

/// The module with the rows of the catalogue.
pub(crate) fn emit(
    file: &File,
    product: &Product,
    document: &Document,
    operations: &[Operation],
) -> Result<TokenStream> {
    let mut rows = TokenStream::new();
    let mut calls = TokenStream::new();
    for operation in operations {
        let arguments = arguments(file, operation)?;
        rows.extend(row(operation, document));
        calls.extend(call(operation, &arguments));
    }
    let types = types(file, product, document);
    let data = product.catalog_data();
    Ok(quote! {
        #[allow(deprecated)]
        pub(crate) mod rows {
            use super::types;
            use crate::catalog::{
                AnswerKind, Arguments, BodyEntry, Content, Entry, ParameterEntry, Source, TypeEntry,
            };

            static SOURCE: Source = Source::new(
                TYPES,
                ::std::sync::LazyLock::new(|| {
                    Source::read(include_str!(concat!(env!("OUT_DIR"), "/", #data)))
                }),
            );
            pub(crate) static OPERATIONS: &[Entry] = &[#rows];
            pub(crate) static TYPES: &[TypeEntry] = &[#types];

            #calls
        }
    })
}

fn row(operation: &Operation, document: &Document) -> TokenStream {
    let id = &operation.id;
    let builder = format_ident!("{}", operation.builder());
    let call = format_ident!("{}", operation.id);
    let tags = &operation.tags;
    let scopes = &operation.scopes;
    let summary = operation.summary.as_deref().unwrap_or("");
    let parameters = operation.parameters.iter().map(|parameter| {
        let name = &parameter.name;
        let location = &parameter.location;
        let required = parameter.required;
        let slash = parameter.slash;
        quote! {
            ParameterEntry {
                source: &SOURCE,
                operation: #id,
                name: #name,
                location: #location,
                required: #required,
                takes_slashes: #slash,
            }
        }
    });
    let request = match catalog_data::request(document, operation) {
        Some(schema) => {
            let body = body(schema);
            quote!(Some(#body))
        }
        None => quote!(None),
    };
    let responses = responses(operation, document);
    let answer = format_ident!("{}", format!("{:?}", operation.answer));
    let items = if operation.paged.is_some() {
        let items = format_ident!("{}_items", operation.id);
        quote!(Some(#items))
    } else {
        quote!(None)
    };
    quote! {
        Entry {
            source: &SOURCE,
            operation: &super::builder::#builder::OPERATION,
            tags: &[#(#tags),*],
            summary: #summary,
            scopes: &[#(#scopes),*],
            parameters: &[#(#parameters),*],
            request: #request,
            answer: AnswerKind::#answer,
            responses: &[#(#responses),*],
            call: |client, arguments| ::std::boxed::Box::pin(#call(client, arguments)),
            items: #items,
        },
    }
}

/// The answer, then what the operation answers with on request.
fn responses(operation: &Operation, document: &Document) -> Vec<TokenStream> {
    let answer = catalog_data::response(document, operation).map(body);
    let named = [&operation.listing, &operation.meta].into_iter().flatten();
    let others = named.map(|name| quote!(BodyEntry::new(&SOURCE, Some(#name), false)));
    answer.into_iter().chain(others).collect()
}

/// The type of a JSON body.
fn body(schema: &Value) -> TokenStream {
    let list = schema.get("items").and_then(referenced);
    let is_list = list.is_some();
    match referenced(schema).or(list) {
        Some(name) => quote!(BodyEntry::new(&SOURCE, Some(#name), #is_list)),
        None => quote!(BodyEntry::new(&SOURCE, None, false)),
    }
}

/// Statements that hand each argument to its setter.
fn arguments(file: &File, operation: &Operation) -> Result<Vec<TokenStream>> {
    companions::fields(file, operation)
        .map(|(field, ty)| {
            let inner = rewrite::argument(ty, "Result")
                .ok_or_else(|| format!("operation {}: field {field}", operation.id))?;
            let value = rewrite::argument(inner, "Option").unwrap_or(inner);
            let name = operation
                .parameters
                .iter()
                .find(|parameter| parameter.ident() == field)
                .map_or(field.as_str(), |parameter| parameter.name.as_str());
            let setter = format_ident!("{field}");
            let take = taken(value)?;
            Ok(quote! {
                if let Some(value) = arguments.#take(#name)? {
                    builder = builder.#setter(value);
                }
            })
        })
        .collect()
}

fn taken(value: &Type) -> Result<TokenStream> {
    if rewrite::last_name(value).as_deref() == Some("Form") {
        return Ok(quote!(take_form));
    }
    let written = quote!(#value).to_string().replace(' ', "");
    let ty: Type = match written.strip_prefix("types::builder::") {
        Some(name) => syn::parse_str(&format!("types::{name}"))?,
        None => value.clone(),
    };
    Ok(quote!(take::<#ty>))
}

fn call(operation: &Operation, arguments: &[TokenStream]) -> TokenStream {
    let method = format_ident!("{}", operation.id);
    let prepare = format_ident!("{}_builder", operation.id);
    let builder = format_ident!("{}", operation.builder());
    let content = match operation.answer {
        Answer::Json => quote!(json),
        Answer::Empty => quote!(empty),
        Answer::Bytes => quote!(bytes),
        Answer::Completion => quote!(completion),
        Answer::JsonOrBytes => quote!(json_or_bytes),
    };
    let items = operation.paged.map(|_| {
        let items = format_ident!("{}_items", operation.id);
        quote! {
            fn #items(
                client: crate::Client,
                arguments: Arguments,
            ) -> ::std::result::Result<crate::catalog::Items, crate::Error> {
                Ok(crate::catalog::items(#prepare(&client, arguments)?.stream()))
            }
        }
    });
    quote! {
        #[allow(unused_mut)]
        fn #prepare(
            client: &crate::Client,
            mut arguments: Arguments,
        ) -> ::std::result::Result<super::builder::#builder, crate::Error> {
            let mut builder = super::builder::#builder::new(client);
            #(#arguments)*
            arguments.finish()?;
            Ok(builder)
        }

        async fn #method(
            client: crate::Client,
            arguments: Arguments,
        ) -> ::std::result::Result<crate::Response<Content>, crate::Error> {
            Content::#content(#prepare(&client, arguments)?.send().await?)
        }
        #items
    }
}

/// Every component that has a Rust type.
fn types(file: &File, product: &Product, document: &Document) -> TokenStream {
    let mut rows = TokenStream::new();
    for (name, schema) in document.schemas() {
        let ty = match crate::generator::page_item(schema) {
            Some(item) => product.page_of(item),
            None => match declared(file, name) {
                Some(ident) => quote!(types::#ident),
                None if schema.get("x-family").is_some() => {
                    let ident = format_ident!("{name}");
                    quote!(types::#ident)
                }
                None => continue,
            },
        };
        rows.extend(quote!(TypeEntry::new::<#ty>(&SOURCE, #name),));
    }
    rows
}

fn declared(file: &File, name: &str) -> Option<syn::Ident> {
    rewrite::module_items(file, "types")
        .iter()
        .find_map(|item| match item {
            Item::Struct(item) if item.ident == name => Some(item.ident.clone()),
            Item::Type(item) if item.ident == name => Some(item.ident.clone()),
            // An open enum is a call of its macro by now.
            Item::Macro(item) => {
                let ident = format_ident!("{name}");
                let mut tokens = item.mac.tokens.clone().into_iter();
                let mut after_enum = false;
                tokens
                    .any(|token| {
                        let found = after_enum && token.to_string() == name;
                        after_enum = token.to_string() == "enum";
                        found
                    })
                    .then_some(ident)
            }
            _ => None,
        })
}
