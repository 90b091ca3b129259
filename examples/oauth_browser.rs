//! Logs a person in by their browser, and keeps the tokens for the next time.
//!
//! ```text
//! BITBUCKET_CLIENT_ID=… BITBUCKET_CLIENT_SECRET=… cargo run --example oauth_browser
//! ```
//!
//! The consumer's callback URL is `http://localhost:8976/done`.

use std::{env, error::Error, io, path::PathBuf};

use bitbucket::{
    Auth, Client,
    auth::{
        BoxError, BoxFuture,
        oauth::{Consumer, TokenStore, Tokens},
    },
};
use tokio::{
    fs,
    io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader},
    net::TcpListener,
};

const CALLBACK: &str = "localhost:8976";

/// Tokens in a file that its owner alone may read.
#[derive(Clone)]
struct File(PathBuf);

impl TokenStore for File {
    fn load(&self) -> BoxFuture<'_, Result<Option<Tokens>, BoxError>> {
        Box::pin(async {
            match fs::read(&self.0).await {
                Ok(json) => Ok(Some(serde_json::from_slice(&json)?)),
                Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
                Err(error) => Err(error.into()),
            }
        })
    }

    fn save(&self, tokens: Tokens) -> BoxFuture<'_, Result<(), BoxError>> {
        Box::pin(async move {
            let json = serde_json::to_vec(&tokens)?;
            // Written beside and moved into place: tokens that were half
            // written would be lost, and the login with them.
            let beside = self.0.with_extension("new");
            let mut options = fs::OpenOptions::new();
            options.write(true).create(true).truncate(true);
            #[cfg(unix)]
            options.mode(0o600);
            let mut file = options.open(&beside).await?;
            file.write_all(&json).await?;
            file.sync_all().await?;
            Ok(fs::rename(beside, &self.0).await?)
        })
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let key = env::var("BITBUCKET_CLIENT_ID")?;
    let secret = env::var("BITBUCKET_CLIENT_SECRET")?;
    let consumer =
        Consumer::new(key, secret.as_str()).redirect_url(format!("http://{CALLBACK}/done"));
    let store = File("bitbucket-tokens.json".into());
    if store
        .load()
        .await
        .map_err(|error| error as Box<dyn Error>)?
        .is_none()
    {
        let tokens = log_in(&consumer).await?;
        store
            .save(tokens)
            .await
            .map_err(|error| error as Box<dyn Error>)?;
    }
    let auth = Auth::oauth(consumer.stored_in(store));
    let client = Client::builder().auth(auth).build()?;
    let person = client.get_current_user().send().await?;
    let name = person.display_name.as_deref().unwrap_or("somebody");
    println!("Logged in as {name}.");
    Ok(())
}

/// Sends the person to Bitbucket, and waits for the browser to come back.
async fn log_in(consumer: &Consumer) -> Result<Tokens, Box<dyn Error>> {
    let listener = TcpListener::bind(CALLBACK).await?;
    let authorization = consumer.authorize()?;
    println!("Open this in a browser:\n\n  {}\n", authorization.url());
    let (mut browser, _) = listener.accept().await?;
    let mut line = String::new();
    BufReader::new(&mut browser).read_line(&mut line).await?;
    let callback = line.split(' ').nth(1).unwrap_or_default();
    let anybody = Client::builder().build()?;
    let exchanged = consumer.exchange(&anybody, authorization, callback).await;
    let text = match &exchanged {
        Ok(_) => "You are logged in, and can close this page.",
        Err(_) => "That did not work; the program says why.",
    };
    let length = text.len();
    let answer = format!(
        "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: {length}\r\n\
         Connection: close\r\n\r\n{text}"
    );
    browser.write_all(answer.as_bytes()).await?;
    Ok(exchanged?)
}
