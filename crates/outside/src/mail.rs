//! Sending letters.

use std::future::Future;
use std::pin::Pin;

/// A letter as it goes out. What the sender is called is the port's own business.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// The same for every attempt at the same letter, without angle brackets: whoever got it twice can tell.
    pub id: String,
    pub to_name: String,
    pub to_address: String,
    /// One line.
    pub subject: String,
    pub text: String,
    pub html: String,
    pub attachments: Vec<Attachment>,
}

/// A file that goes with a letter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attachment {
    pub name: String,
    /// Such as `application/pdf`.
    pub media_type: &'static str,
    pub bytes: Vec<u8>,
}

/// Why a letter did not go out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Undelivered {
    /// Trying the same letter again is of no use.
    pub is_final: bool,
    /// What the server said, or what stood in the way.
    pub reason: String,
}

/// The answer of a mail server, later.
pub type Sending<'a> = Pin<Box<dyn Future<Output = Result<(), Undelivered>> + Send + 'a>>;

/// A mail server.
pub trait Mail: Send + Sync {
    /// Hands one letter over. Ends in bounded time.
    fn send(&self, message: Message) -> Sending<'_>;
}
