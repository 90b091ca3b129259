//! Several files in one request.

use std::path::PathBuf;

#[cfg(feature = "downloads")]
use crate::builder::CreateDownload;
#[cfg(feature = "issue-tracker")]
use crate::builder::CreateIssueAttachment;
use crate::{Error, Form, Part, Response};

/// Files that are uploaded to a repository's downloads or to an issue:
/// `Repository::upload_downloads` and `Issue::upload_attachments`.
///
/// A file that is there under the same name is replaced.
#[derive(Debug)]
#[must_use = "nothing is uploaded before it is sent"]
pub struct UploadFiles {
    target: Target,
    form: Form,
}

#[derive(Debug)]
pub(super) enum Target {
    #[cfg(feature = "downloads")]
    Downloads(CreateDownload),
    #[cfg(feature = "issue-tracker")]
    Issue(CreateIssueAttachment),
}

impl UploadFiles {
    pub(super) fn to(target: Target) -> Self {
        Self {
            target,
            form: Form::new(),
        }
    }

    /// Adds a file of the file system, under its own name.
    pub fn file(self, path: impl Into<PathBuf>) -> Self {
        self.add(Part::file(path))
    }

    /// Adds a file under a name of its own.
    ///
    /// ```no_run
    /// # use bitbucket::{Part, UploadFiles};
    /// # fn add(upload: UploadFiles) -> UploadFiles {
    /// upload
    ///     .content("checksums.txt", "d41d8cd9  release.tar.gz\n")
    ///     .content("release-1.2.tar.gz", Part::file("target/release.tar.gz"))
    /// # }
    /// ```
    pub fn content(self, file_name: impl Into<String>, content: impl Into<Part>) -> Self {
        self.add(content.into().file_name(file_name))
    }

    fn add(mut self, part: Part) -> Self {
        let named = part.own_file_name().is_some_and(|name| !name.is_empty());
        self.form = if named {
            self.form.part("files", part)
        } else {
            self.form.refused("a file has no name".to_owned())
        };
        self
    }

    /// Reports the bytes sent: [`Form::on_progress`].
    pub fn on_progress(
        mut self,
        report: impl Fn(u64, Option<u64>) + Send + Sync + 'static,
    ) -> Self {
        self.form = self.form.on_progress(report);
        self
    }

    /// Uploads all the files in one request.
    ///
    /// # Errors
    ///
    /// Before anything is sent, if there is no file, or one that cannot be opened;
    /// then as [`Error`] says.
    pub async fn send(self) -> Result<Response<()>, Error> {
        match self.target {
            #[cfg(feature = "downloads")]
            Target::Downloads(request) => request.body(self.form).send().await,
            #[cfg(feature = "issue-tracker")]
            Target::Issue(request) => request.body(self.form).send().await,
        }
    }
}
