//! A mock of each operation, for the tests of programs that use this crate.
//! Emitted for the feature `httpmock`.
//!
//! The generator can write mocks as well, and what it calls things is kept: a
//! trait with a method for each operation, a `When` and a `Then` for each in
//! `operations`. The code itself cannot be: it matches values in a path without
//! their encoding and as regular expressions, slashes not at all; it calls
//! `to_string` on lists, compares forms as if they were JSON, knows no multipart,
//! and has neither bytes nor errors for an answer.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::{File, Ident, Type};

use crate::{
    companions,
    document::{Answer, Document, Multipart, Operation, Parameter},
    features,
    product::Product,
    rewrite,
};

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
        conditions.extend(when_impl(operation, operations, &fields));
        conditions.extend(then_impl(file, product, document, operation, &answer)?);
        if features::enabled().contains("CATALOG") {
            rows.extend(row(operation, &fields, &answer));
        }
    }
    let by_id = by_id(&rows);
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

fn when_impl(operation: &Operation, all: &[Operation], fields: &[Field<'_>]) -> TokenStream {
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

fn panics() -> TokenStream {
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

fn is_string(ty: &Type) -> bool {
    rewrite::last_name(ty).as_deref() == Some("String")
}

fn taken(ty: &Type) -> TokenStream {
    if is_string(ty) {
        quote!(&str)
    } else {
        quote!(#ty)
    }
}

/// What the typed answer of an operation is called, and what is in it.
struct AnswerType {
    /// `200` is `ok`; a range has no status of its own.
    status: Option<u16>,
    name: Ident,
    ty: Option<Type>,
}

impl AnswerType {
    fn of(file: &File, document: &Document, operation: &Operation) -> Result<Self> {
        let method = operation.method.to_lowercase();
        let responses = &document.value()["paths"][&operation.path][&method]["responses"];
        let declared = responses
            .as_object()
            .into_iter()
            .flatten()
            .map(|(status, _)| status.as_str())
            .find(|status| status.starts_with('2') && *status != "202")
            .unwrap_or("202");
        let name = match declared {
            "200" => "ok",
            "201" => "created",
            "202" => "accepted",
            "204" => "no_content",
            _ => "success",
        };
        let mut ty = match operation.answer {
            Answer::Json => Some(companions::sent_type(file, operation)?),
            Answer::Completion | Answer::JsonOrBytes => {
                let sent = companions::sent_type(file, operation)?;
                let outer = if operation.answer == Answer::Completion {
                    "Completion"
                } else {
                    "JsonOrBytes"
                };
                Some(rewrite::argument(&sent, outer).unwrap_or(&sent).clone())
            }
            Answer::Empty | Answer::Bytes => None,
        };
        if let Some(ty) = &mut ty {
            *ty = built(ty)?;
        }
        Ok(Self {
            status: declared.parse().ok(),
            name: format_ident!("{name}"),
            ty,
        })
    }
}

fn then_impl(
    file: &File,
    product: &Product,
    document: &Document,
    operation: &Operation,
    answer: &AnswerType,
) -> Result<TokenStream> {
    let then = named(operation, "Then");
    let text = format!(
        "What `{} {}` is answered with.",
        operation.method, operation.path
    );
    let typed = typed_answer(answer);
    let paged = match operation.paged {
        Some(_) => page_answers(&companions::page(file, product, document, operation)?),
        None => TokenStream::new(),
    };
    let bytes = match operation.answer {
        Answer::Bytes | Answer::JsonOrBytes => quote! {
            /// Answers with a file or another sequence of bytes.
            pub fn bytes(self, content_type: &str, content: impl AsRef<[u8]>) -> Self {
                Self(self.0.status(200).header("content-type", content_type).body(content))
            }
        },
        _ => TokenStream::new(),
    };
    let accepted = match operation.answer {
        Answer::Completion => quote! {
            /// Answers that the work goes on, and where to ask.
            pub fn accepted(self, location: &str) -> Self {
                Self(self.0.status(202).header("location", location))
            }
        },
        _ => TokenStream::new(),
    };
    Ok(quote! {
        #[doc = #text]
        pub struct #then(::httpmock::Then);

        impl #then {
            /// Nothing is settled yet.
            pub fn new(inner: ::httpmock::Then) -> Self {
                Self(inner)
            }

            /// For whatever else there is to answer.
            pub fn into_inner(self) -> ::httpmock::Then {
                self.0
            }

            #typed
            #paged
            #bytes
            #accepted

            /// Answers with any JSON, whether it fits the type or not.
            pub fn json(self, status: u16, value: impl Into<::serde_json::Value>) -> Self {
                Self(crate::mock::json_answer(self.0, status, value.into()))
            }

            /// Answers with an error as Bitbucket words them.
            pub fn error(self, status: u16, message: &str) -> Self {
                Self(crate::mock::error_answer(self.0, status, message))
            }

            /// Answers 429, and how many seconds to wait.
            pub fn too_many_requests(self, retry_after: u64) -> Self {
                let then = crate::mock::error_answer(self.0, 429, "Too many requests");
                Self(then.header("retry-after", retry_after.to_string()))
            }
        }
    })
}

fn typed_answer(answer: &AnswerType) -> TokenStream {
    let name = &answer.name;
    let panics = panics();
    let text = match answer.status {
        Some(status) => format!("Answers with {status}."),
        None => "Answers with any status that is a success.".to_owned(),
    };
    let (parameter, status) = match answer.status {
        Some(status) => (TokenStream::new(), quote!(#status)),
        None => (quote!(status: u16,), quote!(status)),
    };
    match &answer.ty {
        Some(ty) => quote! {
            #[doc = #text]
            #panics
            pub fn #name<V>(self, #parameter value: V) -> Self
            where
                V: TryInto<#ty, Error: ::std::fmt::Display>,
            {
                let value: #ty = crate::mock::converted(value);
                Self(crate::mock::typed_answer(self.0, #status, &value))
            }
        },
        // Bytes have a method of their own.
        None if name == "ok" => TokenStream::new(),
        None => quote! {
            #[doc = #text]
            pub fn #name(self, #parameter) -> Self {
                Self(self.0.status(#status))
            }
        },
    }
}

fn page_answers(page: &Type) -> TokenStream {
    quote! {
        /// Answers with the only page of a list.
        pub fn page(
            self,
            values: impl IntoIterator<Item = <#page as crate::Paged>::Item>,
        ) -> Self {
            Self(crate::mock::page_answer(self.0, values, None))
        }

        /// Answers with a page of a list, and the address of the next one.
        pub fn page_before(
            self,
            next: &str,
            values: impl IntoIterator<Item = <#page as crate::Paged>::Item>,
        ) -> Self {
            Self(crate::mock::page_answer(self.0, values, Some(next)))
        }
    }
}

/// A regular expression for the operation's path, in two halves around the
/// value of one parameter, if one is given.
fn pattern(operation: &Operation, around: Option<&str>) -> (String, String) {
    let mut halves = vec!["^(?:/2\\.0)?".to_owned()];
    let mut rest = operation.path.as_str();
    while let Some((literal, after)) = rest.split_once('{') {
        let (name, after) = after.split_once('}').unwrap_or((after, ""));
        let slash = operation
            .path_parameters()
            .any(|parameter| parameter.slash && parameter.name == name);
        let last = halves.last_mut().expect("there is one from the start");
        last.push_str(&escaped(literal));
        if around == Some(name) {
            halves.push(String::new());
        } else {
            last.push_str(if slash { ".*" } else { "[^/]+" });
        }
        rest = after;
    }
    let last = halves.last_mut().expect("there is one from the start");
    last.push_str(&escaped(rest));
    last.push('$');
    let after = halves.split_off(1).concat();
    (halves.concat(), after)
}

fn escaped(literal: &str) -> String {
    literal.replace('.', "\\.")
}

/// Whether a path that fits both operations is asked of `one`: where the other
/// has a parameter, it has a word.
fn is_nearer(one: &Operation, other: &Operation) -> bool {
    let (ones, others) = (segments(one), segments(other));
    let takes_more = others.last().is_some_and(|last| last.1);
    let fits = ones.len() == others.len() || takes_more && ones.len() > others.len();
    let mut nearer = takes_more && ones.len() > others.len();
    for ((mine, _), (theirs, _)) in ones.iter().zip(&others) {
        let (is_word, is_others_word) = (!mine.contains('{'), !theirs.contains('{'));
        match (is_word, is_others_word) {
            (true, true) if mine != theirs => return false,
            (false, true) => return false,
            (true, false) => nearer = true,
            _ => {}
        }
    }
    fits && nearer
}

/// Each segment of the path, and whether it takes all that follows.
fn segments(operation: &Operation) -> Vec<(&str, bool)> {
    let takes_all = |segment: &str| {
        operation
            .path_parameters()
            .any(|parameter| parameter.slash && segment == format!("{{{}}}", parameter.name))
    };
    let segments = operation.path.split('/');
    segments.map(|one| (one, takes_all(one))).collect()
}

/// One operation, from JSON to JSON.
fn row(operation: &Operation, fields: &[Field<'_>], answer: &AnswerType) -> TokenStream {
    let id = &operation.id;
    let method = format_ident!("{id}");
    let mut takes = TokenStream::new();
    let mut sets = TokenStream::new();
    for Field {
        ident,
        ty,
        parameter,
        optional,
    } in fields
    {
        let name = parameter.map_or("body", |parameter| parameter.name.as_str());
        if parameter.is_none() && operation.multipart == Multipart::Only {
            takes.extend(quote!(let #ident = crate::mock::parts(&mut arguments)?;));
            sets.extend(quote! {
                for (name, file_name, content) in #ident {
                    when = match file_name {
                        Some(file_name) => when.file(&name, &file_name, content),
                        None => when.field(&name, &content),
                    };
                }
            });
            continue;
        }
        takes.extend(quote!(let #ident = arguments.take::<#ty>(#name)?;));
        let value = match parameter {
            Some(_) if is_string(ty) => quote!(value.as_str()),
            _ => quote!(value),
        };
        let _ = optional;
        sets.extend(quote! {
            if let Some(value) = #ident {
                when = when.#ident(#value);
            }
        });
    }
    let name = &answer.name;
    let status = match answer.status {
        Some(_) => TokenStream::new(),
        None => quote!(200,),
    };
    let (read, answered) = match (&answer.ty, operation.answer) {
        (Some(ty), _) => (
            quote!(let answer: #ty = crate::mock::answer(answer)?;),
            quote!(then.#name(#status answer)),
        ),
        (None, Answer::Bytes) => (
            quote!(let answer: ::std::string::String = crate::mock::answer(answer)?;),
            quote!(then.bytes("application/octet-stream", answer)),
        ),
        (None, _) if name == "ok" => (
            quote!(let _ = answer;),
            quote!(then.into_inner().status(200)),
        ),
        (None, _) => (quote!(let _ = answer;), quote!(then.#name(#status))),
    };
    quote! {
        #id => {
            #takes
            arguments.finish()?;
            #read
            Ok(server.#method(|mut when, then| {
                #sets
                let _ = when;
                let _ = #answered;
            }))
        }
    }
}

fn by_id(rows: &TokenStream) -> TokenStream {
    if rows.is_empty() {
        return TokenStream::new();
    }
    quote! {
        #[allow(unused_mut)]
        pub(crate) fn by_id<'a>(
            server: &'a ::httpmock::MockServer,
            id: &str,
            mut arguments: crate::catalog::Arguments,
            answer: ::serde_json::Value,
        ) -> ::std::result::Result<::httpmock::Mock<'a>, crate::Error> {
            match id {
                #rows
                _ => Err(crate::mock::refused(&format!("there is no operation `{id}`"))),
            }
        }
    }
}
