//! An invoice, or a receipt, as a PDF: one page, and another where long names and addresses leave too little room on it. An
//! invoice has at most a line per product.

use super::font::{Font, Weight};
use crate::error::{Error, Result};
use crate::mail::words::Speech;
use model::billing::invoice::{Invoice, Party};
use pdf_writer::{Content, Finish, Name, Pdf, Rect, Ref, Str, TextStr};

/// A4 in points.
const PAGE: (f32, f32) = (595.28, 841.89);
const MARGIN: f32 = 56.0;
const RIGHT: f32 = PAGE.0 - MARGIN;
/// The lowest line of a page.
const BOTTOM: f32 = PAGE.1 - MARGIN;
/// Lines as they were typed that an address keeps; one of more goes on without them, so that its whole text has room.
const ADDRESS_LINES_MAX: usize = 10;
/// Lines of a name and an address at the usual size: 14 points each, from below the title to the end of the page.
const PARTY_LINES: usize = 40;

const INK: [f32; 3] = [0.08, 0.13, 0.17];
const SOFT: [f32; 3] = [0.40, 0.46, 0.51];
const ACCENT: [f32; 3] = [0.06, 0.44, 0.39];
const LINE: [f32; 3] = [0.87, 0.89, 0.91];

/// The page while it is drawn. Coordinates are points from the upper left corner.
struct Sheet {
    content: Content,
    /// The pages before it.
    full: Vec<Content>,
    regular: Font,
    semibold: Font,
}

impl Sheet {
    fn new() -> Option<Sheet> {
        Some(Sheet {
            content: Content::new(),
            full: vec![],
            regular: Font::of(Weight::Regular)?,
            semibold: Font::of(Weight::Semibold)?,
        })
    }

    fn font(&mut self, weight: Weight) -> &mut Font {
        match weight {
            Weight::Regular => &mut self.regular,
            Weight::Semibold => &mut self.semibold,
        }
    }

    fn text(&mut self, (x, y): (f32, f32), size: f32, weight: Weight, color: [f32; 3], text: &str) {
        let font = self.font(weight);
        let (glyphs, name) = (font.encoded(text), font.name);
        let [r, g, b] = color;
        self.content.begin_text().set_fill_rgb(r, g, b).set_font(Name(name.as_bytes()), size);
        self.content.next_line(x, PAGE.1 - y).show(Str(&glyphs)).end_text();
    }

    /// Ends at `x`.
    fn right(&mut self, (x, y): (f32, f32), size: f32, weight: Weight, color: [f32; 3], text: &str) {
        let width = self.font(weight).width(text, size);
        self.text((x - width, y), size, weight, color, text);
    }

    fn rule(&mut self, y: f32) {
        let [r, g, b] = LINE;
        self.content.set_stroke_rgb(r, g, b).set_line_width(0.8).move_to(MARGIN, PAGE.1 - y).line_to(RIGHT, PAGE.1 - y).stroke();
    }

    /// Text broken into lines between words, and within a word that is wider than a line.
    fn lines(&self, text: &str, width: f32, size: f32, weight: Weight) -> Vec<String> {
        let font = match weight {
            Weight::Regular => &self.regular,
            Weight::Semibold => &self.semibold,
        };
        let mut lines = Vec::new();
        for paragraph in text.lines() {
            let mut line = String::new();
            for word in paragraph.split_whitespace() {
                let longer = if line.is_empty() { word.to_owned() } else { format!("{line} {word}") };
                if font.width(&longer, size) <= width {
                    line = longer;
                    continue;
                }
                if !line.is_empty() {
                    lines.push(std::mem::take(&mut line));
                }
                for c in word.chars() {
                    if !line.is_empty() && font.width(&format!("{line}{c}"), size) > width {
                        lines.push(std::mem::take(&mut line));
                    }
                    line.push(c);
                }
            }
            lines.push(line);
        }
        lines.retain(|line| !line.is_empty());
        lines
    }

