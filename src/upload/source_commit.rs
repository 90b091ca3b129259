//! Commits made of uploaded files.

use std::collections::BTreeSet;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, header};

use crate::{Error, Form, Part, Response, builder::CreateSourceCommit, handle::Repository};

/// Fields of the form that are no files.
const DETAILS: [&str; 5] = ["message", "author", "branch", "parents", "files"];

impl Repository {
    /// Makes a commit that writes and deletes files, without a clone of the
    /// repository. [`CommitFiles::send`] sends it.
    ///
    /// ```no_run
    /// use bitbucket::{Client, Part};
    ///
    /// # async fn commit(client: Client) -> Result<(), bitbucket::Error> {
    /// let commit = client
    ///     .repository("acme", "website")
    ///     .commit_files()
    ///     .message("Release 1.2")
    ///     .branch("main")
    ///     .file("CHANGES.md", "# 1.2\n\nFaster.\n")
    ///     .file("static/logo.png", Part::file("design/logo.png"))
    ///     .executable("bin/deploy", "#!/bin/sh\nexec make deploy\n")
    ///     .symlink("README", "README.md")
    ///     .delete("static/old-logo.png")
    ///     .send()
    ///     .await?;
    /// println!("{}", *commit);
    /// # Ok(())
    /// # }
    /// ```
    pub fn commit_files(&self) -> CommitFiles {
        CommitFiles {
            repository: self.clone(),
            form: Form::new(),
            message: None,
            author: None,
            branch: None,
            parents: Vec::new(),
            files: Vec::new(),
            deleted: Vec::new(),
        }
    }
}

/// A commit that is made of uploaded files: [`Repository::commit_files`].
///
/// Paths begin at the root of the repository, with or without a slash. Files that
/// are not named stay as the first parent has them.
#[derive(Debug)]
#[must_use = "nothing is committed before it is sent"]
pub struct CommitFiles {
    repository: Repository,
    form: Form,
    message: Option<String>,
    author: Option<String>,
    branch: Option<String>,
    parents: Vec<String>,
    files: Vec<(String, Part)>,
    deleted: Vec<String>,
}

impl CommitFiles {
    /// The commit message; Bitbucket's own where none is given.
    pub fn message(mut self, message: impl Into<String>) -> Self {
        self.message = Some(message.into());
        self
    }

    /// The author, as `Kim <kim@example.com>`; the user of the credentials where
    /// none is given.
    pub fn author(mut self, author: impl Into<String>) -> Self {
        self.author = Some(author.into());
        self
    }

    /// The branch to commit to, which is created if there is none of that name;
    /// the main branch where none is given.
    pub fn branch(mut self, branch: impl Into<String>) -> Self {
        self.branch = Some(branch.into());
        self
    }

    /// A parent of the commit, by its hash. The first one is what the files are
    /// changed against, and has to be the head of the branch if that exists:
    /// Bitbucket answers 409 otherwise. Called again, it adds another parent.
    pub fn parent(mut self, hash: impl Into<String>) -> Self {
        self.parents.push(hash.into());
        self
    }

    /// Writes a file. One that is there is replaced, and is no executable and no
    /// link any more.
    pub fn file(mut self, path: impl Into<String>, content: impl Into<Part>) -> Self {
        let path = path.into();
        let path = path.trim_start_matches('/');
        let name = path.rsplit('/').next().unwrap_or_default();
        // Without a file name Bitbucket would take it for a field.
        let part = content.into().file_name(name);
        self.files.push((path.to_owned(), part));
        self
    }

    /// Writes a file that can be executed. It has to be said again each time that
    /// the file is written.
    pub fn executable(self, path: impl Into<String>, content: impl Into<Part>) -> Self {
        self.file(path, content.into().attribute("executable"))
    }

    /// Writes a symbolic link to `target`, which is relative to the link's own directory.
    pub fn symlink(self, path: impl Into<String>, target: impl Into<String>) -> Self {
        self.file(path, Part::text(target).attribute("link"))
    }

    /// Deletes a file. To rename one, delete it and write it under its new path
    /// in the same commit.
    pub fn delete(mut self, path: impl Into<String>) -> Self {
        let path = path.into();
        self.deleted.push(path.trim_start_matches('/').to_owned());
        self
    }

    /// Reports the bytes sent: [`Form::on_progress`].
    pub fn on_progress(
        mut self,
        report: impl Fn(u64, Option<u64>) + Send + Sync + 'static,
    ) -> Self {
        self.form = self.form.on_progress(report);
        self
    }

