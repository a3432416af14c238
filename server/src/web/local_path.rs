//! Paths of this site that a query names: where to go after signing in.

/// Where people go who asked for nothing in particular.
pub(super) const HOME: &str = "/sessions";
/// Longest path that is kept, in bytes: what an application sent somebody with fits, escaped.
const MAX_BYTES: usize = 8 << 10;

/// `text` when it is a path on this site that is worth going back to, else [`HOME`]. Browsers read
/// `//host` and `/\host` as addresses elsewhere, and drop tabs and line breaks before they look.
pub(super) fn local_path(text: Option<&str>) -> &str {
    let Some(text) = text else { return HOME };
    let printable = text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    let elsewhere = !text.starts_with('/') || text.starts_with("//");
    let no_page = ["/sign-in", "/sign-out", "/set-up", "/api/", "/ws/", "/pkg/"]
        .iter()
        .any(|path| text.starts_with(path));
    if text.len() > MAX_BYTES || !printable || elsewhere || no_page || text == "/" { HOME } else { text }
}

#[cfg(test)]
mod tests {
    use app::text::percent_encoded;

    use super::*;

    #[test]
    fn only_paths_of_this_site_are_followed() {
        for (text, path) in [
            ("/sessions/0199?columns=user", "/sessions/0199?columns=user"),
            ("/access-logs", "/access-logs"),
            ("", HOME),
            ("/", HOME),
            ("//evil.test", HOME),
            ("/\\evil.test", HOME),
            ("/a\\b", HOME),
            ("https://evil.test/", HOME),
            ("sessions", HOME),
            ("/a b", HOME),
            ("/a\r\nSet-Cookie: x", HOME),
            ("/\t/evil.test", HOME),
            ("/ä", HOME),
            ("/sign-out", HOME),
            ("/sign-in?next=/sign-in", HOME),
        ] {
            assert_eq!(local_path(Some(text)), path, "{text:?}");
        }
        assert_eq!(local_path(None), HOME);
        assert_eq!(local_path(Some(&format!("/{}", "a".repeat(MAX_BYTES)))), HOME);
    }

    #[test]
    fn a_query_value_holds_nothing_that_a_query_means() {
        assert_eq!(
            percent_encoded("/sessions?type=PAM SSH&a=ä#"),
            "/sessions%3Ftype%3DPAM%20SSH%26a%3D%C3%A4%23"
        );
    }
}
