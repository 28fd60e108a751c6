//! PostgreSQL behind TLS: spoken when asked for, with nobody else, and never silently without.

use store::{Durability, Engine};
use testkit::TlsCluster;

/// Whether the connection was encrypted, or why there was none.
async fn encrypted(dsn: &str) -> Result<bool, String> {
    let engine = Engine::open(dsn, Durability::Process).await.map_err(|e| e.to_string())?;
    let mut tx = engine.read().await.map_err(|e| e.to_string())?;
    let sql = "SELECT CAST(ssl AS INT) FROM pg_stat_ssl WHERE pid = pg_backend_pid()";
    let row = tx.query_opt(sql, &[]).await.map_err(|e| e.to_string())?;
    Ok(row.expect("a row").int(0).expect("a number") == 1)
}

#[tokio::test(flavor = "multi_thread")]
async fn postgresql_is_spoken_to_as_securely_as_its_address_says() {
    let cluster = tokio::task::spawn_blocking(TlsCluster::start).await.expect("a cluster");
    for parameters in ["sslmode=require", "sslmode=prefer", ""] {
        assert_eq!(encrypted(&cluster.dsn("127.0.0.1", parameters)).await, Ok(true), "{parameters}");
    }
    let refused = encrypted(&cluster.dsn("127.0.0.1", "sslmode=disable")).await.expect_err("the server wants TLS");
    assert!(refused.contains("no encryption"), "{refused}");
    let verified = |file: std::path::PathBuf| format!("sslmode=verify-full&sslrootcert={}", file.display());
    assert_eq!(encrypted(&cluster.dsn("localhost", &verified(cluster.authority()))).await, Ok(true));
    let stranger = encrypted(&cluster.dsn("localhost", &verified(cluster.stranger()))).await.expect_err("not signed by it");
    assert!(stranger.contains("certificate"), "{stranger}");
    let other_name = encrypted(&cluster.dsn("127.0.0.1", &verified(cluster.authority()))).await.expect_err("another name");
    assert!(other_name.contains("certificate"), "{other_name}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_needs_tls_does_not_do_without() {
    let fresh = testkit::postgres().await;
    // The shared cluster listens on a Unix socket, where PostgreSQL has no TLS.
    let refused = encrypted(&format!("{}&sslmode=require", fresh.dsn)).await.expect_err("no TLS there");
    assert!(refused.contains("TLS") || refused.contains("tls"), "{refused}");
    assert_eq!(encrypted(&format!("{}&sslmode=prefer", fresh.dsn)).await, Ok(false));
}
