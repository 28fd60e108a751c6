//! The socket loop: bounded connections, patience with limits, graceful end.
//!
//! hyper is driven by hand because `axum::serve` has no limit on connections or on the time a header may take, and a server
//! without them is stopped by anybody with a slow line.

use crate::api::Api;
use crate::unread::{Answered, Enveloped, Turns};
use axum::body::Body;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use std::convert::Infallible;
use std::future::Future;
use std::io::{self, IoSlice};
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::task::JoinSet;
use tokio::time::Sleep;

/// Limits of the socket loop.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Open connections; more wait in the listener's queue.
    pub n_connections_max: usize,
    /// For the request line and headers to arrive whole; also how long an idle connection is kept.
    pub header_patience: Duration,
    /// For a client to take something of an answer that waits for it.
    pub write_patience: Duration,
    /// For running requests to end after the server was told to stop.
    pub stop_patience: Duration,
}

impl Default for Limits {
    /// 4,096 connections cost about 100 MB at worst; 75 s outlive the idle time of common proxies (60 s); 10 s is what
    /// process supervisors commonly wait; somebody who takes nothing at all for 30 s is gone or means no good.
    fn default() -> Limits {
        Limits {
            n_connections_max: 4_096,
            header_patience: Duration::from_secs(75),
            write_patience: Duration::from_secs(30),
            stop_patience: Duration::from_secs(10),
        }
    }
}

/// Bytes of the request line and headers together: 64 kB lines and room for headers. Source: wire spec 2.2.
const HEAD_BYTES_MAX: usize = 256 * 1024;

/// Serves until `stop` resolves, then lets running requests end.
pub async fn serve(listener: TcpListener, api: Api, limits: Limits, stop: impl Future<Output = ()>) {
    let slots = Arc::new(Semaphore::new(limits.n_connections_max));
    let (stopping, stopped) = watch::channel(false);
    let mut connections = JoinSet::new();
    let mut stop = std::pin::pin!(stop);
    loop {
        let accepted = tokio::select! {
            () = &mut stop => break,
            accepted = accept(&listener, &slots) => accepted,
        };
        if let Some((stream, peer, slot)) = accepted {
            connections.spawn(connection(api.clone(), stream, peer, slot, limits.clone(), stopped.clone()));
        }
        while connections.try_join_next().is_some() {}
    }
    drop(listener);
    api.stop();
    let _ = stopping.send(true);
    let ended = async { while connections.join_next().await.is_some() {} };
    if tokio::time::timeout(limits.stop_patience, ended).await.is_err() {
        tracing::warn!(n_connections = connections.len(), "connections were cut at the end of the stop patience");
    }
}

async fn accept(listener: &TcpListener, slots: &Arc<Semaphore>) -> Option<(TcpStream, SocketAddr, OwnedSemaphorePermit)> {
    let slot = slots.clone().acquire_owned().await.ok()?;
    match listener.accept().await {
        Ok((stream, peer)) => Some((stream, peer, slot)),
        Err(error) => {
            // Out of file descriptors, mostly: give the open connections time to end instead of spinning.
            tracing::warn!(%error, "a connection could not be accepted");
            tokio::time::sleep(Duration::from_millis(100)).await;
            None
        }
    }
}

async fn connection(
    api: Api,
    stream: TcpStream,
    peer: SocketAddr,
    slot: OwnedSemaphorePermit,
    limits: Limits,
    stopped: watch::Receiver<bool>,
) {
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "TCP_NODELAY was refused");
    }
    speak(api, stream, Some(peer), &limits, stopped).await;
    drop(slot);
}

