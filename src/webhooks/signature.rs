//! The signature of a delivery: HMAC-SHA256 over the body as it came.

#[cfg(test)]
mod tests;

use std::fmt::Write as _;

use hmac::{Hmac, Mac as _};
use sha2::Sha256;

use super::SignatureError;
use crate::Secret;

/// Length of a SHA-256 in bytes.
const LENGTH: usize = 32;

/// Checks the value of an `X-Hub-Signature` header: `sha256=` and the
/// HMAC-SHA256 of the body in hexadecimal digits.
///
/// The comparison takes the same time wherever the two differ. [`Receiver`]
/// does this for a whole request.
///
/// [`Receiver`]: super::Receiver
///
/// # Errors
///
/// The signature is malformed, by another algorithm, or does not fit; or the
/// secret is empty.
///
/// ```
/// use bitbucket::{Secret, webhooks::verify};
///
/// let secret = Secret::from("It's a Secret to Everybody");
/// let signature = "sha256=a4771c39fbe90f317c7824e83ddef3caae9cb3d976c214ace1f2937e133263c9";
/// assert!(verify(&secret, signature, b"Hello World!").is_ok());
/// assert!(verify(&secret, signature, b"Hello world!").is_err());
/// ```
pub fn verify(secret: &Secret, signature: &str, body: &[u8]) -> Result<(), SignatureError> {
    verify_parsed(secret, &parse(signature)?, body)
}

/// The value of the `X-Hub-Signature` header that Bitbucket would send with
/// this body: for tests of one's own receiver.
///
/// ```
/// use bitbucket::webhooks::{sign, verify};
///
/// let secret = bitbucket::Secret::from("a secret");
/// assert!(verify(&secret, &sign(&secret, b"{}"), b"{}").is_ok());
/// ```
pub fn sign(secret: &Secret, body: &[u8]) -> String {
    let key = secret.expose_secret().as_bytes();
    let digest = authenticate(key, body).finalize().into_bytes();
    let mut signature = String::with_capacity("sha256=".len() + 2 * LENGTH);
    signature.push_str("sha256=");
    for byte in digest {
        // Writing to a String does not fail.
        let _ = write!(signature, "{byte:02x}");
    }
    signature
}

pub(super) fn verify_parsed(
    secret: &Secret,
    digest: &[u8; LENGTH],
    body: &[u8],
) -> Result<(), SignatureError> {
    let key = secret.expose_secret().as_bytes();
    if key.is_empty() {
        return Err(SignatureError::EmptySecret);
    }
    authenticate(key, body)
        .verify_slice(digest)
        .map_err(|_| SignatureError::Mismatch)
}

fn authenticate(key: &[u8], body: &[u8]) -> Hmac<Sha256> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes a key of any length");
    mac.update(body);
    mac
}

/// The digest that a signature is written for.
pub(super) fn parse(signature: &str) -> Result<[u8; LENGTH], SignatureError> {
    let Some((algorithm, digits)) = signature.split_once('=') else {
        return Err(SignatureError::Malformed);
    };
    if algorithm != "sha256" {
        return Err(SignatureError::Algorithm);
    }
    let digits = digits.as_bytes();
    if digits.len() != 2 * LENGTH {
        return Err(SignatureError::Malformed);
    }
    let mut digest = [0; LENGTH];
    for (byte, pair) in digest.iter_mut().zip(digits.chunks_exact(2)) {
        *byte = digit(pair[0])? << 4 | digit(pair[1])?;
    }
    Ok(digest)
}

fn digit(character: u8) -> Result<u8, SignatureError> {
    match character {
        b'0'..=b'9' => Ok(character - b'0'),
        b'a'..=b'f' => Ok(character - b'a' + 10),
        b'A'..=b'F' => Ok(character - b'A' + 10),
        _ => Err(SignatureError::Malformed),
    }
}
