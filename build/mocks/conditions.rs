//! What a mock is asked: the `When` of each operation.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::Type;

use super::{
    Field, named,
    paths::{is_nearer, pattern},
};
use crate::{
    document::{Multipart, Operation},
    rewrite,
};

pub(super) fn of(operation: &Operation, all: &[Operation], fields: &[Field<'_>]) -> TokenStream {
    let when = named(operation, "When");
    let builder = format_ident!("{}", operation.builder());
    let method = &operation.method;
    let pattern = pattern(operation, None).0;
    let nearer = all
        .iter()
        .filter(|other| other.method == *method && is_nearer(other, operation))
        .map(|other| self::pattern(other, None).0);
    let mut methods = TokenStream::new();
    for field in fields {
        methods.extend(condition(operation, field));
    }
    if operation.multipart != Multipart::No {
        methods.extend(form_conditions());
    }
    let text = format!(
        "What `{} {}` is asked with.",
        operation.method, operation.path
    );
    quote! {
        #[doc = #text]
        pub struct #when(::httpmock::When);

        impl #when {
            /// Asked for this operation, with whatever parameters.
            pub fn new(inner: ::httpmock::When) -> Self {
                Self(crate::mock::request(inner, #method, #pattern, &[#(#nearer),*]))
            }

            /// For further conditions.
            pub fn into_inner(self) -> ::httpmock::When {
                self.0
            }

            #[allow(dead_code)]
            const OPERATION: &'static crate::Operation =
                &super::super::builder::#builder::OPERATION;

            #methods
        }
    }
}

fn condition(operation: &Operation, field: &Field<'_>) -> TokenStream {
    let Field { ident, ty, .. } = field;
    let Some(parameter) = field.parameter else {
        return body_condition(operation, field);
    };
    let name = &parameter.name;
    let text = parameter.description.as_deref().unwrap_or(name).trim();
    let text = text.lines().next().unwrap_or_default();
    let text = format!("With the parameter `{name}`: {}", plain(text));
    if parameter.location == "path" {
        let (before, after) = pattern(operation, Some(name));
        let encode = if parameter.slash {
            quote!(segments)
        } else {
            quote!(segment)
        };
        let argument = taken(ty);
        return quote! {
            #[doc = #text]
            pub fn #ident(self, value: #argument) -> Self {
                let value = crate::path::#encode(Self::OPERATION, #name, &value.to_string());
                Self(crate::mock::path(self.0, #before, value, #after))
            }
        };
    }
    let function = format_ident!("{}", parameter.location);
    if let Some(item) = rewrite::argument(ty, "Vec") {
        let absent = "None at all: without it.";
        return quote! {
            #[doc = #text]
            #[doc = ""]
            #[doc = #absent]
            pub fn #ident(self, values: impl IntoIterator<Item = impl Into<#item>>) -> Self {
                let values = values
                    .into_iter()
                    .map(|value| -> #item { value.into() })
                    .collect::<::std::vec::Vec<_>>();
                Self(crate::mock::#function(self.0, #name, &values))
            }
        };
    }
    let argument = taken(ty);
    if field.optional {
        let lifetime = is_string(ty).then(|| quote!(<'a>));
        let argument = if is_string(ty) {
            quote!(&'a str)
        } else {
            argument
        };
        quote! {
            #[doc = #text]
            #[doc = ""]
            #[doc = "`None`: without it."]
            pub fn #ident #lifetime(
                self,
                value: impl Into<::std::option::Option<#argument>>,
            ) -> Self {
                Self(crate::mock::#function(self.0, #name, &value.into()))
            }
        }
    } else {
        quote! {
            #[doc = #text]
            pub fn #ident(self, value: #argument) -> Self {
                Self(crate::mock::#function(self.0, #name, &value))
            }
        }
    }
}

/// The first line of a description, without what rustdoc would take for a link.
fn plain(text: &str) -> String {
    let mut plain = String::new();
    let mut rest = text;
    // Of a link, its words alone.
    while let Some((before, link)) = rest.split_once("](") {
        plain.push_str(before);
        rest = link.split_once(')').map_or("", |(_, after)| after);
    }
    plain.push_str(rest);
    let words = plain.split(' ').map(|word| {
        if word.contains("://") {
            word.to_owned()
        } else {
            word.replace(['[', ']', '<', '>', '`'], "")
        }
    });
    words.collect::<Vec<_>>().join(" ")
}

fn body_condition(operation: &Operation, field: &Field<'_>) -> TokenStream {
    let ty = &field.ty;
    // A form is told by its fields and files.
    if operation.multipart == Multipart::Only {
        return TokenStream::new();
    }
    let function = if operation.body_is_form {
        quote!(form_body)
    } else {
        quote!(json_body)
    };
    let panics = panics();
    quote! {
        /// With this body, and with nothing more in it.
        #panics
        pub fn body<V>(self, value: V) -> Self
        where
            V: TryInto<#ty, Error: ::std::fmt::Display>,
        {
            let value: #ty = crate::mock::converted(value);
            Self(crate::mock::#function(self.0, &value))
        }
    }
}

pub(super) fn panics() -> TokenStream {
    quote! {
        ///
        /// # Panics
        ///
        /// If the value is a builder with something in it that is of no use.
    }
}

fn form_conditions() -> TokenStream {
    quote! {
        /// With this field in its form.
        pub fn field(self, name: &str, value: &str) -> Self {
            Self(crate::mock::part(self.0, name, None, value.as_bytes()))
        }

        /// With this file in its form.
        pub fn file(self, name: &str, file_name: &str, content: impl AsRef<[u8]>) -> Self {
            Self(crate::mock::part(self.0, name, Some(file_name), content.as_ref()))
        }
    }
}

pub(super) fn is_string(ty: &Type) -> bool {
    rewrite::last_name(ty).as_deref() == Some("String")
}

fn taken(ty: &Type) -> TokenStream {
    if is_string(ty) {
        quote!(&str)
    } else {
        quote!(#ty)
    }
}
