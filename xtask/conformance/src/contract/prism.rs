//! Stoplight's prism: the judge that knows nothing of this project.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    process::Stdio,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail, ensure};
use http::uri::Authority;
use serde_json::Value;
use tempfile::TempDir;
use tokio::process::{Child, Command};

use super::process_group::ProcessGroup;

const PACKAGE: &str = "@stoplight/prism-cli";
const LISTENING: &str = "Prism is listening on http://";
/// How many of the log's last lines an error shows.
const LINES: usize = 12;

/// Where prism is installed, and what exactly.
pub(crate) struct Installation {
    folder: PathBuf,
}

impl Installation {
    /// The installation that `folder` has a package.json and a lock for.
    pub(crate) fn at(folder: impl Into<PathBuf>) -> Self {
        Self {
            folder: folder.into(),
        }
    }

    /// The version that is pinned.
    pub(crate) fn version(&self) -> Result<String> {
        let path = self.folder.join("package.json");
        let pinned = version_in(&path, |package| &package["dependencies"][PACKAGE])?;
        pinned.with_context(|| format!("{} pins no {PACKAGE}", path.display()))
    }

    /// Whether the pinned version is installed.
    pub(crate) fn is_complete(&self) -> Result<bool> {
        let path = self.modules().join(PACKAGE).join("package.json");
        // npm writes this list last: without it the installation was cut short.
        let list = self.modules().join(".package-lock.json");
        if !path.is_file() || !list.is_file() {
            return Ok(false);
        }
        let installed = version_in(&path, |package| &package["version"])?;
        Ok(installed == Some(self.version()?))
    }

    /// Installs exactly what the lock says.
    pub(crate) async fn complete(&self) -> Result<()> {
        let npm = if cfg!(windows) { "npm.cmd" } else { "npm" };
        let status = Command::new(npm)
            .arg("ci")
            .current_dir(&self.folder)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .kill_on_drop(true)
            .status()
            .await
            .context("cannot start npm; it comes with Node.js, which prism needs")?;
        ensure!(status.success(), "npm ci failed: {status}");
        Ok(())
    }

    /// Starts prism as a mock of `document`, and waits until it answers.
    pub(crate) async fn mock(&self, document: &Value, patience: Duration) -> Result<Mock> {
        let folder = tempfile::tempdir()?;
        let served = folder.path().join("document.json");
        fs::write(&served, serde_json::to_vec(document)?)?;
        let mut command = Command::new("node");
        command
            .arg(self.folder.join("mock.cjs"))
            .arg("mock")
            .arg(&served)
            // Not --dynamic: what it makes up of schemas that lead back to
            // themselves takes prism half a minute for a comment.
            .args(["--host", "127.0.0.1", "--port", "0", "--cors", "false"]);
        Mock::start(command, folder, patience).await
    }

    fn modules(&self) -> PathBuf {
        self.folder.join("node_modules")
    }
}

fn version_in(path: &Path, find: fn(&Value) -> &Value) -> Result<Option<String>> {
    let text =
        fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    let package: Value = serde_json::from_str(&text)?;
    Ok(find(&package).as_str().map(str::to_owned))
}

/// A running prism, which ends with this value.
pub(crate) struct Mock {
    authority: Authority,
    process: ProcessGroup,
    /// With the document that it serves and its log.
    folder: TempDir,
}

impl Mock {
    /// Starts `command`, which logs where it listens.
    async fn start(mut command: Command, folder: TempDir, patience: Duration) -> Result<Self> {
        let log = File::create(log(&folder))?;
        command
            // What is started ends when this pipe closes, and so even if this
            // program is killed.
            .stdin(Stdio::piped())
            .stdout(log.try_clone()?)
            .stderr(log);
        let mut process =
            ProcessGroup::start(&mut command).context("cannot start node; prism needs Node.js")?;
        let authority = listening(process.child(), &folder, patience).await?;
        Ok(Self {
            authority,
            process,
            folder,
        })
    }

    /// The host and port that it listens on.
    pub(crate) fn authority(&self) -> &Authority {
        &self.authority
    }

    /// The end of what it logged.
    pub(crate) fn log(&self) -> String {
        tail(&self.folder)
    }

    /// Stops it and waits for its end.
    pub(crate) async fn stop(mut self) -> Result<()> {
        self.process.stop().await
    }
}

async fn listening(child: &mut Child, folder: &TempDir, patience: Duration) -> Result<Authority> {
    let start = Instant::now();
    loop {
        let log = fs::read_to_string(log(folder)).unwrap_or_default();
        if let Some(line) = log.lines().find(|line| line.contains(LISTENING)) {
            let line = plain(line);
            let (_, address) = line.split_once(LISTENING).unwrap_or_default();
            return Ok(address.trim().parse()?);
        }
        if let Some(status) = child.try_wait()? {
            bail!("prism ended ({status}); it said:\n{}", tail(folder));
        }
        if start.elapsed() > patience {
            bail!(
                "prism does not listen after {patience:?}; it said:\n{}",
                tail(folder)
            );
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

fn log(folder: &TempDir) -> PathBuf {
    folder.path().join("log")
}

fn tail(folder: &TempDir) -> String {
    let log = fs::read_to_string(log(folder)).unwrap_or_default();
    let lines: Vec<_> = log.lines().map(plain).collect();
    lines[lines.len().saturating_sub(LINES)..].join("\n")
}

/// Without the escape sequences that colour it.
fn plain(line: &str) -> String {
    let mut plain = String::new();
    let mut pieces = line.split("\u{1b}[");
    plain.extend(pieces.next());
    for piece in pieces {
        let end = piece.find(|character: char| character.is_ascii_alphabetic());
        plain.push_str(end.map_or("", |end| &piece[end + 1..]));
    }
    plain
}

#[cfg(test)]
#[path = "prism_tests.rs"]
mod tests;
