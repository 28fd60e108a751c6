//! The words of letters: a letter's facts become a page of blocks in the recipient's language, and the page becomes HTML and
//! text. Both come from the same blocks, so neither says anything that the other does not.
//!
//! ```text
//!   Letter --page (words of a language)--> Page { subject, title, blocks } --html, text--> Written
//! ```
//! Nothing that somebody typed becomes markup: blocks are plain text, and [`html`] escapes all of it. Nor can it become a
//! header or turn the sense of what stands beside it: see [`plain`].

mod html;
mod page;
mod text;
pub(crate) mod words;

use model::outbox::Mail;

/// A letter in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// One line.
    pub subject: String,
    pub text: String,
    pub html: String,
}

/// Where a button leads that only the recipient may press.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Link {
    None,
    /// The reader is not the recipient.
    Hidden,
    Open(String),
}

impl Link {
    /// The link there is.
    pub fn of(url: Option<String>) -> Link {
        url.map_or(Link::None, Link::Open)
    }
}

/// A letter as it is read.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Page {
    subject: String,
    title: String,
    blocks: Vec<Block>,
    /// Why she gets it, in small print.
    because: String,
}

/// A part of a page, top to bottom.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Block {
    Paragraph(String),
    /// Names and what they are.
    Facts(Vec<(String, String)>),
    List(Vec<String>),
    /// What it says, where it leads.
    Button(String, String),
    /// Something a reader must not miss.
    Notice(String),
}

/// Puts a letter into words.
pub fn written(public_url: &str, mail: &Mail, link: Link) -> Written {
    let page = page::page(public_url, mail, link);
    let language = words::language(&mail.recipient.locale);
    Written { text: text::text(&page), html: html::html(&page, language), subject: one_line(&page.subject) }
}

/// What somebody typed, as it may stand among our words: no control characters, and none that reorder what is around them.
/// What reads from right to left is held together by isolates.
fn plain(text: &str) -> String {
    let kept: String = text.chars().filter(|c| !is_steering(*c)).map(|c| if c.is_control() { ' ' } else { c }).collect();
    if kept.chars().any(is_right_to_left) { format!("\u{2068}{kept}\u{2069}") } else { kept }
}

fn one_line(text: &str) -> String {
    text.chars().filter(|c| !is_steering(*c)).map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// Marks, embeddings, overrides and isolates of bidirectional text.
fn is_steering(c: char) -> bool {
    matches!(c, '\u{061C}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

/// Hebrew, Arabic and their neighbours.
fn is_right_to_left(c: char) -> bool {
    matches!(c, '\u{0590}'..='\u{08FF}' | '\u{FB1D}'..='\u{FDFF}' | '\u{FE70}'..='\u{FEFF}' | '\u{10800}'..='\u{10FFF}' | '\u{1E800}'..='\u{1EFFF}')
}

#[cfg(test)]
mod tests;
