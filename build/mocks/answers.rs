//! What a mock answers: the `Then` of each operation.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::{File, Ident, Type};

use super::{Result, built, conditions::panics, named};
use crate::{
    companions,
    document::{Answer, Document, Operation},
    product::Product,
    rewrite,
};

/// What the typed answer of an operation is called, and what is in it.
pub(super) struct AnswerType {
    /// `200` is `ok`; a range has no status of its own.
    pub(super) status: Option<u16>,
    pub(super) name: Ident,
    pub(super) ty: Option<Type>,
}

impl AnswerType {
    pub(super) fn of(file: &File, document: &Document, operation: &Operation) -> Result<Self> {
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

pub(super) fn of(
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
