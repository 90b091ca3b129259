//! What stands beside the generator's `send`: `.stream()` and `.pages()` of
//! every list, multipart beside JSON, and the other kinds of answer that an
//! operation has.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::{File, ImplItem, Item, Type};

use crate::{
    document::{Answer, Document, Multipart, Numbering, Operation},
    generator,
    product::Product,
    rewrite,
};

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

/// Items for the module of the builders.
pub(crate) fn emit(
    file: &File,
    product: &Product,
    document: &Document,
    operations: &[Operation],
) -> Result<TokenStream> {
    let mut items = TokenStream::new();
    for operation in operations {
        let builder = format_ident!("{}", operation.builder());
        let mut methods = TokenStream::new();
        if let Some(numbering) = operation.paged {
            let page = page(file, product, document, operation)?;
            methods.extend(streams(product, &page, numbering));
        }
        if operation.multipart == Multipart::Also {
            methods.extend(multipart(file, operation)?);
        }
        if operation.answer == Answer::Bytes {
            methods.extend(bytes());
        }
        if let Some(meta) = &operation.meta {
            methods.extend(meta_answer(meta));
        }
        if !methods.is_empty() {
            items.extend(quote!(impl #builder { #methods }));
        }
    }
    items.extend(page_structs(document));
    Ok(items)
}

/// The page that a list is made of.
pub(crate) fn page(
    file: &File,
    product: &Product,
    document: &Document,
    operation: &Operation,
) -> Result<Type> {
    if let Some(listing) = &operation.listing {
        let schema = document
            .schema(listing)
            .ok_or("x-listing names no schema")?;
        let item = generator::page_item(schema).ok_or("x-listing is no page")?;
        return Ok(syn::parse2(product.page_of(item))?);
    }
    if operation.answer != Answer::Json {
        return Err(format!("operation {}: paged, but not JSON", operation.id).into());
    }
    sent_type(file, operation)
}

/// `T` of the `Response<T>` that `send` gives.
pub(crate) fn sent_type(file: &File, operation: &Operation) -> Result<Type> {
    let output = methods(file, operation)
        .find_map(|function| (function.sig.ident == "send").then_some(&function.sig.output));
    let Some(syn::ReturnType::Type(_, output)) = output else {
        return Err(format!("operation {}: no `send`", operation.id).into());
    };
    rewrite::argument(output, "Result")
        .and_then(|response| rewrite::argument(response, "Response"))
        .cloned()
        .ok_or_else(|| format!("operation {}: `send` gives no Response", operation.id).into())
}

fn methods<'a>(file: &'a File, operation: &Operation) -> impl Iterator<Item = &'a syn::ImplItemFn> {
    let builder = operation.builder();
    rewrite::module_items(file, "builder")
        .iter()
        .filter_map(move |item| match item {
            Item::Impl(item)
                if rewrite::last_name(&item.self_ty).as_deref() == Some(builder.as_str()) =>
            {
                Some(&item.items)
            }
            _ => None,
        })
        .flatten()
        .filter_map(|item| match item {
            ImplItem::Fn(function) => Some(function),
            _ => None,
        })
}

fn streams(product: &Product, page: &Type, numbering: Numbering) -> TokenStream {
    let any_page = product.page();
    let numbering = match numbering {
        Numbering::Link => quote!(crate::paging::Numbering::Link),
        Numbering::Number => quote!(crate::paging::Numbering::Number),
        Numbering::Start => quote!(crate::paging::Numbering::Start),
    };
    quote! {
        /// Every item of the list, page after page, as a stream.
        ///
        /// One failure ends the stream, after all the items before it.
        pub fn stream(self) -> crate::paging::ItemStream<#page> {
            let client = self.client.clone();
            crate::paging::ItemStream::new(
                client, &Self::OPERATION, self.request(), #numbering,
            )
        }

        /// The pages of the list, one after the other, as a stream.
        pub fn pages(self) -> crate::paging::PageStream<#page> {
            let client = self.client.clone();
            crate::paging::PageStream::new(
                client, &Self::OPERATION, self.request(), #numbering,
            )
        }

        /// Every item of the list as a type of the caller's own, for those who
        /// want a few fields of each.
        pub fn stream_as<T>(self) -> crate::paging::ItemStream<#any_page<T>>
        where
            T: ::serde::de::DeserializeOwned + ::std::marker::Send + 'static,
        {
            let client = self.client.clone();
            crate::paging::ItemStream::new(
                client, &Self::OPERATION, self.request(), #numbering,
            )
        }
    }
}

