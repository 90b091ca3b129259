//! One request of Bitbucket to a webhook.

use http::{HeaderMap, HeaderName, HeaderValue};

use super::{Event, WebhookError};
use crate::types::EventKey;

const EVENT_KEY: HeaderName = HeaderName::from_static("x-event-key");
const HOOK_UUID: HeaderName = HeaderName::from_static("x-hook-uuid");
const REQUEST_UUID: HeaderName = HeaderName::from_static("x-request-uuid");
const ATTEMPT_NUMBER: HeaderName = HeaderName::from_static("x-attempt-number");

/// One request of Bitbucket to a webhook: an event, and what the headers say of
/// its delivery.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Delivery {
    /// What has happened.
    pub event: Event,
    /// The webhook that the delivery belongs to, from `X-Hook-UUID`.
    pub hook_uuid: Option<String>,
    /// The request, from `X-Request-UUID`.
    pub request_uuid: Option<String>,
    /// How often Bitbucket has sent this, from `X-Attempt-Number`: 1 at first.
    pub attempt_number: Option<u32>,
    /// Whether a signature has proved that this is from Bitbucket.
    pub signature_checked: bool,
}

impl Delivery {
    /// Reads a request **without** looking at its signature; [`Receiver`] does
    /// that first.
    ///
    /// [`Receiver`]: super::Receiver
    ///
    /// # Errors
    ///
    /// There is no event key, or the body is not the payload that belongs to it.
    /// What the other headers say is left out where it cannot be read.
    pub fn parse(headers: &HeaderMap, body: &[u8]) -> Result<Self, WebhookError> {
        Ok(Self {
            event: Event::parse(headers, body)?,
            hook_uuid: text(headers, &HOOK_UUID),
            request_uuid: text(headers, &REQUEST_UUID),
            attempt_number: text(headers, &ATTEMPT_NUMBER).and_then(|text| text.parse().ok()),
            signature_checked: false,
        })
    }

    /// The event's key, from `X-Event-Key`.
    pub fn key(&self) -> EventKey {
        self.event.key()
    }
}

/// The key of the event in a request.
pub(super) fn event_key(headers: &HeaderMap) -> Result<EventKey, WebhookError> {
    let value = single(headers, &EVENT_KEY).ok().flatten();
    let key = value.and_then(|value| value.to_str().ok()).map(str::trim);
    match key {
        Some(key) if !key.is_empty() => Ok(EventKey::from(key)),
        _ => Err(WebhookError::EventKey),
    }
}

fn text(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    let value = single(headers, name).ok()??;
    Some(value.to_str().ok()?.to_owned())
}

/// More than one header, where there must be one: nobody can tell which one
/// somebody else on the way looks at.
pub(super) struct Repeated;

/// The only header of this name, if there is any.
pub(super) fn single<'a>(
    headers: &'a HeaderMap,
    name: &HeaderName,
) -> Result<Option<&'a HeaderValue>, Repeated> {
    let mut values = headers.get_all(name).iter();
    let first = values.next();
    match values.next() {
        None => Ok(first),
        Some(_) => Err(Repeated),
    }
}
