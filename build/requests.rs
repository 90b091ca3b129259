//! What the generator wrote to send a request, cut where the request is built.

use quote::{format_ident, quote};
use syn::{
    Block, Expr, ExprMethodCall, Ident, ImplItemFn, LitStr, Local, Pat, Stmt, Type, parse_quote,
    visit_mut::{self, VisitMut},
};

use crate::{
    document::{Multipart, Operation, Text},
    product::Product,
};

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

/// Turns the generator's `send` into the part of it that builds the request.
pub(crate) fn build_only(
    function: &mut ImplItemFn,
    product: &Product,
    operation: &Operation,
) -> Result<()> {
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
    function.block = finish(kept, product, operation, uses_headers)?;
    Ok(())
}

fn finish(
    mut kept: Vec<Stmt>,
    product: &Product,
    operation: &Operation,
    uses_headers: bool,
) -> Result<Block> {
    let Some(Stmt::Local(Local {
        init: Some(init), ..
    })) = kept.pop()
    else {
        return Err("the request is not bound by a `let`".into());
    };
    kept.push(Stmt::Expr(*init.expr, None));
    let mut block: Block = parse_quote!({ #(#kept)* });
    let mut pass = Requests {
        product,
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
    product: &'a Product,
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
                        let base_url = self.product.base_url();
                        Some(parse_quote!(#base.#base_url()))
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

/// Multipart bodies: a form where the generator has opaque bytes. It goes along
/// with the request, not into it: it can then be made anew for each attempt.
pub(crate) struct Uploads;

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

/// Text bodies: a value of an enum where the generator has opaque bytes.
pub(crate) struct TextBody<'a>(pub(crate) &'a Text);

impl VisitMut for TextBody<'_> {
    fn visit_type_mut(&mut self, ty: &mut Type) {
        visit_mut::visit_type_mut(self, ty);
        if quote!(#ty).to_string() == "reqwest :: Body" {
            let component = format_ident!("{}", self.0.component);
            *ty = parse_quote!(types::#component);
        }
    }

    fn visit_lit_str_mut(&mut self, text: &mut LitStr) {
        let value = text.value();
        let value = match value.as_str() {
            "application/octet-stream" => self.0.media_type.clone(),
            _ => value.replace("reqwest::Body", &format!("types::{}", self.0.component)),
        };
        *text = LitStr::new(&value, text.span());
    }

    fn visit_expr_method_call_mut(&mut self, call: &mut ExprMethodCall) {
        visit_mut::visit_expr_method_call_mut(self, call);
        if call.method == "body" {
            for body in &mut call.args {
                *body = parse_quote!(#body.to_string());
            }
        }
    }
}
