//! What an answer holds.

use std::fmt;

/// What a page says beside its values. Without `next` a listing would end
/// with its first page; the others tell a numbered one how far it goes.
const ENVELOPE: [&str; 4] = ["next", "page", "pagelen", "size"];

/// Which fields an answer holds: all but some, some more, or some only.
///
/// ```
/// use bitbucket::query::Fields;
///
/// let fields = Fields::new().include("values.participants").exclude("values.links");
/// assert_eq!(fields.to_string(), "+values.participants,-values.links");
/// ```
///
/// A listing of a few fields of each item still needs what leads to its next
/// page, which [`Fields::of_values`] sees to:
///
/// ```
/// use bitbucket::query::Fields;
///
/// assert_eq!(
///     Fields::of_values(["id", "title"]).to_string(),
///     "values.id,values.title,next,page,pagelen,size"
/// );
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[must_use = "a choice of fields is given to the method `fields` of a request"]
pub struct Fields(Vec<String>);

impl Fields {
    /// The fields that Bitbucket sends anyway.
    pub fn new() -> Self {
        Self::default()
    }

    /// These fields of each item of a listing, and what leads from page to page.
    pub fn of_values<F: AsRef<str>>(fields: impl IntoIterator<Item = F>) -> Self {
        let values = fields
            .into_iter()
            .map(|field| format!("values.{}", field.as_ref()));
        Self(values.chain(ENVELOPE.map(str::to_owned)).collect())
    }

    /// This field and the others that are named so: where one is named, those
    /// that are not named are not sent.
    ///
    /// ```
    /// use bitbucket::query::Fields;
    ///
    /// let fields = Fields::new().only("uuid").only("links.*.href");
    /// assert_eq!(fields.to_string(), "uuid,links.*.href");
    /// ```
    pub fn only(self, field: impl AsRef<str>) -> Self {
        self.signed("", field.as_ref())
    }

    /// This field in addition, such as one that is sent with single objects
    /// only and not in listings.
    pub fn include(self, field: impl AsRef<str>) -> Self {
        self.signed("+", field.as_ref())
    }

    /// All but this field.
    pub fn exclude(self, field: impl AsRef<str>) -> Self {
        self.signed("-", field.as_ref())
    }

    fn signed(mut self, sign: &str, field: &str) -> Self {
        self.0.push(format!("{sign}{field}"));
        self
    }
}

impl fmt::Display for Fields {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0.join(","))
    }
}

impl From<Fields> for String {
    fn from(fields: Fields) -> Self {
        fields.to_string()
    }
}

impl From<&Fields> for String {
    fn from(fields: &Fields) -> Self {
        fields.to_string()
    }
}
