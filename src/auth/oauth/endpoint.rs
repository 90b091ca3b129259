//! The requests to the token endpoint.

use http::{HeaderValue, StatusCode, header};
use oauth2::{
    AuthorizationCode, HttpRequest, HttpResponse, PkceCodeVerifier, RefreshToken,
    RequestTokenError,
    basic::{BasicErrorResponse, BasicTokenResponse},
};
use serde::Deserialize;
use url::{Url, form_urlencoded};

use super::{Consumer, Tokens, failure::Failure};
use crate::{
    Secret,
    auth::Connect,
    error::read_beginning,
    wire::{Wire, within},
};

const JWT_GRANT: &str = "urn:bitbucket:oauth2:jwt";

/// The consumer's own token.
pub(super) async fn client_credentials(
    wire: &Wire,
    consumer: &Consumer,
) -> Result<Tokens, Failure> {
    let secrets = [consumer.secret.expose_secret()];
    let send = |request| send(wire.clone(), request);
    let client = consumer.client()?;
    let answer = client
        .exchange_client_credentials()
        .add_scopes(consumer.requested_scopes())
        .request_async(&send)
        .await;
    read(answer, &secrets)
}

/// New tokens for a refresh token.
pub(super) async fn refresh(
    wire: &Wire,
    consumer: &Consumer,
    refresh_token: &Secret,
) -> Result<Tokens, Failure> {
    let secrets = [
        consumer.secret.expose_secret(),
        refresh_token.expose_secret(),
    ];
    let send = |request| send(wire.clone(), request);
    let client = consumer.client()?;
    let answer = client
        .exchange_refresh_token(&RefreshToken::new(refresh_token.expose_secret().to_owned()))
        .request_async(&send)
        .await;
    let tokens = read(answer, &secrets)?;
    Ok(tokens.or_refresh_token(Some(refresh_token)))
}

/// The first tokens, for the code that the browser came back with.
pub(super) async fn authorization_code(
    wire: &Wire,
    consumer: &Consumer,
    code: String,
    verifier: Option<&Secret>,
) -> Result<Tokens, Failure> {
    let mut secrets = vec![consumer.secret.expose_secret().to_owned(), code.clone()];
    let send = |request| send(wire.clone(), request);
    let client = consumer.client()?;
    let mut request = client.exchange_code(AuthorizationCode::new(code));
    if let Some(verifier) = verifier {
        secrets.push(verifier.expose_secret().to_owned());
        let verifier = PkceCodeVerifier::new(verifier.expose_secret().to_owned());
        request = request.set_pkce_verifier(verifier);
    }
    let secrets: Vec<&str> = secrets.iter().map(String::as_str).collect();
    read(request.request_async(&send).await, &secrets)
}

/// A Connect app's token. The `oauth2` library knows no grants but the
/// standard's, so that this request is written here.
pub(super) async fn app_token(
    wire: &Wire,
    app: &Connect,
    token_url: &Url,
    scopes: &[String],
) -> Result<Tokens, Failure> {
    let request = http::Request::post(token_url.as_str())
        .header(header::AUTHORIZATION, app.unbound_header()?)
        .header(header::ACCEPT, "application/json")
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(app_form(scopes).into_bytes())
        .map_err(|_| Failure::new("the token URL cannot be asked"))?;
    let answer = send(wire.clone(), request).await?;
    let response: BasicTokenResponse =
        serde_json::from_slice(answer.body()).map_err(|_| not_a_token())?;
    Ok(Tokens::from_response(&response))
}

fn app_form(scopes: &[String]) -> String {
    let mut form = form_urlencoded::Serializer::new(String::new());
    form.append_pair("grant_type", JWT_GRANT);
    if !scopes.is_empty() {
        form.append_pair("scope", &scopes.join(" "));
    }
    form.finish()
}

/// Sends what the `oauth2` library made, and reads what is no success.
async fn send(wire: Wire, request: HttpRequest) -> Result<HttpResponse, Failure> {
    let mut request = reqwest::Request::try_from(request)
        .map_err(|_| Failure::new("the token URL cannot be asked"))?;
    if let Some(value) = request.headers_mut().get_mut(header::AUTHORIZATION) {
        value.set_sensitive(true);
    }
    let asked = request.url().clone();
    let time = wire.brief();
    let answer = within(time, wire.http.execute(request)).await;
    let mut answer = answer.map_err(Failure::unreachable)?;
    if *answer.url() != asked {
        // Only a client of the caller's own does so; this crate's does not.
        return Err(Failure::new(
            "the token endpoint redirects, which is not followed with a secret",
        ));
    }
    let status = answer.status();
    let headers = std::mem::take(answer.headers_mut());
    let beginning = read_beginning(answer, time).await;
    if status != StatusCode::OK {
        return Err(Failure::refused(status, headers, &said(&beginning.body)));
    }
    if let Some(broken) = beginning.broken {
        return Err(Failure::unreachable(broken));
    }
    if beginning.is_cut {
        return Err(Failure::too_large());
    }
    let mut response = HttpResponse::new(beginning.body.to_vec());
    // The library takes an answer that is not declared as JSON for none.
    let json = HeaderValue::from_static("application/json");
    response.headers_mut().insert(header::CONTENT_TYPE, json);
    Ok(response)
}

/// What RFC 6749 has an error say. Other bodies are not shown: they are pages.
fn said(body: &[u8]) -> String {
    #[derive(Deserialize)]
    struct Refusal {
        error: String,
        error_description: Option<String>,
    }
    match serde_json::from_slice(body) {
        Ok(Refusal {
            error,
            error_description: Some(description),
        }) => format!(": {error} ({description})"),
        Ok(Refusal { error, .. }) => format!(": {error}"),
        Err(_) => String::new(),
    }
}

fn read(
    answer: Result<BasicTokenResponse, RequestTokenError<Failure, BasicErrorResponse>>,
    secrets: &[&str],
) -> Result<Tokens, Failure> {
    match answer {
        Ok(response) => Ok(Tokens::from_response(&response)),
        Err(RequestTokenError::Request(failure)) => Err(failure.without(secrets)),
        // What was read may be half of a token, and is not shown.
        Err(_) => Err(not_a_token()),
    }
}

fn not_a_token() -> Failure {
    Failure::new("the token endpoint's answer holds no access token")
}
