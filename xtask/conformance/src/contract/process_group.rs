//! A program that this one starts, with everything that it starts in turn.

use std::io;

use anyhow::Result;
use tokio::process::{Child, Command};

/// A child and its descendants, which end with this value.
pub(crate) struct ProcessGroup(Child);

impl ProcessGroup {
    /// Starts `command` in a group of its own.
    pub(crate) fn start(command: &mut Command) -> io::Result<Self> {
        #[cfg(unix)]
        command.process_group(0);
        command.kill_on_drop(true).spawn().map(Self)
    }

    pub(crate) fn child(&mut self) -> &mut Child {
        &mut self.0
    }

    /// Ends all of it and waits for the child's end.
    pub(crate) async fn stop(&mut self) -> Result<()> {
        self.kill();
        self.0.kill().await?;
        Ok(())
    }

    /// The group has the child's id, which is nobody else's as long as the
    /// child's end was not waited for: `id` is `None` from then on.
    #[cfg(unix)]
    fn kill(&self) {
        use rustix::process::{Pid, Signal, kill_process_group};

        let id = self.0.id().and_then(|id| i32::try_from(id).ok());
        if let Some(group) = id.and_then(Pid::from_raw) {
            // A group that is gone needs no end.
            let _ = kill_process_group(group, Signal::KILL);
        }
    }

    /// Elsewhere the child is all that can be named; what it started ends when
    /// its standard input closes.
    #[cfg(not(unix))]
    fn kill(&self) {}
}

impl Drop for ProcessGroup {
    fn drop(&mut self) {
        self.kill();
    }
}