/// Answers what one client says until it or the server has enough.
async fn speak<S>(api: Api, stream: S, peer: Option<SocketAddr>, limits: &Limits, mut stopped: watch::Receiver<bool>)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let turns = Arc::new(Turns::default());
    let stream = Patient { stream, patience: limits.write_patience, until: None };
    let stream = Enveloped::new(stream, api.clone(), turns.clone());
    let service = service_fn(move |request: hyper::Request<hyper::body::Incoming>| {
        let (api, turns) = (api.clone(), turns.clone());
        turns.take();
        async move {
            let response = api.answer(request.map(Body::new), peer).await;
            Ok::<_, Infallible>(response.map(|body| Answered::new(body, turns)))
        }
    });
    let mut builder = http1::Builder::new();
    builder.timer(TokioTimer::new()).header_read_timeout(limits.header_patience).max_buf_size(HEAD_BYTES_MAX);
    let serving = builder.serve_connection(TokioIo::new(stream), service);
    let mut serving = std::pin::pin!(serving);
    let served = tokio::select! {
        served = serving.as_mut() => served,
        _ = stopped.changed() => {
            serving.as_mut().graceful_shutdown();
            serving.await
        }
    };
    if let Err(error) = served {
        tracing::debug!(%error, ?peer, "connection ended early");
    }
}

/// A stream that gives up when its other end takes nothing of what is written for too long. However slowly it takes, it is
/// waited for.
struct Patient<S> {
    stream: S,
    patience: Duration,
    /// When patience ends; none while nothing waits to be taken.
    until: Option<Pin<Box<Sleep>>>,
}

