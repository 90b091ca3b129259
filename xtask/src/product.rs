//! The products whose documents are vendored, and where their files lie.

use std::path::{Path, PathBuf};

/// One Bitbucket product with a document of its own.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Product {
    /// The name on the command line, in reports and of the folder under `spec/`.
    pub(crate) name: &'static str,
    /// The name people use.
    pub(crate) title: &'static str,
    /// Where its document is published.
    pub(crate) source: &'static str,
}

/// Every product, in the order of reports.
pub(crate) const PRODUCTS: &[Product] = &[CLOUD];

/// Bitbucket Cloud, the 2.0 resources.
pub(crate) const CLOUD: Product = Product {
    name: "cloud",
    title: "Bitbucket Cloud",
    source: "https://api.apis.guru/v2/specs/bitbucket.org/2.0/openapi.json",
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

    /// The document as published.
    pub(crate) fn upstream(&self, product: &Product) -> PathBuf {
        self.specification(product).join("upstream.json")
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