    /// Makes the commit, as `multipart/form-data`, and gives its hash.
    ///
    /// # Errors
    ///
    /// Before anything is sent, if a path is none of a file or stands for two
    /// things; then as [`Error`] says. Bitbucket answers 409 if the parent is not
    /// the head of the branch.
    pub async fn send(mut self) -> Result<Response<String>, Error> {
        self.check()?;
        let mut form = std::mem::take(&mut self.form);
        for (name, value) in self.details() {
            form = form.text(name, value);
        }
        for (path, part) in self.files {
            form = form.part(field(path), part);
        }
        let answer = self
            .repository
            .create_source_commit()
            .body(form)
            .send()
            .await?;
        hash(answer)
    }

    /// Makes the commit as [`send`](Self::send) does, but url-encoded: smaller for
    /// a few short texts. Progress is not reported.
    ///
    /// # Errors
    ///
    /// As [`send`](Self::send), and before anything is sent if there is other
    /// content than texts at hand, or an executable or a link.
    pub async fn send_urlencoded(mut self) -> Result<Response<String>, Error> {
        self.check()?;
        let mut pairs = self.details();
        for (path, part) in std::mem::take(&mut self.files) {
            let Some(text) = part.plain_text() else {
                return Err(refused(format!(
                    "{path:?} is not a plain file with a text at hand: only `send` can send it"
                )));
            };
            pairs.push((field(path), text.to_owned()));
        }
        if pairs.is_empty() {
            return Err(refused("there is nothing to commit".to_owned()));
        }
        let body =
            serde_html_form::to_string(&pairs).map_err(|error| refused(error.to_string()))?;
        let builder = self.repository.create_source_commit().body(Form::new());
        let mut request = builder.request()?.into_request();
        *request.body_mut() = Some(body.into());
        request.headers_mut().insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/x-www-form-urlencoded"),
        );
        let client = &self.repository.client;
        let answer = client
            .send_empty(&CreateSourceCommit::OPERATION, request)
            .await?;
        hash(answer)
    }

    /// What is no file, by the names of the fields.
    fn details(&mut self) -> Vec<(String, String)> {
        let parents = (!self.parents.is_empty()).then(|| self.parents.join(","));
        let single = [
            ("message", self.message.take()),
            ("author", self.author.take()),
            ("branch", self.branch.take()),
            ("parents", parents),
        ];
        let mut details: Vec<_> = single
            .into_iter()
            .filter_map(|(name, value)| Some((name.to_owned(), value?)))
            .collect();
        let deleted = self.deleted.drain(..);
        details.extend(deleted.map(|path| ("files".to_owned(), path)));
        details
    }

    fn check(&self) -> Result<(), Error> {
        let mut paths = BTreeSet::new();
        let written = self.files.iter().map(|(path, _)| path);
        for path in written.chain(&self.deleted) {
            let is_path = path
                .split('/')
                .all(|segment| !matches!(segment, "" | "." | ".."));
            if !is_path || path.chars().any(char::is_control) {
                return Err(refused(format!("{path:?} is not the path of a file")));
            }
            if !paths.insert(path) {
                return Err(refused(format!("{path:?} is in the commit twice")));
            }
        }
        if let Some(hash) = self.parents.iter().find(|hash| !is_hash(hash)) {
            return Err(refused(format!(
                "the parent {hash:?} is not a commit's hash"
            )));
        }
        Ok(())
    }
}

/// The name of a file's field, with a slash where Bitbucket would otherwise take
/// the file for one of its own fields.
fn field(path: String) -> String {
    if DETAILS.contains(&path.as_str()) {
        format!("/{path}")
    } else {
        path
    }
}

fn refused(fault: String) -> Error {
    Error::invalid_request(&CreateSourceCommit::OPERATION, fault)
}

/// The new commit is told by the address that it is found at, and nowhere else.
fn hash(answer: Response<()>) -> Result<Response<String>, Error> {
    match location_hash(answer.headers()) {
        Some(hash) => Ok(answer.map(|()| hash)),
        None => Err(Error::decode(
            &CreateSourceCommit::OPERATION,
            answer.status(),
            answer.headers().clone(),
            &Bytes::new(),
            "the commit was made, but the answer has no `Location` that ends in its hash",
            None,
        )),
    }
}

fn location_hash(headers: &HeaderMap) -> Option<String> {
    let location = headers.get(header::LOCATION)?.to_str().ok()?;
    let path = location.split(['?', '#']).next()?;
    let last = path.trim_end_matches('/').rsplit('/').next()?;
    is_hash(last).then(|| last.to_owned())
}

fn is_hash(text: &str) -> bool {
    (7..=64).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}
