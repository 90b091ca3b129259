//! Every operation of Bitbucket Cloud over the wire.

mod support;
mod wire;

use bitbucket::catalog;
use wire::Product;

const CLOUD: Product = Product {
    document: "cloud",
    prefix: "/2.0",
    operations: 339,
    entries: catalog::operations,
    connect: |base_url, auth| {
        let client = support::client_as(base_url, auth);
        Box::new(move |id, arguments| {
            let client = client.clone();
            Box::pin(async move { catalog::call(&client, &id, arguments).await })
        })
    },
};

wire::tests!(CLOUD);
