//! How much memory a JSON text takes once it is decoded.
//!
//! Three bytes of text, `{},`, may become a pull request with nothing in it, of a
//! good thousand bytes. What Bitbucket sends is far from that, but a body that is
//! made for it would take hundreds of times the memory that its size suggests.

/// What an object takes at most, whichever model it becomes, while the list that
/// it is in grows: the old and the new memory of the list are there for a moment.
const OBJECT: u64 = 1536;
/// What a member of an object takes at most beside that, where the object is a map.
const MEMBER: u64 = 384;
/// What any other value takes at most, its text apart: one of free JSON, where
/// `serde_json` keeps the order of members, as it does if any crate of the program
/// asks for that.
const VALUE: u64 = 256;
/// What a byte of text takes at most: those of `{},` do.
const BYTE: u64 = 640;
/// How many times the largest body may be used up. By these costs, what Bitbucket
/// sends comes to 20 to 80 times its text.
const ALLOWANCE: u64 = 64;

/// Whether decoding `json` could take more memory than a body of `limit` bytes is
/// allowed to.
pub(super) fn exceeds(json: &[u8], limit: u64) -> bool {
    let allowed = limit.saturating_mul(ALLOWANCE);
    // Most answers are so small that nobody has to look at them.
    let length = json.len() as u64;
    length.saturating_mul(BYTE) > allowed && at_most(json) > allowed
}

/// How many bytes of memory `json` takes at most when it is decoded.
fn at_most(json: &[u8]) -> u64 {
    let mut size = 2 * json.len() as u64;
    let mut is_in_text = false;
    let mut bytes = json.iter();
    while let Some(byte) = bytes.next() {
        match byte {
            b'"' => is_in_text = !is_in_text,
            b'\\' if is_in_text => {
                bytes.next();
            }
            _ if is_in_text => {}
            b'{' => size += OBJECT,
            b':' => size += MEMBER,
            b'[' | b',' => size += VALUE,
            _ => {}
        }
    }
    size
}

#[cfg(test)]
mod tests;