    /// The lines of an address, or of where to pay to.
    fn address(&self, text: &str, width: f32, size: f32) -> Vec<String> {
        let typed: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
        let text = typed.join(if typed.len() > ADDRESS_LINES_MAX { ", " } else { "\n" });
        self.lines(&text, width, size, Weight::Regular)
    }

    /// Where something that is so high begins: here, or at the top of a new page.
    fn room(&mut self, y: f32, height: f32) -> f32 {
        if y + height <= BOTTOM {
            return y;
        }
        self.full.push(std::mem::replace(&mut self.content, Content::new()));
        MARGIN + 12.0
    }

    /// The file.
    fn finish(self, title: &str) -> Vec<u8> {
        let mut last = 0;
        let mut next = || {
            last += 1;
            Ref::new(last)
        };
        let (catalog, pages, info) = (next(), next(), next());
        let fonts = [(&self.regular, next()), (&self.semibold, next())];
        let sheets: Vec<(Ref, Ref, Content)> =
            self.full.into_iter().chain([self.content]).map(|content| (next(), next(), content)).collect();
        let mut pdf = Pdf::new();
        pdf.catalog(catalog).pages(pages);
        pdf.pages(pages).kids(sheets.iter().map(|(page, ..)| *page)).count(i32::try_from(sheets.len()).unwrap_or(1));
        for (page, text, content) in sheets {
            let mut sheet = pdf.page(page);
            sheet.media_box(Rect::new(0.0, 0.0, PAGE.0, PAGE.1)).parent(pages).contents(text);
            let mut resources = sheet.resources();
            let mut named = resources.fonts();
            for (font, id) in &fonts {
                named.pair(Name(font.name.as_bytes()), *id);
            }
            named.finish();
            resources.finish();
            sheet.finish();
            pdf.stream(text, &content.finish());
        }
        pdf.document_info(info).title(TextStr(title)).producer(TextStr("Consortio"));
        for (font, id) in fonts {
            font.write(&mut pdf, id, &mut next);
        }
        pdf.finish()
    }
}

/// The characters of a text that no invoice can print: they come out as question marks.
pub(super) fn not_printed(text: &str) -> String {
    Font::of(Weight::Regular).map(|font| font.missing(text)).unwrap_or_default()
}

/// The PDF of an invoice in a language; of one that was paid, its receipt.
pub(super) fn pdf(invoice: &Invoice, locale: &str) -> Result<Vec<u8>> {
    let say = Speech::of(locale);
    let mut sheet = Sheet::new().ok_or_else(|| Error::broken("the fonts of invoices cannot be read"))?;
    let what = say.of_key(if invoice.paid_at.is_some() { "pdf.receipt" } else { "pdf.invoice" });
    let title = format!("{what} {}", invoice.name());
    for (line, y) in sheet.lines(&invoice.seller.name, 300.0, 11.0, Weight::Semibold).iter().zip([78.0, 92.0, 106.0, 120.0]) {
        sheet.text((MARGIN, y), 11.0, Weight::Semibold, ACCENT, line);
    }
    sheet.right((RIGHT, 84.0), 24.0, Weight::Semibold, INK, &what);
    sheet.right((RIGHT, 102.0), 10.5, Weight::Regular, SOFT, &format!("{} {}", say.of_key("pdf.number"), invoice.name()));
    let middle = 330.0;
    let buyer = party(&mut sheet, &say, (MARGIN, 146.0), "pdf.to", &invoice.buyer);
    let seller = party(&mut sheet, &say, (middle, 146.0), "pdf.from", &invoice.seller);
    let y = facts(&mut sheet, &say, invoice, buyer.max(seller).max(278.0) + 28.0);
    let y = items(&mut sheet, &say, invoice, y + 51.0);
    let y = sums(&mut sheet, &say, invoice, y + 14.0);
    foot(&mut sheet, &say, invoice, y + 40.0);
    Ok(sheet.finish(&title))
}

