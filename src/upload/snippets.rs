//! Writing snippets, in the three encodings that Bitbucket takes.

use http::{HeaderValue, header::CONTENT_TYPE};
use reqwest::Request;
use serde_json::{Map, Value, json};

use crate::{
    Client, Error, Form, Nullable, Operation, Part, Response,
    builder::{CreateSnippet, CreateWorkspaceSnippet, UpdateSnippet, UpdateSnippetRevision},
    handle::{Snippet, Workspace},
    multipart::{Layout, ROOT},
    outgoing::Outgoing,
    types,
};

impl Client {
    /// Makes a snippet of the user's own. [`Workspace::new_snippet`] makes one of a workspace.
    ///
    /// ```no_run
    /// use bitbucket::{Client, Part};
    ///
    /// # async fn create(client: Client) -> Result<(), bitbucket::Error> {
    /// let snippet = client
    ///     .new_snippet()
    ///     .title("A plot and its data")
    ///     .private(true)
    ///     .file("data.csv", "x,y\n1,2\n")
    ///     .file("plot.png", Part::file("target/plot.png"))
    ///     .send()
    ///     .await?;
    /// println!("{:?}", snippet.id);
    /// # Ok(())
    /// # }
    /// ```
    pub fn new_snippet(&self) -> NewSnippet {
        NewSnippet {
            client: self.clone(),
            workspace: None,
            draft: Draft::default(),
        }
    }
}

impl Workspace {
    /// Makes a snippet of this workspace.
    ///
    /// ```no_run
    /// # async fn create(client: bitbucket::Client) -> Result<(), bitbucket::Error> {
    /// let new = client.workspace("acme").new_snippet().file("notes.txt", "Nothing yet\n");
    /// new.send().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn new_snippet(&self) -> NewSnippet {
        NewSnippet {
            workspace: Some(self.clone()),
            ..self.client.new_snippet()
        }
    }
}

impl Snippet {
    /// Changes the snippet. What is not named stays as it is.
    ///
    /// ```no_run
    /// # async fn change(client: bitbucket::Client) -> Result<(), bitbucket::Error> {
    /// let snippet = client.workspace("acme").snippet("kypj");
    /// snippet
    ///     .change()
    ///     .title("Notes of May")
    ///     .file("may.txt", "All is new\n")
    ///     .delete_file("april.txt")
    ///     .send()
    ///     .await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn change(&self) -> SnippetChange {
        SnippetChange {
            snippet: self.clone(),
            revision: None,
            draft: Draft::default(),
        }
    }
}

/// A snippet that is to be made: [`Client::new_snippet`].
#[derive(Debug)]
#[must_use = "no snippet is made before it is sent"]
pub struct NewSnippet {
    client: Client,
    workspace: Option<Workspace>,
    draft: Draft,
}

impl NewSnippet {
    /// The title.
    pub fn title(mut self, title: impl Into<String>) -> Self {
        self.draft.title = Some(Nullable::Value(title.into()));
        self
    }

    /// Whether only the members of the workspace see the snippet.
    pub fn private(mut self, private: bool) -> Self {
        self.draft.private = Some(private);
        self
    }

    /// Adds a file.
    pub fn file(mut self, name: impl Into<String>, content: impl Into<Part>) -> Self {
        self.draft.files.push((name.into(), content.into()));
        self
    }

    /// Reports the bytes sent: [`Form::on_progress`].
    pub fn on_progress(
        mut self,
        report: impl Fn(u64, Option<u64>) + Send + Sync + 'static,
    ) -> Self {
        self.draft.progress = self.draft.progress.on_progress(report);
        self
    }

    /// Makes the snippet: as `multipart/form-data` if it has files, else as JSON.
    ///
    /// # Errors
    ///
    /// Before anything is sent, if a file cannot be opened or its name cannot be
    /// sent; then as [`Error`] says.
    pub async fn send(self) -> Result<Response<types::Snippet>, Error> {
        let encoding = self.draft.simplest();
        self.send_as(encoding).await
    }

    /// Makes the snippet, as `multipart/form-data`.
    ///
    /// # Errors
    ///
    /// As [`send`](Self::send).
    pub async fn send_form_data(self) -> Result<Response<types::Snippet>, Error> {
        self.send_as(Encoding::FormData).await
    }

    /// Makes the snippet, as `multipart/related`: JSON with the files beside it.
    ///
    /// # Errors
    ///
    /// As [`send`](Self::send).
    pub async fn send_related(self) -> Result<Response<types::Snippet>, Error> {
        self.send_as(Encoding::Related).await
    }

