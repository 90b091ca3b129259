//! From a request to a delivery that can be trusted.

use std::{fmt, sync::Arc};

use http::{HeaderMap, HeaderName, HeaderValue};

use super::{Delivery, SignatureError, WebhookError, delivery::single, signature};
use crate::Secret;

const SIGNATURE: HeaderName = HeaderName::from_static("x-hub-signature");

/// Takes the requests that Bitbucket sends to a webhook.
///
/// It is cheap to clone and to share. `Debug` does not show the secrets.
///
/// ```
/// use bitbucket::webhooks::Receiver;
///
/// // While the secret is changed in Bitbucket, both are in use.
/// let receiver = Receiver::new("the new secret").also("the old secret");
/// assert!(!format!("{receiver:?}").contains("old"));
/// ```
#[derive(Clone)]
pub struct Receiver {
    check: Check,
}

#[derive(Clone)]
enum Check {
    /// By any of these.
    Signature(Arc<[Secret]>),
    Nothing,
}

impl Receiver {
    /// A receiver for webhooks that have this secret.
    ///
    /// An empty secret fits no signature: every delivery is then refused with
    /// [`SignatureError::EmptySecret`].
    pub fn new(secret: impl Into<Secret>) -> Self {
        Self {
            check: Check::Signature([secret.into()].into()),
        }
    }

    /// Takes deliveries with this secret too, as while one secret replaces
    /// another. Where signatures go unchecked they still do.
    #[must_use]
    pub fn also(self, secret: impl Into<Secret>) -> Self {
        let check = match self.check {
            Check::Signature(secrets) => {
                let secrets = secrets.iter().cloned();
                Check::Signature(secrets.chain([secret.into()]).collect())
            }
            Check::Nothing => Check::Nothing,
        };
        Self { check }
    }

    /// A receiver that **believes every request**, for webhooks that have no
    /// secret: whoever knows the address can send it any event.
    ///
    /// Give the webhook a secret instead ([`WebhookSubscription::secret`]), or
    /// make sure by other means that only Bitbucket reaches the address.
    ///
    /// [`WebhookSubscription::secret`]: crate::types::WebhookSubscription::secret
    ///
    /// ```
    /// use bitbucket::webhooks::Receiver;
    ///
    /// let receiver = Receiver::dangerously_without_signature_check();
    /// let mut headers = http::HeaderMap::new();
    /// headers.insert("X-Event-Key", "repo:deleted".parse().unwrap());
    /// let delivery = receiver.receive(&headers, b"{}").unwrap();
    /// assert!(!delivery.signature_checked);
    /// ```
    pub fn dangerously_without_signature_check() -> Self {
        Self {
            check: Check::Nothing,
        }
    }

    /// Checks the signature of a request and reads its event.
    ///
    /// `body` has to be the bytes as they came: what was decoded and written
    /// again does not fit the signature.
    ///
    /// # Errors
    ///
    /// [`WebhookError::Signature`] before anything of the body is read; then
    /// whatever [`Delivery::parse`] objects to.
    pub fn receive(&self, headers: &HeaderMap, body: &[u8]) -> Result<Delivery, WebhookError> {
        let signature_checked = match &self.check {
            Check::Signature(secrets) => {
                check(secrets, headers, body)?;
                true
            }
            Check::Nothing => false,
        };
        let mut delivery = Delivery::parse(headers, body)?;
        delivery.signature_checked = signature_checked;
        Ok(delivery)
    }

    /// [`receive`](Self::receive) for what has its headers in another form than
    /// [`HeaderMap`]: names in any case, with their values. Pairs that cannot be
    /// headers are passed over.
    ///
    /// # Errors
    ///
    /// As of [`receive`](Self::receive).
    ///
    /// ```
    /// use bitbucket::webhooks::{Receiver, sign};
    ///
    /// let signature = sign(&"a secret".into(), b"{}");
    /// let headers = [("x-event-key", "repo:deleted"), ("X-HUB-SIGNATURE", &signature)];
    /// let delivery = Receiver::new("a secret").receive_pairs(headers, b"{}").unwrap();
    /// assert_eq!(delivery.key().as_str(), "repo:deleted");
    /// ```
    pub fn receive_pairs<N, V>(
        &self,
        headers: impl IntoIterator<Item = (N, V)>,
        body: &[u8],
    ) -> Result<Delivery, WebhookError>
    where
        N: AsRef<[u8]>,
        V: AsRef<[u8]>,
    {
        let headers: HeaderMap = headers
            .into_iter()
            .filter_map(|(name, value)| {
                let name = HeaderName::from_bytes(name.as_ref()).ok()?;
                let value = HeaderValue::from_bytes(value.as_ref()).ok()?;
                Some((name, value))
            })
            .collect();
        self.receive(&headers, body)
    }
}

impl fmt::Debug for Receiver {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = formatter.debug_struct("Receiver");
        match &self.check {
            Check::Signature(secrets) => debug.field("secrets", secrets),
            Check::Nothing => debug.field("signature_check", &false),
        };
        debug.finish()
    }
}

fn check(secrets: &[Secret], headers: &HeaderMap, body: &[u8]) -> Result<(), SignatureError> {
    let value = single(headers, &SIGNATURE)
        .map_err(|_| SignatureError::Repeated)?
        .ok_or(SignatureError::Missing)?;
    let signature = value.to_str().map_err(|_| SignatureError::Malformed)?;
    let digest = signature::parse(signature)?;
    let mut outcome = Err(SignatureError::EmptySecret);
    for secret in secrets {
        match signature::verify_parsed(secret, &digest, body) {
            Ok(()) => return Ok(()),
            // That one of several is empty is not why the others do not fit.
            Err(SignatureError::EmptySecret) => {}
            Err(error) => outcome = Err(error),
        }
    }
    outcome
}
