//! The tokens of a session, fetched by one call for all.

use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use futures_util::{
    FutureExt as _,
    future::{BoxFuture, Shared},
};
use http::HeaderValue;

use super::{
    ACCESS_TOKEN, TokenStore, Tokens,
    failure::Failure,
    renewal::{Grant, Renewal, Source, TokenRequests},
};
use crate::{
    Error, Secret,
    auth::{Connect, header},
};

/// The tokens that a client acts with, and how they are renewed.
///
/// A clone is the same session: what one renews, the other has.
///
/// ```
/// use bitbucket::{Auth, Client, auth::oauth::Consumer};
///
/// # fn main() -> Result<(), bitbucket::Error> {
/// let session = Consumer::new("key", "secret").client_credentials();
/// let client = Client::builder().auth(Auth::oauth(session)).build()?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
#[must_use = "`Auth::oauth` takes it"]
pub struct Session {
    source: Arc<Source>,
    state: Arc<Mutex<State>>,
}

/// A renewal on its way. It goes on as long as one of the calls that wait for
/// it is there, and where it was left off when the next one comes.
type Flight = Shared<BoxFuture<'static, Result<Arc<Tokens>, Failure>>>;

#[derive(Default)]
struct State {
    tokens: Option<Arc<Tokens>>,
    /// The store was looked into.
    loaded: bool,
    /// The store does not have the tokens.
    unsaved: bool,
    flight: Option<Flight>,
    /// How many calls wait for the flight.
    waiting: usize,
}

impl Session {
    pub(super) fn new(grant: Grant) -> Self {
        let store = None;
        Self {
            source: Arc::new(Source { grant, store }),
            state: Arc::default(),
        }
    }

    pub(super) fn with_tokens(grant: Grant, tokens: Tokens) -> Self {
        let session = Self::new(grant);
        session.lock().tokens = Some(Arc::new(tokens));
        session
    }

    /// A session of a Connect app: its signature is exchanged for access tokens
    /// (`urn:bitbucket:oauth2:jwt`), which are not bound to one request.
    ///
    /// ```
    /// use bitbucket::{Auth, auth::{Connect, oauth::Session}};
    ///
    /// let app = Connect::new("example-app", "shared secret").subject("the client key");
    /// let auth = Auth::oauth(Session::app(app));
    /// ```
    pub fn app(app: Connect) -> Self {
        Self::app_at(app, ACCESS_TOKEN, Vec::<String>::new())
    }

    /// A session of a Connect app with another token endpoint than Bitbucket
    /// Cloud's, and with no more than these scopes; none are all that it has.
    ///
    /// ```
    /// use bitbucket::auth::{Connect, oauth::Session};
    ///
    /// let app = Connect::new("example-app", "shared secret").subject("the client key");
    /// let session = Session::app_at(app, "https://proxy.example.com/token", ["repository"]);
    /// ```
    pub fn app_at<S: Into<String>>(
        app: Connect,
        token_url: impl Into<String>,
        scopes: impl IntoIterator<Item = S>,
    ) -> Self {
        Self::new(Grant::App {
            app,
            token_url: token_url.into(),
            scopes: scopes.into_iter().map(Into::into).collect(),
        })
    }

    /// Keeps the tokens where they outlive the program, and begins with those
    /// that are there.
    pub fn store(self, store: impl TokenStore) -> Self {
        let tokens = self.lock().tokens.clone();
        let source = Source {
            grant: self.source.grant.clone(),
            store: Some(Arc::new(store)),
        };
        let state = State {
            tokens,
            ..State::default()
        };
        Self {
            source: Arc::new(source),
            state: Arc::new(Mutex::new(state)),
        }
    }

    pub(in crate::auth) fn check(&self) -> Result<(), Error> {
        self.source.grant.check()
    }