    /// Makes the snippet, as JSON, which has no place for files.
    ///
    /// # Errors
    ///
    /// As [`send`](Self::send), and before anything is sent if there are files.
    pub async fn send_json(self) -> Result<Response<types::Snippet>, Error> {
        self.send_as(Encoding::Json).await
    }

    async fn send_as(self, encoding: Encoding) -> Result<Response<types::Snippet>, Error> {
        let Self {
            client,
            workspace,
            draft,
        } = self;
        let (operation, request) = match workspace {
            Some(workspace) => (
                &CreateWorkspaceSnippet::OPERATION,
                workspace.create_workspace_snippet().request()?,
            ),
            None => (
                &CreateSnippet::OPERATION,
                client.create_snippet().request()?,
            ),
        };
        let request = draft.put_into(operation, request, encoding)?;
        client.send_json(operation, request).await
    }
}

/// Changes to a snippet: [`Snippet::change`].
#[derive(Debug)]
#[must_use = "nothing is changed before it is sent"]
pub struct SnippetChange {
    snippet: Snippet,
    revision: Option<String>,
    draft: Draft,
}

impl SnippetChange {
    /// Changes the snippet only if `node_id` is still its latest revision:
    /// Bitbucket answers 405 otherwise.
    ///
    /// ```no_run
    /// use http::StatusCode;
    ///
    /// # async fn change(client: bitbucket::Client) -> Result<(), bitbucket::Error> {
    /// let snippet = client.workspace("acme").snippet("kypj");
    /// let change = snippet.change().at_revision("1b2c3d4").file("count.txt", "8\n");
    /// match change.send().await {
    ///     Err(error) if error.status() == Some(StatusCode::METHOD_NOT_ALLOWED) => {
    ///         println!("somebody else was faster");
    ///     }
    ///     result => println!("{:?}", result?.updated_on),
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn at_revision(mut self, node_id: impl Into<String>) -> Self {
        self.revision = Some(node_id.into());
        self
    }

    /// Changes the title.
    pub fn title(mut self, title: impl Into<String>) -> Self {
        self.draft.title = Some(Nullable::Value(title.into()));
        self
    }

    /// Takes the title away.
    pub fn clear_title(mut self) -> Self {
        self.draft.title = Some(Nullable::Null);
        self
    }

    /// Whether only the members of the workspace see the snippet.
    pub fn private(mut self, private: bool) -> Self {
        self.draft.private = Some(private);
        self
    }

    /// Adds a file, or replaces it.
    pub fn file(mut self, name: impl Into<String>, content: impl Into<Part>) -> Self {
        self.draft.files.push((name.into(), content.into()));
        self
    }

    /// Deletes a file.
    pub fn delete_file(mut self, name: impl Into<String>) -> Self {
        self.draft.deleted.push(name.into());
        self
    }

    /// Renames a file, which is to delete it and to add it under its new name:
    /// the content has to be sent.
    pub fn rename_file(
        self,
        name: impl Into<String>,
        new_name: impl Into<String>,
        content: impl Into<Part>,
    ) -> Self {
        self.delete_file(name).file(new_name, content)
    }

    /// Reports the bytes sent: [`Form::on_progress`].
    pub fn on_progress(
        mut self,
        report: impl Fn(u64, Option<u64>) + Send + Sync + 'static,
    ) -> Self {
        self.draft.progress = self.draft.progress.on_progress(report);
        self
    }

    /// Makes the change: as JSON if no file is written or deleted, else as
    /// `multipart/form-data`, or as `multipart/related` if the title is taken
    /// away as well, which a form cannot say.
    ///
    /// # Errors
    ///
    /// Before anything is sent, if a file cannot be opened or its name cannot be
    /// sent; then as [`Error`] says.
    pub async fn send(self) -> Result<Response<types::Snippet>, Error> {
        let encoding = self.draft.simplest();
        self.send_as(encoding).await
    }

    /// Makes the change, as `multipart/form-data`.
    ///
    /// # Errors
    ///
    /// As [`send`](Self::send), and before anything is sent if the title is to be
    /// taken away.
    pub async fn send_form_data(self) -> Result<Response<types::Snippet>, Error> {
        self.send_as(Encoding::FormData).await
    }

    /// Makes the change, as `multipart/related`: JSON with the files beside it.
    ///
    /// # Errors
    ///
    /// As [`send`](Self::send).
    pub async fn send_related(self) -> Result<Response<types::Snippet>, Error> {
        self.send_as(Encoding::Related).await
    }

    /// Makes the change, as JSON, which can delete files but not write them.
    ///
    /// # Errors
    ///
    /// As [`send`](Self::send), and before anything is sent if a file is written.
    pub async fn send_json(self) -> Result<Response<types::Snippet>, Error> {
        self.send_as(Encoding::Json).await
    }

