//! Files: whole or as they were.

use std::{io::Read as _, path::Path, sync::Arc, time::Duration};

use bitbucket::{ErrorKind, Method};

use crate::{
    names, release,
    store::Store,
    support::{
        client,
        server::{Answer, Server},
    },
};

async fn bytes_of(server: &Server) -> bitbucket::ByteStream {
    release(&client(&server.base_url()))
        .bytes_stream()
        .await
        .unwrap()
}

#[tokio::test]
async fn a_file_is_there_when_it_is_whole() {
    let content = vec![b'x'; 700_000];
    let (server, _store) = Store::of(content.clone()).serve().await;
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("release.bin");
    assert_eq!(
        bytes_of(&server).await.save_to(&path).await.unwrap(),
        700_000
    );
    assert_eq!(std::fs::read(&path).unwrap(), content);

    let replaced = directory.path().join("replaced.bin");
    std::fs::write(&replaced, "the old one").unwrap();
    let mut old = std::fs::File::open(&replaced).unwrap();
    let length = release(&client(&server.base_url()))
        .save_to(&replaced)
        .await
        .unwrap();
    assert_eq!(length, 700_000);
    assert_eq!(std::fs::read(&replaced).unwrap(), content);
    // Another file took its place: whoever reads the old one, reads it to its end.
    let mut text = String::new();
    old.read_to_string(&mut text).unwrap();
    assert_eq!(text, "the old one");
    assert_eq!(names(directory.path()), ["release.bin", "replaced.bin"]);
}

#[tokio::test]
async fn an_empty_file_is_a_file() {
    let (server, _store) = Store::of("").serve().await;
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("empty");
    std::fs::write(&path, "old").unwrap();
    assert_eq!(bytes_of(&server).await.save_to(&path).await.unwrap(), 0);
    assert_eq!(std::fs::read(&path).unwrap(), b"");
}

#[tokio::test]
async fn a_cut_leaves_the_old_file_and_nothing_else() {
    let directory = tempfile::tempdir().unwrap();
    for name in ["new.bin", "old.bin"] {
        let path = directory.path().join(name);
        if name == "old.bin" {
            std::fs::write(&path, "the old one").unwrap();
        }
        let before = names(directory.path());
        for count in [0, 1, 400_000, 599_999] {
            let store = Store::of(vec![b'x'; 600_000]);
            let (server, _store) = store.cut_after([count, count]).serve().await;
            let error = bytes_of(&server).await.save_to(&path).await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Transport);
            let request = release(&client(&server.base_url()));
            assert!(request.save_to(&path).await.is_err());
            assert_eq!(names(directory.path()), before);
        }
    }
    assert_eq!(names(directory.path()), ["old.bin"]);
    let old = std::fs::read(directory.path().join("old.bin")).unwrap();
    assert_eq!(old, b"the old one");
}

#[tokio::test]
async fn a_status_that_is_no_success_leaves_the_old_file() {
    let (server, answers) = Server::with_queue().await;
    answers.push(Answer::text(404, "no such file"));
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("release.bin");
    std::fs::write(&path, "the old one").unwrap();
    let error = release(&client(&server.base_url()))
        .save_to(&path)
        .await
        .unwrap_err();
    assert!(error.is_not_found());
    assert_eq!(std::fs::read(&path).unwrap(), b"the old one");
    assert_eq!(names(directory.path()), ["release.bin"]);
}

#[tokio::test]
async fn a_future_that_is_dropped_leaves_nothing() {
    // Half of it, and then silence.
    let server = Server::start(|_| {
        Answer::new(200)
            .header("Content-Length", "1000000")
            .part(vec![b'x'; 500_000])
            .pause(Duration::from_secs(600))
            .part(vec![b'x'; 500_000])
    })
    .await;
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("release.bin");
    std::fs::write(&path, "the old one").unwrap();
    let client = client(&server.base_url());
    for streamed in [true, false] {
        let half = Arc::new(tokio::sync::Notify::new());
        let report = {
            let half = Arc::clone(&half);
            move |received, total| {
                assert_eq!(total, Some(1_000_000));
                if received == 500_000 {
                    half.notify_one();
                }
            }
        };
        let saving: std::pin::Pin<Box<dyn Future<Output = _>>> = if streamed {
            let bytes = release(&client).bytes_stream().await.unwrap();
            Box::pin(bytes.on_progress(report).save_to(&path))
        } else {
            Box::pin(
                release(&client)
                    .download()
                    .on_progress(report)
                    .save_to(&path),
            )
        };
        tokio::select! {
            _ = saving => panic!("there is only half of it"),
            () = half.notified() => {}
        }
        // It is removed with the future, or by the thread that was to open it.
        assert_eq!(names(directory.path()), ["release.bin"]);
        assert_eq!(std::fs::read(&path).unwrap(), b"the old one");
    }
}

