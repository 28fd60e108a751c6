//! Reading a file: decoding, rows, chunks. Everything here is synchronous and runs on a thread of its own.

use super::chunk::{Chunk, Row};
use super::rows::Rows;
use super::unreadable;
use super::upload::Stored;
use crate::error::{Error, Result};
use jiff::Timestamp;
use model::change::By;
use model::import::{Encoding, Event, Job, Plan, Sniffed, sniff, windows_1252};
use model::property::Schema;
use sha2::{Digest, Sha256};
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::io::{self, Read as _};
use std::path::Path;
use std::rc::Rc;
use std::sync::Arc;
use tokio::sync::mpsc::Sender;

/// Bytes from which encoding and delimiter are told.
const HEAD_BYTES: usize = 64 * 1024;
/// Rows written in one transaction: enough that the commit costs little per row, few enough that others do not wait long.
const CHUNK_ROWS: usize = 2_000;
/// Bytes of rows in one chunk, so that rows with long notes do not fill the memory.
const CHUNK_BYTES: usize = 4 * 1024 * 1024;
const BUFFER_BYTES: usize = 128 * 1024;

/// What is in a file.
pub struct Look {
    pub sniffed: Sniffed,
    pub columns: Vec<String>,
    pub rows: Vec<Vec<String>>,
    pub n_rows: u64,
    /// All bytes as a hash: the same file has the same, whatever it is called.
    pub content: String,
}

/// Tells encoding and delimiter, reads the header and some rows, and counts the rest.
pub fn look(stored: &Stored, known: Option<(Encoding, char)>, n_shown: usize) -> Result<Look> {
    try_look(stored, known, n_shown).map_err(|error| stored.refused().unwrap_or(error))
}

fn try_look(stored: &Stored, known: Option<(Encoding, char)>, n_shown: usize) -> Result<Look> {
    let hash = Rc::new(RefCell::new(Sha256::new()));
    let from = Hashed { from: stored.open().map_err(|e| cannot_be_read(&e))?, hash: hash.clone() };
    let (sniffed, mut rows) = decode(Box::new(from), known)?;
    let columns = header(&mut rows)?;
    let mut shown = Vec::new();
    let mut n_rows = 0;
    while let Some(row) = rows.next().map_err(unreadable)? {
        if shown.len() < n_shown {
            shown.push(row.fields.iter().map(|field| String::from_utf8_lossy(field).into_owned()).collect());
        }
        n_rows += 1;
    }
    let content = crate::secret::hex(&hash.take().finalize());
    Ok(Look { sniffed, columns, rows: shown, n_rows, content })
}

/// Hashes bytes as they come by.
struct Hashed {
    from: Box<dyn io::Read>,
    hash: Rc<RefCell<Sha256>>,
}

impl io::Read for Hashed {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.from.read(buffer)?;
        self.hash.borrow_mut().update(&buffer[..n]);
        Ok(n)
    }
}

/// Removes the files of a folder that are not needed and were last written before a time; how many.
pub fn remove_others(folder: &Path, needed: &BTreeSet<String>, before: Timestamp) -> u64 {
    // Without a folder nothing was ever uploaded.
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let old = |entry: &std::fs::DirEntry| {
        let written = entry.metadata().and_then(|m| m.modified()).ok().and_then(|at| Timestamp::try_from(at).ok());
        written.is_some_and(|at| at < before)
    };
    let unneeded = entries.filter(|e| !needed.contains(&*e.file_name().to_string_lossy()) && old(e));
    unneeded.filter(|e| std::fs::remove_file(e.path()).is_ok()).count() as u64
}

/// What the reading thread sends.
pub enum Read {
    Chunk(Chunk),
    /// Nothing comes after; the words say why it broke.
    End(Event, Option<String>),
    /// It is to be read again another time.
    Interrupted(Error),
}

/// Reads a file from where its import stands.
pub struct Reader {
    pub stored: Stored,
    pub job: Job,
    pub schema: Arc<Schema>,
    pub plan: Arc<Plan>,
    pub by: By,
    pub clock: Arc<dyn outside::Clock>,
}

impl Reader {
    /// Sends chunk after chunk until the end of the file, or until nobody listens.
    pub fn read(&self, sender: &Sender<Read>) {
        let end = match self.read_all(sender) {
            Ok(()) => Read::End(Event::ReachedEnd, None),
            Err(message) => match self.stored.refused() {
                Some(error) => Read::Interrupted(error),
                None => Read::End(Event::Broke, Some(message)),
            },
        };
        // Nobody listens after a cancellation.
        drop(sender.blocking_send(end));
    }

