//! A mock of each operation, for the tests of programs that use this crate.
//! Emitted for the feature `httpmock`.
//!
//! The generator can write mocks as well, and what it calls things is kept: a
//! trait with a method for each operation, a `When` and a `Then` for each in
//! `operations`. The code itself cannot be: it matches values in a path without
//! their encoding and as regular expressions, slashes not at all; it calls
//! `to_string` on lists, compares forms as if they were JSON, knows no multipart,
//! and has neither bytes nor errors for an answer.

#[path = "mocks/answers.rs"]
mod answers;
#[path = "mocks/by_id.rs"]
mod by_id;
#[path = "mocks/conditions.rs"]
mod conditions;
#[path = "mocks/paths.rs"]
mod paths;

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::{File, Ident, Type};

use crate::{
    companions,
    document::{Document, Operation, Parameter},
    features,
    product::Product,
    rewrite,
};
use answers::AnswerType;

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

/// The module with the mocks.
pub(crate) fn emit(
    file: &File,
    product: &Product,
    document: &Document,
    operations: &[Operation],
) -> Result<TokenStream> {
    let mut declarations = TokenStream::new();
    let mut definitions = TokenStream::new();
    let mut conditions = TokenStream::new();
    let mut rows = TokenStream::new();
    for operation in operations {
        let method = format_ident!("{}", operation.id);
        let (when, then) = (named(operation, "When"), named(operation, "Then"));
        let text = format!("Mocks `{} {}`.", operation.method, operation.path);
        declarations.extend(quote! {
            #[doc = #text]
            fn #method<F>(&self, config_fn: F) -> ::httpmock::Mock<'_>
            where
                F: FnOnce(operations::#when, operations::#then);
        });
        definitions.extend(quote! {
            fn #method<F>(&self, config_fn: F) -> ::httpmock::Mock<'_>
            where
                F: FnOnce(operations::#when, operations::#then),
            {
                self.mock(|when, then| {
                    config_fn(operations::#when::new(when), operations::#then::new(then))
                })
            }
        });
        let fields = fields(file, operation)?;
        let answer = AnswerType::of(file, document, operation)?;
        conditions.extend(conditions::of(operation, operations, &fields));
        conditions.extend(answers::of(file, product, document, operation, &answer)?);
        if features::enabled().contains("CATALOG") {
            rows.extend(by_id::row(operation, &fields, &answer));
        }
    }
    let by_id = by_id::emit(&rows);
    Ok(quote! {
        pub(crate) mod mocks {
            #![allow(deprecated)]

            #[allow(unused_imports)]
            use super::types;

            pub mod operations {
                //! What a mock is asked, and what it answers, for each operation.
                //!
                //! Each is a wrapper of [`httpmock`](crate::mock::httpmock)'s own
                //! `When` or `Then`, which `into_inner` gives, for what has no
                //! method here.

                #[allow(unused_imports)]
                use super::types;

                #conditions
            }

            /// A method for each operation, on a server of mocks.
            ///
            /// Each is a [`mock`](::httpmock::MockServer::mock) that is asked for
            /// this operation and nothing else, with typed conditions and answers.
            pub trait MockServerExt {
                #declarations
            }

            impl MockServerExt for ::httpmock::MockServer {
                #definitions
            }

            #by_id
        }
    })
}

fn named(operation: &Operation, end: &str) -> Ident {
    format_ident!("{}{end}", operation.builder())
}

/// A field of the operation's builder, and what its setter takes.
struct Field<'a> {
    ident: Ident,
    ty: Type,
    optional: bool,
    /// None for the body.
    parameter: Option<&'a Parameter>,
}

fn fields<'a>(file: &File, operation: &'a Operation) -> Result<Vec<Field<'a>>> {
    companions::fields(file, operation)
        .map(|(name, ty)| {
            let inner = rewrite::argument(ty, "Result")
                .ok_or_else(|| format!("operation {}: field {name}", operation.id))?;
            let value = rewrite::argument(inner, "Option");
            Ok(Field {
                ident: format_ident!("{name}"),
                ty: built(value.unwrap_or(inner))?,
                optional: value.is_some(),
                parameter: operation
                    .parameters
                    .iter()
                    .find(|parameter| parameter.ident() == name),
            })
        })
        .collect()
}

/// The type itself, in place of its builder.
fn built(ty: &Type) -> Result<Type> {
    let written = quote!(#ty).to_string().replace(' ', "");
    Ok(match written.strip_prefix("types::builder::") {
        Some(name) => syn::parse_str(&format!("types::{name}"))?,
        None => ty.clone(),
    })
}
