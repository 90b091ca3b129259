//! The mocks by the id of their operation, from JSON to JSON.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::{Field, answers::AnswerType, conditions::is_string};
use crate::document::{Answer, Multipart, Operation};

/// One operation, from JSON to JSON.
pub(super) fn row(operation: &Operation, fields: &[Field<'_>], answer: &AnswerType) -> TokenStream {
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

pub(super) fn emit(rows: &TokenStream) -> TokenStream {
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
