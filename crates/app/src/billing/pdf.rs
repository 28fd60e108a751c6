//! An invoice, or a receipt, as a PDF of one page: an invoice has at most a line per product.

use super::font::{Font, Weight};
use crate::error::{Error, Result};
use crate::mail::words::Speech;
use model::billing::invoice::{Invoice, Party};
use pdf_writer::{Content, Finish, Name, Pdf, Rect, Ref, Str, TextStr};

/// A4 in points.
const PAGE: (f32, f32) = (595.28, 841.89);
const MARGIN: f32 = 56.0;
const RIGHT: f32 = PAGE.0 - MARGIN;
/// Lines of an address that are shown.
const ADDRESS_LINES_MAX: usize = 8;

const INK: [f32; 3] = [0.08, 0.13, 0.17];
const SOFT: [f32; 3] = [0.40, 0.46, 0.51];
const ACCENT: [f32; 3] = [0.06, 0.44, 0.39];
const LINE: [f32; 3] = [0.87, 0.89, 0.91];

/// The page while it is drawn. Coordinates are points from the upper left corner.
struct Sheet {
    content: Content,
    regular: Font,
    semibold: Font,
}

impl Sheet {
    fn new() -> Option<Sheet> {
        Some(Sheet { content: Content::new(), regular: Font::of(Weight::Regular)?, semibold: Font::of(Weight::Semibold)? })
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

    /// Text broken into lines between words; a word that is wider than a line is cut.
    fn lines(&mut self, text: &str, width: f32, size: f32) -> Vec<String> {
        let mut lines = Vec::new();
        for paragraph in text.lines() {
            let mut line = String::new();
            for word in paragraph.split_whitespace() {
                let longer = if line.is_empty() { word.to_owned() } else { format!("{line} {word}") };
                if self.regular.width(&longer, size) <= width {
                    line = longer;
                    continue;
                }
                if !line.is_empty() {
                    lines.push(std::mem::take(&mut line));
                }
                line = self.fitting(word, width, size);
            }
            lines.push(line);
        }
        lines.retain(|line| !line.is_empty());
        lines.truncate(ADDRESS_LINES_MAX);
        lines
    }

    fn fitting(&self, word: &str, width: f32, size: f32) -> String {
        let mut out = String::new();
        for c in word.chars() {
            out.push(c);
            if self.semibold.width(&format!("{out}…"), size) > width {
                out.pop();
                out.push('…');
                break;
            }
        }
        out
    }

    /// The file.
    fn finish(self, title: &str) -> Vec<u8> {
        let mut last = 0;
        let mut next = || {
            last += 1;
            Ref::new(last)
        };
        let (catalog, pages, page, content, info) = (next(), next(), next(), next(), next());
        let mut pdf = Pdf::new();
        pdf.catalog(catalog).pages(pages);
        pdf.pages(pages).kids([page]).count(1);
        let fonts = [(&self.regular, next()), (&self.semibold, next())];
        let mut sheet = pdf.page(page);
        sheet.media_box(Rect::new(0.0, 0.0, PAGE.0, PAGE.1)).parent(pages).contents(content);
        let mut resources = sheet.resources();
        let mut named = resources.fonts();
        for (font, id) in &fonts {
            named.pair(Name(font.name.as_bytes()), *id);
        }
        named.finish();
        resources.finish();
        sheet.finish();
        pdf.stream(content, &self.content.finish());
        pdf.document_info(info).title(TextStr(title)).producer(TextStr("Consortio"));
        for (font, id) in fonts {
            font.write(&mut pdf, id, &mut next);
        }
        pdf.finish()
    }
}

/// The PDF of an invoice in a language; of one that was paid, its receipt.
pub(super) fn pdf(invoice: &Invoice, locale: &str) -> Result<Vec<u8>> {
    let say = Speech::of(locale);
    let mut sheet = Sheet::new().ok_or_else(|| Error::broken("the fonts of invoices cannot be read"))?;
    let what = say.of_key(if invoice.paid_at.is_some() { "pdf.receipt" } else { "pdf.invoice" });
    let title = format!("{what} {}", invoice.name());
    sheet.text((MARGIN, 78.0), 11.0, Weight::Semibold, ACCENT, &invoice.seller.name);
    sheet.right((RIGHT, 84.0), 24.0, Weight::Semibold, INK, &what);
    sheet.right((RIGHT, 102.0), 10.5, Weight::Regular, SOFT, &format!("{} {}", say.of_key("pdf.number"), invoice.name()));
    let middle = 330.0;
    party(&mut sheet, &say, (MARGIN, 146.0), "pdf.to", &invoice.buyer);
    party(&mut sheet, &say, (middle, 146.0), "pdf.from", &invoice.seller);
    facts(&mut sheet, &say, invoice, 306.0);
    let y = items(&mut sheet, &say, invoice, 372.0);
    let y = sums(&mut sheet, &say, invoice, y + 14.0);
    foot(&mut sheet, &say, invoice, y + 40.0);
    Ok(sheet.finish(&title))
}

fn party(sheet: &mut Sheet, say: &Speech, (x, mut y): (f32, f32), key: &str, party: &Party) {
    sheet.text((x, y), 8.5, Weight::Regular, SOFT, &say.of_key(key));
    y += 16.0;
    let width = 200.0;
    let name = sheet.fitting(&party.name, width, 10.5);
    sheet.text((x, y), 10.5, Weight::Semibold, INK, &name);
    for line in sheet.lines(&party.address, width, 10.0) {
        y += 14.0;
        sheet.text((x, y), 10.0, Weight::Regular, INK, &line);
    }
    if !party.vat_id.is_empty() {
        y += 14.0;
        sheet.text((x, y), 10.0, Weight::Regular, SOFT, &format!("{} {}", say.of_key("pdf.vat_id"), party.vat_id));
    }
}

fn facts(sheet: &mut Sheet, say: &Speech, invoice: &Invoice, y: f32) {
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
}

fn items(sheet: &mut Sheet, say: &Speech, invoice: &Invoice, mut y: f32) -> f32 {
    sheet.text((MARGIN, y), 8.5, Weight::Regular, SOFT, &say.of_key("pdf.item"));
    sheet.right((RIGHT, y), 8.5, Weight::Regular, SOFT, &format!("{} ({})", say.of_key("pdf.amount"), invoice.currency));
    y += 8.0;
    sheet.rule(y);
    for item in &invoice.items {
        y += 20.0;
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

fn sums(sheet: &mut Sheet, say: &Speech, invoice: &Invoice, mut y: f32) -> f32 {
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
        sheet.text((MARGIN, y), 11.0, Weight::Semibold, ACCENT, &say.with("pdf.paid_on", &[("date", &say.date(at))]));
        return;
    }
    if invoice.pay_to.is_empty() {
        return;
    }
    sheet.text((MARGIN, y), 8.5, Weight::Regular, SOFT, &say.of_key("pdf.pay_to"));
    for line in sheet.lines(&invoice.pay_to, RIGHT - MARGIN, 10.0) {
        y += 14.0;
        sheet.text((MARGIN, y), 10.0, Weight::Regular, INK, &line);
    }
}