    fn read_all(&self, sender: &Sender<Read>) -> std::result::Result<(), String> {
        let known = (self.job.encoding, self.job.delimiter);
        let from = self.stored.open().map_err(|e| cannot_be_read(&e).message)?;
        let (_, mut rows) = decode(from, Some(known)).map_err(|e| e.message)?;
        let columns = header(&mut rows).map_err(|e| e.message)?;
        if columns.iter().ne(self.job.mapping.columns.iter().map(|c| &c.column)) {
            return Err(ANOTHER_FILE.to_owned());
        }
        let mut n = 0;
        while n < self.job.counts.n_processed && rows.next()?.is_some() {
            n += 1;
        }
        let mut chunk = Chunk::default();
        let mut n_bytes = 0;
        let mut now = self.clock.now();
        while let Some(record) = rows.next()? {
            n += 1;
            n_bytes += record.fields.as_slice().len();
            let row = Row::decide(record, &self.plan, &self.schema, now, &self.by, self.job.mapping.mode);
            chunk.rows.push(row);
            if chunk.rows.len() == CHUNK_ROWS || n_bytes >= CHUNK_BYTES {
                n_bytes = 0;
                if sender.blocking_send(Read::Chunk(std::mem::take(&mut chunk))).is_err() {
                    return Ok(());
                }
                now = self.clock.now();
            }
        }
        if !chunk.rows.is_empty() {
            // Nobody listens after a cancellation.
            drop(sender.blocking_send(Read::Chunk(chunk)));
        }
        if n == self.job.n_total { Ok(()) } else { Err(ANOTHER_FILE.to_owned()) }
    }
}

const ANOTHER_FILE: &str = "the file is not the one that the import was started with";

fn cannot_be_read(error: &io::Error) -> Error {
    unreadable(format!("the file cannot be read: {error}"))
}

/// What the bytes are, and the rows in them.
fn decode(mut from: Box<dyn io::Read>, known: Option<(Encoding, char)>) -> Result<(Sniffed, Rows)> {
    let mut head = Vec::with_capacity(HEAD_BYTES);
    from.by_ref().take(HEAD_BYTES as u64).read_to_end(&mut head).map_err(|e| cannot_be_read(&e))?;
    let mut sniffed = sniff(&head, head.len() < HEAD_BYTES);
    if let Some((encoding, delimiter)) = known {
        (sniffed.encoding, sniffed.delimiter) = (encoding, delimiter);
    }
    let bytes = io::Cursor::new(head.split_off(sniffed.n_mark)).chain(from);
    let decoded: Box<dyn io::Read> = match sniffed.encoding {
        Encoding::Utf8 => Box::new(bytes),
        other => {
            let bytes: Box<dyn io::Read> = Box::new(bytes);
            let bytes = io::BufReader::with_capacity(BUFFER_BYTES, bytes);
            Box::new(Decoded { bytes, encoding: other, out: Vec::new(), at: 0 })
        }
    };
    Ok((sniffed, Rows::new(decoded, u8::try_from(sniffed.delimiter).unwrap_or(b','))))
}

/// The titles of the columns: the first row.
fn header(rows: &mut Rows) -> Result<Vec<String>> {
    let cannot = |why: String| unreadable(format!("the header cannot be read: {why}"));
    let header = rows.next().map_err(cannot)?;
    let header = header.ok_or_else(|| unreadable("the file is empty: its first row must name the columns"))?;
    if let Some(why) = header.broken {
        return Err(cannot(why));
    }
    let title = |field: &[u8]| String::from_utf8_lossy(field).trim().to_owned();
    let mut columns: Vec<String> = header.fields.iter().map(title).collect();
    while columns.len() > 1 && columns.last().is_some_and(String::is_empty) {
        columns.pop();
    }
    Ok(columns)
}

/// Turns other encodings into UTF-8 as they are read.
struct Decoded {
    bytes: io::BufReader<Box<dyn io::Read>>,
    encoding: Encoding,
    out: Vec<u8>,
    at: usize,
}

impl io::Read for Decoded {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.at == self.out.len() {
            self.fill()?;
        }
        let n = buffer.len().min(self.out.len() - self.at);
        buffer[..n].copy_from_slice(&self.out[self.at..self.at + n]);
        self.at += n;
        Ok(n)
    }
}

