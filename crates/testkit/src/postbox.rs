//! A mail server that is none: it keeps what it takes, and refuses what a test told it to.

use outside::mail::{Mail, Message, Sending, Undelivered};
use parking_lot::Mutex;
use std::collections::VecDeque;
use std::sync::Arc;

/// See the module.
#[derive(Default)]
pub struct Postbox {
    taken: Mutex<Vec<Message>>,
    tried: Mutex<Vec<Message>>,
    refusals: Mutex<VecDeque<Undelivered>>,
}

impl Postbox {
    pub fn new() -> Arc<Postbox> {
        Arc::default()
    }

    /// Does not take one of the next letters: not now, or never.
    pub fn refuse(&self, is_final: bool, reason: &str) {
        self.refusals.lock().push_back(Undelivered { is_final, reason: reason.to_owned() });
    }

    /// Letters that were taken, in their order.
    pub fn taken(&self) -> Vec<Message> {
        self.taken.lock().clone()
    }

    /// Letters that somebody tried to hand over, taken or not.
    pub fn tried(&self) -> Vec<Message> {
        self.tried.lock().clone()
    }
}

impl Mail for Postbox {
    fn send(&self, message: Message) -> Sending<'_> {
        self.tried.lock().push(message.clone());
        let answer = match self.refusals.lock().pop_front() {
            Some(refusal) => Err(refusal),
            None => {
                self.taken.lock().push(message);
                Ok(())
            }
        };
        Box::pin(std::future::ready(answer))
    }
}