    /// The value of `Authorization`, with a token that is good for a while.
    pub(in crate::auth) async fn header(
        &self,
        requests: impl Fn() -> TokenRequests,
    ) -> Result<HeaderValue, Error> {
        let tokens = self.tokens(requests, None).await?;
        let token = tokens.access_token().map_or("", Secret::expose_secret);
        header::bearer(token)
    }

    /// Sees to it that the token is another one than that which was refused.
    pub(in crate::auth) async fn renew(
        &self,
        requests: impl Fn() -> TokenRequests,
        refused: &str,
    ) -> Result<(), Error> {
        self.tokens(requests, Some(refused)).await.map(drop)
    }

    async fn tokens(
        &self,
        requests: impl Fn() -> TokenRequests,
        refused: Option<&str>,
    ) -> Result<Arc<Tokens>, Error> {
        loop {
            let waiting = match self.next(&requests, refused) {
                Next::Ready(tokens) => return Ok(tokens),
                Next::Wait(waiting) => waiting,
            };
            let outcome = waiting.flight.clone().await;
            self.settle(&waiting.flight, &outcome);
            match outcome {
                Ok(tokens) => return Ok(tokens),
                // Nobody was there for a while to see to its connection, so that
                // its failure says little about Bitbucket.
                Err(_) if waiting.left_behind => {}
                Err(failure) => return Err(failure.into_error()),
            }
        }
    }

    /// Tokens that are at hand, or the flight to wait for: there is one at most.
    fn next(&self, requests: &impl Fn() -> TokenRequests, refused: Option<&str>) -> Next<'_> {
        let mut state = self.lock();
        let to_load = self.source.store.is_some() && !state.loaded;
        if let Some(tokens) = &state.tokens
            && !to_load
            && !state.unsaved
            && tokens.is_usable(refused)
        {
            return Next::Ready(Arc::clone(tokens));
        }
        if let Some(flight) = &state.flight {
            let flight = flight.clone();
            let left_behind = state.waiting == 0;
            state.waiting += 1;
            return Next::Wait(Waiting {
                session: self,
                flight,
                left_behind,
            });
        }
        let renewal = Renewal {
            source: Arc::clone(&self.source),
            requests: requests(),
            known: state.tokens.clone(),
            load: to_load,
            unsaved: state.unsaved,
            refused: refused.map(Secret::from),
        };
        let flight = renewal.run().boxed().shared();
        state.flight = Some(flight.clone());
        state.waiting += 1;
        Next::Wait(Waiting {
            session: self,
            flight,
            left_behind: false,
        })
    }

    /// Keeps what the flight brought, which the first does who sees it.
    fn settle(&self, flight: &Flight, outcome: &Result<Arc<Tokens>, Failure>) {
        let mut state = self.lock();
        let current = state.flight.as_ref();
        if !current.is_some_and(|current| current.ptr_eq(flight)) {
            return;
        }
        state.flight = None;
        let tokens = match outcome {
            Ok(tokens) => tokens,
            Err(failure) => match &failure.unsaved {
                Some(tokens) => tokens,
                None => return,
            },
        };
        state.tokens = Some(Arc::clone(tokens));
        state.loaded = true;
        state.unsaved = outcome.is_err();
    }

    /// Nothing panics while it holds this, so that the state is whole.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

enum Next<'a> {
    Ready(Arc<Tokens>),
    Wait(Waiting<'a>),
}

/// A call that waits and is counted, until it is dropped.
struct Waiting<'a> {
    session: &'a Session,
    flight: Flight,
    /// All that waited for the flight before have gone.
    left_behind: bool,
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        let mut state = self.session.lock();
        state.waiting = state.waiting.saturating_sub(1);
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let grant = match &self.source.grant {
            Grant::ClientCredentials(_) => "client credentials",
            Grant::RefreshToken(_) => "refresh token",
            Grant::App { .. } => "app",
        };
        formatter
            .debug_struct("Session")
            .field("grant", &grant)
            .finish_non_exhaustive()
    }
}
