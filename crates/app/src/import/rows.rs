//! Rows out of the text of a file, each with the line it begins in.
//!
//! A quotation mark that is never closed costs its own line and no other: when the quoted field does not end properly, the row is
//! handed out as broken and reading goes on with the line after its first.

use model::limits::{IMPORT_RECORD_BYTES_MAX, IMPORT_RECORD_LINES_MAX, IMPORT_ROWS_MAX};
use std::collections::VecDeque;
use std::io::{self, BufRead, BufReader, Read};

const BUFFER_BYTES: usize = 128 * 1024;

/// A row of a file.
pub struct Record {
    /// The line of the file it begins in; 1 is the first.
    pub line: u64,
    pub fields: csv::ByteRecord,
    /// Why it cannot be read, in words for a person.
    pub broken: Option<String>,
}

/// The rows of a text, the header among them.
pub struct Rows {
    from: BufReader<Box<dyn Read>>,
    /// Lines that were looked at and belong to rows to come.
    ahead: VecDeque<Vec<u8>>,
    /// Lines taken.
    line: u64,
    delimiter: u8,
    n_rows: u64,
}

impl Rows {
    /// `from` is UTF-8, or nearly.
    pub fn new(from: Box<dyn Read>, delimiter: u8) -> Rows {
        let from = BufReader::with_capacity(BUFFER_BYTES, from);
        Rows { from, ahead: VecDeque::new(), line: 0, delimiter, n_rows: 0 }
    }

    /// The next row that is not blank. Fails, in words for a person, where nothing after it can be read either.
    pub fn next(&mut self) -> Result<Option<Record>, String> {
        while let Some(text) = self.take()? {
            let record = self.record(&text)?;
            if record.fields.iter().any(|field| !field.is_empty()) {
                self.n_rows += 1;
                if self.n_rows > IMPORT_ROWS_MAX as u64 + 2 {
                    return Err(format!("the file has more than {IMPORT_ROWS_MAX} rows"));
                }
                return Ok(Some(record));
            }
        }
        Ok(None)
    }

    /// The row that begins with this line.
    fn record(&mut self, first: &[u8]) -> Result<Record, String> {
        let line = self.line;
        let mut split = Split::new(self.delimiter);
        split.feed(first, line);
        let (mut more, mut n_bytes) = (Vec::new(), first.len());
        while split.at == At::Quoted {
            let full = more.len() + 1 >= IMPORT_RECORD_LINES_MAX || n_bytes > IMPORT_RECORD_BYTES_MAX;
            let Some(text) = (if full { None } else { self.take()? }) else { break };
            n_bytes += text.len();
            split.feed(&text, self.line);
            more.push(text);
            if split.is_crooked {
                break;
            }
        }
        let is_broken = split.at == At::Quoted || (split.is_crooked && !more.is_empty());
        if !is_broken {
            return Ok(Record { line, fields: split.finish(), broken: None });
        }
        let broken = format!("the quotation mark that opens a field in line {} is never closed", split.opened);
        self.line = line;
        more.into_iter().rev().for_each(|text| self.ahead.push_front(text));
        let mut alone = Split::new(self.delimiter);
        alone.feed(first.trim_ascii_end(), line);
        Ok(Record { line, fields: alone.finish(), broken: Some(broken) })
    }

    /// The next line with what ends it: LF, CR LF, or CR alone.
    fn take(&mut self) -> Result<Option<Vec<u8>>, String> {
        let text = match self.ahead.pop_front() {
            Some(text) => text,
            None => self.read().map_err(|e| format!("line {} cannot be read: {e}", self.line + 1))?,
        };
        self.line += u64::from(!text.is_empty());
        Ok(Some(text).filter(|text| !text.is_empty()))
    }

