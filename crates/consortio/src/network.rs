//! The real network: requests to other people's servers, each over a connection of its own.
//!
//! Names are resolved here and the connection is made to an address that was judged, so that a name which changes its mind in
//! between changes nothing. By plain HTTP, and to private addresses, only where the operator allows it.

use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::body::Bytes;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use outside::{Answering, Network, Reply, Request, Unreachable};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_rustls::rustls::{ClientConfig, RootCertStore, crypto};
use url::{Host, Url};

/// From resolving the name to the last byte of the answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// How far requests may go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// Public addresses, by HTTPS.
    Public,
    /// This machine and its networks too, also by plain HTTP.
    Private,
}

/// See the module.
pub struct Internet {
    reach: Reach,
    tls: OnceLock<Arc<ClientConfig>>,
}

impl Internet {
    pub fn new(reach: Reach) -> Internet {
        Internet { reach, tls: OnceLock::new() }
    }

    /// What this machine trusts, read when it is first needed: most instances ask nobody.
    fn tls(&self) -> Result<Arc<ClientConfig>, String> {
        if let Some(config) = self.tls.get() {
            return Ok(config.clone());
        }
        let mut roots = RootCertStore::empty();
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        let builder = ClientConfig::builder_with_provider(Arc::new(crypto::ring::default_provider()));
        let builder = builder.with_safe_default_protocol_versions().map_err(|e| e.to_string())?;
        let config = Arc::new(builder.with_root_certificates(roots).with_no_client_auth());
        Ok(self.tls.get_or_init(|| config).clone())
    }

    async fn ask(&self, request: Request) -> Result<Reply, Unreachable> {
        let url = Url::parse(&request.url).map_err(|e| Unreachable(format!("\"{}\" is no address: {e}", request.url)))?;
        let host = url.host_str().unwrap_or_default().to_owned();
        let said = |why: String| Unreachable(format!("{host} cannot be reached: {why}"));
        let asking = async {
            let secure = is_secure(&url, self.reach)?;
            let stream = self.connect(&url).await?;
            if !secure {
                return exchange(stream, &url, request).await;
            }
            let name = ServerName::try_from(host.clone()).map_err(|e| e.to_string())?;
            let stream = TlsConnector::from(self.tls()?).connect(name, stream).await.map_err(|e| e.to_string())?;
            exchange(stream, &url, request).await
        };
        match tokio::time::timeout(PATIENCE, asking).await {
            Ok(answer) => answer.map_err(said),
            Err(_) => Err(said(format!("it did not answer within {} seconds", PATIENCE.as_secs()))),
        }
    }

    async fn connect(&self, url: &Url) -> Result<TcpStream, String> {
        let port = url.port_or_known_default().unwrap_or(443);
        let addresses: Vec<SocketAddr> = match url.host() {
            Some(Host::Domain(name)) => {
                tokio::net::lookup_host((name, port)).await.map_err(|e| format!("its name is not known: {e}"))?.collect()
            }
            Some(Host::Ipv4(ip)) => vec![SocketAddr::from((ip, port))],
            Some(Host::Ipv6(ip)) => vec![SocketAddr::from((ip, port))],
            None => vec![],
        };
        let allowed = |address: &SocketAddr| self.reach == Reach::Private || is_public(address.ip());
        let addresses: Vec<SocketAddr> = addresses.into_iter().filter(allowed).collect();
        if addresses.is_empty() {
            return Err("it has no public address; private ones are refused unless allow_private_addresses is set".to_owned());
        }
        TcpStream::connect(addresses.as_slice()).await.map_err(|e| e.to_string())
    }
}

impl Network for Internet {
    fn send(&self, request: Request) -> Answering<'_> {
        Box::pin(self.ask(request))
    }
}

fn is_secure(url: &Url, reach: Reach) -> Result<bool, String> {
    match (url.scheme(), reach) {
        ("https", _) => Ok(true),
        ("http", Reach::Private) => Ok(false),
        (scheme, _) => Err(format!("{scheme}:// is refused, only https:// is allowed")),
    }
}

