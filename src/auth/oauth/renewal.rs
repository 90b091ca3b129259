//! How a session comes by new tokens.

use std::sync::Arc;

use super::{Consumer, TokenStore, Tokens, endpoint, endpoint_url, failure::Failure};
use crate::{
    Error, ErrorKind, RetryPolicy,
    auth::Connect,
    retry::{Attempts, Budget},
    wire::Wire,
};

/// By what right new tokens are fetched.
#[derive(Clone)]
pub(super) enum Grant {
    ClientCredentials(Consumer),
    RefreshToken(Consumer),
    App {
        app: Connect,
        token_url: String,
        scopes: Vec<String>,
    },
}

impl Grant {
    pub(super) fn check(&self) -> Result<(), Error> {
        match self {
            Self::ClientCredentials(consumer) | Self::RefreshToken(consumer) => consumer.check(),
            Self::App { app, token_url, .. } => {
                app.check()?;
                endpoint_url("token", token_url).map(drop)
            }
        }
    }

    /// Whether asking twice does no harm. A refresh token may be good only once:
    /// the second use of one could be taken for a theft.
    fn is_repeatable(&self) -> bool {
        !matches!(self, Self::RefreshToken(_))
    }

    async fn fetch(&self, wire: &Wire, known: Option<&Tokens>) -> Result<Tokens, Failure> {
        match self {
            Self::ClientCredentials(consumer) => endpoint::client_credentials(wire, consumer).await,
            Self::RefreshToken(consumer) => {
                let Some(known) = known else {
                    return Err(Failure::new(
                        "there are no tokens in the store: nobody has logged in yet",
                    ));
                };
                let Some(refresh_token) = known.refresh_token() else {
                    return Err(Failure::new(
                        "the access token is no longer good, and there is no refresh token: \
                         log in again",
                    ));
                };
                endpoint::refresh(wire, consumer, refresh_token).await
            }
            Self::App {
                app,
                token_url,
                scopes,
            } => {
                let token_url = endpoint_url("token", token_url)?;
                endpoint::app_token(wire, app, &token_url, scopes).await
            }
        }
    }
}

/// By what, and how often, the token endpoint is asked.
pub(in crate::auth) struct TokenRequests {
    pub(in crate::auth) wire: Wire,
    pub(in crate::auth) retry: RetryPolicy,
    pub(in crate::auth) budget: Arc<Budget>,
}

/// What a session is made of, which does not change.
#[derive(Clone)]
pub(super) struct Source {
    pub(super) grant: Grant,
    pub(super) store: Option<Arc<dyn TokenStore>>,
}

/// One way to usable tokens, on behalf of every call that waits for them.
pub(super) struct Renewal {
    pub(super) source: Arc<Source>,
    pub(super) requests: TokenRequests,
    pub(super) known: Option<Arc<Tokens>>,
    /// The store was not looked into yet.
    pub(super) load: bool,
    /// The store does not have what is known.
    pub(super) unsaved: bool,
    /// The access token that Bitbucket answered with 401.
    pub(super) refused: Option<crate::Secret>,
}

impl Renewal {
    pub(super) async fn run(mut self) -> Result<Arc<Tokens>, Failure> {
        if self.load {
            match self.stored().await? {
                Some(tokens) => {
                    self.known = Some(Arc::new(tokens));
                    self.unsaved = false;
                }
                None => self.unsaved = self.known.is_some(),
            }
        }
        if let Some(known) = &self.known
            && self.is_usable(known)
        {
            let known = Arc::clone(known);
            return if self.unsaved {
                self.save(known).await
            } else {
                Ok(known)
            };
        }
        match self.fetch(self.known.as_deref()).await {
            Ok(tokens) => self.save(Arc::new(tokens)).await,
            Err(failure) if failure.kind == ErrorKind::Authentication => {
                self.stored_successor(failure).await
            }
            Err(failure) => Err(failure),
        }
    }

    /// New tokens, asked for again where that may help.
    async fn fetch(&self, known: Option<&Tokens>) -> Result<Tokens, Failure> {
        let grant = &self.source.grant;
        let TokenRequests {
            wire,
            retry,
            budget,
        } = &self.requests;
        let mut attempts = Attempts::new(retry, budget);
        loop {
            let failure = match grant.fetch(wire, known).await {
                Ok(tokens) => return Ok(tokens),
                Err(failure) => failure,
            };
            let wait = failure
                .may_pass(retry, grant.is_repeatable())
                .then(|| attempts.again(failure.retry_after()));
            match wait.flatten() {
                Some(wait) => tokio::time::sleep(wait).await,
                None => return Err(failure),
            }
        }
    }

    /// A refresh token that is refused may have been used by another process,
    /// which then has put its successor into the store.
    async fn stored_successor(self, failure: Failure) -> Result<Arc<Tokens>, Failure> {
        let Grant::RefreshToken(_) = self.source.grant else {
            return Err(failure);
        };
        let Some(stored) = self.stored().await? else {
            return Err(failure);
        };
        let token = |tokens: &Tokens| {
            let token = tokens.refresh_token();
            token.map(|token| token.expose_secret().to_owned())
        };
        if self.known.as_deref().and_then(token) == token(&stored) {
            return Err(failure);
        }
        if self.is_usable(&stored) {
            return Ok(Arc::new(stored));
        }
        let tokens = self.fetch(Some(&stored)).await?;
        self.save(Arc::new(tokens)).await
    }

    fn is_usable(&self, tokens: &Tokens) -> bool {
        let refused = self.refused.as_ref().map(crate::Secret::expose_secret);
        tokens.is_usable(refused)
    }

    async fn stored(&self) -> Result<Option<Tokens>, Failure> {
        match &self.source.store {
            Some(store) => store
                .load()
                .await
                .map_err(|error| Failure::store("the stored tokens cannot be read", error)),
            None => Ok(None),
        }
    }

    async fn save(&self, tokens: Arc<Tokens>) -> Result<Arc<Tokens>, Failure> {
        if let Some(store) = &self.source.store {
            let saved = store.save(Tokens::clone(&tokens)).await;
            saved.map_err(|error| {
                Failure::store("the new tokens could not be stored", error)
                    .with_unsaved(Arc::clone(&tokens))
            })?;
        }
        Ok(tokens)
    }
}
