//! A PostgreSQL server that speaks TLS with certificates of its own, for the tests of exactly that: TLS needs a port, and the
//! shared cluster has none.

use super::{binaries, give_away, run, text, unprivileged};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

/// A running server; stopped and removed when dropped.
pub struct Cluster {
    folder: tempfile::TempDir,
    port: u16,
}

impl Cluster {
    /// Starts one on a free port of this machine. Its certificate is for `localhost`; connections without TLS are refused.
    pub fn start() -> Cluster {
        let folder = tempfile::tempdir().expect("a folder");
        // Free a moment ago; nobody else is after this very one.
        let port = TcpListener::bind("127.0.0.1:0").and_then(|l| l.local_addr()).expect("a free port").port();
        let cluster = Cluster { folder, port };
        certify(cluster.folder.path());
        let (as_root, bin, data) = (nix::unistd::getuid().is_root(), binaries(), cluster.data());
        if as_root {
            give_away(cluster.folder.path());
        }
        run(
            as_root,
            &bin.join("initdb"),
            &["-D", &text(&data), "-U", "consortio", "-A", "trust", "-E", "UTF8", "--locale=C", "-N"],
        );
        fs::write(data.join("pg_hba.conf"), "hostssl all all 127.0.0.1/32 trust\nlocal all all trust\n").expect("who may come");
        for name in ["server.crt", "server.key"] {
            let to = data.join(name);
            fs::copy(cluster.folder.path().join(name), &to).expect("the certificate");
            fs::set_permissions(&to, fs::Permissions::from_mode(0o600)).expect("a private key");
            if as_root {
                give_away_file(&to);
            }
        }
        let options = format!(
            "-k {} -p {port} -c listen_addresses=127.0.0.1 -c ssl=on -c fsync=off -c max_connections=60",
            cluster.folder.path().display()
        );
        let log = text(&data.join("log"));
        run(as_root, &bin.join("pg_ctl"), &["start", "-w", "-D", &text(&data), "-l", &log, "-o", &options]);
        cluster
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// An address by this host name (or 127.0.0.1), with these parameters.
    pub fn dsn(&self, host: &str, parameters: &str) -> String {
        format!("postgres://consortio@{host}:{}/postgres?{parameters}", self.port)
    }

    /// The certificate of the authority that signed the server's.
    pub fn authority(&self) -> PathBuf {
        self.folder.path().join("authority.crt")
    }

    /// The certificate of another authority, which signed nothing.
    pub fn stranger(&self) -> PathBuf {
        self.folder.path().join("stranger.crt")
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        let stop = ["stop", "-m", "immediate", "-D", &text(&self.data())].map(str::to_owned);
        // Never started is as good as stopped.
        drop(unprivileged(nix::unistd::getuid().is_root(), &binaries().join("pg_ctl")).args(stop).output());
    }
}

fn give_away_file(path: &Path) {
    let user = nix::unistd::User::from_name("postgres").ok().flatten().expect("a user \"postgres\"");
    nix::unistd::chown(path, Some(user.uid), Some(user.gid)).expect("the file changes hands");
}

/// Writes an authority, a certificate it signed for `localhost`, and a stranger.
fn certify(folder: &Path) {
    let authority = |name: &str| {
        let mut params = CertificateParams::new(vec![]).expect("parameters");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name.push(rcgen::DnType::CommonName, name);
        CertifiedIssuer::self_signed(params, KeyPair::generate().expect("a key")).expect("an authority")
    };
    let ours = authority("ours");
    let key = KeyPair::generate().expect("a key");
    let params = CertificateParams::new(vec!["localhost".to_owned()]).expect("parameters");
    let signed = params.signed_by(&key, &ours).expect("a certificate");
    let write = |name: &str, text: &str| fs::write(folder.join(name), text).expect("a certificate on disk");
    write("authority.crt", &ours.pem());
    write("stranger.crt", &authority("stranger").pem());
    write("server.crt", &signed.pem());
    write("server.key", &key.serialize_pem());
}
