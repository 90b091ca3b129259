//! The processes of the bench: a server, and a client for each way.

use std::{
    error::Error,
    io::{BufRead as _, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Duration,
};

use crate::{MIB, download, server, upload};

const SERVE: &str = "--serve";
const TRANSFER: &str = "--transfer";

/// What a process was started for.
pub(crate) enum Task {
    Serve {
        length: u64,
    },
    Transfer {
        way: String,
        base_url: String,
        path: PathBuf,
        length: u64,
    },
}

impl Task {
    pub(crate) fn from_arguments(arguments: &[String]) -> Option<Self> {
        match arguments {
            [task, length] if task == SERVE => Some(Self::Serve {
                length: length.parse().ok()?,
            }),
            [task, way, base_url, path, length] if task == TRANSFER => Some(Self::Transfer {
                way: way.clone(),
                base_url: base_url.clone(),
                path: path.into(),
                length: length.parse().ok()?,
            }),
            _ => None,
        }
    }

    pub(crate) fn run(self) -> Result<(), Box<dyn Error>> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()?;
        match self {
            Self::Serve { length } => runtime.block_on(server::serve(length)),
            Self::Transfer {
                way,
                base_url,
                path,
                length,
            } => {
                let client = bitbucket::Client::builder().base_url(base_url).build()?;
                let before = std::time::Instant::now();
                runtime.block_on(async {
                    if way.starts_with("download") {
                        download::run(&way, &client, &path, length).await
                    } else {
                        upload::run(&way, &client, &path, length).await
                    }
                })?;
                let micros = before.elapsed().as_micros();
                println!("{micros} {}", peak_memory()?);
                Ok(())
            }
        }
    }
}

/// A running server. It ends with this value.
pub(crate) struct Server {
    child: Child,
    pub(crate) base_url: String,
}

impl Server {
    pub(crate) fn start(length: u64) -> Result<Self, Box<dyn Error>> {
        let mut child = Command::new(std::env::current_exe()?)
            .args([SERVE, &length.to_string()])
            .stdout(Stdio::piped())
            .spawn()?;
        let output = child.stdout.take().ok_or("the server has no output")?;
        let mut base_url = String::new();
        BufReader::new(output).read_line(&mut base_url)?;
        Ok(Self {
            child,
            base_url: base_url.trim().to_owned(),
        })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What a client's process took.
pub(crate) struct Used {
    time: Duration,
    peak: u64,
}

impl Used {
    /// There is no rate of what is too little to tell one.
    pub(crate) fn print(&self, label: &str, length: Option<u64>) {
        let mib = |bytes: u64| format!("{}.{} MiB", bytes / MIB, bytes % MIB * 10 / MIB);
        let micros = u64::try_from(self.time.as_micros()).unwrap_or(u64::MAX);
        let rate = length.map_or_else(String::new, |length| {
            let rate = u128::from(length) * 1_000_000 / u128::from(micros.max(1));
            format!("{} MiB/s", rate / u128::from(MIB))
        });
        println!(
            "{label:<34}{:>12}{rate:>14}{:>14}",
            format!("{} ms", micros / 1000),
            mib(self.peak),
        );
    }
}

/// Runs one way in a process of its own.
pub(crate) fn measure(
    way: &str,
    base_url: &str,
    path: &Path,
    length: u64,
) -> Result<Used, Box<dyn Error>> {
    let output = Command::new(std::env::current_exe()?)
        .args([TRANSFER, way, base_url])
        .arg(path)
        .arg(length.to_string())
        .stderr(Stdio::inherit())
        .output()?;
    if !output.status.success() {
        return Err(format!("`{way}` failed").into());
    }
    let text = String::from_utf8(output.stdout)?;
    let (micros, peak) = text.trim().split_once(' ').ok_or("no figures")?;
    Ok(Used {
        time: Duration::from_micros(micros.parse()?),
        peak: peak.parse()?,
    })
}

/// The most memory that this process has had, in bytes, as Linux counts it.
fn peak_memory() -> Result<u64, Box<dyn Error>> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))
        .ok_or("the system does not tell the peak of memory")?;
    let kib: u64 = line.trim().trim_end_matches("kB").trim().parse()?;
    Ok(kib * 1024)
}
