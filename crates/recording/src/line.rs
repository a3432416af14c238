//! One line of a recording, read.

use std::borrow::Cow;

use wire::live::Size;

use crate::Sight;

/// A line that is an event: `[interval, code, data]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Milliseconds since the event before it.
    pub interval: u64,
    /// What happened.
    pub what: What,
}

/// What a line tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// The program wrote text.
    Output(String),
    /// Who typed what comes next, by name.
    Author(String),
    /// Text was typed.
    Input(String),
    /// The terminal has another size.
    Resize(Size),
    /// The label of a mark.
    Marker(String),
    /// The program ended with this status.
    Exit(i32),
    /// A desktop looks another way.
    Shows(Sight),
    /// An event of a kind that is not known here.
    Other(String),
}

/// The line is no event.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LineError {
    /// Not of the form `[seconds, "code", "data"]`.
    #[error("not an event")]
    NoEvent,
    /// The data does not suit the code.
    #[error("the data of an event of kind {0} makes no sense")]
    Data(char),
}

/// Reads one line, without its line feed; none for a comment or an empty line.
///
/// # Errors
/// When it is neither that nor an event.
pub fn parse_line(line: &str) -> Result<Option<Line>, LineError> {
    if line.is_empty() || line.starts_with('#') {
        return Ok(None);
    }
    let (interval, rest) = parse_interval(line).ok_or(LineError::NoEvent)?;
    let (code, rest) = rest
        .trim_start()
        .strip_prefix('"')
        .and_then(|rest| rest.split_once('"'))
        .ok_or(LineError::NoEvent)?;
    let data = rest
        .trim_start()
        .strip_prefix(',')
        .and_then(|rest| rest.trim_end().strip_suffix(']'))
        .ok_or(LineError::NoEvent)?;
    let data = text_of(data).ok_or(LineError::NoEvent)?;
    let what = match code {
        "o" => What::Output(data.into_owned()),
        "u" => What::Author(data.into_owned()),
        "i" => What::Input(data.into_owned()),
        "r" => What::Resize(parse_size(&data).ok_or(LineError::Data('r'))?),
        "m" => What::Marker(data.into_owned()),
        "x" => What::Exit(data.parse().map_err(|_| LineError::Data('x'))?),
        code => match Sight::parse(code, &data) {
            Some(sight) => What::Shows(sight?),
            None => What::Other(code.to_owned()),
        },
    };
    Ok(Some(Line { interval, what }))
}

/// A string of JSON, read. Where nothing in it is escaped, as in a picture of megabytes, it is what stands there.
fn text_of(json: &str) -> Option<Cow<'_, str>> {
    let json = json.trim_matches([' ', '\t', '\r', '\n']);
    let inner = json.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    match inner {
        Some(inner) if inner.bytes().all(|byte| byte >= b' ' && byte != b'"' && byte != b'\\') => {
            Some(Cow::Borrowed(inner))
        }
        _ => serde_json::from_str(json).ok().map(Cow::Owned),
    }
}

/// The interval of a line in milliseconds, and what follows its comma. Digits and, if there are any,
/// one to three decimals: what is exact.
pub(crate) fn parse_interval(line: &str) -> Option<(u64, &str)> {
    let (number, rest) = line.strip_prefix('[')?.split_once(',')?;
    let (seconds, decimals) = number.trim().split_once('.').unwrap_or((number.trim(), "0"));
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !is_number(seconds) || !is_number(decimals) || decimals.len() > 3 {
        return None;
    }
    let decimals =
        decimals.bytes().chain([b'0'; 3]).take(3).fold(0, |ms, digit| ms * 10 + u64::from(digit - b'0'));
    let ms = seconds.parse::<u64>().ok()?.checked_mul(1000)?.checked_add(decimals)?;
    Some((ms, rest))
}

fn parse_size(data: &str) -> Option<Size> {
    let (cols, rows) = data.split_once('x')?;
    Some(Size::clamped(cols.parse().ok()?, rows.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use wire::desktop::{Extent, Pointer};

    use super::*;

    fn parsed(line: &str) -> Result<(u64, What), LineError> {
        parse_line(line).map(|line| line.expect("no comment")).map(|line| (line.interval, line.what))
    }

    #[test]
    fn lines_of_ours_and_of_others_are_read() {
        let text = |text: &str| text.to_owned();
        for (line, expected) in [
            (r#"[0.000,"o","a\u001b[m"]"#, (0, What::Output(text("a\u{1b}[m")))),
            (r#"[1.25, "i", "ls\r"] "#, (1250, What::Input(text("ls\r")))),
            (r#"[12,"u","olga"]"#, (12_000, What::Author(text("olga")))),
            (r#"[0.001,"r","100x30"]"#, (1, What::Resize(Size { cols: 100, rows: 30 }))),
            (r#"[0.1,"m",""]"#, (100, What::Marker(text("")))),
            (r#"[0.1,"x","-1"]"#, (100, What::Exit(-1))),
            (
                r#"[0.1,"e","1024x768"]"#,
                (100, What::Shows(Sight::Extent(Extent { width: 1024, height: 768 }))),
            ),
            (r#"[0.1,"d","7"]"#, (100, What::Shows(Sight::Drawn { seq: 7, tiles: Vec::new() }))),
            (
                r#"[0.1,"c","8 hidden"]"#,
                (100, What::Shows(Sight::Pointer { seq: 8, pointer: Pointer::Hidden })),
            ),
            (r#"[0.1,"p","640 400"]"#, (100, What::Shows(Sight::Mouse(640, 400)))),
            (r#"[0.1,"zz","?"]"#, (100, What::Other(text("zz")))),
        ] {
            assert_eq!(parsed(line), Ok(expected), "{line}");
        }
        assert_eq!(parse_line("# a comment"), Ok(None));
        assert_eq!(parse_line(""), Ok(None));
    }

    #[test]
    fn rubbish_is_refused() {
        for line in [
            "x",
            "[",
            "[1]",
            "[1,",
            r#"[-1,"o",""]"#,
            r#"[1.,"o",""]"#,
            r#"[.5,"o",""]"#,
            r#"[1e3,"o",""]"#,
            r#"[0.0001,"o",""]"#,
            r#"[18446744073709551615,"o",""]"#,
            r#"[1,"o",""#,
            r#"[1,"o",1]"#,
            r#"[1,"o","a","b"]"#,
            r#"[1,o,"a"]"#,
            r#"[1,"o" "a"]"#,
            "[1,\"o\",\"\x1b\"]",
        ] {
            assert_eq!(parsed(line), Err(LineError::NoEvent), "{line}");
        }
        assert_eq!(parsed(r#"[1,"r","80"]"#), Err(LineError::Data('r')));
        assert_eq!(parsed(r#"[1,"x","no"]"#), Err(LineError::Data('x')));
        for code in ['e', 'd', 'c', 'p', 'k'] {
            assert_eq!(parsed(&format!(r#"[1,"{code}","no"]"#)), Err(LineError::Data(code)));
        }
    }

    proptest! {
        #[test]
        fn no_text_is_too_strange(text in any::<String>(), near in r#"\[?[0-9.]{0,9},? ?"?[a-z]?"?,? ?"?[ -~é]{0,9}"?\]?"#) {
            _ = parse_line(&text);
            _ = parse_line(&near);
        }
    }
}
