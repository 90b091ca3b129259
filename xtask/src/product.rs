//! The products that have a document, and where their files lie.

use std::path::{Path, PathBuf};

/// One Bitbucket product with a document of its own.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Product {
    /// The name on the command line, in reports and of the folder under `spec/`.
    pub(crate) name: &'static str,
    /// The name people use.
    pub(crate) title: &'static str,
    /// The type that has its operations as methods.
    pub(crate) client: &'static str,
    /// Where its document comes from.
    pub(crate) origin: Origin,
    /// Rules that are about another product's habits.
    pub(crate) without_rules: &'static [&'static str],
}

/// Where a document comes from.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    /// It is published at this address, and vendored as `upstream.json`.
    Published(&'static str),
    /// It is written in this repository, as `document.json`.
    Written,
}

/// Every product, in the order of reports.
pub(crate) const PRODUCTS: &[Product] = &[CLOUD, CLOUD_V1, DATA_CENTER];

/// Bitbucket Cloud, the 2.0 resources.
pub(crate) const CLOUD: Product = Product {
    name: "cloud",
    title: "Bitbucket Cloud",
    client: "bitbucket::Client",
    origin: Origin::Published("https://api.apis.guru/v2/specs/bitbucket.org/2.0/openapi.json"),
    without_rules: &[],
};

/// What is left of Bitbucket Cloud's 1.0 resources.
pub(crate) const CLOUD_V1: Product = Product {
    name: "cloud-v1",
    title: "Bitbucket Cloud, the 1.0 resources",
    client: "bitbucket::v1::Client",
    origin: Origin::Written,
    // Partial answers came with 2.0.
    without_rules: &["add_fields_parameter"],
};

/// Bitbucket Data Center, as far as it is here.
pub(crate) const DATA_CENTER: Product = Product {
    name: "data-center",
    title: "Bitbucket Data Center",
    client: "bitbucket::data_center::Client",
    origin: Origin::Written,
    // Its pages are its own, and it sends whole objects.
    without_rules: &[
        "add_fields_parameter",
        "add_paging_parameters",
        "mark_pages",
        "mark_paged_operations",
    ],
};

/// Finds a product by its name on the command line.
pub(crate) fn parse(name: &str) -> Result<&'static Product, String> {
    let known = || {
        PRODUCTS
            .iter()
            .map(|product| product.name)
            .collect::<Vec<_>>()
    };
    PRODUCTS
        .iter()
        .find(|product| product.name == name)
        .ok_or_else(|| format!("the products are: {}", known().join(", ")))
}

/// The folder that holds the vendored documents and what is made of them.
#[derive(Debug, Clone)]
pub(crate) struct Repository {
    root: PathBuf,
}

impl Repository {
    /// The repository this program was built from.
    pub(crate) fn here() -> Self {
        let xtask = Path::new(env!("CARGO_MANIFEST_DIR"));
        Self::at(xtask.parent().unwrap_or(xtask))
    }

    pub(crate) fn at(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    /// The document as published, or as it is written here.
    pub(crate) fn upstream(&self, product: &Product) -> PathBuf {
        let name = match product.origin {
            Origin::Published(_) => "upstream.json",
            Origin::Written => "document.json",
        };
        self.specification(product).join(name)
    }

    /// Why a document that is written here differs from the published one.
    pub(crate) fn differences(&self, product: &Product) -> PathBuf {
        self.specification(product).join("differences.json")
    }

    /// The corrections.
    pub(crate) fn overlays(&self, product: &Product) -> PathBuf {
        self.specification(product).join("overlay")
    }

    /// The effective document.
    pub(crate) fn openapi(&self, product: &Product) -> PathBuf {
        self.specification(product).join("openapi.json")
    }

    /// The workspace.
    pub(crate) fn manifest(&self) -> PathBuf {
        self.root.join("Cargo.toml")
    }

    /// The list of operations for readers.
    pub(crate) fn operations_page(&self) -> PathBuf {
        self.root.join("docs").join("operations.md")
    }

    /// A path as it is known inside the repository.
    pub(crate) fn relative(&self, path: &Path) -> String {
        path.strip_prefix(&self.root)
            .unwrap_or(path)
            .display()
            .to_string()
    }

    fn specification(&self, product: &Product) -> PathBuf {
        self.root.join("spec").join(product.name)
    }
}
