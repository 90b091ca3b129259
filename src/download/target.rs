//! The file that a download becomes: written beside its place, and moved there
//! when it is whole.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use tempfile::TempPath;
use tokio::{
    fs::File,
    io::{AsyncSeekExt as _, AsyncWriteExt as _, BufWriter},
    task::spawn_blocking,
};

use crate::{Error, Operation};

/// Each write of a file is handed to another thread, so fewer and larger ones are better.
const BUFFER: usize = 256 * 1024;

/// A file in the making.
pub(crate) struct Target {
    operation: &'static Operation,
    path: PathBuf,
    file: BufWriter<File>,
    place: Place,
}

/// Where the bytes are until they are whole.
enum Place {
    /// Removed with this value.
    Temporary(TempPath),
    /// Stays for another run.
    Kept(PathBuf),
}

impl Target {
    /// A file in the making that is gone when this value is.
    pub(crate) async fn temporary(
        operation: &'static Operation,
        path: &Path,
    ) -> Result<Self, Error> {
        let make = |path: &Path| {
            let (file, temporary) = temporary(path)?.into_parts();
            Ok((file, Place::Temporary(temporary)))
        };
        Self::open(operation, path, make).await
    }

    /// A file in the making that stays until it is whole: the target's name with
    /// `.part` appended.
    pub(super) async fn kept(operation: &'static Operation, path: &Path) -> Result<Self, Error> {
        let make = |path: &Path| {
            let kept = appended(path, ".part");
            let file = fs::OpenOptions::new()
                .create(true)
                .truncate(false)
                .write(true)
                .open(&kept)?;
            Ok((file, Place::Kept(kept)))
        };
        Self::open(operation, path, make).await
    }

    /// All of it happens in one piece on another thread: if nobody waits for it
    /// any more, a temporary file is removed there.
    async fn open(
        operation: &'static Operation,
        path: &Path,
        make: impl FnOnce(&Path) -> io::Result<(fs::File, Place)> + Send + 'static,
    ) -> Result<Self, Error> {
        let given = path.to_owned();
        let opened = spawn_blocking(move || {
            let path = destination(given)?;
            let (file, place) = make(&path)?;
            if let Ok(replaced) = fs::metadata(&path) {
                file.set_permissions(replaced.permissions())?;
            }
            Ok((path, file, place))
        });
        let (path, file, place) = flat(opened.await).map_err(|error| {
            // Of what was given, since the rest is not known.
            Error::file(operation, path, error)
        })?;
        Ok(Self {
            operation,
            path,
            file: BufWriter::with_capacity(BUFFER, File::from_std(file)),
            place,
        })
    }

    /// Where what is kept for another run is described.
    pub(super) fn description(&self) -> Option<PathBuf> {
        match &self.place {
            Place::Kept(kept) => Some(appended(kept, ".json")),
            Place::Temporary(_) => None,
        }
    }

    pub(crate) async fn write(&mut self, bytes: &[u8]) -> Result<(), Error> {
        let written = self.file.write_all(bytes).await;
        written.map_err(|error| self.failed(error))
    }

    /// Hands all that was written to the system.
    pub(super) async fn flush(&mut self) -> Result<(), Error> {
        let flushed = self.file.flush().await;
        flushed.map_err(|error| self.failed(error))
    }

    /// Goes to the end of what is there, and says how much that is.
    pub(super) async fn seek_end(&mut self) -> Result<u64, Error> {
        let end = self.file.seek(io::SeekFrom::End(0)).await;
        end.map_err(|error| self.failed(error))
    }

    /// Throws away what is there after so many bytes.
    pub(super) async fn cut(&mut self, length: u64) -> Result<(), Error> {
        let cut = async {
            self.file.seek(io::SeekFrom::Start(length)).await?;
            self.file.get_mut().set_len(length).await
        };
        cut.await.map_err(|error| self.failed(error))
    }

    /// Moves the file to its place. Whoever opens it there sees the old one or
    /// the new one, and never a part.
    pub(crate) async fn finish(mut self) -> Result<(), Error> {
        self.flush().await?;
        if let Err(error) = self.file.get_ref().sync_all().await {
            return Err(self.failed(error));
        }
        // Closed first: there are systems that do not move an open file.
        drop(self.file.into_inner().into_std().await);
        let Self {
            operation, place, ..
        } = self;
        let path = self.path.clone();
        let moved = spawn_blocking(move || move_to(place, &path));
        flat(moved.await).map_err(|error| Error::file(operation, &self.path, error))
    }

    pub(super) fn failed(&self, error: io::Error) -> Error {
        Error::file(self.operation, &self.path, error)
    }
}

fn move_to(place: Place, path: &Path) -> io::Result<()> {
    match place {
        Place::Temporary(temporary) => temporary.persist(path).map_err(|failed| failed.error)?,
        Place::Kept(kept) => {
            fs::rename(&kept, path)?;
            match fs::remove_file(appended(&kept, ".json")) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
        }
    }
    // So that the name survives a loss of power as the bytes do. Not every file
    // system can do it, and the file is there all the same.
    if cfg!(unix) {
        let _ = fs::File::open(directory(path)).and_then(|directory| directory.sync_all());
    }
    Ok(())
}

/// Where the file is to be, of which a symbolic link keeps its target.
fn destination(path: PathBuf) -> io::Result<PathBuf> {
    if path.file_name().is_none() {
        return Err(io::Error::new(
            io::ErrorKind::InvalidInput,
            "it is no name of a file",
        ));
    }
    let path = match fs::canonicalize(&path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(path),
        found => found?,
    };
    if fs::metadata(&path)?.is_file() {
        Ok(path)
    } else {
        // A directory, or a device which the file would take the place of.
        Err(io::Error::new(
            io::ErrorKind::AlreadyExists,
            "it is no regular file",
        ))
    }
}

fn temporary(path: &Path) -> io::Result<tempfile::NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".bitbucket-").suffix(".part");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        // As any new file: what the process' mask leaves of it.
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    builder.tempfile_in(directory(path))
}

fn directory(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

fn appended(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

fn flat<T>(outcome: Result<io::Result<T>, tokio::task::JoinError>) -> io::Result<T> {
    outcome.unwrap_or_else(|error| Err(error.into()))
}
