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
    Block, Expr, ExprMethodCall, File, Ident, ImplItem, ImplItemFn, Item, ItemImpl, ItemStruct,
    LitStr, Local, Pat, ReturnType, Stmt, Type, parse_quote,
    visit_mut::{self, VisitMut},
};

use crate::{
    document::{Answer, Multipart, Operation},
    rewrite,
};

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

/// Rewrites the client and every builder.
pub(crate) fn rewrite(file: &mut File, operations: &[Operation]) -> Result<()> {
    keep_methods(file);
    let by_builder: BTreeMap<String, &Operation> = operations
        .iter()
        .map(|operation| (operation.builder(), operation))
        .collect();
    for item in rewrite::module(file, "builder")? {
        match item {
            Item::Struct(item) => own_client(item),
            Item::Impl(item) => {
                let name = rewrite::last_name(&item.self_ty).unwrap_or_default();
                let operation = by_builder
                    .get(&name)
                    .ok_or_else(|| format!("builder {name} belongs to no operation"))?;
                builder(item, operation)
                    .map_err(|error| format!("operation {}: {error}", operation.id))?;
            }
            _ => {}
        }
    }
    imports(file)
}

/// Of the generator's client only the methods stay; the client itself is
/// `crate::Client`.
fn keep_methods(file: &mut File) {
    file.items.retain(|item| match item {
        Item::Mod(item) => item.ident == "types" || item.ident == "builder",
        Item::Impl(item) => item.trait_.is_none() && !has_constructor(item),
        _ => false,
    });
    for item in &mut file.items {
        if let Item::Impl(item) = item {
            item.self_ty = parse_quote!(crate::Client);
            WithoutLifetimes.visit_item_impl_mut(item);
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
        // What waits for the outcome of a request asks again by it.
        field.vis = parse_quote!(pub(crate));
    }
    for field in &mut item.fields {
        Uploads.visit_field_mut(field);
    }
}

fn builder(item: &mut ItemImpl, operation: &Operation) -> Result<()> {
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
        match function.sig.ident.to_string().as_str() {
            "new" => constructor(function),
            "send" => {
                let value = answer_type(&function.sig.output)
                    .ok_or("`send` does not answer with a ResponseValue")?
                    .clone();
                added.push(send(operation, &value));
                request(function, operation)?;
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
    vec![
        parse_quote! {
            /// The operation that this builder calls.
            pub const OPERATION: crate::Operation = crate::Operation::new(#id, #method, #path);
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

/// Turns the generator's `send` into the part of it that builds the request.
fn request(function: &mut ImplItemFn, operation: &Operation) -> Result<()> {
    function.attrs.clear();
    function.vis = parse_quote!(pub(crate));
    function.sig.asyncness = None;
    function.sig.ident = parse_quote!(request);
    let request: Type = match operation.multipart {
        Multipart::Only => parse_quote!(crate::outgoing::Outgoing),
        _ => parse_quote!(::reqwest::Request),
    };
    function.sig.output = parse_quote!(-> ::std::result::Result<#request, crate::Error>);
    let statements = std::mem::take(&mut function.block.stmts);
    let uses_headers = operation
        .parameters
        .iter()
        .any(|parameter| parameter.location == "header");
    let mut kept = Vec::new();
    let mut built = false;
    for statement in statements {
        let name = bound_name(&statement);
        if is_api_version(&statement) || (!uses_headers && name.as_deref() == Some("header_map")) {
            continue;
        }
        let is_request = name.is_some_and(|name| name.trim_start_matches('_') == "request");
        kept.push(statement);
        if is_request {
            built = true;
            break;
        }
    }
    if !built {
        return Err("`send` builds no request".into());
    }
    function.block = finish(kept, operation, uses_headers)?;
    Ok(())
}

fn finish(mut kept: Vec<Stmt>, operation: &Operation, uses_headers: bool) -> Result<Block> {
    let Some(Stmt::Local(Local {
        init: Some(init), ..
    })) = kept.pop()
    else {
        return Err("the request is not bound by a `let`".into());
    };
    kept.push(Stmt::Expr(*init.expr, None));
    let mut block: Block = parse_quote!({ #(#kept)* });
    let mut pass = Requests {
        operation,
        uses_headers,
        paths: 0,
    };
    pass.visit_block_mut(&mut block);
    if pass.paths != operation.path_parameters().count() {
        return Err("not every path parameter is encoded".into());
    }
    let Some(Stmt::Expr(Expr::Try(last), None)) = block.stmts.pop() else {
        return Err("the request is not built by `?`".into());
    };
    let mut built = *last.expr;
    if operation.body_is_optional {
        built = parse_quote!(#built.map(crate::form::without_empty_body));
    }
    if operation.multipart == Multipart::Only {
        built = parse_quote! {
            #built.map(|request| crate::outgoing::Outgoing::with_form(request, body))
        };
    }
    block.stmts.push(Stmt::Expr(built, None));
    Ok(block)
}

fn bound_name(statement: &Stmt) -> Option<String> {
    let Stmt::Local(Local {
        pat: Pat::Ident(pat),
        ..
    }) = statement
    else {
        return None;
    };
    Some(pat.ident.to_string())
}

/// The generator sends the document's version as a header of its own making.
fn is_api_version(statement: &Stmt) -> bool {
    let Stmt::Expr(Expr::MethodCall(call), _) = statement else {
        return false;
    };
    call.method == "append" && quote!(#call).to_string().contains("\"api-version\"")
}

/// Rewrites the expressions that build a request.
struct Requests<'a> {
    operation: &'a Operation,
    uses_headers: bool,
    paths: usize,
}

impl Requests<'_> {
    fn method_call(&self, call: &ExprMethodCall) -> Option<Expr> {
        let receiver = &call.receiver;
        match call.method.to_string().as_str() {
            // `.map_err(Error::InvalidRequest)`: every `?` names the operation.
            "map_err" if is_invalid_request(call) => Some(*receiver.clone()),
            "headers" if !self.uses_headers => Some(*receiver.clone()),
            "form_urlencoded" => {
                let body = call.args.first()?;
                Some(parse_quote!(crate::form::urlencoded(#receiver, #body)))
            }
            "query" => {
                let value = call.args.first()?;
                Some(parse_quote!(#receiver.query(#value)))
            }
            _ => None,
        }
    }

    /// `encode_path(&name.to_string())`, with the operation and the parameter
    /// for the message, and with the slashes that Bitbucket wants to see.
    fn path_value(&self, call: &syn::ExprCall) -> Option<Expr> {
        let argument = call.args.first()?;
        let name = first_ident(argument)?;
        let parameter = self
            .operation
            .path_parameters()
            .find(|parameter| name == parameter.ident())?;
        let label = &parameter.name;
        let encode: syn::Path = if parameter.slash {
            parse_quote!(crate::path::segments)
        } else {
            parse_quote!(crate::path::segment)
        };
        Some(parse_quote!(#encode(&Self::OPERATION, #label, #argument)?))
    }
}

impl VisitMut for Requests<'_> {
    fn visit_expr_mut(&mut self, expression: &mut Expr) {
        visit_mut::visit_expr_mut(self, expression);
        let replacement = match &*expression {
            Expr::MethodCall(call) => self.method_call(call),
            Expr::Try(attempt) => {
                let inner = &attempt.expr;
                Some(parse_quote!(#inner.map_err(Self::invalid)?))
            }
            Expr::Field(field) => {
                let base = &field.base;
                match &field.member {
                    syn::Member::Named(name) if name == "baseurl" => {
                        Some(parse_quote!(#base.base_url()))
                    }
                    syn::Member::Named(name) if name == "client" => {
                        Some(parse_quote!(#base.http()))
                    }
                    _ => None,
                }
            }
            _ => None,
        };
        if let Some(replacement) = replacement {
            *expression = replacement;
        }
    }

    /// The URL is the one macro call in the way.
    fn visit_macro_mut(&mut self, mac: &mut syn::Macro) {
        if !mac.path.is_ident("format") {
            return;
        }
        let parser = syn::punctuated::Punctuated::<Expr, syn::Token![,]>::parse_terminated;
        let Ok(mut arguments) = mac.parse_body_with(parser) else {
            return;
        };
        for argument in &mut arguments {
            self.visit_expr_mut(argument);
            let Expr::Call(call) = &*argument else {
                continue;
            };
            if let Some(replacement) = self.path_value(call) {
                *argument = replacement;
                self.paths += 1;
            }
        }
        mac.tokens = quote!(#arguments);
    }
}

/// `.map_err(Error::InvalidRequest)`
fn is_invalid_request(call: &ExprMethodCall) -> bool {
    matches!(call.args.first(), Some(Expr::Path(path))
        if path.path.segments.last().is_some_and(|last| last.ident == "InvalidRequest"))
}

fn first_ident(expression: &Expr) -> Option<Ident> {
    match expression {
        Expr::Reference(reference) => first_ident(&reference.expr),
        Expr::MethodCall(call) => first_ident(&call.receiver),
        Expr::Path(path) => path.path.get_ident().cloned(),
        _ => None,
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

/// Multipart bodies: a form where the generator has opaque bytes. It goes along
/// with the request, not into it: it can then be made anew for each attempt.
struct Uploads;

impl VisitMut for Uploads {
    fn visit_type_mut(&mut self, ty: &mut Type) {
        visit_mut::visit_type_mut(self, ty);
        if quote!(#ty).to_string() == "reqwest :: Body" {
            *ty = parse_quote!(crate::multipart::Form);
        }
    }

    fn visit_expr_mut(&mut self, expression: &mut Expr) {
        visit_mut::visit_expr_mut(self, expression);
        let Expr::MethodCall(call) = &*expression else {
            return;
        };
        if call.method != "body" {
            return;
        }
        let Expr::MethodCall(header) = &*call.receiver else {
            return;
        };
        if header.method == "header" {
            let receiver = &header.receiver;
            *expression = *receiver.clone();
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
