//! The command line, as clap reads it.

use clap::{Args, Parser, Subcommand};
use std::net::SocketAddr;
use std::path::PathBuf;

const EXIT_CODES: &str = "Exit codes: 0 done; 1 failed; 2 wrong use of the command line or the configuration; \
3 done, but something needs attention (rows of an import were refused, the doctor has a remark).

Configuration: a TOML file (--config, CONSORTIO_CONFIG, or consortio.toml in the working directory), over it the environment \
(CONSORTIO_DATA, CONSORTIO_LISTEN, CONSORTIO_DATABASE, CONSORTIO_PUBLIC_URL, CONSORTIO_LOG__LEVEL, ...), over both the flags.";

/// The self-hosted CRM for groups of companies.
#[derive(Debug, Parser)]
#[command(name = "consortio", version, after_help = EXIT_CODES)]
pub struct Cli {
    /// Configuration file.
    #[arg(long, global = true, env = "CONSORTIO_CONFIG", value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Folder of the embedded database, uploaded files and the sealing key [env: CONSORTIO_DATA] [default: consortio-data].
    #[arg(long, global = true, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// Print results as one JSON document.
    #[arg(long, global = true)]
    pub json: bool,
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Bring the database up to date and serve API and web interface.
    Serve(Serve),
    /// Bring the databases to the present schema.
    Migrate,
    /// Check configuration, databases, disk, clock, feeds and keys.
    Doctor,
    /// Write the whole instance into one file.
    Backup {
        /// The file to write; it must not exist.
        file: PathBuf,
    },
    /// Read a whole instance from a file into empty databases.
    Restore {
        /// A file written by `consortio backup`.
        file: PathBuf,
    },
    /// Copy the whole instance to the databases of another engine, and verify the copy.
    MoveEngine(MoveEngine),
}

#[derive(Debug, Args)]
pub struct Serve {
    /// Address and port [env: CONSORTIO_LISTEN] [default: 127.0.0.1:7373].
    #[arg(long, value_name = "ADDR")]
    pub listen: Option<SocketAddr>,
    /// Accept the fixed sign-in of the sample group on an address beyond this machine.
    #[arg(long)]
    pub allow_demo_sign_in: bool,
}

#[derive(Debug, Args)]
pub struct MoveEngine {
    /// The database to fill, which must be empty: a `postgres://` address or the path of a SQLite file.
    #[arg(long, value_name = "DATABASE")]
    pub to: String,
    /// Databases of further locations, as NAME=DATABASE.
    #[arg(long, value_name = "NAME=DATABASE")]
    pub to_location: Vec<String>,
}