    fn read(&mut self) -> io::Result<Vec<u8>> {
        let mut text = Vec::new();
        loop {
            let buffer = self.from.fill_buf()?;
            if buffer.is_empty() {
                return Ok(text);
            }
            let end = buffer.iter().position(|b| matches!(b, b'\n' | b'\r'));
            let n = end.map_or(buffer.len(), |at| at + 1);
            text.extend_from_slice(&buffer[..n]);
            self.from.consume(n);
            if text.len() > IMPORT_RECORD_BYTES_MAX {
                let megabytes = IMPORT_RECORD_BYTES_MAX / 1024 / 1024;
                return Err(io::Error::other(format!("it is longer than {megabytes} MiB")));
            }
            if end.is_some() {
                if text.ends_with(b"\r") && self.from.fill_buf()?.first() == Some(&b'\n') {
                    text.push(b'\n');
                    self.from.consume(1);
                }
                return Ok(text);
            }
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum At {
    FieldStart,
    Bare,
    Quoted,
    /// Behind a quotation mark in a quoted field: it ends the field, or is half of one that is meant.
    Closing,
}

/// Fields out of the lines of one row.
struct Split {
    delimiter: u8,
    at: At,
    field: Vec<u8>,
    fields: csv::ByteRecord,
    /// The line of the last quotation mark that opened a field.
    opened: u64,
    /// Text follows a closing quotation mark.
    is_crooked: bool,
}

impl Split {
    fn new(delimiter: u8) -> Split {
        let fields = csv::ByteRecord::new();
        Split { delimiter, at: At::FieldStart, field: Vec::new(), fields, opened: 0, is_crooked: false }
    }

    fn feed(&mut self, text: &[u8], line: u64) {
        for &byte in text {
            self.at = match (self.at, byte) {
                (At::Quoted, b'"') => At::Closing,
                (At::Closing, b'"') | (At::Quoted, _) => {
                    self.field.push(byte);
                    At::Quoted
                }
                (at, b'\n' | b'\r') => at,
                (_, byte) if byte == self.delimiter => {
                    self.end_field();
                    At::FieldStart
                }
                (At::FieldStart, b'"') => {
                    self.opened = line;
                    At::Quoted
                }
                (at, byte) => {
                    self.is_crooked |= at == At::Closing;
                    self.field.push(byte);
                    At::Bare
                }
            };
        }
    }

    fn end_field(&mut self) {
        self.fields.push_field(&self.field);
        self.field.clear();
    }

    fn finish(mut self) -> csv::ByteRecord {
        self.end_field();
        self.fields
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Line, fields, and why the row is broken.
    fn rows(text: &str) -> Vec<(u64, Vec<String>, Option<String>)> {
        let mut rows = Rows::new(Box::new(io::Cursor::new(text.to_owned())), b',');
        let mut all = Vec::new();
        while let Some(record) = rows.next().unwrap() {
            let fields = record.fields.iter().map(|f| String::from_utf8_lossy(f).into_owned()).collect();
            all.push((record.line, fields, record.broken));
        }
        all
    }

    #[test]
    fn rows_say_the_line_they_begin_in_whatever_ends_lines() {
        for end in ["\n", "\r\n", "\r"] {
            let found = rows(&"a,b|||1,2|,|\"x||y\",3|4,5".replace('|', end));
            assert_eq!(found.iter().map(|row| row.0).collect::<Vec<_>>(), [1, 4, 6, 9], "{end:?}");
            assert_eq!(found[2].1, [format!("x{end}{end}y"), "3".to_owned()]);
        }
    }

    #[test]
    fn quotation_marks_are_read_as_spreadsheets_write_them() {
        let found = rows("\"a \"\"b\"\", c\",5\" pipe,\"\",\"d\"e\n");
        assert_eq!(found, [(1, ["a \"b\", c", "5\" pipe", "", "de"].map(str::to_owned).to_vec(), None)]);
    }

    #[test]
    fn a_quotation_mark_that_is_never_closed_costs_its_own_line_only() {
        let broken = Some("the quotation mark that opens a field in line 2 is never closed".to_owned());
        for text in ["a,b\n1,\"x\n2,y\n3,z\n", "a,b\n1,\"x\n2,\"y\"\n3,z\n"] {
            let found = rows(text);
            assert_eq!(found[1], (2, vec!["1".to_owned(), "x".to_owned()], broken.clone()), "{text}");
            assert_eq!((found[2].0, found[2].1[0].as_str(), &found[2].2), (3, "2", &None), "{text}");
            assert_eq!((found[3].0, found[3].1[0].as_str(), &found[3].2), (4, "3", &None), "{text}");
        }
        let long = format!("a\n\"x\n{}\"\n", "y\n".repeat(IMPORT_RECORD_LINES_MAX));
        assert_eq!(rows(&long)[1].2, broken);
    }
}
