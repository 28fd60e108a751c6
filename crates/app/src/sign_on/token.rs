//! Signed tokens: whether the provider signed what is in one. Three algorithms, each with the kind of key that is meant for it;
//! `none`, and those where the key is a secret we share, are not among them. Source: RFC 7515, RFC 8725.

use super::discovery::Key;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::signature::{ECDSA_P256_SHA256_FIXED, ED25519, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents, UnparsedPublicKey};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::fmt;

/// Characters of a token; the largest in use carry some hundred groups.
const CHARS_MAX: usize = 64 * 1024;

/// Why a token is nobody's word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Untrusted {
    Malformed,
    Algorithm(String),
    /// No key fits; the provider may have a new one.
    KeyUnknown,
    Signature,
}

impl fmt::Display for Untrusted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Untrusted::Malformed => f.write_str("its token cannot be read"),
            Untrusted::Algorithm(name) => write!(f, "its token is signed by \"{name}\"; RS256, ES256 and EdDSA are accepted"),
            Untrusted::KeyUnknown => f.write_str("its token is signed by a key it does not publish"),
            Untrusted::Signature => f.write_str("the signature of its token is wrong"),
        }
    }
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    kid: Option<String>,
    /// Extensions that must be understood; we understand none.
    crit: Option<serde_json::Value>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Algorithm {
    Rs256,
    Es256,
    EdDsa,
}

impl Algorithm {
    fn of(name: &str) -> Option<Algorithm> {
        match name {
            "RS256" => Some(Algorithm::Rs256),
            "ES256" => Some(Algorithm::Es256),
            "EdDSA" | "Ed25519" => Some(Algorithm::EdDsa),
            _ => None,
        }
    }

    fn fits(self, key: &Key) -> bool {
        let kind = match self {
            Algorithm::Rs256 => key.kty == "RSA",
            Algorithm::Es256 => key.kty == "EC" && key.crv.as_deref() == Some("P-256"),
            Algorithm::EdDsa => key.kty == "OKP" && key.crv.as_deref() == Some("Ed25519"),
        };
        let meant = key.alg.as_deref().is_none_or(|alg| Algorithm::of(alg) == Some(self));
        kind && meant && key.purpose.as_deref().is_none_or(|purpose| purpose == "sig")
    }

    fn verifies(self, key: &Key, signed: &[u8], signature: &[u8]) -> bool {
        let part = |text: &Option<String>| text.as_deref().and_then(|text| URL_SAFE_NO_PAD.decode(text).ok());
        match self {
            Algorithm::Rs256 => part(&key.n).zip(part(&key.e)).is_some_and(|(n, e)| {
                RsaPublicKeyComponents { n, e }.verify(&RSA_PKCS1_2048_8192_SHA256, signed, signature).is_ok()
            }),
            Algorithm::Es256 => part(&key.x).zip(part(&key.y)).is_some_and(|(x, y)| {
                let point = [&[4], x.as_slice(), &y].concat();
                UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point).verify(signed, signature).is_ok()
            }),
            Algorithm::EdDsa => {
                part(&key.x).is_some_and(|x| UnparsedPublicKey::new(&ED25519, x).verify(signed, signature).is_ok())
            }
        }
    }
}

