//! TLS towards PostgreSQL: `sslmode` and `sslrootcert` of its address, as PostgreSQL's own clients have them.
//!
//! ```text
//!   disable      never                      require      always; whoever answers is believed
//!   prefer       when the server can        verify-full  always; certificate and host name are checked
//! ```

use super::{Result, StoreError};
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio_postgres::config::SslMode;
use tokio_postgres_rustls::MakeRustlsConnect;

/// How careful to be about who answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mode {
    Disable,
    Prefer,
    Require,
    VerifyFull,
}

const MODES: [(&str, Mode); 4] =
    [("disable", Mode::Disable), ("prefer", Mode::Prefer), ("require", Mode::Require), ("verify-full", Mode::VerifyFull)];

/// An address as the driver takes it, and the way to speak TLS.
pub(super) struct Address {
    pub config: tokio_postgres::Config,
    pub tls: MakeRustlsConnect,
}

fn wrong(message: impl std::fmt::Display) -> StoreError {
    StoreError::Unavailable(format!("the database address: {message}"))
}

/// Reads an address. The two parameters are ours because the driver knows neither `verify-full` nor certificates.
pub(super) fn address(dsn: &str) -> Result<Address> {
    let (mut mode, mut root) = (Mode::Prefer, None);
    let (base, query) = dsn.split_once('?').unwrap_or((dsn, ""));
    let mut others = Vec::new();
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        match pair.split_once('=') {
            Some(("sslmode", text)) => mode = mode_of(text)?,
            Some(("sslrootcert", text)) => root = Some(path(text)?),
            _ => others.push(pair),
        }
    }
    if root.is_some() && mode != Mode::VerifyFull {
        return Err(wrong("sslrootcert is only looked at with sslmode=verify-full"));
    }
    let mut config: tokio_postgres::Config = format!("{base}?{}", others.join("&"))
        .parse()
        .map_err(|e| StoreError::Unavailable(format!("the database address is not a PostgreSQL URL: {e}")))?;
    config.ssl_mode(match mode {
        Mode::Disable => SslMode::Disable,
        Mode::Prefer => SslMode::Prefer,
        Mode::Require | Mode::VerifyFull => SslMode::Require,
    });
    Ok(Address { config, tls: MakeRustlsConnect::new(client(mode, root.as_deref())?) })
}

fn mode_of(text: &str) -> Result<Mode> {
    let found = MODES.iter().find(|(name, _)| *name == text);
    let known = || MODES.map(|(name, _)| name).join(", ");
    found.map(|(_, mode)| *mode).ok_or_else(|| wrong(format!("sslmode \"{text}\" is none of {}", known())))
}

fn path(text: &str) -> Result<PathBuf> {
    let decoded = percent_encoding::percent_decode_str(text).decode_utf8();
    decoded.map(|path| PathBuf::from(path.as_ref())).map_err(|e| wrong(format!("sslrootcert: {e}")))
}

fn client(mode: Mode, root: Option<&Path>) -> Result<ClientConfig> {
    let provider = Arc::new(ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider.clone()).with_safe_default_protocol_versions();
    let builder = builder.map_err(wrong)?;
    if mode == Mode::VerifyFull {
        return Ok(builder.with_root_certificates(trusted(root)?).with_no_client_auth());
    }
    Ok(builder.dangerous().with_custom_certificate_verifier(Arc::new(Anybody(provider))).with_no_client_auth())
}

/// The named certificates, or those this machine trusts.
fn trusted(root: Option<&Path>) -> Result<RootCertStore> {
    let mut store = RootCertStore::empty();
    match root {
        Some(path) => {
            let shown = path.display();
            let certificates = CertificateDer::pem_file_iter(path).map_err(|e| wrong(format!("sslrootcert {shown}: {e}")))?;
            for certificate in certificates {
                let certificate = certificate.map_err(|e| wrong(format!("sslrootcert {shown}: {e}")))?;
                store.add(certificate).map_err(|e| wrong(format!("sslrootcert {shown}: {e}")))?;
            }
        }
        // Some of a machine's certificates are often unreadable or of another age; the others do.
        None => drop(store.add_parsable_certificates(rustls_native_certs::load_native_certs().certs)),
    }
    if store.is_empty() {
        return Err(wrong("there is no certificate to verify the server by: name one with sslrootcert"));
    }
    Ok(store)
}

/// Believes any certificate, as `prefer` and `require` do: it keeps listeners out, not impostors. Who holds the certificate's
/// key is checked all the same.
#[derive(Debug)]
struct Anybody(Arc<CryptoProvider>);

impl ServerCertVerifier for Anybody {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> std::result::Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> std::result::Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, certificate, signed, &self.0.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> std::result::Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, certificate, signed, &self.0.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(dsn: &str) -> String {
        address(dsn).map(drop).unwrap_err().to_string()
    }

    #[test]
    fn what_cannot_be_kept_is_refused_by_its_name() {
        assert!(refusal("postgres://a@h/d?sslmode=verify-ca").contains("sslmode \"verify-ca\" is none of disable, prefer"));
        assert!(refusal("postgres://a@h/d?sslrootcert=/x").contains("only looked at with sslmode=verify-full"));
        assert!(refusal("postgres://a@h/d?sslmode=verify-full&sslrootcert=/no/where.pem").contains("/no/where.pem"));
    }

    #[test]
    fn the_rest_of_an_address_reaches_the_driver() {
        let read = address("postgres://a@/d?host=/tmp/x&sslmode=disable&connect_timeout=3").unwrap().config;
        assert_eq!((read.get_dbname(), read.get_ssl_mode()), (Some("d"), SslMode::Disable));
        assert_eq!(read.get_connect_timeout(), Some(&std::time::Duration::from_secs(3)));
        assert_eq!(address("postgres://a@h/d").unwrap().config.get_ssl_mode(), SslMode::Prefer);
    }
}
