//! Uploads, beside the generated methods: builders that know what Bitbucket
//! wants its forms to look like.

#[cfg(feature = "downloads")]
mod downloads;
#[cfg(any(feature = "downloads", feature = "issue-tracker"))]
mod files;
#[cfg(feature = "issue-tracker")]
mod issue_files;
#[cfg(feature = "snippets")]
mod snippet_contents;
#[cfg(feature = "snippets")]
mod snippets;
#[cfg(any(feature = "source", feature = "repositories"))]
mod source_commit;

#[cfg(any(feature = "downloads", feature = "issue-tracker"))]
pub use files::UploadFiles;
#[cfg(feature = "issue-tracker")]
pub use issue_files::UploadIssueArchive;
#[cfg(feature = "snippets")]
pub use snippet_contents::{ReadSnippet, SnippetContents, SnippetFileContent};
#[cfg(feature = "snippets")]
pub use snippets::{NewSnippet, SnippetChange};
#[cfg(any(feature = "source", feature = "repositories"))]
pub use source_commit::CommitFiles;
