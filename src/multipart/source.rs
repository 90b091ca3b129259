//! Where the content of a part comes from, and reading it as it is sent.

use std::{
    error::Error as StdError,
    fmt, io,
    path::{Path, PathBuf},
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll, ready},
};

use bytes::Bytes;
use futures_core::{Stream, TryStream};
use futures_util::{StreamExt as _, TryFutureExt as _, TryStreamExt as _, stream};
use tokio::{fs::File, io::AsyncRead};
use tokio_util::io::ReaderStream;

/// As much as is read at a time, and as much as one report of progress covers.
const CHUNK: usize = 64 * 1024;

/// Each read of a file is handed to another thread, so fewer and larger ones are better.
const FILE_CHUNK: usize = 256 * 1024;

pub(super) type BoxError = Box<dyn StdError + Send + Sync>;
pub(super) type Chunks = Pin<Box<dyn Stream<Item = Result<Bytes, BoxError>> + Send>>;

/// Where the content of a part comes from.
pub(crate) enum Source {
    Bytes(Bytes),
    File(PathBuf),
    /// Empty once somebody has begun to read it.
    Once(Home, Option<u64>),
    Made(Arc<dyn Fn() -> Chunks + Send + Sync>, Option<u64>),
}

/// A part's content on its way.
pub(super) struct Content {
    pub(super) chunks: Chunks,
    pub(super) length: Option<u64>,
}

impl Source {
    pub(super) fn once(chunks: Chunks, length: Option<u64>) -> Self {
        Self::Once(Arc::new(Mutex::new(Some(chunks))), length)
    }

    pub(super) fn made(
        make: impl Fn() -> Chunks + Send + Sync + 'static,
        length: Option<u64>,
    ) -> Self {
        Self::Made(Arc::new(make), length)
    }

    /// Whether [`open`](Self::open) gives all of it, now that what it gave before
    /// has been dropped.
    pub(super) fn is_repeatable(&self) -> bool {
        match self {
            Self::Once(home, _) => lock(home).is_some(),
            _ => true,
        }
    }

    pub(super) fn try_clone(&self) -> Option<Self> {
        match self {
            Self::Bytes(content) => Some(Self::Bytes(content.clone())),
            Self::File(path) => Some(Self::File(path.clone())),
            Self::Made(make, length) => Some(Self::Made(Arc::clone(make), *length)),
            Self::Once(..) => None,
        }
    }

    /// The content from its beginning, or what is wrong.
    pub(super) async fn open(&mut self) -> Result<Content, String> {
        let (chunks, length) = match self {
            Self::Bytes(content) => {
                return Ok(Content {
                    length: Some(content.len() as u64),
                    chunks: slices(content.clone()),
                });
            }
            Self::File(path) => {
                let length = length(path).await.map_err(|error| {
                    let path = path.to_string_lossy();
                    format!("the file {path:?} cannot be read: {error}")
                })?;
                (file(path.clone()), Some(length))
            }
            Self::Once(home, length) => {
                let chunks = lock(home)
                    .take()
                    .ok_or("a part of the form is a stream that was sent already")?;
                let lent = Lent {
                    chunks: Some(chunks),
                    home: Some(Arc::clone(home)),
                };
                (lent.boxed(), *length)
            }
            Self::Made(make, length) => (make(), *length),
        };
        Ok(Content {
            chunks: Box::pin(Checked {
                chunks,
                left: length,
            }),
            length,
        })
    }
}

/// Where a stream is kept that can be read once.
type Home = Arc<Mutex<Option<Chunks>>>;

fn lock(home: &Home) -> MutexGuard<'_, Option<Chunks>> {
    home.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A stream that can be read once, and goes home if nobody has begun to: an attempt
/// that found no connection takes nothing away.
struct Lent {
    chunks: Option<Chunks>,
    /// None from the moment that it is read from.
    home: Option<Home>,
}

