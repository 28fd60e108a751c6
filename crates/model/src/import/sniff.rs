//! What a file is: its encoding and what separates its fields, told from its beginning.

use serde::{Deserialize, Serialize};

/// How the characters of a file are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub enum Encoding {
    #[serde(rename = "utf-8")]
    Utf8,
    #[serde(rename = "utf-16le")]
    Utf16Le,
    #[serde(rename = "utf-16be")]
    Utf16Be,
    /// What spreadsheets in Western Europe write when nobody asks them for Unicode.
    #[serde(rename = "windows-1252")]
    Windows1252,
}

/// What the beginning of a file tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Sniffed {
    pub encoding: Encoding,
    /// Bytes of the byte order mark, to be skipped.
    pub n_mark: usize,
    /// An ASCII character.
    pub delimiter: char,
}

/// Delimiters people use, the likeliest first.
const DELIMITERS: [char; 4] = [',', ';', '\t', '|'];
/// Lines looked at.
const LINES: usize = 20;

/// Tells from the first bytes (64 KiB are plenty; `whole` when they are all) how the file is to be read.
pub fn sniff(head: &[u8], whole: bool) -> Sniffed {
    let (encoding, n_mark) = match head {
        [0xef, 0xbb, 0xbf, ..] => (Encoding::Utf8, 3),
        [0xff, 0xfe, ..] => (Encoding::Utf16Le, 2),
        [0xfe, 0xff, ..] => (Encoding::Utf16Be, 2),
        _ if is_utf8(head, whole) => (Encoding::Utf8, 0),
        _ => (Encoding::Windows1252, 0),
    };
    let rest = &head[n_mark..];
    let text: String = match encoding {
        Encoding::Utf8 => String::from_utf8_lossy(rest).into_owned(),
        Encoding::Windows1252 => rest.iter().map(|b| windows_1252(*b)).collect(),
        Encoding::Utf16Le => utf_16(rest, u16::from_le_bytes),
        Encoding::Utf16Be => utf_16(rest, u16::from_be_bytes),
    };
    Sniffed { encoding, n_mark, delimiter: delimiter(&text) }
}

/// Characters of several bytes hardly ever come about by chance in another encoding, so a few broken bytes among them do not make
/// the file one: their rows are refused, the others are read.
fn is_utf8(head: &[u8], whole: bool) -> bool {
    let (mut n_good, mut n_broken) = (0, 0);
    for chunk in head.utf8_chunks() {
        n_good += chunk.valid().chars().filter(|c| !c.is_ascii()).count();
        n_broken += usize::from(!chunk.invalid().is_empty());
    }
    // A character that the end of what we have cuts in two is no error.
    let is_half = |bytes: &[u8]| std::str::from_utf8(bytes).is_err_and(|e| e.error_len().is_none());
    let is_cut = !whole && head.utf8_chunks().last().is_some_and(|chunk| is_half(chunk.invalid()));
    n_good >= n_broken - usize::from(is_cut)
}

fn utf_16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> String {
    let units = bytes.chunks_exact(2).map(|pair| unit([pair[0], pair[1]]));
    char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
}

/// The delimiter by which the first lines have the same number of fields, and the most of them.
fn delimiter(text: &str) -> char {
    let score = |delimiter: char| {
        let counts = fields(text, delimiter);
        let first = counts.first().copied().unwrap_or(1);
        let agreeing = counts.iter().filter(|n| **n == first).count();
        // A delimiter that does not occur in the header separates nothing.
        if first < 2 { (0, 0) } else { (agreeing * 100 / counts.len().max(1), first) }
    };
    let best = DELIMITERS.into_iter().rev().max_by_key(|d| score(*d));
    best.filter(|d| score(*d) > (0, 0)).unwrap_or(',')
}

/// Fields per line, quoted delimiters and line breaks aside.
fn fields(text: &str, delimiter: char) -> Vec<usize> {
    let mut counts = Vec::new();
    let (mut n, mut quoted, mut empty) = (1, false, true);
    for c in text.chars() {
        match c {
            '"' => quoted = !quoted,
            '\n' if !quoted => {
                if !empty {
                    counts.push(n);
                }
                (n, empty) = (1, true);
                if counts.len() == LINES {
                    return counts;
                }
                continue;
            }
            c if c == delimiter && !quoted => n += 1,
            _ => {}
        }
        empty = empty && c == '\r';
    }
    // The last line may be cut off, so it counts only when it is the only one.
    if counts.is_empty() {
        counts.push(n);
    }
    counts
}

/// The character of a byte of Windows-1252. The five bytes without one are control characters, as browsers read them.
pub fn windows_1252(byte: u8) -> char {
    const HIGH: [char; 32] = [
        '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}', '\u{90}', '‘', '’', '“',
        '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
    ];
    match byte {
        0x80..=0x9f => HIGH[usize::from(byte - 0x80)],
        other => char::from(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sniffed(bytes: &[u8]) -> (Encoding, usize, char) {
        let s = sniff(bytes, true);
        (s.encoding, s.n_mark, s.delimiter)
    }

    #[test]
    fn the_encoding_is_told_by_the_mark_or_by_the_bytes() {
        assert_eq!(sniffed(b"\xef\xbb\xbfa,b\n"), (Encoding::Utf8, 3, ','));
        assert_eq!(sniffed(b"\xff\xfea\0;\0b\0\n\0"), (Encoding::Utf16Le, 2, ';'));
        assert_eq!(sniffed(b"\xfe\xff\0a\0;\0b\0\n"), (Encoding::Utf16Be, 2, ';'));
        assert_eq!(sniffed("å;b\n".as_bytes()), (Encoding::Utf8, 0, ';'));
        assert_eq!(sniffed(b"\xe5;b\n"), (Encoding::Windows1252, 0, ';'));
        assert_eq!(sniffed(b""), (Encoding::Utf8, 0, ','));
        let cut = &"aå".as_bytes()[..2];
        assert_eq!(sniff(cut, false).encoding, Encoding::Utf8);
        assert_eq!(sniff(cut, true).encoding, Encoding::Windows1252);
    }

    #[test]
    fn a_few_broken_bytes_do_not_make_utf_8_something_else() {
        let one = ["a,b\nx,Müller\ny,bro".as_bytes(), b"\xffken\n"].concat();
        assert_eq!(sniffed(&one).0, Encoding::Utf8);
        assert_eq!(sniffed(b"a,b\nx,M\xfcller\ny,\xc5se\nz,K\xf8benhavn\n").0, Encoding::Windows1252);
        assert_eq!(sniffed(b"a,b\nx,\xc3\xa5\ny,\xe5\nz,\xf8 \xe6 \xe5\n").0, Encoding::Windows1252);
    }

    #[test]
    fn the_delimiter_is_the_one_by_which_lines_agree() {
        assert_eq!(sniffed(b"a,b\r\n1,2\r\n").2, ',');
        assert_eq!(sniffed(b"a;b\n1,5;2,5\n3,5;4\n").2, ';');
        assert_eq!(sniffed(b"a\tb, c\td\n1\t2\t3\n").2, '\t');
        assert_eq!(sniffed(b"a|b\n1|2\n").2, '|');
        assert_eq!(sniffed(b"\"a,x\";b\n\"1\n,2\";3\n").2, ';');
        assert_eq!(sniffed(b"email\na@x.example\n").2, ',');
        assert_eq!(sniffed(b"name,note\nAnn,a;b;c\nBo,x;y\n").2, ',');
    }
}
