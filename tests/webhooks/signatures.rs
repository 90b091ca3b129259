//! Who may deliver: whoever has the secret, and nobody else.

use bitbucket::{
    Secret,
    webhooks::{Receiver, SignatureError, WebhookError, sign, verify},
};
use http::{HeaderMap, HeaderValue};
use proptest::prelude::*;

const SECRET: &str = "It's a Secret to Everybody";
const BODY: &[u8] = b"Hello World!";
/// The signature of the two, as Bitbucket's documentation publishes it.
const SIGNATURE: &str = "sha256=a4771c39fbe90f317c7824e83ddef3caae9cb3d976c214ace1f2937e133263c9";

fn headers(signatures: &[&[u8]]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert("X-Event-Key", HeaderValue::from_static("repo:push"));
    for signature in signatures {
        let value = HeaderValue::from_bytes(signature).expect("a value of a header");
        headers.append("X-Hub-Signature", value);
    }
    headers
}

/// What a receiver says of the signatures alone: where they are in order, the
/// body is refused, which is no JSON.
fn outcome(receiver: &Receiver, signatures: &[&[u8]]) -> Result<(), SignatureError> {
    match receiver.receive(&headers(signatures), BODY) {
        Err(WebhookError::Signature(error)) => Err(error),
        Err(WebhookError::Payload { .. }) => Ok(()),
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_documented_example_fits() {
    let secret = Secret::from(SECRET);
    assert_eq!(sign(&secret, BODY), SIGNATURE);
    assert_eq!(verify(&secret, SIGNATURE, BODY), Ok(()));
    let receiver = Receiver::new(SECRET);
    assert_eq!(outcome(&receiver, &[SIGNATURE.as_bytes()]), Ok(()));
}

#[test]
fn digits_of_either_case_are_digits() {
    let (algorithm, digits) = SIGNATURE.split_at("sha256=".len());
    let upper = format!("{algorithm}{}", digits.to_uppercase());
    assert_eq!(verify(&SECRET.into(), &upper, BODY), Ok(()));
}

#[test]
fn what_is_no_signature_is_told_apart() {
    let receiver = Receiver::new(SECRET);
    let digits = &SIGNATURE["sha256=".len()..];
    let algorithm = |name: &str| format!("{name}={digits}");
    for (text, error) in [
        (String::new(), SignatureError::Malformed),
        ("sha256".to_owned(), SignatureError::Malformed),
        ("sha256=".to_owned(), SignatureError::Malformed),
        (digits.to_owned(), SignatureError::Malformed),
        (
            format!("sha256={}", &digits[1..]),
            SignatureError::Malformed,
        ),
        (format!("sha256={digits}0"), SignatureError::Malformed),
        (
            format!("sha256={digits}{digits}"),
            SignatureError::Malformed,
        ),
        (
            format!("sha256= {}", &digits[1..]),
            SignatureError::Malformed,
        ),
        (
            format!("sha256=g{}", &digits[1..]),
            SignatureError::Malformed,
        ),
        (
            format!("sha256=+{}", &digits[1..]),
            SignatureError::Malformed,
        ),
        (
            format!("sha256=0x{}", &digits[2..]),
            SignatureError::Malformed,
        ),
        (
            format!("sha256==={}", &digits[2..]),
            SignatureError::Malformed,
        ),
        (
            format!("sha256=é{}", &digits[2..]),
            SignatureError::Malformed,
        ),
        (
            format!("{SIGNATURE},{SIGNATURE}"),
            SignatureError::Malformed,
        ),
        (algorithm("sha1"), SignatureError::Algorithm),
        (algorithm("SHA256"), SignatureError::Algorithm),
        (algorithm(" sha256"), SignatureError::Algorithm),
        (algorithm(""), SignatureError::Algorithm),
        (algorithm("sha512"), SignatureError::Algorithm),
    ] {
        assert_eq!(verify(&SECRET.into(), &text, BODY), Err(error), "{text}");
        assert_eq!(outcome(&receiver, &[text.as_bytes()]), Err(error), "{text}");
    }
}

#[test]
fn there_must_be_exactly_one_signature() {
    let receiver = Receiver::new(SECRET);
    let right = SIGNATURE.as_bytes();
    assert_eq!(outcome(&receiver, &[]), Err(SignatureError::Missing));
    for both in [[right, right], [right, b"sha256="], [b"sha256=", right]] {
        assert_eq!(outcome(&receiver, &both), Err(SignatureError::Repeated));
    }
    let no_text = b"sha256=\xff";
    assert_eq!(
        outcome(&receiver, &[no_text]),
        Err(SignatureError::Malformed)
    );
}

#[test]
fn another_secret_or_body_does_not_fit() {
    for secret in ["it's a secret to everybody", "It's a Secret to Everybody "] {
        assert_eq!(
            verify(&secret.into(), SIGNATURE, BODY),
            Err(SignatureError::Mismatch)
        );
    }
    for body in [&b""[..], b"Hello World", b"Hello World!\n"] {
        assert_eq!(
            verify(&SECRET.into(), SIGNATURE, body),
            Err(SignatureError::Mismatch)
        );
    }
}

#[test]
fn any_of_several_secrets_will_do() {
    let receiver = Receiver::new("the next one").also(SECRET).also("a third");
    assert_eq!(outcome(&receiver, &[SIGNATURE.as_bytes()]), Ok(()));
    let receiver = Receiver::new("the next one").also("a third");
    assert_eq!(
        outcome(&receiver, &[SIGNATURE.as_bytes()]),
        Err(SignatureError::Mismatch)
    );
}

/// A variable of the environment that is empty must not open the door.
#[test]
fn an_empty_secret_fits_nothing() {
    let forged = sign(&Secret::from(""), BODY);
    assert_eq!(
        verify(&"".into(), &forged, BODY),
        Err(SignatureError::EmptySecret)
    );
    assert_eq!(
        outcome(&Receiver::new(""), &[forged.as_bytes()]),
        Err(SignatureError::EmptySecret)
    );
    let receiver = Receiver::new("").also(SECRET);
    assert_eq!(
        outcome(&receiver, &[forged.as_bytes()]),
        Err(SignatureError::Mismatch)
    );
    assert_eq!(outcome(&receiver, &[SIGNATURE.as_bytes()]), Ok(()));
}

#[test]
fn only_a_receiver_made_for_it_believes_what_is_not_signed() {
    let headers = headers(&[]);
    let believing = Receiver::dangerously_without_signature_check();
    let delivery = believing.receive(&headers, b"{}").unwrap();
    assert!(!delivery.signature_checked);
    // One secret more does not make it look.
    assert!(believing.also(SECRET).receive(&headers, b"{}").is_ok());

    let mut signed = headers.clone();
    let signature = sign(&SECRET.into(), b"{}").parse().unwrap();
    signed.insert("X-Hub-Signature", signature);
    let delivery = Receiver::new(SECRET).receive(&signed, b"{}").unwrap();
    assert!(delivery.signature_checked);
}

#[test]
fn nothing_shows_a_secret_or_a_signature() {
    let receiver = Receiver::new(SECRET).also("another secret");
    let mut shown = vec![format!("{receiver:?} {receiver:#?}")];
    for signatures in [
        &[][..],
        &[SIGNATURE.as_bytes()],
        &[SIGNATURE.as_bytes(), SIGNATURE.as_bytes()],
        &[&SIGNATURE.as_bytes()[1..]],
        &[b"sha256=c0ffee"],
    ] {
        let error = receiver.receive(&headers(signatures), BODY).unwrap_err();
        shown.push(format!("{error:?} {error}"));
    }
    for text in shown {
        for hidden in ["Secret to", "another secret", "a4771c39", "c0ffee", "Hello"] {
            assert!(!text.contains(hidden), "{text}");
        }
    }
}

#[test]
fn each_objection_is_one_line_of_its_own() {
    use SignatureError as E;
    let all = [
        E::Missing,
        E::Repeated,
        E::Malformed,
        E::Algorithm,
        E::Mismatch,
        E::EmptySecret,
    ];
    let mut texts: Vec<_> = all
        .iter()
        .map(|error| WebhookError::from(*error))
        .map(|error| {
            assert_eq!(error.status(), 401);
            error.to_string()
        })
        .collect();
    for text in &texts {
        assert!(!text.contains('\n') && !text.is_empty(), "{text}");
    }
    texts.sort();
    texts.dedup();
    assert_eq!(texts.len(), all.len());
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_signed_fits(secret in ".{1,80}", body: Vec<u8>) {
        let secret = Secret::from(secret);
        prop_assert_eq!(verify(&secret, &sign(&secret, &body), &body), Ok(()));
    }

    #[test]
    fn a_flipped_bit_of_the_body_is_seen(
        secret in ".{1,80}",
        mut body in prop::collection::vec(any::<u8>(), 1..300),
        place: prop::sample::Index,
        bit in 0..8u8,
    ) {
        let secret = Secret::from(secret);
        let signature = sign(&secret, &body);
        let place = place.index(body.len());
        body[place] ^= 1 << bit;
        prop_assert_eq!(verify(&secret, &signature, &body), Err(SignatureError::Mismatch));
    }

    #[test]
    fn a_changed_character_of_the_signature_is_seen(
        secret in ".{1,80}",
        body: Vec<u8>,
        place: prop::sample::Index,
        replacement in any::<char>(),
    ) {
        let secret = Secret::from(secret);
        let signature = sign(&secret, &body);
        let mut characters: Vec<char> = signature.chars().collect();
        let place = place.index(characters.len());
        let same = characters[place].eq_ignore_ascii_case(&replacement);
        characters[place] = replacement;
        let changed: String = characters.into_iter().collect();
        // The digits may be of either case, the algorithm may not.
        let fits = same && (place >= "sha256=".len() || changed == signature);
        prop_assert_eq!(verify(&secret, &changed, &body).is_ok(), fits);
    }

    #[test]
    fn a_shortened_or_lengthened_body_is_seen(
        secret in ".{1,80}",
        body in prop::collection::vec(any::<u8>(), 1..100),
        more in prop::collection::vec(any::<u8>(), 1..100),
    ) {
        let secret = Secret::from(secret);
        let signature = sign(&secret, &body);
        let longer: Vec<u8> = body.iter().chain(&more).copied().collect();
        prop_assert!(verify(&secret, &signature, &longer).is_err());
        prop_assert!(verify(&secret, &signature, &body[1..]).is_err());
    }

    /// Whatever the header says: an answer, and never a panic.
    #[test]
    fn any_text_gets_an_answer(signature in any::<String>(), body: Vec<u8>) {
        prop_assert!(verify(&SECRET.into(), &signature, &body).is_err());
    }
}
