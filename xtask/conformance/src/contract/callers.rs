//! How the operations of each product are called.

use std::pin::Pin;

use anyhow::{Result, bail};
use bitbucket::{
    Auth, Client, Error, Response, RetryPolicy,
    catalog::{self, Arguments, Content},
    data_center, v1,
};

use crate::product::Product;

type Answer<'a> = Pin<Box<dyn Future<Output = Result<Response<Content>, Error>> + 'a>>;

/// Calls an operation by its id.
pub(crate) type Caller = Box<dyn for<'a> Fn(&'a str, Arguments) -> Answer<'a>>;

/// `kim@example.com:token`, as it has to look on the wire.
pub(crate) const AUTHORIZATION: &str = "Basic a2ltQGV4YW1wbGUuY29tOnRva2Vu";

fn auth() -> Auth {
    Auth::api_token("kim@example.com", "token")
}

/// Makes a caller for a server at an origin.
type Connect = fn(&str) -> Result<Caller, Error>;

/// By the name of the product. One without would never be judged.
const CALLERS: &[(&str, Connect)] = &[
    ("cloud", cloud),
    ("cloud-v1", cloud_v1),
    ("data-center", data_center),
];

/// Calls `product`'s operations on a server at `origin`.
pub(crate) fn of(product: &Product, origin: &str) -> Result<Caller> {
    match CALLERS.iter().find(|(name, _)| *name == product.name) {
        Some((_, caller)) => Ok(caller(origin)?),
        None => bail!(
            "nothing says how the operations of {} are called",
            product.title
        ),
    }
}

fn client(origin: &str) -> Result<Client, Error> {
    Client::builder()
        .base_url(format!("{origin}/2.0"))
        .auth(auth())
        // A failure is to be seen, not repeated.
        .retry(RetryPolicy::none())
        .no_proxy()
        .build()
}

fn cloud(origin: &str) -> Result<Caller, Error> {
    let client = client(origin)?;
    Ok(Box::new(move |id, arguments| {
        let client = client.clone();
        Box::pin(async move { catalog::call(&client, id, arguments).await })
    }))
}

fn cloud_v1(origin: &str) -> Result<Caller, Error> {
    let client = client(origin)?.v1();
    Ok(Box::new(move |id, arguments| {
        let client = client.clone();
        Box::pin(async move { v1::catalog::call(&client, id, arguments).await })
    }))
}

fn data_center(origin: &str) -> Result<Caller, Error> {
    let client = data_center::Client::builder(origin)
        .plain_http(true)
        .auth(auth())
        .retry(RetryPolicy::none())
        .no_proxy()
        .build()?;
    Ok(Box::new(move |id, arguments| {
        let client = client.clone();
        Box::pin(async move { data_center::catalog::call(&client, id, arguments).await })
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::product::PRODUCTS;

    #[test]
    fn every_product_can_be_called() {
        for product in PRODUCTS {
            assert!(
                of(product, "http://127.0.0.1:1").is_ok(),
                "{}",
                product.name
            );
        }
        assert_eq!(CALLERS.len(), PRODUCTS.len());
    }
}
