//! The real mail server: SMTP, spoken by lettre.

use crate::config;
use anyhow::{Context, Result, bail};
use lettre::address::Envelope;
use lettre::message::header::ContentType;
use lettre::message::{Attachment, Mailbox, MultiPart, SinglePart};
use lettre::transport::smtp::{self, AsyncSmtpTransport};
use lettre::{AsyncTransport, Tokio1Executor};
use outside::mail::{Mail, Message, Sending, Undelivered};
use std::sync::Arc;
use std::time::Duration;

/// How long one command of a conversation may take: a server that checks for spam while one waits needs some seconds.
const TIMEOUT: Duration = Duration::from_secs(30);
/// Replies that a server gives while it is set up wrongly, or we are: another password, and the letter goes out.
const OURS_TO_MEND: std::ops::RangeInclusive<u16> = 530..=539;

struct Smtp {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
}

/// The configured mail server; none where none is configured.
pub fn port(config: &config::Mail) -> Result<Option<Arc<dyn Mail>>> {
    Ok(smtp(config)?.map(|smtp| Arc::new(smtp) as Arc<dyn Mail>))
}

/// Whether the configured server answers and takes the password.
pub async fn check(config: &config::Mail) -> Result<String> {
    let Some(smtp) = smtp(config)? else { return Ok("no mail server is configured: letters are kept".to_owned()) };
    let answers = smtp.transport.test_connection().await.map_err(|e| anyhow::anyhow!("{}", said(&e)))?;
    if !answers {
        bail!("the mail server does not answer");
    }
    Ok(format!("the mail server answers; letters come from {}", smtp.from))
}

fn smtp(config: &config::Mail) -> Result<Option<Smtp>> {
    let Some(address) = &config.smtp else { return Ok(None) };
    let from = config.from.as_deref().context("configuration: \"mail.smtp\" is set and \"mail.from\" is not")?;
    let from = from.parse().with_context(|| format!("configuration: \"mail.from\" is \"{from}\""))?;
    // The address may hold a password, so it is not in the message.
    let builder = AsyncSmtpTransport::<Tokio1Executor>::from_url(&with_tls(address)).context("configuration: \"mail.smtp\"")?;
    Ok(Some(Smtp { transport: builder.timeout(Some(TIMEOUT)).build(), from }))
}

/// `smtp://` asks for TLS wherever a password or a name other than this machine's is in it.
fn with_tls(address: &url::Url) -> String {
    let is_local = matches!(address.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"));
    let says = address.query_pairs().any(|(name, _)| name == "tls");
    let mut address = address.clone();
    if address.scheme() == "smtp" && !says && !is_local {
        address.query_pairs_mut().append_pair("tls", "required");
    }
    address.into()
}

impl Mail for Smtp {
    fn send(&self, message: Message) -> Sending<'_> {
        Box::pin(async move {
            let (envelope, bytes) = written(&self.from, message).map_err(|e| final_because(&e))?;
            match self.transport.send_raw(&envelope, &bytes).await {
                Ok(_) => Ok(()),
                Err(error) => {
                    let code = error.status().map(u16::from);
                    let is_final = error.is_permanent() && !code.is_some_and(|code| OURS_TO_MEND.contains(&code));
                    Err(Undelivered { is_final, reason: said(&error) })
                }
            }
        })
    }
}

fn final_because(error: &anyhow::Error) -> Undelivered {
    Undelivered { is_final: true, reason: format!("{error:#}") }
}

/// What went wrong, with what is behind it: lettre says only the kind of it first.
fn said(error: &smtp::Error) -> String {
    let mut out = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(error) = cause {
        let more = error.to_string();
        if !out.contains(&more) {
            out += &format!(": {more}");
        }
        cause = error.source();
    }
    out
}

/// The letter as bytes: text and HTML side by side, files behind them.
fn written(from: &Mailbox, message: Message) -> Result<(Envelope, Vec<u8>)> {
    let address: lettre::Address = message.to_address.parse().with_context(|| message.to_address.clone())?;
    let name = Some(one_line(&message.to_name)).filter(|name| !name.is_empty());
    let words = MultiPart::alternative_plain_html(message.text, message.html);
    let body = match message.attachments.is_empty() {
        true => words,
        false => {
            let mut body = MultiPart::mixed().multipart(words);
            for file in message.attachments {
                let kind = ContentType::parse(file.media_type)?;
                let part: SinglePart = Attachment::new(file.name).body(file.bytes, kind);
                body = body.singlepart(part);
            }
            body
        }
    };
    let built = lettre::Message::builder()
        .from(from.clone())
        .to(Mailbox::new(name, address))
        .subject(one_line(&message.subject))
        .message_id(Some(format!("<{}>", message.id)))
        // Nobody answers machines: this keeps out-of-office replies away. Source: RFC 3834.
        .raw_header(auto_submitted()?)
        .multipart(body)?;
    Ok((built.envelope().clone(), built.formatted()))
}

/// A header is one line: what would end it, or what lettre cannot write (it panics at control characters), becomes a space.
fn one_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

fn auto_submitted() -> Result<lettre::message::header::HeaderValue> {
    let name = lettre::message::header::HeaderName::new_from_ascii("Auto-Submitted".to_owned())?;
    Ok(lettre::message::header::HeaderValue::new(name, "auto-generated".to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn letter(to_name: &str, subject: &str) -> String {
        let message = Message {
            id: "7.1.2@crm.example".to_owned(),
            to_name: to_name.to_owned(),
            to_address: "ann@ex.org".to_owned(),
            subject: subject.to_owned(),
            text: "text".to_owned(),
            html: "<p>html</p>".to_owned(),
            attachments: vec![outside::mail::Attachment { name: "a.pdf".into(), media_type: "application/pdf", bytes: vec![1] }],
        };
        let (_, bytes) = written(&"Consortio <crm@ex.org>".parse().unwrap(), message).unwrap();
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn no_name_and_no_subject_adds_a_header() {
        let evil = "Ann\r\nBcc: thief@ex.org\r\n\r\nbody";
        let letter = letter(evil, evil);
        let head = letter.split("\r\n\r\n").next().unwrap();
        assert!(!head.lines().any(|line| line.to_ascii_lowercase().starts_with("bcc")), "{head}");
        assert!(head.contains("Message-ID: <7.1.2@crm.example>") && head.contains("Auto-Submitted: auto-generated"), "{head}");
    }

    #[test]
    fn names_of_other_scripts_are_encoded() {
        let letter = letter("Žofie مرحبا, \"Ann\"", "Tilbud på æbler ✓");
        let head = letter.split("\r\n\r\n").next().unwrap();
        assert!(head.is_ascii() && head.contains("Subject: ") && head.contains("<ann@ex.org>"), "{head}");
        assert!(letter.contains("multipart/mixed") && letter.contains("multipart/alternative"));
    }

    #[test]
    fn tls_is_asked_for_beyond_this_machine() {
        let with = |text: &str| with_tls(&text.parse().unwrap());
        assert_eq!(with("smtp://u:p@mail.ex.org:587"), "smtp://u:p@mail.ex.org:587?tls=required");
        assert_eq!(with("smtp://localhost:25"), "smtp://localhost:25");
        assert_eq!(with("smtp://mail.ex.org:25?tls=opportunistic"), "smtp://mail.ex.org:25?tls=opportunistic");
        assert_eq!(with("smtps://mail.ex.org"), "smtps://mail.ex.org");
    }
}
