//! Commits made of uploaded files.

use bitbucket::{CommitFiles, ErrorKind, Part};

use crate::{
    form::{assert_length_declared, field, file, parts},
    support::{
        AUTHORIZATION, client,
        server::{Answer, Answers, Recorded, Server},
    },
};

const HASH: &str = "2a9d7f0c4b1e8f6a5d3c2b1a0f9e8d7c6b5a4f3e";

fn created(answers: &Answers) {
    let location = format!("https://api.bitbucket.org/2.0/repositories/acme/website/commit/{HASH}");
    answers.push(Answer::new(201).header("Location", location));
}

fn commit(server: &Server) -> CommitFiles {
    let client = client(&server.base_url());
    client.repository("acme", "website").commit_files()
}

fn only(server: &Server) -> Recorded {
    let mut requests = server.take_requests();
    assert_eq!(requests.len(), 1);
    requests.remove(0)
}

#[tokio::test]
async fn a_commit_is_sent_with_everything_in_it() {
    let (server, answers) = Server::with_queue().await;
    created(&answers);
    let answer = commit(&server)
        .message("Release 1.2\n\nFaster.")
        .author("Kim <kim@example.com>")
        .branch("main")
        .parent("1111111")
        .parent("2222222")
        .file("docs/grün.md", "# Grün\n")
        .file("/leading/slash.txt", vec![b'x'; 3])
        .executable("bin/deploy", "#!/bin/sh\n")
        .symlink("README", "README.md")
        .delete("/old/logo.png")
        .delete("old/notes \"2\".txt")
        .send()
        .await
        .unwrap();
    assert_eq!(*answer, HASH);
    assert_eq!(answer.status(), 201);
    let request = only(&server);
    assert_eq!(request.method, "POST");
    assert_eq!(request.target, "/2.0/repositories/acme/website/src");
    assert_eq!(request.header("authorization"), Some(AUTHORIZATION));
    assert_length_declared(&request);
    assert_eq!(
        parts(&request),
        [
            field("message", "Release 1.2\n\nFaster."),
            field("author", "Kim <kim@example.com>"),
            field("branch", "main"),
            field("parents", "1111111,2222222"),
            field("files", "old/logo.png"),
            field("files", "old/notes \"2\".txt"),
            file("docs/grün.md", "grün.md", "", "# Grün\n"),
            file("leading/slash.txt", "slash.txt", "", "xxx"),
            file(
                "bin/deploy",
                "deploy",
                "; x-attributes=\"executable\"",
                "#!/bin/sh\n"
            ),
            file("README", "README", "; x-attributes=\"link\"", "README.md"),
        ]
    );
}

#[tokio::test]
async fn files_called_like_fields_are_files() {
    let (server, answers) = Server::with_queue().await;
    created(&answers);
    let names = ["message", "author", "branch", "parents", "files"];
    let commit = names
        .iter()
        .fold(commit(&server).message("m"), |commit, name| {
            commit.file(*name, *name)
        });
    let commit = commit.file("docs/message", "x").executable("/files2", "y");
    commit.send().await.unwrap();
    let sent = parts(&only(&server));
    let mut expected = vec![field("message", "m")];
    expected.extend(names.map(|name| file(&format!("/{name}"), name, "", name)));
    expected.push(file("docs/message", "message", "", "x"));
    let executable = "; x-attributes=\"executable\"";
    expected.push(file("files2", "files2", executable, "y"));
    assert_eq!(sent, expected);
}

#[tokio::test]
async fn a_name_cannot_break_out_of_its_header() {
    let (server, answers) = Server::with_queue().await;
    created(&answers);
    let path = "a\"; filename=\"b\\/c\"d";
    commit(&server).file(path, "x").send().await.unwrap();
    let expected =
        r#"Content-Disposition: form-data; name="a\"; filename=\"b\\/c\"d"; filename="c\"d""#;
    assert_eq!(
        parts(&only(&server)),
        [(expected.to_owned(), "x".to_owned())]
    );
    for path in ["a\r\nX-Evil: 1", "a\nb", "a\rb", "a\0b"] {
        for commit in [
            commit(&server).file(path, "x"),
            commit(&server).delete(path),
            commit(&server).symlink(path, "x"),
        ] {
            let error = commit.send().await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidRequest);
            assert_eq!(error.to_string().lines().count(), 1, "{error}");
        }
    }
    assert!(server.take_requests().is_empty());
}

#[tokio::test]
async fn what_is_no_commit_is_refused_before_it_is_sent() {
    let (server, _) = Server::with_queue().await;
    let start = || commit(&server);
    for (commit, reason) in [
        (start(), "no parts"),
        (start().file("", "x"), "not the path of a file"),
        (start().file("/", "x"), "not the path of a file"),
        (start().file("docs/", "x"), "not the path of a file"),
        (start().file("a//b", "x"), "not the path of a file"),
        (start().file("../b", "x"), "not the path of a file"),
        (start().file("a/./b", "x"), "not the path of a file"),
        (start().delete("a/.."), "not the path of a file"),
        (start().file("a", "x").file("/a", "y"), "twice"),
        (start().file("a", "x").delete("a"), "twice"),
        (start().message("m").parent("main"), "not a commit's hash"),
        (start().parent("1111111,2222222"), "not a commit's hash"),
        (
            start().file("a", Part::file("/does/not/exist")),
            "cannot be read",
        ),
        (start().file("a", Part::file("/")), "no regular file"),
    ] {
        let error = commit.send().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidRequest);
        assert_eq!(error.operation().unwrap().id(), "create_source_commit");
        assert!(error.to_string().contains(reason), "{error}");
    }
    let error = start().send_urlencoded().await.unwrap_err();
    assert!(error.to_string().contains("nothing to commit"), "{error}");
    assert!(server.take_requests().is_empty());
}