/// Dropped at every point that it can be dropped at.
#[tokio::test]
async fn wherever_a_future_is_dropped_the_file_is_old_or_new() {
    let (server, _store) = Store::of("the new one").serve().await;
    let client = client(&server.base_url());
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("release.bin");
    for polls in 0.. {
        std::fs::write(&path, "the old one").unwrap();
        let mut saving = Box::pin(release(&client).save_to(&path));
        let mut ended = false;
        for _ in 0..polls {
            let next = std::future::poll_fn(|context| {
                std::task::Poll::Ready(saving.as_mut().poll(context))
            });
            if next.await.is_ready() {
                ended = true;
                break;
            }
            tokio::time::sleep(Duration::from_micros(300)).await;
        }
        drop(saving);
        // What a thread was at, it may have to end first.
        for _ in 0..500 {
            if names(directory.path()).len() == 1 {
                break;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        assert_eq!(
            names(directory.path()),
            ["release.bin"],
            "after {polls} polls"
        );
        let content = std::fs::read(&path).unwrap();
        assert!(content == b"the old one" || content == b"the new one");
        if ended {
            assert_eq!(content, b"the new one");
            break;
        }
    }
}

#[tokio::test]
async fn what_cannot_be_written_is_said_before_anything_is_sent() {
    let server = Server::start(|_| Answer::text(200, "never asked for")).await;
    let directory = tempfile::tempdir().unwrap();
    let missing = directory.path().join("missing").join("release.bin");
    for (path, reason) in [
        (missing.as_path(), "No such file or directory"),
        (directory.path(), "no regular file"),
        (Path::new("/"), "no name of a file"),
    ] {
        for kept in [false, true] {
            let download = release(&client(&server.base_url())).download();
            let error = download.keep_partial(kept).save_to(path).await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::File);
            let text = error.to_string();
            assert!(text.starts_with("get_download: the file \""), "{text}");
            assert!(text.contains(reason), "{text}");
        }
    }
    assert!(server.take_requests().is_empty());
    assert!(names(directory.path()).is_empty());
}

#[cfg(unix)]
#[tokio::test]
async fn permissions_are_those_of_a_new_file_or_of_the_old_one() {
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    let (server, _store) = Store::of("content").serve().await;
    let directory = tempfile::tempdir().unwrap();
    let mode = |name: &str| {
        let path = directory.path().join(name);
        std::fs::metadata(path).unwrap().permissions().mode() & 0o7777
    };
    std::fs::write(directory.path().join("any"), "").unwrap();
    let script = directory.path().join("script");
    for name in ["new", "script", "link"] {
        if name == "script" {
            std::fs::write(&script, "").unwrap();
            std::fs::set_permissions(&script, std::fs::Permissions::from_mode(0o750)).unwrap();
        }
        if name == "link" {
            symlink("script", directory.path().join("link")).unwrap();
        }
        for kept in [false, true] {
            let download = release(&client(&server.base_url())).download();
            let path = directory.path().join(name);
            download.keep_partial(kept).save_to(path).await.unwrap();
        }
    }
    assert_eq!(mode("new"), mode("any"));
    assert_eq!(mode("script"), 0o750);
    let link = directory.path().join("link");
    assert_eq!(std::fs::read_link(link).unwrap(), Path::new("script"));
    assert_eq!(std::fs::read(&script).unwrap(), b"content");
    assert_eq!(names(directory.path()), ["any", "link", "new", "script"]);
}

#[tokio::test]
async fn a_stream_reports_and_is_read_by_lines() {
    use tokio::io::AsyncBufReadExt as _;

    let server = Server::start(|_| {
        let answer = Answer::new(200).header("Content-Length", "13");
        answer.part("one\ntw").part("o\nthree")
    })
    .await;
    let reports = Arc::new(std::sync::Mutex::new(Vec::new()));
    let log = Arc::clone(&reports);
    let bytes = bytes_of(&server).await;
    let bytes = bytes.on_progress(move |read, total| log.lock().unwrap().push((read, total)));
    let mut lines = bytes.into_async_read().lines();
    let mut read = Vec::new();
    while let Some(line) = lines.next_line().await.unwrap() {
        read.push(line);
    }
    assert_eq!(read, ["one", "two", "three"]);
    assert_eq!(reports.lock().unwrap().last(), Some(&(13, Some(13))));

    let (server, _store) = Store::of("one\ntwo\n").cut_after([5]).serve().await;
    let mut lines = bytes_of(&server).await.into_async_read().lines();
    assert_eq!(lines.next_line().await.unwrap().as_deref(), Some("one"));
    let error = lines.next_line().await.unwrap_err();
    let source = error.get_ref().unwrap().downcast_ref::<bitbucket::Error>();
    assert_eq!(source.unwrap().kind(), ErrorKind::Transport);
}

#[tokio::test]
async fn a_raw_request_is_saved_as_well() {
    let (server, _store) = Store::of("content").serve().await;
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("raw.bin");
    let client = client(&server.base_url());
    let bytes = client
        .request(Method::GET, "/any/file")
        .send_bytes()
        .await
        .unwrap();
    assert_eq!(bytes.into_inner().save_to(&path).await.unwrap(), 7);
    assert_eq!(std::fs::read(&path).unwrap(), b"content");
}
