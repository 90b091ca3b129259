//! Downloads to files: whole or not at all, and taken up where they broke off.

mod kept;
mod range;
mod target;
mod transfer;
mod validator;

use std::{fmt, path::Path, sync::Arc};

use http::{Method, header};
use reqwest::Request;

use crate::{Client, Error, Operation};

pub use range::{ByteRange, ContentRange};
pub(crate) use target::Target;

use range::Asked;
use transfer::Transfer;

/// What is told how many bytes have come, and how many there are.
pub(crate) type Progress = dyn Fn(u64, Option<u64>) + Send + Sync;

/// A download to a file, made by the `download` of an operation that answers
/// with bytes.
///
/// ```no_run
/// # #[cfg(feature = "downloads")]
/// # async fn save(client: bitbucket::Client) -> Result<(), bitbucket::Error> {
/// let release = client
///     .repository("acme", "website")
///     .get_download()
///     .filename("release-1.2.tar.gz")
///     .download()
///     .on_progress(|received, total| println!("{received} of {total:?} bytes"));
/// let bytes = release.save_to("release-1.2.tar.gz").await?;
/// # Ok(())
/// # }
/// ```
#[must_use = "nothing is downloaded before it is saved"]
pub struct Download {
    client: Client,
    operation: &'static Operation,
    request: Result<Request, Error>,
    progress: Option<Arc<Progress>>,
    keeps_partial: bool,
}

impl Download {
    pub(crate) fn new(
        client: Client,
        operation: &'static Operation,
        request: Result<Request, Error>,
    ) -> Self {
        Self {
            client,
            operation,
            request,
            progress: None,
            keeps_partial: false,
        }
    }

    /// Calls `report` with the bytes that are there so far, and with all there
    /// are to be, if that is known.
    ///
    /// The call is made in the middle of the download, so it should be quick. If
    /// the download has to begin anew, the count does too.
    pub fn on_progress(
        mut self,
        report: impl Fn(u64, Option<u64>) + Send + Sync + 'static,
    ) -> Self {
        self.progress = Some(Arc::new(report));
        self
    }

    /// Keeps what has come of a download that fails or is dropped, so that the
    /// next one to the same file goes on from there, in this program or in a
    /// later run of it, which has to ask for it as well.
    ///
    /// Until it is whole it is beside the file, with `.part` appended to the
    /// name, and described in a file with `.part.json` appended. If what is
    /// downloaded has changed in between, or Bitbucket does not tell, the
    /// download begins anew. One download to a file can be under way at a time.
    ///
    /// ```no_run
    /// # #[cfg(feature = "downloads")]
    /// # async fn save(client: bitbucket::Client) -> Result<(), bitbucket::Error> {
    /// let image = client.repository("acme", "website").get_download().filename("disk.img");
    /// image.download().keep_partial(true).save_to("disk.img").await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn keep_partial(mut self, keep: bool) -> Self {
        self.keeps_partial = keep;
        self
    }

    /// Saves the bytes to a file, and says how many it has now.
    ///
    /// They are written to a temporary file of the same directory, which takes
    /// the place of `path` when it is whole and safe on the disk; a symbolic
    /// link stays one, and its target is replaced. The new file has the old
    /// one's permissions. A failure leaves what was there as it was, and so
    /// does dropping the future; the temporary file is removed.
    ///
    /// A connection that breaks off in the middle is taken up where it broke,
    /// with the pauses and the limits of the client's [`RetryPolicy`](crate::RetryPolicy),
    /// which count anew whenever more has come. That needs a length and an
    /// `ETag`, or a `Last-Modified` that is a minute old, for only these say
    /// that it is still the same file; else, and if it is another one by now,
    /// the download begins anew.
    ///
    /// Where a range was asked for and the answer is not that range, it is an
    /// error: the file has the range alone or is not there.
    ///
    /// # Errors
    ///
    /// Before anything is sent, if the request is not sound or the file cannot
    /// be written ([`ErrorKind::File`](crate::ErrorKind::File)); then as
    /// [`Error`] says.
    pub async fn save_to(self, path: impl AsRef<Path>) -> Result<u64, Error> {
        let operation = self.operation;
        let request = self.request?;
        let refused = |fault: &str| Err(Error::invalid_request(operation, fault));
        if *request.method() != Method::GET {
            return refused("only the answer to a GET can be downloaded");
        }
        let asked = match request.headers().get(header::RANGE) {
            None => None,
            Some(range) => match range.to_str().ok().and_then(Asked::read) {
                None => return refused("the range is not one range of bytes"),
                asked => asked,
            },
        };
        let path = path.as_ref();
        let target = if self.keeps_partial {
            Target::kept(operation, path).await?
        } else {
            Target::temporary(operation, path).await?
        };
        let progress = self.progress;
        Transfer::new(self.client, operation, request, asked, target, progress)
            .run()
            .await
    }
}

/// Without the address: there can be anything in its query.
impl fmt::Debug for Download {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Download")
            .field("operation", &self.operation.id())
            .field("keeps_partial", &self.keeps_partial)
            .finish_non_exhaustive()
    }
}
