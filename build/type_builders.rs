//! The builders of the types: setters take the value itself where the
//! generator asks for an `Option`, and members of a family carry their tag.

use std::collections::BTreeMap;

use syn::{
    Expr, File, GenericParam, ImplItem, ImplItemFn, Item, ItemImpl, Type, TypeParamBound,
    WherePredicate, parse_quote,
    visit_mut::{self, VisitMut},
};

use crate::rewrite;

/// `tags`: for each member of a family, its tag's field and value.
pub(crate) fn rewrite(
    file: &mut File,
    tags: &BTreeMap<String, (String, String)>,
) -> Result<(), Box<dyn std::error::Error>> {
    let types = rewrite::module(file, "types")?;
    for item in types.iter_mut() {
        if let Item::Impl(item) = item {
            item.items.iter_mut().for_each(entrance);
        }
    }
    // Without a single struct there is no module of their builders.
    let Ok(builders) = rewrite::find(types, "builder") else {
        return Ok(());
    };
    for item in builders {
        match item {
            Item::Struct(item) => {
                let text = format!("Builder of [`super::{}`].", item.ident);
                item.attrs.push(parse_quote!(#[doc = #text]));
            }
            Item::Impl(item) => match &item.trait_ {
                None => item.items.iter_mut().for_each(setter),
                Some(_) => default_tag(item, tags),
            },
            _ => {}
        }
    }
    Ok(())
}

/// `PullRequest::builder()`
fn entrance(item: &mut ImplItem) {
    if let ImplItem::Fn(function) = item
        && function.sig.ident == "builder"
    {
        function
            .attrs
            .push(parse_quote!(#[doc = "A builder that has nothing set."]));
    }
}

fn setter(item: &mut ImplItem) {
    let ImplItem::Fn(function) = item else { return };
    let text = format!("Sets `{}`.", function.sig.ident);
    function.attrs.push(parse_quote!(#[doc = #text]));
    let Some(target) = conversion_target(function) else {
        return;
    };
    let Some(inner) = rewrite::argument(target, "Option").cloned() else {
        return;
    };
    let (accepted, wrap): (Type, Expr) = match rewrite::argument(&inner, "Box") {
        Some(boxed) => (
            boxed.clone(),
            parse_quote!(|value| ::std::option::Option::Some(::std::boxed::Box::new(value))),
        ),
        None => (inner, parse_quote!(::std::option::Option::Some)),
    };
    *target = accepted;
    Wrap(wrap).visit_block_mut(&mut function.block);
}

/// `X` of `where T: TryInto<X>`.
fn conversion_target(function: &mut ImplItemFn) -> Option<&mut Type> {
    function
        .sig
        .generics
        .params
        .iter()
        .find(|parameter| matches!(parameter, GenericParam::Type(_)))?;
    let clause = function.sig.generics.where_clause.as_mut()?;
    clause
        .predicates
        .iter_mut()
        .find_map(|predicate| match predicate {
            WherePredicate::Type(predicate) => {
                predicate.bounds.iter_mut().find_map(|bound| match bound {
                    TypeParamBound::Trait(bound) => {
                        let last = bound.path.segments.last_mut()?;
                        if last.ident != "TryInto" {
                            return None;
                        }
                        first_type(&mut last.arguments)
                    }
                    _ => None,
                })
            }
            _ => None,
        })
}

fn first_type(arguments: &mut syn::PathArguments) -> Option<&mut Type> {
    let syn::PathArguments::AngleBracketed(arguments) = arguments else {
        return None;
    };
    arguments
        .args
        .iter_mut()
        .find_map(|argument| match argument {
            syn::GenericArgument::Type(ty) => Some(ty),
            _ => None,
        })
}

/// Puts the optional place's `Some` around what `try_into()` gave.
struct Wrap(Expr);

impl VisitMut for Wrap {
    fn visit_expr_mut(&mut self, expression: &mut Expr) {
        visit_mut::visit_expr_mut(self, expression);
        if let Expr::MethodCall(call) = expression
            && call.method == "try_into"
        {
            let wrap = &self.0;
            *expression = parse_quote!(#call.map(#wrap));
        }
    }
}

/// A member of a family that a caller builds says which member it is.
fn default_tag(item: &mut ItemImpl, tags: &BTreeMap<String, (String, String)>) {
    let is_default = item.trait_.as_ref().is_some_and(|(path, _)| {
        path.segments
            .last()
            .is_some_and(|last| last.ident == "Default")
    });
    let Some((field, value)) = rewrite::last_name(&item.self_ty).and_then(|name| tags.get(&name))
    else {
        return;
    };
    if is_default {
        Tag { field, value }.visit_item_impl_mut(item);
    }
}

struct Tag<'a> {
    field: &'a str,
    value: &'a str,
}

impl VisitMut for Tag<'_> {
    fn visit_field_value_mut(&mut self, field: &mut syn::FieldValue) {
        if matches!(&field.member, syn::Member::Named(name) if name == self.field) {
            let value = self.value;
            field.expr = parse_quote!(Ok(Some(#value.to_owned())));
        }
    }
}
