//! The two fonts of invoices: what a text is as glyphs, how wide it is, and the objects of a PDF that hold a font.
//!
//! The files beside this are Inter (SIL Open Font License 1.1), cut down to Latin, Greek and Cyrillic letters.

use flate2::Compression;
use flate2::write::ZlibEncoder;
use pdf_writer::types::{CidFontType, FontFlags, SystemInfo, UnicodeCmap};
use pdf_writer::{Filter, Finish, Name, Pdf, Rect, Ref, Str};
use std::collections::BTreeMap;
use std::io::Write;
use ttf_parser::{Face, GlyphId};

const REGULAR: &[u8] = include_bytes!("inter-regular.ttf");
const SEMIBOLD: &[u8] = include_bytes!("inter-semibold.ttf");
const SYSTEM: SystemInfo<'static> = SystemInfo { registry: Str(b"Adobe"), ordering: Str(b"Identity"), supplement: 0 };

/// Which of the two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Weight {
    Regular,
    Semibold,
}

/// A font, and the letters of it that were used.
pub(super) struct Font {
    face: Face<'static>,
    bytes: &'static [u8],
    pub(super) name: &'static str,
    used: BTreeMap<u16, char>,
}

impl Font {
    /// The font of a weight. That both files are fonts is a test.
    pub(super) fn of(weight: Weight) -> Option<Font> {
        let (bytes, name) = match weight {
            Weight::Regular => (REGULAR, "F1"),
            Weight::Semibold => (SEMIBOLD, "F2"),
        };
        let face = Face::parse(bytes, 0).ok()?;
        Some(Font { face, bytes, name, used: BTreeMap::new() })
    }

    /// A letter this font has not got is shown as a question mark rather than left out.
    fn glyph(&self, c: char) -> (GlyphId, char) {
        let found = self.face.glyph_index(c).map(|glyph| (glyph, c));
        found.or_else(|| self.face.glyph_index('?').map(|glyph| (glyph, '?'))).unwrap_or((GlyphId(0), c))
    }

    /// The characters of a text that this font has not got, each once.
    pub(super) fn missing(&self, text: &str) -> String {
        let mut missing = String::new();
        for c in text.chars().filter(|c| !c.is_control() && self.face.glyph_index(*c).is_none()) {
            if !missing.contains(c) {
                missing.push(c);
            }
        }
        missing
    }

    fn units(&self, glyph: GlyphId) -> f32 {
        f32::from(self.face.glyph_hor_advance(glyph).unwrap_or(0)) / f32::from(self.face.units_per_em())
    }

    /// In points, at a size.
    pub(super) fn width(&self, text: &str, size: f32) -> f32 {
        text.chars().map(|c| self.units(self.glyph(c).0)).sum::<f32>() * size
    }

    /// The text as the font's glyphs, two bytes each.
    pub(super) fn encoded(&mut self, text: &str) -> Vec<u8> {
        let mut out = Vec::with_capacity(2 * text.len());
        for c in text.chars() {
            let (glyph, shown) = self.glyph(c);
            self.used.insert(glyph.0, shown);
            out.extend(glyph.0.to_be_bytes());
        }
        out
    }

    /// Writes the font. The letters that were used can be found and copied.
    pub(super) fn write(&self, pdf: &mut Pdf, id: Ref, next: &mut impl FnMut() -> Ref) {
        let (cid, descriptor, file, to_unicode) = (next(), next(), next(), next());
        let base = format!("Inter-{}", self.name);
        let base = Name(base.as_bytes());
        let mut font = pdf.type0_font(id);
        font.base_font(base).encoding_predefined(Name(b"Identity-H")).descendant_font(cid).to_unicode(to_unicode);
        font.finish();
        let mut descendant = pdf.cid_font(cid);
        descendant.subtype(CidFontType::Type2).base_font(base).system_info(SYSTEM).font_descriptor(descriptor).default_width(0.0);
        descendant.cid_to_gid_map_predefined(Name(b"Identity"));
        let mut widths = descendant.widths();
        for glyph in self.used.keys() {
            widths.consecutive(*glyph, [self.units(GlyphId(*glyph)) * 1000.0]);
        }
        widths.finish();
        descendant.finish();
        self.describe(pdf, descriptor, base, file);
        let packed = packed(self.bytes);
        pdf.stream(file, &packed)
            .filter(Filter::FlateDecode)
            .pair(Name(b"Length1"), i32::try_from(self.bytes.len()).unwrap_or(0));
        let mut letters = UnicodeCmap::new(Name(b"Letters"), SYSTEM);
        for (glyph, letter) in &self.used {
            letters.pair(*glyph, *letter);
        }
        pdf.cmap(to_unicode, &letters.finish());
    }

    fn describe(&self, pdf: &mut Pdf, id: Ref, base: Name<'_>, file: Ref) {
        let scale = 1000.0 / f32::from(self.face.units_per_em());
        let bounds = self.face.global_bounding_box();
        let at = |n: i16| f32::from(n) * scale;
        let mut descriptor = pdf.font_descriptor(id);
        descriptor
            .name(base)
            .flags(FontFlags::SYMBOLIC)
            .bbox(Rect::new(at(bounds.x_min), at(bounds.y_min), at(bounds.x_max), at(bounds.y_max)))
            .italic_angle(0.0)
            .ascent(at(self.face.ascender()))
            .descent(at(self.face.descender()))
            .cap_height(at(self.face.capital_height().unwrap_or(0)))
            .stem_v(80.0)
            .font_file2(file);
    }
}

fn packed(bytes: &[u8]) -> Vec<u8> {
    let mut out = ZlibEncoder::new(Vec::new(), Compression::default());
    // Writing into memory does not fail.
    drop(out.write_all(bytes));
    out.finish().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_fonts_have_the_letters_of_our_languages() {
        for weight in [Weight::Regular, Weight::Semibold] {
            let font = Font::of(weight).expect("a font");
            for c in "AÆØÅæøåàèéìòùÀÈÉÌÒÙëïöüIJijßñçŁłŠšŽžĐđŐőŢţ0123456789€£.,–—‘’“”·×%&@/()ΑΩαωЖж".chars()
            {
                assert!(font.face.glyph_index(c).is_some(), "{c} in {weight:?}");
            }
            assert!(font.width("iiii", 10.0) < font.width("MMMM", 10.0));
        }
    }

    #[test]
    fn a_letter_that_is_not_there_is_a_question_mark() {
        let mut font = Font::of(Weight::Regular).expect("a font");
        assert_eq!(font.encoded("漢"), font.encoded("?"));
        assert_eq!(font.missing("漢字 GmbH\n漢 ApS"), "漢字");
    }
}
