//! Overlays: any of them, applied to any document. The overlay stands before the
//! first zero byte.

#![no_main]

use serde_json::Value;

#[allow(dead_code, unreachable_pub, reason = "a part of a program is looked at")]
#[path = "../../xtask/src/overlay.rs"]
mod overlay;
#[allow(dead_code, unreachable_pub, reason = "a part of a program is looked at")]
#[path = "."]
mod rules {
    #[path = "../../xtask/src/rules/extensions.rs"]
    pub(crate) mod extensions;
}

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let mut halves = bytes.splitn(2, |byte| *byte == 0);
    let (Some(overlay), Some(document)) = (halves.next(), halves.next()) else {
        return;
    };
    let Ok(text) = std::str::from_utf8(overlay) else { return };
    let Ok(overlay) = overlay::parse("any", text) else { return };
    let Ok(mut document) = serde_json::from_slice::<Value>(document) else {
        return;
    };
    let text: Value = serde_json::from_str(text).expect("it was JSON before");
    let actions = text["actions"].as_array().map_or(0, Vec::len);
    let before = document.clone();
    let outcome = overlay::apply(&mut document, &[overlay]);
    let idle = outcome.unmatched.len() + outcome.without_effect.len();
    assert!(idle + outcome.failed.len() <= actions, "{outcome:?}");
    if idle == actions {
        assert_eq!(before, document, "{outcome:?}");
    }
});