/// Gives the place of its last line, as the others do.
fn party(sheet: &mut Sheet, say: &Speech, (x, mut y): (f32, f32), key: &str, party: &Party) -> f32 {
    sheet.text((x, y), 8.5, Weight::Regular, SOFT, &say.of_key(key));
    y += 2.0;
    let width = 205.0;
    let broken = |sheet: &Sheet, scale: f32| {
        let name = sheet.lines(&party.name, width, 10.5 * scale, Weight::Semibold);
        (scale, name, sheet.address(&party.address, width, 10.0 * scale))
    };
    // What would reach the end of the page at the usual size is printed smaller.
    let usual = broken(sheet, 1.0);
    let (scale, name, address) = if usual.1.len() + usual.2.len() > PARTY_LINES { broken(sheet, 0.7) } else { usual };
    for line in name {
        y += 14.0 * scale;
        sheet.text((x, y), 10.5 * scale, Weight::Semibold, INK, &line);
    }
    for line in address {
        y += 14.0 * scale;
        sheet.text((x, y), 10.0 * scale, Weight::Regular, INK, &line);
    }
    if !party.vat_id.is_empty() {
        y += 14.0;
        sheet.text((x, y), 10.0, Weight::Regular, SOFT, &format!("{} {}", say.of_key("pdf.vat_id"), party.vat_id));
    }
    y
}

fn facts(sheet: &mut Sheet, say: &Speech, invoice: &Invoice, y: f32) -> f32 {
    let y = sheet.room(y, 15.0);
    let last = match invoice.paid_at {
        Some(at) => ("pdf.paid", say.date(at)),
        None => ("pdf.due", say.date(invoice.due_at)),
    };
    let period = format!("{} – {}", say.date(invoice.from), say.date(invoice.until));
    let facts = [("pdf.issued", say.date(invoice.issued_at)), last, ("pdf.period", period)];
    let mut x = MARGIN;
    for (key, value) in facts {
        sheet.text((x, y), 8.5, Weight::Regular, SOFT, &say.of_key(key));
        sheet.text((x, y + 15.0), 10.5, Weight::Semibold, INK, &value);
        x += 137.0;
    }
    y + 15.0
}

fn items(sheet: &mut Sheet, say: &Speech, invoice: &Invoice, y: f32) -> f32 {
    let mut y = sheet.room(y, 51.0);
    sheet.text((MARGIN, y), 8.5, Weight::Regular, SOFT, &say.of_key("pdf.item"));
    sheet.right((RIGHT, y), 8.5, Weight::Regular, SOFT, &format!("{} ({})", say.of_key("pdf.amount"), invoice.currency));
    y += 8.0;
    sheet.rule(y);
    for item in &invoice.items {
        y = sheet.room(y + 20.0, 23.0);
        let name = format!(
            "{} {}",
            say.of_key(&format!("product.{}", item.product.name())),
            say.of_key(&format!("tier.{}", item.tier.name()))
        );
        sheet.text((MARGIN, y), 10.5, Weight::Semibold, INK, &name);
        sheet.right((RIGHT, y), 10.5, Weight::Regular, INK, &say.amount(item.amount, &invoice.currency));
        y += 13.0;
        let how = if item.is_rest { "pdf.rest".to_owned() } else { format!("term.{}", invoice.term.name()) };
        sheet.text((MARGIN, y), 9.0, Weight::Regular, SOFT, &say.of_key(&how));
        y += 10.0;
        sheet.rule(y);
    }
    y
}

fn sums(sheet: &mut Sheet, say: &Speech, invoice: &Invoice, y: f32) -> f32 {
    let mut y = sheet.room(y, 62.0);
    let vat = format!("{} {} %", say.of_key("pdf.vat"), say.percent(invoice.vat_hundredths));
    let x = 360.0;
    for (name, amount) in [(say.of_key("pdf.net"), invoice.net), (vat, invoice.vat)] {
        y += 18.0;
        sheet.text((x, y), 10.0, Weight::Regular, SOFT, &name);
        sheet.right((RIGHT, y), 10.0, Weight::Regular, INK, &say.amount(amount, &invoice.currency));
    }
    y += 26.0;
    sheet.text((x, y), 12.5, Weight::Semibold, INK, &say.of_key("pdf.total"));
    let total = format!("{} {}", invoice.currency, say.amount(invoice.total, &invoice.currency));
    sheet.right((RIGHT, y), 12.5, Weight::Semibold, INK, &total);
    y
}

