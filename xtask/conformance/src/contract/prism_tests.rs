use std::{future::Future, time::Instant};

use super::*;

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap()
}

fn block<T>(future: impl Future<Output = T>) -> T {
    runtime().block_on(future)
}

const PATIENCE: Duration = Duration::from_secs(60);

/// A program that does what `script` says, started as prism is.
#[cfg(unix)]
async fn start(script: &str, patience: Duration) -> Result<Mock> {
    let mut command = Command::new("sh");
    command.arg("-c").arg(script);
    Mock::start(command, tempfile::tempdir()?, patience).await
}

/// What the script wrote into its log before it said that it listens.
#[cfg(unix)]
fn descendant(mock: &Mock) -> u32 {
    let log = mock.log();
    let line = log.lines().next().unwrap();
    line.trim().parse().unwrap()
}

#[cfg(unix)]
fn is_running(id: u32) -> bool {
    use rustix::process::{Pid, test_kill_process};

    let id = Pid::from_raw(i32::try_from(id).unwrap()).unwrap();
    // A process that has ended, but that nobody has waited for, is still there.
    let stat = fs::read_to_string(format!("/proc/{id}/stat")).unwrap_or_default();
    test_kill_process(id).is_ok() && !stat.contains(") Z ")
}

#[cfg(unix)]
async fn ended(id: u32) {
    let start = Instant::now();
    while is_running(id) {
        assert!(start.elapsed() < PATIENCE, "{id} goes on");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// With a descendant that would go on for itself.
#[cfg(unix)]
const LISTENING_SCRIPT: &str = "sleep 600 & echo $!; echo '\u{1b}[32mPrism is listening on http://127.0.0.1:4567\u{1b}[39m'; wait";

#[cfg(unix)]
#[test]
fn it_says_where_it_listens_and_ends_with_all_that_it_started() {
    block(async {
        let mock = start(LISTENING_SCRIPT, PATIENCE).await.unwrap();
        assert_eq!(mock.authority().as_str(), "127.0.0.1:4567");
        let descendant = descendant(&mock);
        assert!(is_running(descendant));
        mock.stop().await.unwrap();
        ended(descendant).await;
    });
}

#[cfg(unix)]
#[test]
fn it_ends_when_it_is_dropped() {
    block(async {
        let mock = start(LISTENING_SCRIPT, PATIENCE).await.unwrap();
        let descendant = descendant(&mock);
        drop(mock);
        ended(descendant).await;
    });
}

#[cfg(unix)]
#[test]
fn it_ends_when_the_one_who_holds_it_panics() {
    let (sender, receiver) = std::sync::mpsc::channel();
    let panicked = std::thread::spawn(move || {
        block(async {
            let mock = start(LISTENING_SCRIPT, PATIENCE).await.unwrap();
            sender.send(descendant(&mock)).unwrap();
            panic!("this is what the test is about");
        });
    });
    assert!(panicked.join().is_err());
    block(ended(receiver.recv().unwrap()));
}

/// Nobody is there to kill it if this program is killed; but its end of the
/// pipe closes.
#[cfg(unix)]
#[test]
fn the_wrapper_ends_with_its_standard_input() {
    if std::process::Command::new("node")
        .arg("--version")
        .output()
        .is_err()
    {
        eprintln!("skipped: there is no node here");
        return;
    }
    block(async {
        let folder = tempfile::tempdir().unwrap();
        let wrapper = Path::new(env!("CARGO_MANIFEST_DIR")).join("prism/mock.cjs");
        let module = folder.path().join("node_modules/@stoplight/prism-cli");
        fs::create_dir_all(&module).unwrap();
        fs::write(module.join("index.js"), "setInterval(() => {}, 1000);").unwrap();
        fs::copy(wrapper, folder.path().join("mock.cjs")).unwrap();
        let mut child = Command::new("node")
            .arg(folder.path().join("mock.cjs"))
            .stdin(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        tokio::time::sleep(Duration::from_millis(200)).await;
        assert!(child.try_wait().unwrap().is_none());
        drop(child.stdin.take());
        let ended = tokio::time::timeout(PATIENCE, child.wait()).await;
        assert!(ended.unwrap().unwrap().success());
    });
}

#[cfg(unix)]
#[test]
fn what_does_not_listen_in_time_is_an_error_that_shows_its_log() {
    let started = block(start("echo hm; sleep 600", Duration::from_millis(300)));
    let error = started.err().unwrap().to_string();
    assert!(error.contains("does not listen after 300ms"), "{error}");
    assert!(error.contains("hm"), "{error}");
}

#[cfg(unix)]
#[test]
fn what_ends_before_it_listens_is_an_error_that_shows_its_log() {
    let error = block(start("echo no such document; exit 3", PATIENCE));
    let error = error.err().unwrap().to_string();
    assert!(error.contains("exit status: 3"), "{error}");
    assert!(error.contains("no such document"), "{error}");
}

#[test]
fn nothing_is_installed_in_an_empty_folder() {
    let folder = tempfile::tempdir().unwrap();
    assert!(!Installation::at(folder.path()).is_complete().unwrap());
}

#[test]
fn an_installation_is_complete_with_the_pinned_version_alone() {
    let folder = tempfile::tempdir().unwrap();
    let module = folder.path().join("node_modules").join(PACKAGE);
    fs::create_dir_all(&module).unwrap();
    let package = format!(r#"{{"dependencies": {{"{PACKAGE}": "1.2.3"}}}}"#);
    fs::write(folder.path().join("package.json"), package).unwrap();
    let installation = Installation::at(folder.path());
    let list = folder.path().join("node_modules/.package-lock.json");
    for (version, listed, complete) in [
        ("1.2.3", false, false),
        ("1.2.2", true, false),
        ("1.2.3", true, true),
    ] {
        let package = format!(r#"{{"version": "{version}"}}"#);
        fs::write(module.join("package.json"), package).unwrap();
        if listed {
            fs::write(&list, "{}").unwrap();
        }
        assert_eq!(installation.is_complete().unwrap(), complete, "{version}");
    }
}

#[test]
fn the_repositorys_pin_is_exact_and_its_lock_names_no_registry() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("prism");
    let version = Installation::at(&folder).version().unwrap();
    let numbers = version.split('.').map(str::parse::<u32>);
    assert_eq!(numbers.flatten().count(), 3, "{version}");
    let lock = fs::read_to_string(folder.join("package-lock.json")).unwrap();
    assert!(!lock.contains("\"resolved\""));
    assert!(lock.contains(&version));
}

#[test]
fn colours_are_taken_out_of_the_log() {
    assert_eq!(plain("\u{1b}[32mstart\u{1b}[39m  ok"), "start  ok");
    assert_eq!(plain("none"), "none");
    assert_eq!(plain("cut\u{1b}[3"), "cut");
}
