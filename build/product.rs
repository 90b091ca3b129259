//! The products that have a document: where its code goes, and what it refers
//! to.

use std::{env, error::Error, fs, path::Path};

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use crate::{
    boxes, catalog, catalog_data, companions,
    document::Document,
    documentation, families, features, generator,
    handles::{self, Handle},
    mocks, open_enums, operations, rewrite, tolerance, type_builders,
};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// Every product, for the features of which code is generated.
pub(crate) const PRODUCTS: &[Product] = &[
    Product {
        document: "spec/cloud/openapi.json",
        output: "cloud.rs",
        feature: None,
        has_tag_features: true,
        module: None,
        base_url: "base_url",
        page: "Page",
        handles: handles::CLOUD,
    },
    Product {
        document: "spec/cloud-v1/openapi.json",
        output: "cloud_v1.rs",
        feature: Some("v1"),
        has_tag_features: false,
        module: Some("v1"),
        base_url: "v1_base_url",
        page: "Page",
        handles: &[],
    },
    Product {
        document: "spec/data-center/openapi.json",
        output: "data_center.rs",
        feature: Some("data-center"),
        has_tag_features: false,
        module: Some("data_center"),
        base_url: "base_url",
        page: "Page",
        handles: handles::DATA_CENTER,
    },
];

/// One product, and the passes that its document goes through.
pub(crate) struct Product {
    /// The effective document.
    document: &'static str,
    /// The file in `OUT_DIR`.
    output: &'static str,
    /// The feature without which nothing is read or written.
    feature: Option<&'static str>,
    /// Whether each tag of the document is a feature, too.
    has_tag_features: bool,
    /// The module of the crate that includes the code; none for the crate
    /// itself. It declares the product's `Client`, which wraps the crate's in
    /// a field `client`.
    module: Option<&'static str>,
    /// The method of the crate's client that says what paths are appended to.
    base_url: &'static str,
    /// The generic page, in that module.
    page: &'static str,
    handles: &'static [Handle],
}

impl Product {
    /// Writes the product's code, if its feature is on.
    pub(crate) fn generate(&self) -> Result<()> {
        if !self.is_enabled() {
            return Ok(());
        }
        println!("cargo::rerun-if-changed={}", self.document);
        let code = self
            .code()
            .map_err(|error| format!("{}: {error}", self.document))?;
        write(self.output, &code)
    }

    fn is_enabled(&self) -> bool {
        self.feature
            .is_none_or(|feature| features::enabled().contains(&features::spelled(feature)))
    }

    /// The generated source, for the features that are on.
    fn code(&self) -> Result<String> {
        let mut document = Document::read(Path::new(self.document))?;
        if self.has_tag_features {
            // Parts of the hand-written code serve the operations of some
            // features only; the compiler is told when it sees them all.
            println!("cargo::rustc-check-cfg=cfg(every_operation)");
            if features::keep_enabled(&mut document, &features::enabled()) {
                println!("cargo::rustc-cfg=every_operation");
            }
        }
        let operations = document.operations()?;
        let mut file = generator::run(self, &document, &operations)?;

        open_enums::rewrite(&mut file)?;
        boxes::rewrite(&mut file)?;
        tolerance::rewrite(&mut file)?;
        type_builders::rewrite(&mut file, &families::tags(&document)?)?;
        operations::rewrite(&mut file, self, &operations)?;
        documentation::rewrite(&mut file, self, &operations)?;

        let companions = companions::emit(&file, self, &document, &operations)?;
        let families = families::emit(&document)?;
        let handles = handles::emit(self, &operations);
        let catalog = if features::enabled().contains("CATALOG") {
            let data = catalog_data::json(&document, &operations);
            write(&self.catalog_data(), &data.to_string())?;
            catalog::emit(&file, self, &document, &operations)?
        } else {
            TokenStream::new()
        };
        // The other products are small and seldom used.
        let mocks = if self.module.is_none() && features::enabled().contains("HTTPMOCK") {
            mocks::emit(&file, self, &document, &operations)?
        } else {
            TokenStream::new()
        };
        rewrite::append_to_module(&mut file, "builder", companions)?;
        rewrite::append_to_module(&mut file, "types", families)?;
        rewrite::append(&mut file, handles)?;
        rewrite::append(&mut file, catalog)?;
        rewrite::append(&mut file, mocks)?;
        Ok(prettyplease::unparse(&file))
    }

    /// The file in `OUT_DIR` with what the catalogue reads at run time.
    pub(crate) fn catalog_data(&self) -> String {
        let name = self.output.strip_suffix(".rs").unwrap_or(self.output);
        format!("{name}-catalog.json")
    }

    /// The module, as the crate itself names it.
    pub(crate) fn path(&self) -> TokenStream {
        match self.module {
            None => quote!(crate),
            Some(module) => {
                let module = format_ident!("{module}");
                quote!(crate::#module)
            }
        }
    }

    /// The module, as users name it.
    pub(crate) fn public_path(&self) -> String {
        match self.module {
            None => "bitbucket".to_owned(),
            Some(module) => format!("bitbucket::{module}"),
        }
    }

    /// The client that has the operations as its methods.
    pub(crate) fn client(&self) -> TokenStream {
        let path = self.path();
        quote!(#path::Client)
    }

    /// The crate's client, from a method of the product's.
    pub(crate) fn own_client(&self) -> TokenStream {
        match self.module {
            None => quote!(self),
            Some(_) => quote!(&self.client),
        }
    }

    /// A type of the document.
    pub(crate) fn ty(&self, name: &str) -> TokenStream {
        let path = self.path();
        let name = format_ident!("{name}");
        quote!(#path::types::#name)
    }

    /// The generic page.
    pub(crate) fn page(&self) -> TokenStream {
        let path = self.path();
        let page = format_ident!("{}", self.page);
        quote!(#path::#page)
    }

    /// The generic page of a type of the document.
    pub(crate) fn page_of(&self, item: &str) -> TokenStream {
        let page = self.page();
        let item = match item {
            // Of names and paths, which are no type of the document.
            "String" => quote!(::std::string::String),
            name => self.ty(name),
        };
        quote!(#page<#item>)
    }

    pub(crate) fn base_url(&self) -> syn::Ident {
        format_ident!("{}", self.base_url)
    }

    pub(crate) fn handles(&self) -> &'static [Handle] {
        self.handles
    }
}

fn write(output: &str, text: &str) -> Result<()> {
    let target = Path::new(&env::var("OUT_DIR")?).join(output);
    fs::write(&target, text).map_err(|error| format!("{}: {error}", target.display()))?;
    Ok(())
}
