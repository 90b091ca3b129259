//! Replaces files all together or not at all.

use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use tempfile::NamedTempFile;

/// Files written beside the ones they will replace.
#[derive(Default)]
pub(crate) struct Replacement {
    written: Vec<(NamedTempFile, PathBuf)>,
    removed: Vec<PathBuf>,
}

impl Replacement {
    /// Writes the new content next to `path`; the file itself stays as it is.
    pub(crate) fn write(&mut self, path: &Path, content: &[u8]) -> Result<()> {
        let file = write_beside(path, content)
            .with_context(|| format!("cannot write beside {}", path.display()))?;
        self.written.push((file, path.to_owned()));
        Ok(())
    }

    /// Has the file removed with the others replaced; there may be none.
    pub(crate) fn remove(&mut self, path: &Path) {
        self.removed.push(path.to_owned());
    }

    /// Puts every new file in its place. Called once all of them are written,
    /// so that a full disk or a later failure leaves the old ones.
    pub(crate) fn commit(self) -> Result<()> {
        for (file, path) in self.written {
            file.persist(&path)
                .with_context(|| format!("cannot replace {}", path.display()))?;
        }
        for path in self.removed {
            match std::fs::remove_file(&path) {
                Err(error) if error.kind() != ErrorKind::NotFound => {
                    return Err(error).with_context(|| format!("cannot remove {}", path.display()));
                }
                _ => {}
            }
        }
        Ok(())
    }
}

fn write_beside(path: &Path, content: &[u8]) -> Result<NamedTempFile> {
    let folder = path.parent().context("the path has no folder")?;
    let mut builder = tempfile::Builder::new();
    make_readable(&mut builder);
    let mut file = builder.prefix(".regen-").tempfile_in(folder)?;
    file.write_all(content)?;
    file.as_file().sync_all()?;
    Ok(file)
}

/// A temporary file is private by default; this one becomes a source file.
#[cfg(unix)]
fn make_readable(builder: &mut tempfile::Builder<'_, '_>) {
    use std::os::unix::fs::PermissionsExt;
    builder.permissions(std::fs::Permissions::from_mode(0o644));
}

#[cfg(not(unix))]
fn make_readable(_: &mut tempfile::Builder<'_, '_>) {}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn files_change_only_when_committed() {
        let folder = tempfile::tempdir().unwrap();
        let (first, second) = (folder.path().join("first"), folder.path().join("second"));
        fs::write(&first, "old").unwrap();

        let mut replacement = Replacement::default();
        replacement.write(&first, b"new").unwrap();
        replacement.write(&second, b"new").unwrap();
        assert_eq!(fs::read_to_string(&first).unwrap(), "old");
        assert!(!second.exists());

        replacement.commit().unwrap();
        assert_eq!(fs::read_to_string(&first).unwrap(), "new");
        assert_eq!(fs::read_to_string(&second).unwrap(), "new");
        assert_eq!(folder.path().read_dir().unwrap().count(), 2);
    }

    #[test]
    fn an_abandoned_replacement_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        fs::write(&path, "old").unwrap();
        let mut replacement = Replacement::default();
        replacement.write(&path, b"new").unwrap();
        replacement
            .write(&folder.path().join("missing/file"), b"new")
            .unwrap_err();
        drop(replacement);
        assert_eq!(fs::read_to_string(&path).unwrap(), "old");
        assert_eq!(folder.path().read_dir().unwrap().count(), 1);
    }

    #[cfg(unix)]
    #[test]
    fn a_replaced_file_is_readable_by_all() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        let mut replacement = Replacement::default();
        replacement.write(&path, b"new").unwrap();
        replacement.commit().unwrap();
        let mode = fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o444, 0o444);
    }
}