/// What a token holds, if one of these keys signed it.
pub(crate) fn open<T: DeserializeOwned>(token: &str, keys: &[Key]) -> Result<T, Untrusted> {
    if token.len() > CHARS_MAX {
        return Err(Untrusted::Malformed);
    }
    let (signed, signature) = token.rsplit_once('.').ok_or(Untrusted::Malformed)?;
    let (header, payload) = signed.split_once('.').ok_or(Untrusted::Malformed)?;
    let bytes = |text: &str| URL_SAFE_NO_PAD.decode(text).map_err(|_| Untrusted::Malformed);
    let header: Header = serde_json::from_slice(&bytes(header)?).map_err(|_| Untrusted::Malformed)?;
    let algorithm = Algorithm::of(&header.alg).ok_or_else(|| Untrusted::Algorithm(header.alg.chars().take(32).collect()))?;
    if header.crit.is_some() {
        return Err(Untrusted::Malformed);
    }
    let named = |key: &&Key| header.kid.is_none() || key.kid == header.kid;
    let mut fitting = keys.iter().filter(named).filter(|key| algorithm.fits(key)).peekable();
    if fitting.peek().is_none() {
        return Err(Untrusted::KeyUnknown);
    }
    let signature = bytes(signature)?;
    if !fitting.any(|key| algorithm.verifies(key, signed.as_bytes(), &signature)) {
        return Err(Untrusted::Signature);
    }
    serde_json::from_slice(&bytes(payload)?).map_err(|_| Untrusted::Malformed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use ring::rand::SystemRandom;
    use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair};
    use serde_json::{Value, json};

    fn text(value: &Value) -> String {
        URL_SAFE_NO_PAD.encode(value.to_string())
    }

    struct Signer {
        pair: Ed25519KeyPair,
        key: Key,
    }

    fn ed25519(kid: &str, seed: u8) -> Signer {
        let pair = Ed25519KeyPair::from_seed_unchecked(&[seed; 32]).unwrap();
        let x = URL_SAFE_NO_PAD.encode(pair.public_key());
        let key = json!({"kty": "OKP", "crv": "Ed25519", "kid": kid, "use": "sig", "x": x});
        Signer { pair, key: serde_json::from_value(key).unwrap() }
    }

    fn signed(signer: &Signer, header: Value) -> String {
        let signed = format!("{}.{}", text(&header), text(&json!({"sub": "u1"})));
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signer.pair.sign(signed.as_bytes())))
    }

    fn read(token: &str, keys: &[Key]) -> Result<String, Untrusted> {
        open::<Value>(token, keys).map(|claims| claims["sub"].as_str().unwrap().to_owned())
    }

    #[test]
    fn a_token_is_its_signers_word_and_nobody_elses() {
        let (ours, theirs) = (ed25519("k1", 1), ed25519("k2", 2));
        let token = signed(&ours, json!({"alg": "EdDSA", "kid": "k1"}));
        assert_eq!(read(&token, std::slice::from_ref(&ours.key)), Ok("u1".to_owned()));
        assert_eq!(read(&token, std::slice::from_ref(&theirs.key)), Err(Untrusted::KeyUnknown));
        let forged = signed(&theirs, json!({"alg": "EdDSA", "kid": "k1"}));
        assert_eq!(read(&forged, &[ours.key.clone(), theirs.key.clone()]), Err(Untrusted::Signature));
        let unnamed = signed(&theirs, json!({"alg": "EdDSA"}));
        assert_eq!(read(&unnamed, &[ours.key.clone(), theirs.key]), Ok("u1".to_owned()));
        let (head, _) = token.rsplit_once('.').unwrap();
        let (header, _) = head.split_once('.').unwrap();
        let altered = token.replace(&text(&json!({"sub": "u1"})), &text(&json!({"sub": "u2"})));
        assert_eq!(read(&altered, std::slice::from_ref(&ours.key)), Err(Untrusted::Signature));
        for bad in ["", "a", "a.b", "a.b.c", &format!("{header}..")] {
            assert!(read(bad, std::slice::from_ref(&ours.key)).is_err(), "{bad}");
        }
    }

    #[test]
    fn other_algorithms_are_refused_by_name() {
        let ours = ed25519("k1", 1);
        for alg in ["none", "HS256", "RS384", "eddsa", ""] {
            let token = signed(&ours, json!({"alg": alg, "kid": "k1"}));
            assert_eq!(read(&token, std::slice::from_ref(&ours.key)), Err(Untrusted::Algorithm(alg.to_owned())));
        }
        let critical = signed(&ours, json!({"alg": "EdDSA", "kid": "k1", "crit": ["b64"]}));
        assert_eq!(read(&critical, std::slice::from_ref(&ours.key)), Err(Untrusted::Malformed));
        let confused = signed(&ours, json!({"alg": "RS256", "kid": "k1"}));
        assert_eq!(read(&confused, std::slice::from_ref(&ours.key)), Err(Untrusted::KeyUnknown));
        let for_sealing = Key { purpose: Some("enc".to_owned()), ..ours.key.clone() };
        assert_eq!(read(&signed(&ours, json!({"alg": "EdDSA"})), &[for_sealing]), Err(Untrusted::KeyUnknown));
    }

    #[test]
    fn an_elliptic_key_signs_too() {
        let random = SystemRandom::new();
        let made = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).unwrap();
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, made.as_ref(), &random).unwrap();
        let point = pair.public_key().as_ref();
        let (x, y) = (URL_SAFE_NO_PAD.encode(&point[1..33]), URL_SAFE_NO_PAD.encode(&point[33..]));
        let key: Key = serde_json::from_value(json!({"kty": "EC", "crv": "P-256", "x": x, "y": y, "alg": "ES256"})).unwrap();
        let signed = format!("{}.{}", text(&json!({"alg": "ES256"})), text(&json!({"sub": "u1"})));
        let signature = pair.sign(&random, signed.as_bytes()).unwrap();
        let token = format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature));
        assert_eq!(read(&token, std::slice::from_ref(&key)), Ok("u1".to_owned()));
        assert!(read(&token.replace(".e", ".f"), &[key]).is_err());
    }

    /// The example of RFC 7515, A.2: its key has 2,048 bits.
    #[test]
    fn an_rsa_key_signs_too() {
        let n = "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ";
        let key: Key = serde_json::from_value(json!({"kty": "RSA", "n": n, "e": "AQAB"})).unwrap();
        let token = "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw";
        assert_eq!(open::<Value>(token, std::slice::from_ref(&key)).unwrap()["iss"], "joe");
        assert_eq!(open::<Value>(&token.replace("cC4h", "cC4i"), &[key]), Err(Untrusted::Signature));
    }
}
