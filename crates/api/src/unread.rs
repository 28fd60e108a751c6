//! Answers to what hyper itself could not read: a request line that is too long, too many headers, no HTTP at all.
//!
//! hyper answers those before our service sees a request, with a status and nothing else. Clients expect the envelope with a
//! correlation id, so hyper's own answer is taken off the stream and ours is sent instead.
//!
//! ```text
//!   service called, its body sent and flushed -> the turn is over -> something is written before the next call: hyper's own
//! ```

use crate::api::Api;
use axum::http::StatusCode;
use hyper::body::{Body, Frame, SizeHint};
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll, ready};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// How many requests of a connection our service took, and how many of its answers are over.
#[derive(Default)]
pub struct Turns {
    n_taken: AtomicU64,
    n_over: AtomicU64,
}

impl Turns {
    /// A request is in the service's hands.
    pub fn take(&self) {
        self.n_taken.fetch_add(1, Ordering::Relaxed);
    }
}

/// The body of an answer of ours, which says when it is over.
pub struct Answered {
    body: axum::body::Body,
    turns: Arc<Turns>,
}

impl Answered {
    pub fn new(body: axum::body::Body, turns: Arc<Turns>) -> Answered {
        Answered { body, turns }
    }
}

impl Drop for Answered {
    fn drop(&mut self) {
        self.turns.n_over.fetch_add(1, Ordering::Relaxed);
    }
}

impl Body for Answered {
    type Data = bytes::Bytes;
    type Error = axum::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<bytes::Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// A stream on which hyper's own answers are replaced.
pub struct Enveloped<S> {
    stream: S,
    api: Api,
    turns: Arc<Turns>,
    /// Turns that are over and whose answers left for the client.
    n_flushed: u64,
    /// Our answer in place of hyper's, and how much of it is sent.
    instead: Option<(Vec<u8>, usize)>,
}

impl<S> Enveloped<S> {
    pub fn new(stream: S, api: Api, turns: Arc<Turns>) -> Enveloped<S> {
        Enveloped { stream, api, turns, n_flushed: 0, instead: None }
    }

    /// Whether what hyper wants to write is swallowed: an answer of its own, in place of which ours is sent.
    fn swallows(&mut self, bytes: &[u8]) -> bool {
        if self.instead.is_none() && self.turns.n_taken.load(Ordering::Relaxed) == self.n_flushed {
            let status = bytes.strip_prefix(b"HTTP/1.1 ").or(bytes.strip_prefix(b"HTTP/1.0 ")).and_then(|rest| rest.get(..3));
            let status = status.and_then(|digits| StatusCode::from_bytes(digits).ok()).filter(|s| s.is_client_error());
            self.instead = status.map(|status| (self.api.unread(status), 0));
        }
        self.instead.is_some()
    }
}

impl<S: AsyncWrite + Unpin> Enveloped<S> {
    fn send_instead(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let Some((bytes, n_sent)) = &mut self.instead else { return Poll::Ready(Ok(())) };
        while *n_sent < bytes.len() {
            let n = ready!(Pin::new(&mut self.stream).poll_write(cx, &bytes[*n_sent..]))?;
            if n == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            *n_sent += n;
        }
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Enveloped<S> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, into)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Enveloped<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        if self.swallows(bytes) {
            return Poll::Ready(Ok(bytes.len()));
        }
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_write_vectored(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[IoSlice<'_>]) -> Poll<io::Result<usize>> {
        if self.swallows(bytes.first().map_or(&[], |first| first)) {
            return Poll::Ready(Ok(bytes.iter().map(|slice| slice.len()).sum()));
        }
        Pin::new(&mut self.stream).poll_write_vectored(cx, bytes)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.send_instead(cx))?;
        ready!(Pin::new(&mut self.stream).poll_flush(cx))?;
        self.n_flushed = self.turns.n_over.load(Ordering::Relaxed);
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.send_instead(cx))?;
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
