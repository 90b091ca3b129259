//! Against the published vectors of RFC 4231, whose keys are not all texts.

use hmac::Mac as _;

use super::{authenticate, parse};

struct Vector {
    key: Vec<u8>,
    body: Vec<u8>,
    digest: &'static str,
}

/// The test cases 1 to 7 of RFC 4231, section 4, for HMAC-SHA-256. Of the fifth
/// the RFC publishes the first 128 bits only.
fn vectors() -> [Vector; 7] {
    let vector = |key: &[u8], body: &[u8], digest| Vector {
        key: key.to_vec(),
        body: body.to_vec(),
        digest,
    };
    let long_key = [0xaa; 131];
    let counting: Vec<u8> = (0x01..=0x19).collect();
    [
        vector(
            &[0x0b; 20],
            b"Hi There",
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
        ),
        vector(
            b"Jefe",
            b"what do ya want for nothing?",
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
        ),
        vector(
            &[0xaa; 20],
            &[0xdd; 50],
            "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe",
        ),
        vector(
            &counting,
            &[0xcd; 50],
            "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b",
        ),
        vector(
            &[0x0c; 20],
            b"Test With Truncation",
            "a3b6167473100ee06e0c796c2955552b",
        ),
        vector(
            &long_key,
            b"Test Using Larger Than Block-Size Key - Hash Key First",
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
        ),
        vector(
            &long_key,
            b"This is a test using a larger than block-size key and a larger than \
              block-size data. The key needs to be hashed before being used by the \
              HMAC algorithm.",
            "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2",
        ),
    ]
}

#[test]
fn the_digests_are_those_of_rfc_4231() {
    for Vector { key, body, digest } in vectors() {
        let computed = authenticate(&key, &body).finalize().into_bytes();
        let written: String = computed.iter().map(|byte| format!("{byte:02x}")).collect();
        assert!(written.starts_with(digest), "{written} instead of {digest}");
        if digest.len() == 64 {
            let parsed = parse(&format!("sha256={digest}")).unwrap();
            assert_eq!(parsed.as_slice(), computed.as_slice());
        }
    }
}
