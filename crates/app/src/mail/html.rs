//! A page as HTML that mail programs understand: tables, and styles at the elements. Programs that know what dark is get it
//! from the style sheet in the head; the others leave that out.

use super::{Block, Page};

const HEAD: &str = r#"<!doctype html>
<html lang="LANGUAGE"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark"><meta name="supported-color-schemes" content="light dark">
<title>TITLE</title>
<style>
:root { color-scheme: light dark; supported-color-schemes: light dark; }
@media (prefers-color-scheme: dark) {
  .back { background: #101418 !important; }
  .card { background: #1a2027 !important; border-color: #2d3640 !important; }
  .ink { color: #e8ecf0 !important; }
  .soft { color: #9fabb8 !important; }
  .line { border-color: #2d3640 !important; }
  .notice { background: #33280f !important; color: #f3d798 !important; border-color: #8a6a1c !important; }
  .button { background: #3b9c8f !important; color: #06110f !important; }
}
@media (max-width: 480px) { .card-pad { padding: 24px 20px !important; } }
</style></head>
"#;
const FONT: &str = "font-family:-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif";

pub(super) fn html(page: &Page, language: &str) -> String {
    let mut out = HEAD.replace("LANGUAGE", language).replace("TITLE", &escaped(&page.subject));
    let title = escaped(&page.title);
    out += &format!(
        "<body class=\"back\" style=\"margin:0;padding:0;background:#f3f5f7\">\n\
         <table role=\"presentation\" class=\"back\" width=\"100%\" cellpadding=\"0\" cellspacing=\"0\" style=\"background:#f3f5f7\"><tr>\
         <td align=\"center\" style=\"padding:32px 12px\">\n\
         <table role=\"presentation\" width=\"100%\" cellpadding=\"0\" cellspacing=\"0\" style=\"max-width:560px\">\n\
         <tr><td class=\"ink\" style=\"padding:0 4px 16px;{FONT};font-size:15px;font-weight:700;letter-spacing:.02em;color:#14212b\">Consortio</td></tr>\n\
         <tr><td class=\"card card-pad\" style=\"padding:32px;background:#ffffff;border:1px solid #dde3e8;border-radius:10px\">\n\
         <h1 class=\"ink\" style=\"margin:0 0 16px;{FONT};font-size:20px;line-height:28px;font-weight:650;color:#14212b\">{title}</h1>\n"
    );
    for block in &page.blocks {
        out += &one(block);
        out.push('\n');
    }
    let because = escaped(&page.because);
    out + &format!(
        "</td></tr>\n<tr><td class=\"soft\" style=\"padding:16px 4px;{FONT};font-size:12px;line-height:18px;color:#5d6b78\">{because}</td></tr>\n\
         </table></td></tr></table></body></html>\n"
    )
}

fn one(block: &Block) -> String {
    let ink = format!("{FONT};font-size:15px;line-height:23px;color:#26343f");
    match block {
        Block::Paragraph(text) => format!("<p class=\"ink\" style=\"margin:0 0 16px;{ink}\">{}</p>", escaped(text)),
        Block::Notice(text) => format!(
            "<p class=\"notice\" style=\"margin:0 0 16px;padding:12px 14px;border-left:3px solid #d19a1c;background:#fff6e0;{FONT};font-size:14px;\
             line-height:21px;color:#5c4409\">{}</p>",
            escaped(text)
        ),
        Block::List(items) => {
            let items: String = items.iter().map(|item| format!("<li style=\"margin:0 0 6px\">{}</li>", escaped(item))).collect();
            format!("<ul class=\"ink\" style=\"margin:0 0 16px;padding:0 0 0 20px;{ink}\">{items}</ul>")
        }
        Block::Facts(facts) => {
            let rows: String = facts.iter().map(row).collect();
            let table = "role=\"presentation\" width=\"100%\" cellpadding=\"0\" cellspacing=\"0\"";
            format!("<table {table} style=\"margin:0 0 16px;border-collapse:collapse\">{rows}</table>")
        }
        Block::Button(label, url) => format!(
            "<p style=\"margin:24px 0 20px\"><a class=\"button\" href=\"{url}\" style=\"display:inline-block;padding:11px 22px;border-radius:7px;\
             background:#0f6f64;color:#ffffff;text-decoration:none;{FONT};font-size:15px;font-weight:600\">{}</a></p>\n\
             <p class=\"soft\" style=\"margin:0 0 16px;{FONT};font-size:12px;line-height:18px;color:#5d6b78;word-break:break-all\">{url}</p>",
            escaped(label),
            url = escaped(url),
        ),
    }
}

fn row((name, value): &(String, String)) -> String {
    let cell = format!("padding:9px 0;border-bottom:1px solid #e6eaee;vertical-align:top;{FONT};font-size:14px;line-height:20px");
    format!(
        "<tr><td class=\"soft line\" style=\"{cell};padding-right:16px;color:#5d6b78\">{}</td>\
         <td class=\"ink line\" align=\"right\" style=\"{cell};color:#14212b;font-weight:600\">{}</td></tr>",
        escaped(name),
        escaped(value)
    )
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out += "&amp;",
            '<' => out += "&lt;",
            '>' => out += "&gt;",
            '"' => out += "&quot;",
            '\'' => out += "&#39;",
            c => out.push(c),
        }
    }
    out
}