impl Stream for Lent {
    type Item = Result<Bytes, BoxError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.home = None;
        match &mut self.chunks {
            Some(chunks) => chunks.poll_next_unpin(context),
            None => Poll::Ready(None),
        }
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        if let Some(home) = self.home.take() {
            *lock(&home) = self.chunks.take();
        }
    }
}

/// That a file can be opened is found out before anything is sent. It is not kept
/// open: a commit may have more files than a process may have open.
async fn length(path: &Path) -> io::Result<u64> {
    // Before it is opened: opening a pipe waits for its other end.
    if !tokio::fs::metadata(path).await?.is_file() {
        return Err(io::Error::new(
            io::ErrorKind::InvalidInput,
            "it is no regular file",
        ));
    }
    Ok(File::open(path).await?.metadata().await?.len())
}

fn file(path: PathBuf) -> Chunks {
    let opened = async move { File::open(&path).await }.map_ok(|mut file| {
        file.set_max_buf_size(FILE_CHUNK);
        ReaderStream::with_capacity(file, FILE_CHUNK)
    });
    chunks(opened.try_flatten_stream())
}

pub(super) fn read(reader: impl AsyncRead + Send + 'static) -> Chunks {
    chunks(ReaderStream::with_capacity(reader, CHUNK))
}

pub(super) fn chunks<S>(content: S) -> Chunks
where
    S: TryStream + Send + 'static,
    S::Error: Into<BoxError>,
    Bytes: From<S::Ok>,
{
    Box::pin(content.map_ok(Bytes::from).map_err(Into::into))
}

/// The same memory in pieces, so that progress is more than one jump.
pub(super) fn slices(mut content: Bytes) -> Chunks {
    stream::iter(std::iter::from_fn(move || {
        let next = content.split_to(CHUNK.min(content.len()));
        (!next.is_empty()).then_some(Ok(next))
    }))
    .boxed()
}

/// Content that is as long as was declared, or an error.
///
/// The HTTP library would cut off what is too much of it, and the form would
/// then end in the middle of the part.
struct Checked {
    chunks: Chunks,
    left: Option<u64>,
}

impl Stream for Checked {
    type Item = Result<Bytes, BoxError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let next = ready!(self.chunks.poll_next_unpin(context));
        let checked = match next {
            Some(Err(cause)) => Err(Unreadable::Failed(cause)),
            Some(Ok(chunk)) => match self.left {
                None => Ok(chunk),
                Some(left) => match left.checked_sub(chunk.len() as u64) {
                    None => Err(Unreadable::Longer),
                    Some(rest) => {
                        self.left = Some(rest);
                        Ok(chunk)
                    }
                },
            },
            None => match self.left {
                None | Some(0) => return Poll::Ready(None),
                Some(_) => Err(Unreadable::Shorter),
            },
        };
        if checked.is_err() {
            // At its end: neither the rest of it nor the rest of the form is sent.
            self.chunks = stream::empty().boxed();
            self.left = None;
        }
        Poll::Ready(Some(checked.map_err(Into::into)))
    }
}

/// Why the content of a part did not come whole. Nothing is wrong with the connection.
#[derive(Debug)]
pub(crate) enum Unreadable {
    Failed(BoxError),
    Longer,
    Shorter,
}

impl Unreadable {
    /// Whether this is why a request failed.
    pub(crate) fn is_cause_of(error: &reqwest::Error) -> bool {
        let mut cause = StdError::source(error);
        while let Some(error) = cause {
            if error.is::<Self>() {
                return true;
            }
            cause = error.source();
        }
        false
    }
}

impl fmt::Display for Unreadable {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Failed(_) => "the content cannot be read",
            Self::Longer => "there is more content than was declared",
            Self::Shorter => "there is less content than was declared",
        })
    }
}

impl StdError for Unreadable {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match self {
            Self::Failed(cause) => Some(cause.as_ref()),
            Self::Longer | Self::Shorter => None,
        }
    }
}