fn foot(sheet: &mut Sheet, say: &Speech, invoice: &Invoice, mut y: f32) {
    if let Some(at) = invoice.paid_at {
        y = sheet.room(y, 0.0);
        sheet.text((MARGIN, y), 11.0, Weight::Semibold, ACCENT, &say.with("pdf.paid_on", &[("date", &say.date(at))]));
        return;
    }
    if invoice.pay_to.is_empty() {
        return;
    }
    let lines = sheet.address(&invoice.pay_to, RIGHT - MARGIN, 10.0);
    let height = lines.iter().map(|_| 14.0).sum::<f32>();
    y = sheet.room(y, height);
    sheet.text((MARGIN, y), 8.5, Weight::Regular, SOFT, &say.of_key("pdf.pay_to"));
    for line in lines {
        y += 14.0;
        sheet.text((MARGIN, y), 10.0, Weight::Regular, INK, &line);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::Timestamp;
    use model::account::{Product, Tier};
    use model::billing::Term;
    use model::billing::invoice::{Because, Item};
    use model::id::AccountId;

    fn invoice(name: &str, address: &str) -> Invoice {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let item = |product| Item { product, tier: Tier::Enterprise, is_rest: false, amount: 120_000 };
        Invoice {
            number: 7,
            account: AccountId(1),
            issued_at: at("2026-11-20T10:00:00Z"),
            due_at: at("2026-12-20T10:00:00Z"),
            because: Because::Order,
            term: Term::Annual,
            from: at("2026-11-20T10:00:00Z"),
            until: at("2027-11-20T10:00:00Z"),
            seller: Party { name: "Consortio ApS".into(), address: "Nygade 1\n1164 København".into(), vat_id: "DK1".into() },
            pay_to: "IBAN DK00".into(),
            buyer: Party { name: name.into(), address: address.into(), vat_id: "IT2".into() },
            currency: "EUR".into(),
            items: Product::ALL.into_iter().map(item).collect(),
            net: 720_000,
            vat_hundredths: 2_500,
            vat: 180_000,
            total: 900_000,
            paid_at: None,
        }
    }

    #[test]
    fn a_long_name_is_broken_and_not_cut() {
        let sheet = Sheet::new().unwrap();
        let words = "Società per Azioni ".repeat(13);
        let lines = sheet.lines(&words, 205.0, 10.5, Weight::Semibold);
        assert_eq!(lines.join(" "), words.trim());
        let one_word = "W".repeat(255);
        let lines = sheet.lines(&one_word, 205.0, 10.5, Weight::Semibold);
        assert_eq!((lines.concat(), lines.len() > 10), (one_word, true));
        assert!(lines.iter().all(|line| sheet.semibold.width(line, 10.5) <= 205.0));
    }

    #[test]
    fn an_address_of_many_lines_keeps_its_text() {
        let sheet = Sheet::new().unwrap();
        assert_eq!(sheet.address(" a\n\nb \nc", 205.0, 10.0), ["a", "b", "c"]);
        let lines = sheet.address(&"x\n".repeat(500), 205.0, 10.0);
        let n_kept: usize = lines.iter().map(|line| line.matches('x').count()).sum();
        assert_eq!((n_kept, lines.len() < 40), (500, true));
    }

    /// Whatever an account may enter stays on paper: what is below the first page goes on on a second.
    #[test]
    fn the_longest_invoice_takes_as_many_pages_as_it_needs() {
        let pages = |invoice: &Invoice| {
            let bytes = pdf(invoice, "en").unwrap();
            bytes.windows(11).filter(|part| part == b"/Type /Page").count() - 1
        };
        assert_eq!(pages(&invoice("West ApS", "Nygade 1\n1164 København")), 1);
        assert!(pages(&invoice(&"W".repeat(255), &"W".repeat(1_000))) > 1);
        assert_eq!(pages(&invoice(&"W".repeat(255), "Via Roma 1\n10121 Torino")), 2);
    }
}
