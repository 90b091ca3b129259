//! The operations' builders: what the generator wrote to send a request is cut
//! where the request is built, and handed to the hand-written client.
//!
//! The generator's `send` refers to its own client, error and response types.
//! Here it becomes a `request` that only builds, and a `send` that lets
//! `src/client.rs` authenticate, retry, follow redirects and read the answer.

use std::collections::BTreeMap;

use proc_macro2::TokenStream;
use quote::quote;
use syn::{
    Expr, File, ImplItem, ImplItemFn, Item, ItemImpl, ItemStruct, LitStr, ReturnType, Type,
    parse_quote,
    visit_mut::{self, VisitMut},
};

use crate::{
    availability,
    document::{Answer, Multipart, Operation},
    product::Product,
    requests::{self, TextBody, Uploads},
    rewrite,
};

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

/// Rewrites the client and every builder.
pub(crate) fn rewrite(file: &mut File, product: &Product, operations: &[Operation]) -> Result<()> {
    keep_methods(file, product);
    let by_builder: BTreeMap<String, &Operation> = operations
        .iter()
        .map(|operation| (operation.builder(), operation))
        .collect();
    for item in rewrite::module(file, "builder")? {
        match item {
            Item::Struct(item) => {
                let operation = by_builder.get(&item.ident.to_string());
                if let Some(text) = operation.and_then(|operation| operation.text.as_ref()) {
                    TextBody(text).visit_item_struct_mut(item);
                }
                own_client(item);
            }
            Item::Impl(item) => {
                let name = rewrite::last_name(&item.self_ty).unwrap_or_default();
                let operation = by_builder
                    .get(&name)
                    .ok_or_else(|| format!("builder {name} belongs to no operation"))?;
                builder(item, product, operation)
                    .map_err(|error| format!("operation {}: {error}", operation.id))?;
            }
            _ => {}
        }
    }
    imports(file)
}

