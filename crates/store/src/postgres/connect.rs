//! The pool, what each of its connections is set to, and TLS.

use crate::{Error, Options, Result};
use deadpool_postgres::{Hook, HookError, Manager, Pool, Runtime};
use rustls::{ClientConfig, RootCertStore};
use std::sync::Arc;
use std::time::Duration;
use tokio_postgres::config::SslMode;
use tokio_postgres::{Config, NoTls};
use tokio_postgres_rustls::MakeRustlsConnect;

/// How long one statement may run, and how long a transaction may wait for its work.
const STATEMENT: Duration = Duration::from_secs(30);

pub(super) fn pool(url: &str, options: &Options) -> Result<Pool> {
    // Certificates are always verified in full, which is what the longer word asks for.
    let url = url.replace("sslmode=verify-full", "sslmode=require");
    let mut config: Config = url.parse().map_err(|why| {
        let source = std::error::Error::source(&why).map(ToString::to_string);
        Error::Config(format!(
            "the address of PostgreSQL cannot be read: {}; write postgres://user:password@host/database",
            source.unwrap_or_default()
        ))
    })?;
    if config.get_tcp_user_timeout().is_none() {
        config.tcp_user_timeout(STATEMENT);
    }
    let manager = if config.get_ssl_mode() == SslMode::Require {
        Manager::new(config, tls()?)
    } else {
        config.ssl_mode(SslMode::Disable);
        Manager::new(config, NoTls)
    };
    let settings = format!(
        "SET statement_timeout = {statement}; SET lock_timeout = {lock}; \
         SET idle_in_transaction_session_timeout = {statement}",
        statement = STATEMENT.as_millis(),
        lock = options.lock_wait.as_millis().clamp(1, i32::MAX as u128),
    );
    let set = Hook::async_fn(move |client: &mut deadpool_postgres::ClientWrapper, _| {
        let settings = settings.clone();
        Box::pin(async move {
            let done = client.batch_execute(&settings).await;
            done.map_err(HookError::Backend)
        })
    });
    let patience = Some(options.lock_wait);
    Pool::builder(manager)
        .max_size(usize::try_from(options.pool.max(1)).unwrap_or(usize::MAX))
        .runtime(Runtime::Tokio1)
        .wait_timeout(patience)
        .create_timeout(patience)
        .recycle_timeout(patience)
        .post_create(set)
        .build()
        .map_err(|why| Error::Config(format!("the pool of PostgreSQL: {why}")))
}

fn tls() -> Result<MakeRustlsConnect> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    if roots.is_empty() {
        return Err(Error::Config(
            "sslmode=require needs root certificates and the system has none; install them or name a file by \
             SSL_CERT_FILE"
                .to_owned(),
        ));
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|why| Error::Config(format!("TLS: {why}")))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(MakeRustlsConnect::new(config))
}
