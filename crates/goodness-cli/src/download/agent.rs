//! The HTTP client.

use std::time::Duration;

use ureq::{Agent, Proxy};

/// Longest wait for a connection, an answer, or the next bytes.
const PATIENCE: Duration = Duration::from_secs(60);

/// A client for `url`, through the proxy that the environment names unless the server is this machine. Every answer of a
/// server is an answer, not an error.
pub(super) fn agent(url: &str) -> Agent {
    let proxy = if is_loopback(url) { None } else { Proxy::try_from_env() };
    let config = Agent::config_builder()
        .http_status_as_error(false)
        .proxy(proxy)
        .timeout_connect(Some(PATIENCE))
        .timeout_recv_response(Some(PATIENCE))
        .timeout_per_read(Some(PATIENCE))
        .user_agent(concat!("goodness/", env!("CARGO_PKG_VERSION")));
    config.build().new_agent()
}

fn is_loopback(url: &str) -> bool {
    let host = url.split("://").nth(1).unwrap_or_default().split(['/', ':']).next().unwrap_or_default();
    host == "localhost" || host.starts_with("127.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_machine_is_known() {
        let own = ["http://127.0.0.1:80/x", "https://localhost/x", "http://localhost:9"];
        assert!(own.iter().all(|url| is_loopback(url)));
        let other = ["http://example.org/127.0.0.1", "https://localhost.example.org/", "", "x"];
        assert!(other.iter().all(|url| !is_loopback(url)));
    }
}
