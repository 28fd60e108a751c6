//! A passkey in software: answers WebAuthn options as a browser with a platform authenticator would, and wrongly on demand.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use p256::ecdsa::signature::Signer;
use p256::ecdsa::{Signature, SigningKey};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

const USER_PRESENT: u8 = 0x01;
const USER_VERIFIED: u8 = 0x04;
const ATTESTED: u8 = 0x40;

/// A device with one passkey.
#[derive(Debug, Clone)]
pub struct Authenticator {
    key: SigningKey,
    credential_id: Vec<u8>,
    user: Vec<u8>,
    counter: u32,
    /// The origin its browser says it is on.
    pub origin: String,
    /// Whether it verifies its user (finger, face, PIN).
    pub verifies_user: bool,
}

impl Authenticator {
    /// A device in a browser on this origin. Devices with different seeds have different keys.
    pub fn new(origin: &str, seed: u8) -> Authenticator {
        Authenticator {
            key: SigningKey::from_slice(&[seed.max(1); 32]).expect("a key"),
            credential_id: vec![seed; 16],
            user: Vec::new(),
            counter: 0,
            origin: origin.to_owned(),
            verifies_user: true,
        }
    }

    /// What `navigator.credentials.create` would give.
    pub fn register(&mut self, options: &Value) -> Value {
        let options = &options["publicKey"];
        self.user = decode(&options["user"]["id"]);
        let client_data = self.client_data("webauthn.create", &options["challenge"]);
        let mut data = self.authenticator_data(options["rp"]["id"].as_str().expect("a relying party"), ATTESTED);
        data.extend([0; 16]);
        data.extend(u16::try_from(self.credential_id.len()).expect("a short id").to_be_bytes());
        data.extend(&self.credential_id);
        data.extend(self.public_key());
        // CBOR: {"fmt": "none", "attStmt": {}, "authData": bytes}
        let mut attestation = b"\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData\x59".to_vec();
        attestation.extend(u16::try_from(data.len()).expect("short data").to_be_bytes());
        attestation.extend(data);
        self.credential(json!({"clientDataJSON": encode(&client_data), "attestationObject": encode(&attestation), "transports": ["internal"]}))
    }

    /// What `navigator.credentials.get` would give.
    pub fn sign(&mut self, options: &Value) -> Value {
        let options = &options["publicKey"];
        self.counter += 1;
        let client_data = self.client_data("webauthn.get", &options["challenge"]);
        let data = self.authenticator_data(options["rpId"].as_str().expect("a relying party"), 0);
        let signed = [data.as_slice(), &Sha256::digest(&client_data)].concat();
        let signature: Signature = self.key.sign(&signed);
        self.credential(json!({
            "clientDataJSON": encode(&client_data),
            "authenticatorData": encode(&data),
            "signature": encode(signature.to_der().as_bytes()),
            "userHandle": encode(&self.user),
        }))
    }

    fn credential(&self, response: Value) -> Value {
        let id = encode(&self.credential_id);
        json!({"id": id, "rawId": id, "type": "public-key", "response": response, "clientExtensionResults": {}})
    }

    fn client_data(&self, kind: &str, challenge: &Value) -> Vec<u8> {
        json!({"type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": false}).to_string().into_bytes()
    }

    fn authenticator_data(&self, relying_party: &str, more: u8) -> Vec<u8> {
        let verified = if self.verifies_user { USER_VERIFIED } else { 0 };
        let mut data = Sha256::digest(relying_party.as_bytes()).to_vec();
        data.push(USER_PRESENT | verified | more);
        data.extend(self.counter.to_be_bytes());
        data
    }

    /// COSE in CBOR: {1: 2, 3: -7, -1: 1, -2: x, -3: y}, an ES256 key.
    fn public_key(&self) -> Vec<u8> {
        let point = self.key.verifying_key().to_sec1_point(false);
        let point = point.as_bytes();
        let mut key = b"\xa5\x01\x02\x03\x26\x20\x01\x21\x58\x20".to_vec();
        key.extend(&point[1..33]);
        key.extend(b"\x22\x58\x20");
        key.extend(&point[33..65]);
        key
    }
}

fn encode(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

fn decode(text: &Value) -> Vec<u8> {
    URL_SAFE_NO_PAD.decode(text.as_str().expect("a base64url text")).expect("base64url")
}
