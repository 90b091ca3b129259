//! A repository's downloads.

use super::files::{Target, UploadFiles};
use crate::handle::Repository;

impl Repository {
    /// Uploads files to the downloads of the repository.
    ///
    /// ```no_run
    /// use bitbucket::Client;
    ///
    /// # async fn upload(client: Client) -> Result<(), bitbucket::Error> {
    /// client
    ///     .repository("acme", "website")
    ///     .upload_downloads()
    ///     .file("target/release.tar.gz")
    ///     .content("version.txt", "1.2\n")
    ///     .on_progress(|sent, total| println!("{sent} of {total:?} bytes"))
    ///     .send()
    ///     .await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn upload_downloads(&self) -> UploadFiles {
        UploadFiles::to(Target::Downloads(self.create_download()))
    }
}