/// Of the generator's client only the methods stay; the client itself is the
/// product's.
fn keep_methods(file: &mut File, product: &Product) {
    let client = product.client();
    let own_client = product.own_client();
    let own_client: Expr = parse_quote!(#own_client);
    file.items.retain(|item| match item {
        Item::Mod(item) => item.ident == "types" || item.ident == "builder",
        Item::Impl(item) => item.trait_.is_none() && !has_constructor(item),
        _ => false,
    });
    for item in &mut file.items {
        if let Item::Impl(item) = item {
            item.self_ty = parse_quote!(#client);
            WithoutLifetimes.visit_item_impl_mut(item);
            OwnClient(&own_client).visit_item_impl_mut(item);
        }
    }
}

fn has_constructor(item: &ItemImpl) -> bool {
    item.items
        .iter()
        .any(|item| matches!(item, ImplItem::Fn(function) if function.sig.ident == "new"))
}

fn imports(file: &mut File) -> Result<()> {
    let items = rewrite::module(file, "builder")?;
    items.retain(|item| !matches!(item, Item::Use(_)));
    items.insert(
        0,
        parse_quote!(
            #[allow(unused_imports)]
            use super::types;
        ),
    );
    Ok(())
}

/// A builder owns a clone of the client (one reference count), so that its
/// streams are `'static`.
fn own_client(item: &mut ItemStruct) {
    item.generics = syn::Generics::default();
    if let Some(field) = item.fields.iter_mut().next() {
        field.ty = parse_quote!(crate::Client);
    }
    // What waits for the outcome of a request asks again by them.
    for field in &mut item.fields {
        Uploads.visit_field_mut(field);
        field.vis = parse_quote!(pub(crate));
    }
}

fn builder(item: &mut ItemImpl, product: &Product, operation: &Operation) -> Result<()> {
    item.generics = syn::Generics::default();
    WithoutLifetimes.visit_type_mut(&mut item.self_ty);
    let mut added = constants(operation);
    for item in &mut item.items {
        let ImplItem::Fn(function) = item else {
            continue;
        };
        Messages.visit_block_mut(&mut function.block);
        if operation.multipart == Multipart::Only {
            Uploads.visit_impl_item_fn_mut(function);
        }
        if let Some(text) = &operation.text {
            TextBody(text).visit_impl_item_fn_mut(function);
        }
        match function.sig.ident.to_string().as_str() {
            "new" => constructor(function),
            "range" if operation.answer == Answer::Bytes => range(function),
            "send" => {
                let value = answer_type(&function.sig.output)
                    .ok_or("`send` does not answer with a ResponseValue")?
                    .clone();
                added.push(send(operation, &value));
                requests::build_only(function, product, operation)?;
            }
            _ => {}
        }
    }
    item.items.extend(added);
    Ok(())
}

fn constants(operation: &Operation) -> Vec<ImplItem> {
    let Operation {
        id, method, path, ..
    } = operation;
    let availability = availability::value(operation);
    vec![
        parse_quote! {
            /// The operation that this builder calls.
            pub const OPERATION: crate::Operation =
                crate::Operation::new(#id, #method, #path).with_availability(#availability);
        },
        parse_quote! {
            /// When this request is sent again, in place of what the client says.
            #[must_use]
            pub fn retry(mut self, policy: crate::RetryPolicy) -> Self {
                self.client = self.client.with_retry(policy);
                self
            }
        },
        parse_quote! {
            fn invalid<E: ::std::fmt::Display>(error: E) -> crate::Error {
                crate::Error::invalid_request(&Self::OPERATION, error.to_string())
            }
        },
    ]
}

fn constructor(function: &mut ImplItemFn) {
    function.vis = parse_quote!(pub(crate));
    for argument in &mut function.sig.inputs {
        if let syn::FnArg::Typed(argument) = argument {
            argument.ty = parse_quote!(&crate::Client);
        }
    }
    CloneClient.visit_block_mut(&mut function.block);
}

/// A part of the bytes is told by numbers, not by the text of the header.
fn range(function: &mut ImplItemFn) {
    *function = parse_quote! {
        /// Asks for a part of the bytes only.
        ///
        /// Whether that is what came, says [`ByteStream::content_range`](crate::ByteStream::content_range).
        pub fn range(mut self, range: impl ::std::convert::Into<crate::ByteRange>) -> Self {
            self.range = range.into().into_header().map(Some);
            self
        }
    };
}

/// `T` of `Result<ResponseValue<T>, …>`.
fn answer_type(output: &ReturnType) -> Option<&Type> {
    let ReturnType::Type(_, output) = output else {
        return None;
    };
    rewrite::argument(rewrite::argument(output, "Result")?, "ResponseValue")
}

fn send(operation: &Operation, value: &Type) -> ImplItem {
    let (answer, call): (TokenStream, TokenStream) = match operation.answer {
        Answer::Json => (quote!(#value), quote!(send_json)),
        Answer::Empty => (quote!(()), quote!(send_empty)),
        Answer::Bytes => (quote!(crate::ByteStream), quote!(send_bytes)),
        Answer::Completion => (quote!(crate::Completion<#value>), quote!(send_completion)),
        Answer::JsonOrBytes => (
            quote!(crate::JsonOrBytes<#value>),
            quote!(send_json_or_bytes),
        ),
    };
    let text = format!("Sends `{} {}`.", operation.method, operation.path);
    parse_quote! {
        #[doc = #text]
        ///
        /// # Errors
        ///
        /// Before anything is sent, if a required parameter is missing or a
        /// value cannot stand where it belongs; then as
        /// [`Error`](crate::Error) says.
        pub async fn send(
            self,
        ) -> ::std::result::Result<crate::Response<#answer>, crate::Error> {
            let client = self.client.clone();
            let request = self.request()?;
            client.#call(&Self::OPERATION, request).await
        }
    }
}

/// The builders' messages name the parameter as the caller knows it.
struct Messages;

impl VisitMut for Messages {
    fn visit_lit_str_mut(&mut self, text: &mut LitStr) {
        let value = text.value();
        let message = if let Some(name) = value.strip_suffix(" was not initialized") {
            format!("`{name}` is required")
        } else if let Some((ty, name)) = conversion(&value) {
            format!("`{name}` cannot be read as `{ty}`")
        } else {
            return;
        };
        *text = LitStr::new(&message, text.span());
    }
}

/// The parts of "conversion to `:: std :: string :: String` for title failed".
fn conversion(message: &str) -> Option<(String, &str)> {
    let rest = message
        .strip_prefix("conversion to `")?
        .strip_suffix(" failed")?;
    let (ty, name) = rest.rsplit_once("` for ")?;
    let ty = ty.replace(' ', "");
    let ty = match ty.strip_prefix("::std::") {
        Some(path) if !path.contains('<') => path.rsplit("::").next().unwrap_or(path).to_owned(),
        _ => ty,
    };
    Some((ty, name))
}

/// `builder::GetRepository::new(self)`
struct OwnClient<'a>(&'a Expr);

impl VisitMut for OwnClient<'_> {
    fn visit_expr_call_mut(&mut self, call: &mut syn::ExprCall) {
        for argument in &mut call.args {
            if matches!(argument, Expr::Path(path) if path.path.is_ident("self")) {
                *argument = self.0.clone();
            }
        }
    }
}

struct CloneClient;

impl VisitMut for CloneClient {
    fn visit_field_value_mut(&mut self, field: &mut syn::FieldValue) {
        if matches!(&field.member, syn::Member::Named(name) if name == "client") {
            field.expr = parse_quote!(client.clone());
        }
    }
}

struct WithoutLifetimes;

impl VisitMut for WithoutLifetimes {
    fn visit_path_segment_mut(&mut self, segment: &mut syn::PathSegment) {
        visit_mut::visit_path_segment_mut(self, segment);
        if let syn::PathArguments::AngleBracketed(arguments) = &segment.arguments {
            let only_lifetimes = arguments
                .args
                .iter()
                .all(|argument| matches!(argument, syn::GenericArgument::Lifetime(_)));
            if only_lifetimes {
                segment.arguments = syn::PathArguments::None;
            }
        }
    }
}