impl Decoded {
    fn fill(&mut self) -> io::Result<()> {
        let mut bytes = vec![0; BUFFER_BYTES];
        let n = read_full(&mut self.bytes, &mut bytes)?;
        bytes.truncate(n);
        if self.encoding != Encoding::Windows1252 && ends_in_half_pair(&bytes, self.encoding) {
            // The other half of a character beyond the basic plane is still to come.
            let mut half = [0; 2];
            let n = read_full(&mut self.bytes, &mut half)?;
            bytes.extend_from_slice(&half[..n]);
        }
        let text: String = match self.encoding {
            Encoding::Windows1252 => bytes.iter().map(|b| windows_1252(*b)).collect(),
            other => char::decode_utf16(bytes.chunks_exact(2).map(|pair| unit(pair, other)))
                .map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER))
                .collect(),
        };
        (self.out, self.at) = (text.into_bytes(), 0);
        Ok(())
    }
}

fn unit(pair: &[u8], encoding: Encoding) -> u16 {
    let pair = [pair[0], pair[1]];
    if encoding == Encoding::Utf16Le { u16::from_le_bytes(pair) } else { u16::from_be_bytes(pair) }
}

fn ends_in_half_pair(bytes: &[u8], encoding: Encoding) -> bool {
    bytes.chunks_exact(2).last().is_some_and(|pair| (0xd800..0xdc00).contains(&unit(pair, encoding)))
}

fn read_full(from: &mut impl io::Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut n = 0;
    while n < buffer.len() {
        match from.read(&mut buffer[n..])? {
            0 => break,
            more => n += more,
        }
    }
    Ok(n)
}

/// Fields as one line of CSV, without its line break. Bytes that are not UTF-8 are replaced.
pub fn line<'f>(fields: impl Iterator<Item = &'f [u8]>, delimiter: u8) -> String {
    let mut writer = csv::WriterBuilder::new().delimiter(delimiter).flexible(true).from_writer(Vec::new());
    // Writing into memory does not fail.
    drop(writer.write_record(fields));
    let bytes = writer.into_inner().unwrap_or_default();
    String::from_utf8_lossy(&bytes).trim_end_matches('\n').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::limits::IMPORT_RECORD_BYTES_MAX;

    fn rows(bytes: &[u8]) -> Result<(Vec<String>, Vec<Vec<String>>)> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file.csv");
        std::fs::write(&path, bytes).unwrap();
        let look = look(&Stored::File(path), None, 1_000)?;
        assert_eq!(look.content, crate::secret::hex(&Sha256::digest(bytes)), "the hash is of something else");
        Ok((look.columns, look.rows))
    }

    fn utf_16(text: &str, mark: [u8; 2], bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
        mark.into_iter().chain(text.encode_utf16().flat_map(bytes)).collect()
    }

    #[test]
    fn the_same_rows_come_out_of_every_encoding_and_delimiter() {
        let expected =
            (vec!["e-mail".to_owned(), "navn".to_owned()], vec![vec!["a@x.example".to_owned(), "Åse \"x\"\nø".to_owned()]]);
        let text = "e-mail;navn\r\n\r\na@x.example;\"Åse \"\"x\"\"\nø\"\r\n;\r\n";
        assert_eq!(rows(text.as_bytes()).unwrap(), expected);
        assert_eq!(rows(format!("\u{feff}{text}").as_bytes()).unwrap(), expected);
        assert_eq!(rows(text.replace(';', "\t").as_bytes()).unwrap(), expected);
        assert_eq!(rows(&utf_16(text, [0xff, 0xfe], u16::to_le_bytes)).unwrap(), expected);
        assert_eq!(rows(&utf_16(text, [0xfe, 0xff], u16::to_be_bytes)).unwrap(), expected);
        let windows: Vec<u8> = text.chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect();
        assert_eq!(rows(&windows).unwrap(), expected);
    }

    #[test]
    fn characters_beyond_the_basic_plane_survive_the_edges_of_buffers() {
        let text = format!("a\n{}\n", "x😀".repeat(BUFFER_BYTES / 3));
        let (_, read) = rows(&utf_16(&text, [0xff, 0xfe], u16::to_le_bytes)).unwrap();
        assert_eq!(read[0][0], "x😀".repeat(BUFFER_BYTES / 3));
    }

    #[test]
    fn an_empty_file_and_a_row_without_end_are_refused_in_words() {
        assert_eq!(rows(b"").unwrap_err().message, "the file is empty: its first row must name the columns");
        let endless = [b"a,b\n1,2\n".to_vec(), vec![b'x'; IMPORT_RECORD_BYTES_MAX + BUFFER_BYTES]].concat();
        let message = rows(&endless).unwrap_err().message;
        assert_eq!(message, "line 3 cannot be read: it is longer than 16 MiB");
    }

    #[test]
    fn a_line_quotes_what_needs_it() {
        assert_eq!(line([&b"a,b"[..], b"c\"d", b"", b"\xff"].into_iter(), b','), "\"a,b\",\"c\"\"d\",,\u{fffd}");
    }
}
