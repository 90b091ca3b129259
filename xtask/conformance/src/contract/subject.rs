//! What is judged: a document that prism serves, and the operations that are
//! called against it.

use serde::Serialize;
use serde_json::Value;

use super::{examination, explanations::Explanations, served::Examples};
use crate::{product::Product, support::document::Document};

/// Which document prism serves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Kind {
    /// A document that is wrong on purpose: is it noticed?
    Counterproof,
    /// The one that the client is generated from.
    Corrected,
    /// The one that Bitbucket publishes.
    Published,
}

impl Kind {
    /// What reports call it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Counterproof => "counterproof",
            Self::Corrected => "corrected",
            Self::Published => "published",
        }
    }
}

/// One document of one product.
pub(crate) struct Subject {
    pub(crate) product: &'static Product,
    pub(crate) kind: Kind,
    /// The corrected document: what is called, and with what.
    pub(crate) called: Document,
    /// The document that prism serves.
    pub(crate) served: Value,
    /// What prism answers with, where it is told.
    pub(crate) examples: Examples,
    /// Which violations there have to be.
    pub(crate) explanations: Explanations,
}

impl Subject {
    /// The corrected document, where nothing may be wrong.
    pub(crate) fn corrected(product: &'static Product, corrected: Value) -> Self {
        let called = Document::new(corrected.clone());
        Self {
            product,
            kind: Kind::Corrected,
            examples: examination::examples(&called),
            called,
            served: corrected,
            explanations: Explanations::default(),
        }
    }

    /// The published document, where nothing may be wrong without a reason.
    pub(crate) fn published(
        product: &'static Product,
        corrected: &Value,
        published: Value,
        explanations: Explanations,
    ) -> Self {
        Self {
            product,
            kind: Kind::Published,
            called: Document::new(corrected.clone()),
            served: published,
            examples: Examples::new(),
            explanations,
        }
    }

    pub(crate) fn title(&self) -> String {
        let title = self.product.title;
        match self.kind {
            Kind::Counterproof => format!("{title}, counterproof"),
            Kind::Corrected => format!("{title}, corrected document"),
            Kind::Published => format!("{title}, published document"),
        }
    }

    /// What prism says about answers that it made up itself tells nothing of the
    /// client, and published documents contradict themselves. Where answers are
    /// given to prism, they have to be right.
    pub(crate) fn judges_answers(&self) -> bool {
        self.kind != Kind::Published
    }
}