impl<S> Patient<S> {
    /// What a write came to, or the end of patience.
    fn judged<T>(&mut self, cx: &mut Context<'_>, came: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if came.is_ready() {
            self.until = None;
            return came;
        }
        let patience = self.patience;
        let until = self.until.get_or_insert_with(|| Box::pin(tokio::time::sleep(patience)));
        until.as_mut().poll(cx).map(|()| Err(io::Error::new(io::ErrorKind::TimedOut, "the client takes nothing of its answer")))
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Patient<S> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, into)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Patient<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let came = Pin::new(&mut self.stream).poll_write(cx, bytes);
        self.judged(cx, came)
    }

    fn poll_write_vectored(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[IoSlice<'_>]) -> Poll<io::Result<usize>> {
        let came = Pin::new(&mut self.stream).poll_write_vectored(cx, bytes);
        self.judged(cx, came)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let came = Pin::new(&mut self.stream).poll_flush(cx);
        self.judged(cx, came)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let came = Pin::new(&mut self.stream).poll_shutdown(cx);
        self.judged(cx, came)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::Options;
    use app::cx::{App, Settings};
    use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream};
    use tokio::task::JoinHandle;

    /// A client's end of a connection to the product's own routes, and the server's end.
    async fn connected(patience: Duration) -> (DuplexStream, watch::Sender<bool>, JoinHandle<()>) {
        connected_through(1024 * 1024, patience).await
    }

    /// The same through a pipe that holds so many bytes.
    async fn connected_through(n_bytes: usize, patience: Duration) -> (DuplexStream, watch::Sender<bool>, JoinHandle<()>) {
        let fresh = testkit::sqlite().await;
        let settings =
            Settings { public_url: String::new(), seal_key: [0; 32], demo: false, private_addresses: false, cheap_hashing: true };
        let api = Api::new(App::new(fresh.store.clone(), testkit::outside(1).0, settings), Options::default());
        let (client, server) = tokio::io::duplex(n_bytes);
        let (stop, stopped) = watch::channel(false);
        let limits = Limits { header_patience: patience, ..Limits::default() };
        (client, stop, tokio::spawn(async move { speak(api, server, None, &limits, stopped).await }))
    }

    async fn status(client: &mut DuplexStream, request: &str) -> String {
        client.write_all(request.as_bytes()).await.unwrap();
        let mut line = [0; 12];
        client.read_exact(&mut line).await.unwrap_or_else(|e| panic!("{e} after {} bytes", request.len()));
        String::from_utf8_lossy(&line).into_owned()
    }

    #[tokio::test]
    async fn a_request_line_of_64_kilobytes_is_answered_and_a_longer_one_refused() {
        let patience = Duration::from_secs(60);
        for (n_bytes, expected) in [(64_000, "HTTP/1.1 200"), (70_000, "HTTP/1.1 414")] {
            let (mut client, _stop, _server) = connected(patience).await;
            let request = format!("GET /healthz?properties={} HTTP/1.1\r\nhost: x\r\n\r\n", "a".repeat(n_bytes));
            assert_eq!(status(&mut client, &request).await, expected, "{n_bytes} bytes");
        }
    }

    #[tokio::test]
    async fn what_hyper_cannot_read_is_refused_in_the_envelope_too() {
        let unreadable = [
            (format!("GET /healthz?{} HTTP/1.1\r\n\r\n", "a".repeat(70_000)), 414, "URI_TOO_LONG"),
            (format!("GET /healthz HTTP/1.1\r\n{}\r\n", "x-a: b\r\n".repeat(200)), 431, "HEADERS_TOO_LARGE"),
            ("what is this?\r\n\r\n".to_owned(), 400, "HTTP_INVALID"),
        ];
        for (request, expected, code) in unreadable {
            let (mut client, _stop, server) = connected(Duration::from_secs(60)).await;
            // A good request before it is answered as always.
            assert_eq!(status(&mut client, "GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n").await, "HTTP/1.1 200");
            while client.read_u8().await.unwrap() != b'}' {}
            client.write_all(request.as_bytes()).await.unwrap();
            let mut answer = String::new();
            client.read_to_string(&mut answer).await.unwrap();
            server.await.unwrap();
            let (head, body) = answer.split_once("\r\n\r\n").unwrap_or_else(|| panic!("{answer}"));
            assert!(head.starts_with(&format!("HTTP/1.1 {expected} ")), "{head}");
            assert!(head.contains("content-type: application/json"), "{head}");
            let body: wire::error::ErrorBody = serde_json::from_str(body).unwrap_or_else(|e| panic!("{e} in {body:?}"));
            assert_eq!((body.status.as_str(), body.sub_category.as_deref()), ("error", Some(code)));
            assert!(head.contains(&body.correlation_id) && !body.message.is_empty(), "{head}");
        }
    }

    #[tokio::test]
    async fn a_client_that_never_finishes_its_header_is_let_go() {
        let (mut client, _stop, server) = connected(Duration::from_millis(1)).await;
        client.write_all(b"GET /healthz HTTP/1.1\r\nho").await.unwrap();
        server.await.unwrap();
    }

    #[tokio::test]
    async fn a_client_that_takes_nothing_of_its_answer_is_let_go_and_a_slow_one_is_served() {
        let request = b"GET /openapi.json HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
        for takes in [true, false] {
            let (mut client, _stop, server) = connected_through(64 * 1024, Duration::from_secs(600)).await;
            client.write_all(request).await.unwrap();
            tokio::time::pause();
            let almost = Limits::default().write_patience - Duration::from_secs(1);
            let mut taken = vec![];
            // With the clock paused, time passes as soon as everybody waits.
            for _ in 0..3 {
                tokio::time::sleep(almost).await;
                if takes {
                    let mut some = vec![0; 32 * 1024];
                    client.read_exact(&mut some).await.unwrap();
                    taken.extend(some);
                }
            }
            assert_eq!(server.is_finished(), !takes);
            client.read_to_end(&mut taken).await.unwrap();
            tokio::time::resume();
            server.await.unwrap();
            assert_eq!(taken.ends_with(b"}"), takes, "{} bytes", taken.len());
        }
    }

    #[tokio::test]
    async fn a_server_that_stops_lets_an_idle_connection_go() {
        let (mut client, stop, server) = connected(Duration::from_secs(60)).await;
        assert_eq!(status(&mut client, "GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n").await, "HTTP/1.1 200");
        stop.send(true).unwrap();
        server.await.unwrap();
    }
}