async fn exchange<S>(stream: S, url: &Url, request: Request) -> Result<Reply, String>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.map_err(|e| e.to_string())?;
    let driving = tokio::spawn(connection);
    let authority = &url[url::Position::BeforeHost..url::Position::AfterPort];
    let target = &url[url::Position::BeforePath..url::Position::AfterQuery];
    let mut builder = hyper::Request::builder().method(request.method).uri(target).header("host", authority);
    builder = builder
        .header("user-agent", concat!("Consortio/", env!("CARGO_PKG_VERSION")))
        .header("accept", "application/json, text/plain");
    for (name, value) in request.headers {
        builder = builder.header(name, value);
    }
    let message = builder.body(Full::new(Bytes::from(request.body))).map_err(|e| e.to_string())?;
    let answered = async {
        let response = sender.send_request(message).await.map_err(|e| e.to_string())?;
        let status = response.status().as_u16();
        match Limited::new(response.into_body(), request.reply_bytes_max).collect().await {
            Ok(body) => Ok(Reply { status, body: body.to_bytes().to_vec() }),
            Err(error) if error.is::<LengthLimitError>() => {
                Err(format!("its answer is longer than {} bytes", request.reply_bytes_max))
            }
            Err(error) => Err(format!("its answer broke off: {error}")),
        }
    };
    let reply = answered.await;
    driving.abort();
    reply
}

/// Whether an address is one of the public internet. What is not known to be is not.
fn is_public(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => is_public_v4(ip),
        IpAddr::V6(ip) => is_public_v6(ip),
    }
}

fn is_public_v4(ip: Ipv4Addr) -> bool {
    let [a, b, c, _] = ip.octets();
    let special = ip.is_private() || ip.is_loopback() || ip.is_link_local() || ip.is_multicast() || ip.is_documentation();
    // This network; carrier-grade NAT; protocol assignments; benchmarks; reserved, with broadcast.
    let others =
        a == 0 || a == 100 && (64..128).contains(&b) || (a, b, c) == (192, 0, 0) || a == 198 && (18..20).contains(&b) || a >= 240;
    !special && !others
}

fn is_public_v6(ip: Ipv6Addr) -> bool {
    let first = ip.segments()[0];
    match ip.to_ipv4_mapped() {
        Some(v4) => is_public_v4(v4),
        // Global unicast, without documentation, Teredo and 6to4, which carry other addresses inside.
        None => {
            (0x2000..0x4000).contains(&first)
                && ip.segments()[..2] != [0x2001, 0xdb8]
                && ip.segments()[..2] != [0x2001, 0]
                && first != 0x2002
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

    #[test]
    fn only_addresses_of_the_public_internet_are_public() {
        for public in ["1.1.1.1", "8.8.8.8", "100.63.0.1", "172.32.0.1", "2606:4700::1111", "::ffff:1.1.1.1"] {
            assert!(is_public(public.parse().unwrap()), "{public}");
        }
        let private = [
            "0.0.0.0",
            "10.1.2.3",
            "100.64.0.1",
            "127.0.0.1",
            "169.254.169.254",
            "172.16.0.1",
            "192.168.1.1",
            "192.0.0.8",
            "198.18.0.1",
            "224.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "fe80::1",
            "fd00::1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "64:ff9b::7f00:1",
            "2002:7f00:1::",
            "2001:db8::1",
            "ff02::1",
        ];
        for private in private {
            assert!(!is_public(private.parse().unwrap()), "{private}");
        }
    }

    async fn server(answer: &'static str) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut seen = [0; 4096];
            let n = stream.read(&mut seen).await.unwrap();
            assert!(String::from_utf8_lossy(&seen[..n]).starts_with("GET /x?y=1 HTTP/1.1\r\n"));
            stream.write_all(answer.as_bytes()).await.unwrap();
        });
        format!("http://{address}/x?y=1")
    }

    #[tokio::test]
    async fn private_addresses_and_plain_http_are_refused_unless_allowed() {
        let url = server("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nhi").await;
        let refused = Internet::new(Reach::Public).send(Request::get(&url, 10)).await.unwrap_err();
        assert!(refused.0.contains("http:// is refused"), "{refused}");
        let secure = url.replace("http:", "https:");
        let refused = Internet::new(Reach::Public).send(Request::get(secure, 10)).await.unwrap_err();
        assert!(refused.0.contains("no public address"), "{refused}");
        let reply = Internet::new(Reach::Private).send(Request::get(&url, 10)).await.unwrap();
        assert_eq!(reply, Reply { status: 200, body: b"hi".to_vec() });
    }

    #[tokio::test]
    async fn a_long_answer_is_refused_and_a_redirection_is_not_followed() {
        let url = server("HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello").await;
        let refused = Internet::new(Reach::Private).send(Request::get(&url, 4)).await.unwrap_err();
        assert!(refused.0.contains("longer than 4 bytes"), "{refused}");
        let url = server("HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n").await;
        assert_eq!(Internet::new(Reach::Private).send(Request::get(&url, 4)).await.unwrap().status, 302);
    }
}
