//! The socket loop: bounded connections, patience with limits, graceful end.
//!
//! hyper is driven by hand because `axum::serve` has no limit on connections or on the time a header may take, and a server
//! without them is stopped by anybody with a slow line.

use crate::api::Api;
use axum::body::Body;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use std::convert::Infallible;
use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::task::JoinSet;

/// Limits of the socket loop.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Open connections; more wait in the listener's queue.
    pub n_connections_max: usize,
    /// For the request line and headers to arrive whole; also how long an idle connection is kept.
    pub header_patience: Duration,
    /// For running requests to end after the server was told to stop.
    pub stop_patience: Duration,
}

impl Default for Limits {
    /// 4,096 connections cost about 100 MB at worst; 75 s outlive the idle time of common proxies (60 s); 10 s is what
    /// process supervisors commonly wait.
    fn default() -> Limits {
        Limits { n_connections_max: 4_096, header_patience: Duration::from_secs(75), stop_patience: Duration::from_secs(10) }
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
            connections.spawn(connection(api.clone(), stream, peer, slot, limits.header_patience, stopped.clone()));
        }
        while connections.try_join_next().is_some() {}
    }
    drop(listener);
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
    patience: Duration,
    mut stopped: watch::Receiver<bool>,
) {
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "TCP_NODELAY was refused");
    }
    let service = service_fn(move |request: hyper::Request<hyper::body::Incoming>| {
        let api = api.clone();
        async move { Ok::<_, Infallible>(api.answer(request.map(Body::new), Some(peer)).await) }
    });
    let mut builder = http1::Builder::new();
    builder.timer(TokioTimer::new()).header_read_timeout(patience).max_buf_size(HEAD_BYTES_MAX).pipeline_flush(true);
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
        tracing::debug!(%error, %peer, "connection ended early");
    }
    drop(slot);
}