#[tokio::test]
async fn a_branch_can_be_made_without_a_file() {
    let (server, answers) = Server::with_queue().await;
    created(&answers);
    let new = commit(&server).branch("release/1.2").parent("1111111");
    assert_eq!(*new.send().await.unwrap(), HASH);
    let expected = [field("branch", "release/1.2"), field("parents", "1111111")];
    assert_eq!(parts(&only(&server)), expected);
}

#[tokio::test]
async fn small_texts_can_be_url_encoded() {
    let (server, answers) = Server::with_queue().await;
    created(&answers);
    let answer = commit(&server)
        .message("Größe & mehr")
        .parent("1111111")
        .parent("2222222")
        .file("message", "a=b+c")
        .file("docs/a b.md", "x\r\ny")
        .delete("old.md")
        .send_urlencoded()
        .await
        .unwrap();
    assert_eq!(*answer, HASH);
    let request = only(&server);
    assert_eq!(request.target, "/2.0/repositories/acme/website/src");
    assert_eq!(
        request.header("content-type"),
        Some("application/x-www-form-urlencoded")
    );
    assert_length_declared(&request);
    assert_eq!(
        request.body,
        "message=Gr%C3%B6%C3%9Fe+%26+mehr&parents=1111111%2C2222222&files=old.md\
         &%2Fmessage=a%3Db%2Bc&docs%2Fa+b.md=x%0D%0Ay"
    );
}

#[tokio::test]
async fn what_is_no_text_is_not_url_encoded() {
    let (server, _) = Server::with_queue().await;
    for commit in [
        commit(&server).file("a", vec![0xff]),
        commit(&server).file("a", Part::file("Cargo.toml")),
        commit(&server).executable("a", "x"),
        commit(&server).symlink("a", "x"),
    ] {
        let error = commit.send_urlencoded().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidRequest);
        assert!(error.to_string().contains("only `send`"), "{error}");
    }
    assert!(server.take_requests().is_empty());
}

#[tokio::test]
async fn the_hash_comes_from_the_location_and_from_nowhere_else() {
    let (server, answers) = Server::with_queue().await;
    let expected = format!("https://x/2.0/repositories/a/b/commit/{HASH}/?at=1#top");
    for (location, found) in [
        (Some(expected.as_str()), true),
        (Some("/2.0/repositories/a/b/commit/1234567"), true),
        (Some("/2.0/repositories/a/b/commit/main"), false),
        (Some("/2.0/repositories/a/b/commit/123456"), false),
        (Some(""), false),
        (None, false),
    ] {
        let answer = Answer::new(201);
        answers.push(match location {
            Some(location) => answer.header("Location", location),
            None => answer,
        });
        let result = commit(&server).file("a", "x").send().await;
        match result {
            Ok(hash) => assert!(found && location.unwrap().contains(&*hash)),
            Err(error) => {
                assert!(!found, "{error}");
                assert_eq!(error.kind(), ErrorKind::Decode);
                assert!(error.to_string().contains("the commit was made"), "{error}");
            }
        }
    }
}

#[tokio::test]
async fn a_parent_that_is_no_longer_the_head_is_a_conflict() {
    let (server, answers) = Server::with_queue().await;
    answers.push(Answer::text(409, "not the head"));
    let commit = commit(&server).parent("1111111").file("a", "x");
    assert!(commit.send().await.unwrap_err().is_conflict());
}

/// Of 2,000 files one is open at a time.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_commit_may_have_more_files_than_may_be_open() {
    use std::sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    };
    let (server, answers) = Server::with_queue().await;
    created(&answers);
    let most = Arc::new(AtomicUsize::new(0));
    let open = Arc::clone(&most);
    let commit = commit(&server).on_progress(move |_, _| {
        let now = std::fs::read_dir("/proc/self/fd").unwrap().count();
        open.fetch_max(now, Ordering::Relaxed);
    });
    let commit = (0..2_000).fold(commit, |commit, number| {
        commit.file(format!("copies/{number}"), Part::file("rustfmt.toml"))
    });
    commit.send().await.unwrap();
    let content = std::fs::read_to_string("rustfmt.toml").unwrap();
    let sent = parts(&only(&server));
    assert_eq!(sent.len(), 2_000);
    assert!(sent.iter().all(|(_, sent)| *sent == content));
    // The sockets of the other tests are among them.
    let most = most.load(Ordering::Relaxed);
    assert!((1..1_000).contains(&most), "{most} files were open");
}

#[tokio::test]
async fn debug_shows_no_content() {
    let (server, _) = Server::with_queue().await;
    let commit = commit(&server).file("a", "s3cret");
    let shown = format!("{commit:?}");
    assert!(
        shown.contains("CommitFiles") && !shown.contains("s3cret"),
        "{shown}"
    );
}