    async fn send_as(self, encoding: Encoding) -> Result<Response<types::Snippet>, Error> {
        let Self {
            snippet,
            revision,
            draft,
        } = self;
        let (operation, request) = match revision {
            Some(revision) => (
                &UpdateSnippetRevision::OPERATION,
                snippet
                    .update_snippet_revision()
                    .node_id(revision)
                    .request()?,
            ),
            None => (
                &UpdateSnippet::OPERATION,
                snippet.update_snippet().request()?,
            ),
        };
        let request = draft.put_into(operation, request, encoding)?;
        snippet.client.send_json(operation, request).await
    }
}

#[derive(Clone, Copy)]
enum Encoding {
    Json,
    FormData,
    Related,
}

/// What is to be said of a snippet, in whichever encoding.
#[derive(Debug, Default)]
struct Draft {
    title: Option<Nullable<String>>,
    private: Option<bool>,
    files: Vec<(String, Part)>,
    deleted: Vec<String>,
    /// A form without parts, for what is to be told of the progress.
    progress: Form,
}

impl Draft {
    fn simplest(&self) -> Encoding {
        if self.files.is_empty() && self.deleted.is_empty() {
            Encoding::Json
        } else if self.title == Some(Nullable::Null) {
            Encoding::Related
        } else {
            Encoding::FormData
        }
    }

    fn put_into(
        self,
        operation: &'static Operation,
        request: Request,
        encoding: Encoding,
    ) -> Result<Outgoing, Error> {
        let refused = |fault| Error::invalid_request(operation, fault);
        self.check().map_err(refused)?;
        let form = match encoding {
            Encoding::Json => return self.json(request).map_err(refused),
            Encoding::FormData => self.form_data(),
            Encoding::Related => self.related(),
        };
        Ok(Outgoing::with_form(request, form.map_err(refused)?))
    }

    fn check(&self) -> Result<(), String> {
        let mut names: Vec<&String> = self.files.iter().map(|(name, _)| name).collect();
        names.extend(&self.deleted);
        names.sort();
        if names.first().is_some_and(|name| name.is_empty()) {
            return Err("a file has no name".to_owned());
        }
        match names.windows(2).find(|two| two[0] == two[1]) {
            Some(two) => Err(format!("the file {:?} is named twice", two[0])),
            None => Ok(()),
        }
    }

    fn json(self, mut request: Request) -> Result<Outgoing, String> {
        if let Some((name, _)) = self.files.first() {
            return Err(format!("the content of {name:?} cannot be sent as JSON"));
        }
        let mut properties = self.properties();
        if !self.deleted.is_empty() {
            let deleted = self.deleted.into_iter().map(|name| (name, Value::Null));
            properties.insert("files".to_owned(), deleted.collect());
        }
        *request.body_mut() = Some(Value::from(properties).to_string().into());
        let json = HeaderValue::from_static("application/json");
        request.headers_mut().insert(CONTENT_TYPE, json);
        Ok(request.into())
    }

    fn form_data(self) -> Result<Form, String> {
        let mut form = self.progress;
        match self.title {
            None => {}
            Some(Nullable::Value(title)) => form = form.text("title", title),
            Some(Nullable::Null) => {
                return Err("a form cannot take the title away: JSON and \
                            multipart/related can"
                    .to_owned());
            }
        }
        if let Some(private) = self.private {
            form = form.text("is_private", private.to_string());
        }
        for name in self.deleted {
            form = form.text("files", name);
        }
        for (name, part) in self.files {
            form = form.part("file", part.file_name(name));
        }
        Ok(form)
    }

    fn related(self) -> Result<Form, String> {
        let mut properties = self.properties();
        let written = self.files.iter().map(|(name, _)| name);
        let files: Map<_, _> = written
            .chain(&self.deleted)
            .map(|name| (name.clone(), json!({})))
            .collect();
        if files.contains_key(ROOT) {
            return Err(format!(
                "a file called {ROOT:?} cannot be told from the snippet itself in multipart/related"
            ));
        }
        if !files.is_empty() {
            properties.insert("files".to_owned(), files.into());
        }
        let form = self.progress.with_layout(Layout::Related);
        let form = form.root(&properties.into());
        Ok(self.files.into_iter().fold(form, |form, (name, part)| {
            form.part(name.clone(), part.file_name(name))
        }))
    }

    fn properties(&self) -> Map<String, Value> {
        let mut properties = Map::new();
        if let Some(title) = &self.title {
            properties.insert("title".to_owned(), json!(title));
        }
        if let Some(private) = self.private {
            properties.insert("is_private".to_owned(), json!(private));
        }
        properties
    }
}
