//! A page as plain text.

use super::{Block, Page};

/// Characters of a line, as mail programs have shown them for fifty years.
const WIDTH: usize = 72;

pub(super) fn text(page: &Page) -> String {
    let mut parts = vec![wrapped(&page.title, ""), "=".repeat(page.title.chars().count().min(WIDTH))];
    let mut out = parts.join("\n") + "\n";
    parts.clear();
    for block in &page.blocks {
        parts.push(match block {
            Block::Paragraph(text) => wrapped(text, ""),
            Block::Notice(text) => format!("! {}", wrapped(text, "  ")),
            Block::Facts(facts) => lines(facts.iter().map(|(name, value)| wrapped(&format!("{name}: {value}"), "  "))),
            Block::List(items) => lines(items.iter().map(|item| format!("- {}", wrapped(item, "  ")))),
            Block::Button(label, url) => format!("{label}:\n{url}"),
        });
    }
    for part in &parts {
        out += &format!("\n{part}\n");
    }
    out + &format!("\n-- \n{}\n", wrapped(&page.because, ""))
}

fn lines(lines: impl Iterator<Item = String>) -> String {
    lines.collect::<Vec<_>>().join("\n")
}

/// Breaks between words; later lines begin with `indent`. A word that is longer than a line stays whole.
fn wrapped(text: &str, indent: &str) -> String {
    let mut out = String::new();
    let mut column = 0;
    for word in text.split_whitespace() {
        let n = word.chars().count();
        if column > 0 && column + 1 + n > WIDTH {
            out += "\n";
            out += indent;
            column = indent.len();
        } else if column > 0 {
            out.push(' ');
            column += 1;
        }
        out += word;
        column += n;
    }
    out
}
