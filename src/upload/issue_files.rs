//! Files of the issue tracker: attachments, and archives to import.

use super::files::{Target, UploadFiles};
use crate::{
    Error, Form, Part, Response,
    builder::ImportIssues,
    handle::{Issue, Repository},
    types::IssueJobStatus,
};

impl Issue {
    /// Attaches files to the issue.
    ///
    /// ```no_run
    /// # #![allow(deprecated)]
    /// use bitbucket::Client;
    ///
    /// # async fn attach(client: Client) -> Result<(), bitbucket::Error> {
    /// let issue = client.repository("acme", "website").issue(7);
    /// issue.upload_attachments().file("screenshot.png").send().await?;
    /// # Ok(())
    /// # }
    /// ```
    #[deprecated(note = "removed by Bitbucket since 2026-08-20; there is nothing to use instead")]
    #[allow(deprecated, reason = "it goes with the operation that it calls")]
    pub fn upload_attachments(&self) -> UploadFiles {
        UploadFiles::to(Target::Issue(self.create_issue_attachment()))
    }
}

impl Repository {
    /// Replaces all issues of the repository by those of an archive, which is the
    /// zip file of an export.
    ///
    /// Bitbucket only takes the archive; what becomes of it is asked by
    /// [`get_issue_import_status`](Repository::get_issue_import_status).
    ///
    /// ```no_run
    /// # #![allow(deprecated)]
    /// use bitbucket::{Client, Part};
    ///
    /// # async fn import(client: Client) -> Result<(), bitbucket::Error> {
    /// let repository = client.repository("acme", "website");
    /// let archive = Part::file("website-issues.zip");
    /// let accepted = repository.upload_issue_archive(archive).send().await?;
    /// println!("{:?}", accepted.status);
    /// let now = repository.get_issue_import_status().send().await?;
    /// println!("{:?}: {:?} of {:?}", now.status, now.count, now.total);
    /// # Ok(())
    /// # }
    /// ```
    #[deprecated(note = "removed by Bitbucket since 2026-08-20; there is nothing to use instead")]
    #[allow(deprecated, reason = "it goes with the operation that it calls")]
    pub fn upload_issue_archive(&self, archive: impl Into<Part>) -> UploadIssueArchive {
        let archive = archive.into();
        let archive = match archive.own_file_name() {
            Some(_) => archive,
            // It has to be a file.
            None => archive.file_name("issues.zip"),
        };
        UploadIssueArchive {
            request: self.import_issues(),
            form: Form::new().part("archive", archive),
        }
    }
}

/// An archive of issues on its way: [`Repository::upload_issue_archive`].
#[derive(Debug)]
#[must_use = "nothing is imported before it is sent"]
pub struct UploadIssueArchive {
    request: ImportIssues,
    form: Form,
}

impl UploadIssueArchive {
    /// Reports the bytes sent: [`Form::on_progress`].
    pub fn on_progress(
        mut self,
        report: impl Fn(u64, Option<u64>) + Send + Sync + 'static,
    ) -> Self {
        self.form = self.form.on_progress(report);
        self
    }

    /// Uploads the archive, and gives the status of the import that it begins.
    ///
    /// # Errors
    ///
    /// Before anything is sent, if the archive cannot be opened; then as [`Error`]
    /// says. Bitbucket answers 409 while another import is running.
    pub async fn send(self) -> Result<Response<IssueJobStatus>, Error> {
        self.request.body(self.form).send().await
    }
}
