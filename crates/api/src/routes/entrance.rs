//! `/`: where things are.

use std::sync::LazyLock;

/// A few lines for whoever opens the server's address.
pub(crate) async fn entrance() -> &'static str {
    static WORDS: LazyLock<String> = LazyLock::new(|| {
        format!(
            "Vafa {}\n\n\
             /studio            where a club is set up, answered and read\n\
             /docs              the reference, to read\n\
             /openapi.json      the reference as OpenAPI 3.1, for programs\n\
             /problems/{{code}}   what the code of an error means\n\
             /v1/vafa.js        the widget's loader\n\
             /healthz, /readyz  how the server is\n",
            env!("CARGO_PKG_VERSION")
        )
    });
    &WORDS
}
