//! Texts that must not be guessed, and how they are kept: hashed when they only have to be recognized, sealed when they
//! have to be read again.

use crate::cx::App;
use crate::error::{Error, Result};
use aes_gcm::aead::{Aead, KeyInit, Payload};
use aes_gcm::{Aes256Gcm, Nonce};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

const NONCE_BYTES: usize = 12;

/// 43 characters that carry 256 random bits: a cookie, a handle, a proof, a link.
pub fn random(app: &App) -> String {
    base64url(&app.outside.bytes::<32>())
}

pub fn base64url(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

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

/// A name for something that must not be in the log itself, such as an address somebody typed: the same each time on this
/// instance, and of no use without the seal key.
pub fn alias(app: &App, text: &str) -> String {
    let mut hasher = Sha256::new();
    hasher.update(app.settings.seal_key);
    hasher.update(text.as_bytes());
    hex(&hasher.finalize()[..8])
}

/// `hex(digest(text))`.
pub fn hash(text: &str) -> String {
    hex(&digest(text))
}

fn cipher(app: &App) -> Aes256Gcm {
    Aes256Gcm::new(&app.settings.seal_key.into())
}

/// Seals a secret for the column of one thing: under another `place` it does not open, so nobody moves it.
pub fn seal(app: &App, place: &str, secret: &[u8]) -> Result<String> {
    let nonce = app.outside.bytes::<NONCE_BYTES>();
    let payload = Payload { msg: secret, aad: place.as_bytes() };
    let sealed = cipher(app).encrypt(&Nonce::from(nonce), payload);
    let sealed = sealed.map_err(|e| Error::broken(format!("a secret of {place} cannot be sealed: {e}")))?;
    Ok(base64url(&[nonce.as_slice(), &sealed].concat()))
}

/// Opens what [`seal`] sealed for the same place.
pub fn open(app: &App, place: &str, sealed: &str) -> Result<Vec<u8>> {
    let broken = || Error::broken(format!("the sealed secret of {place} does not open: was the seal key changed?"));
    let bytes = URL_SAFE_NO_PAD.decode(sealed).map_err(|_| broken())?;
    let (nonce, sealed) = bytes.split_at_checked(NONCE_BYTES).ok_or_else(broken)?;
    let nonce: [u8; NONCE_BYTES] = nonce.try_into().map_err(|_| broken())?;
    cipher(app).decrypt(&Nonce::from(nonce), Payload { msg: sealed, aad: place.as_bytes() }).map_err(|_| broken())
}
