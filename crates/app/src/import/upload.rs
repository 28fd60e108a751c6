//! Where a file lies from its first byte until its import has ended.
//!
//! ```text
//!   SQLite      <data folder>/files/NAME          one server, and a database that does not grow by every file
//!   PostgreSQL  upload_chunk (account, NAME, n)   whichever server has the turn goes on with the import
//! ```
//! Reading looks in the database first and then in the folder, so that what came before a move to another engine is found.

use super::unreadable;
use crate::cx::App;
use crate::error::{Error, Result};
use model::id::AccountId;
use parking_lot::Mutex;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use store::Store;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::runtime::Handle;

/// Bytes of a chunk: few enough to be held by every reader, enough that a commit for each costs little.
const CHUNK_BYTES: usize = 1024 * 1024;

/// A file that arrives; removed again unless somebody keeps it.
pub struct Upload {
    app: App,
    account: AccountId,
    name: String,
    place: Place,
    kept: bool,
}

enum Place {
    Folder { path: PathBuf, file: tokio::fs::File },
    Database { n_chunks: i64, rest: Vec<u8> },
}

impl Upload {
    /// Begins to take a file in.
    pub async fn begin(app: &App, account: AccountId, folder: &Path) -> Result<Upload> {
        let name = format!("{}.csv", app.outside.uuid());
        let is_shared = store::upload::is_shared(&app.store.read(account).await?);
        let place = if is_shared {
            Place::Database { n_chunks: 0, rest: Vec::new() }
        } else {
            let path = folder.join(&name);
            tokio::fs::create_dir_all(folder).await.map_err(|e| unwritable(&e))?;
            let file = tokio::fs::File::create(&path).await.map_err(|e| unwritable(&e))?;
            Place::Folder { path, file }
        };
        Ok(Upload { app: app.clone(), account, name, place, kept: false })
    }

    /// Takes the next bytes.
    pub async fn write(&mut self, bytes: &[u8]) -> Result<()> {
        match &mut self.place {
            Place::Folder { file, .. } => file.write_all(bytes).await.map_err(|e| unwritable(&e)),
            Place::Database { n_chunks, rest } => {
                rest.extend_from_slice(bytes);
                while rest.len() >= CHUNK_BYTES {
                    let behind = rest.split_off(CHUNK_BYTES);
                    keep(&self.app, self.account, &self.name, n_chunks, std::mem::replace(rest, behind)).await?;
                }
                Ok(())
            }
        }
    }

    /// All bytes are here; returns when they are on disk, because an accepted import finds its file after a power cut too.
    pub async fn finish(&mut self) -> Result<()> {
        match &mut self.place {
            Place::Folder { file, .. } => file.sync_all().await.map_err(|e| unwritable(&e)),
            // An empty file is one empty chunk, or it would seem to be nowhere.
            Place::Database { n_chunks, rest } if *n_chunks == 0 || !rest.is_empty() => {
                keep(&self.app, self.account, &self.name, n_chunks, std::mem::take(rest)).await
            }
            Place::Database { .. } => Ok(()),
        }
    }

    /// A file of this machine, where another server could not read it.
    pub async fn copy(app: &App, account: AccountId, folder: &Path, from: &Path) -> Result<Upload> {
        let cannot = |e: io::Error| unreadable(format!("the file cannot be read: {e}"));
        let mut upload = Upload::begin(app, account, folder).await?;
        let mut file = tokio::fs::File::open(from).await.map_err(cannot)?;
        let mut bytes = vec![0; CHUNK_BYTES];
        loop {
            match file.read(&mut bytes).await.map_err(cannot)? {
                0 => break,
                n => upload.write(&bytes[..n]).await?,
            }
        }
        upload.finish().await?;
        Ok(upload)
    }

    /// What it is called from now on.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// It belongs to an import now.
    pub fn keep(mut self) {
        self.kept = true;
    }
}

async fn keep(app: &App, account: AccountId, name: &str, n_chunks: &mut i64, bytes: Vec<u8>) -> Result<()> {
    let mut tx = app.store.write(account).await?;
    store::upload::create(&mut tx, name, *n_chunks, bytes, app.outside.now()).await?;
    tx.commit_bookkeeping().await?;
    *n_chunks += 1;
    Ok(())
}

