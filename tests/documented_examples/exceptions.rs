//! What the documentation's examples lose, and why that is right.

use crate::values::{Exception, ReadAs};

pub(crate) const EXCEPTIONS: &[Exception] = &[Exception {
    subject: "PUT /repositories/{workspace}/{repo_slug}/commit/{commit}/reports/{reportId} 2",
    path: "",
    reason: "No body: it stands in a table of what the `value` of a report's data may be, which is typed as any JSON.",
}];

/// Examples that are of another type than their operation says.
pub(crate) const READ_AS: &[ReadAs] = &[ReadAs {
    subject: "GET /workspaces/{workspace}/projects/{project_key}/deploy-keys/{key_id} 1",
    type_name: "PaginatedProjectDeployKeys",
    reason: "The description of one key prints the page of the operation that lists them.",
}];

/// Those of the document of August 2026.
pub(crate) const EXCEPTIONS_2026: &[Exception] = &[Exception {
    subject: "PUT /repositories/{workspace}/{repo_slug}/commit/{commit}/reports/{reportId} 2",
    path: "",
    reason: "No body: it stands in a table of what the `value` of a report's data may be, which is typed as any JSON.",
}];

/// Examples of that document that are of another type than their operation says.
pub(crate) const READ_AS_2026: &[ReadAs] = &[ReadAs {
    subject: "GET /workspaces/{workspace}/projects/{project_key}/deploy-keys/{key_id} 200",
    type_name: "PaginatedProjectDeployKeys",
    reason: "The example of one key is the page of the operation that lists them.",
}];