/// What can be done with bytes beside reading them from the answer.
fn bytes() -> TokenStream {
    quote! {
        /// The bytes as they arrive: what [`send`](Self::send) gives, without
        /// status and headers.
        ///
        /// # Errors
        ///
        /// As [`send`](Self::send).
        pub async fn bytes_stream(
            self,
        ) -> ::std::result::Result<crate::ByteStream, crate::Error> {
            Ok(self.send().await?.into_inner())
        }

        /// Saves the bytes to a file, and says how many they are. The file
        /// appears when it is whole: [`Download::save_to`](crate::Download::save_to).
        ///
        /// # Errors
        ///
        /// As [`Download::save_to`](crate::Download::save_to).
        pub async fn save_to(
            self,
            path: impl ::std::convert::AsRef<::std::path::Path>,
        ) -> ::std::result::Result<u64, crate::Error> {
            self.download().save_to(path).await
        }

        /// A download to a file that tells how far it is, or that a later run
        /// of the program can take up. Nothing is sent yet.
        pub fn download(self) -> crate::Download {
            let client = self.client.clone();
            crate::Download::new(client, &Self::OPERATION, self.request())
        }
    }
}

/// Sending a form where the document also takes JSON.
fn multipart(file: &File, operation: &Operation) -> Result<TokenStream> {
    let answer = sent_type(file, operation)?;
    let text = format!(
        "Sends `{} {}` as `multipart/form-data`, in place of the JSON body.",
        operation.method, operation.path
    );
    Ok(quote! {
        #[doc = #text]
        ///
        /// # Errors
        ///
        /// As [`send`](Self::send).
        pub async fn send_multipart(
            self,
            form: crate::Form,
        ) -> ::std::result::Result<crate::Response<#answer>, crate::Error> {
            let client = self.client.clone();
            let request = crate::outgoing::Outgoing::with_form(self.request()?, form);
            client.send_json(&Self::OPERATION, request).await
        }
    })
}

/// `format=meta`: what Bitbucket knows of a file or a directory, in place of
/// its content.
fn meta_answer(meta: &str) -> TokenStream {
    let meta = format_ident!("{meta}");
    quote! {
        /// What Bitbucket knows of the file or the directory itself
        /// (`format=meta`), in place of its content.
        ///
        /// # Errors
        ///
        /// As [`send`](Self::send).
        pub async fn send_meta(
            mut self,
        ) -> ::std::result::Result<crate::Response<types::#meta>, crate::Error> {
            self.format = Ok(Some("meta".into()));
            let client = self.client.clone();
            let request = self.request()?;
            client.send_json(&Self::OPERATION, request).await
        }
    }
}

/// Pages with fields beside those of every page keep their own struct.
fn page_structs(document: &Document) -> TokenStream {
    let mut items = TokenStream::new();
    for (name, schema) in document.schemas() {
        if schema.get("x-page-struct").is_none() {
            continue;
        }
        let Some(item) = schema.get("x-page-item").and_then(|item| item.as_str()) else {
            continue;
        };
        let page = format_ident!("{name}");
        let item = format_ident!("{item}");
        items.extend(quote! {
            impl crate::paging::Paged for types::#page {
                type Item = types::#item;

                fn next(&self) -> ::std::option::Option<&str> {
                    self.next.as_deref()
                }
                fn size(&self) -> ::std::option::Option<i64> {
                    self.size
                }
                fn page(&self) -> ::std::option::Option<i64> {
                    self.page
                }
                fn pagelen(&self) -> ::std::option::Option<i64> {
                    self.pagelen
                }
                fn into_values(self) -> ::std::vec::Vec<Self::Item> {
                    self.values.unwrap_or_default()
                }
            }
        });
    }
    items
}

/// What a setter of a builder takes, by the name of the field.
pub(crate) fn fields<'a>(
    file: &'a File,
    operation: &Operation,
) -> impl Iterator<Item = (String, &'a Type)> {
    let builder = operation.builder();
    rewrite::module_items(file, "builder")
        .iter()
        .filter_map(move |item| match item {
            Item::Struct(item) if item.ident == builder => Some(&item.fields),
            _ => None,
        })
        .flatten()
        .skip(1)
        .filter_map(|field| Some((field.ident.as_ref()?.to_string(), &field.ty)))
}