impl Drop for Upload {
    /// What cannot be removed now is removed an hour later, as if it had been forgotten.
    fn drop(&mut self) {
        if self.kept {
            return;
        }
        match &self.place {
            Place::Folder { path, .. } => drop(std::fs::remove_file(path)),
            Place::Database { n_chunks: 0, .. } => {}
            Place::Database { .. } => {
                let (app, account, name) = (self.app.clone(), self.account, std::mem::take(&mut self.name));
                if let Ok(runtime) = Handle::try_current() {
                    drop(runtime.spawn(async move { erase(&app, account, &[name]).await }));
                }
            }
        }
    }
}

fn unwritable(error: &io::Error) -> Error {
    Error::broken(format!("an upload cannot be written: {error}"))
}

async fn erase(app: &App, account: AccountId, names: &[String]) -> Result<()> {
    let mut tx = app.store.write(account).await?;
    for name in names {
        store::upload::erase(&mut tx, name).await?;
    }
    Ok(tx.commit_bookkeeping().await?)
}

/// Removes the uploads of an account that are not needed and whose last byte came before a time; how many.
pub async fn remove_others(app: &App, account: AccountId, needed: &[String], before: jiff::Timestamp) -> Result<u64> {
    let uploads = store::upload::list(&mut app.store.read(account).await?).await?;
    let old = uploads.into_iter().filter(|(name, at)| *at < before && !needed.contains(name));
    let names: Vec<String> = old.map(|(name, _)| name).collect();
    if !names.is_empty() {
        erase(app, account, &names).await?;
    }
    Ok(names.len() as u64)
}

/// A file to be read, from its beginning and as often as needed.
#[derive(Clone)]
pub enum Stored {
    File(PathBuf),
    Database(Chunks),
}

impl Stored {
    /// `file` is the name of an upload, or a path of this machine.
    pub async fn find(app: &App, account: AccountId, folder: &Path, file: &str) -> Result<Stored> {
        if !store::upload::exists(&mut app.store.read(account).await?, file).await? {
            return Ok(Stored::File(folder.join(file)));
        }
        let (store, runtime) = (app.store.clone(), Handle::current());
        Ok(Stored::Database(Chunks { store, runtime, account, name: file.to_owned(), refused: Arc::default() }))
    }

    /// Reads from the beginning. Only for threads that may wait.
    pub fn open(&self) -> io::Result<Box<dyn Read>> {
        Ok(match self {
            Stored::File(path) => Box::new(std::fs::File::open(path)?),
            Stored::Database(chunks) => {
                Box::new(ChunkReader { chunks: chunks.clone(), next: 0, bytes: io::Cursor::new(Vec::new()) })
            }
        })
    }

    /// What the database said, when it is the reason why reading ended: the file is not to blame, and another try may go well.
    pub fn refused(&self) -> Option<Error> {
        match self {
            Stored::File(_) => None,
            Stored::Database(chunks) => chunks.refused.lock().take(),
        }
    }
}

/// An upload in an account's database.
#[derive(Clone)]
pub struct Chunks {
    store: Store,
    runtime: Handle,
    account: AccountId,
    name: String,
    refused: Arc<Mutex<Option<Error>>>,
}

impl Chunks {
    async fn load(&self, number: i64) -> Result<Option<Vec<u8>>> {
        let mut tx = self.store.read(self.account).await?;
        Ok(store::upload::load(&mut tx, &self.name, number).await?)
    }
}

/// Holds one chunk at a time.
struct ChunkReader {
    chunks: Chunks,
    next: i64,
    bytes: io::Cursor<Vec<u8>>,
}

impl Read for ChunkReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            match Read::read(&mut self.bytes, buffer)? {
                0 if !buffer.is_empty() => {}
                n => return Ok(n),
            }
            match self.chunks.runtime.block_on(self.chunks.load(self.next)) {
                Ok(Some(bytes)) => self.bytes = io::Cursor::new(bytes),
                Ok(None) => return Ok(0),
                Err(error) => {
                    let told = io::Error::other(error.message.clone());
                    *self.chunks.refused.lock() = Some(error);
                    return Err(told);
                }
            }
            self.next += 1;
        }
    }
}
