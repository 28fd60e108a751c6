//! Texts that must not be guessed, and how they are kept: hashed when they only have to be recognized.

use sha2::{Digest, Sha256};

/// What is kept of a random text. One plain SHA-256 is enough: there is nothing to guess.
pub fn digest(text: &str) -> [u8; 32] {
    Sha256::digest(text.as_bytes()).into()
}

/// A digest as its column holds it.
pub fn hex(digest: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |n: u8| char::from(DIGITS[usize::from(n & 0x0f)]);
    digest.iter().flat_map(|byte| [digit(byte >> 4), digit(*byte)]).collect()
}

/// `hex(digest(text))`.
pub fn hash(text: &str) -> String {
    hex(&digest(text))
}
