//! A report out of JSON: every member is checked here, and the first that is wrong is named.
//!
//! Pure: knows neither the store nor what is open.

use std::net::IpAddr;

use jiff::Timestamp;
use report::{Close, CloseReason, Heartbeat, Kind, Open, Refused, Report, bounds};
use serde_json::{Map, Value};
use wire::Millis;

use crate::names::is_hidden;

/// What is wrong with a report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The session's key, if it could be read.
    pub key: Option<String>,
    /// JSON pointer to the member.
    pub field: String,
    /// What is wrong with it.
    pub reason: String,
}

/// Reads one report; `now` is this machine's clock.
///
/// # Errors
/// The first member that is wrong.
pub fn decode(value: Value, now: Millis) -> Result<Report, Fault> {
    let fault = |field: &str, reason: &str| Fault { key: None, field: field.into(), reason: reason.into() };
    let Value::Object(outer) = value else { return Err(fault("", "a report is an object")) };
    let mut members = outer.into_iter();
    let (Some((name, inner)), None) = (members.next(), members.next()) else {
        return Err(fault("", "a report has one member: open, heartbeat, close or refused"));
    };
    let read: fn(&mut Fields, Millis) -> Result<Report, Wrong> = match name.as_str() {
        "open" => |fields, now| open(fields, now).map(Report::Open),
        "heartbeat" => |fields, now| heartbeat(fields, now).map(Report::Heartbeat),
        "close" => |fields, now| close(fields, now).map(Report::Close),
        "refused" => |fields, _| refused(fields).map(Report::Refused),
        other => {
            let pointer = format!("/{}", escaped(other));
            return Err(fault(&pointer, "a report is one of open, heartbeat, close and refused"));
        }
    };
    let Value::Object(inner) = inner else { return Err(fault(&format!("/{name}"), "it is an object")) };
    let key = inner.get("key").and_then(Value::as_str).filter(|key| key_is_good(key)).map(str::to_owned);
    let mut fields = Fields(inner);
    let whole = read(&mut fields, now).and_then(|report| match fields.0.keys().next() {
        Some(unknown) => Err(Wrong { field: unknown.clone(), reason: "there is no such member".into() }),
        None => Ok(report),
    });
    whole.map_err(|Wrong { field, reason }| Fault {
        key,
        field: format!("/{name}/{}", escaped(&field)),
        reason,
    })
}

/// Longest name of a member that is repeated in an answer, in characters.
const REPEATED_CHARS: usize = 64;

/// A member's name in a JSON pointer (RFC 6901).
fn escaped(name: &str) -> String {
    let short: String = name.chars().take(REPEATED_CHARS).collect();
    short.replace('~', "~0").replace('/', "~1")
}

#[derive(Debug)]
struct Wrong {
    field: String,
    reason: String,
}

/// The members that nobody has asked for yet.
struct Fields(Map<String, Value>);

impl Fields {
    fn take(&mut self, name: &str) -> Option<Value> {
        // null is as good as nothing.
        self.0.remove(name).filter(|value| !value.is_null())
    }

    fn text_opt(&mut self, name: &str, max: usize) -> Result<Option<String>, Wrong> {
        let wrong = |reason: String| Wrong { field: name.into(), reason };
        let Some(value) = self.take(name) else { return Ok(None) };
        let Value::String(text) = value else { return Err(wrong("it is a text".into())) };
        if text.trim().len() != text.len() {
            return Err(wrong("it begins or ends with a space".into()));
        }
        if text.chars().nth(max).is_some() {
            return Err(wrong(format!("it is longer than {max} characters")));
        }
        if let Some(hidden) = text.chars().find(|c| is_hidden(*c)) {
            return Err(wrong(format!("it may not hold U+{:04X}", u32::from(hidden))));
        }
        Ok(Some(text))
    }

    fn text(&mut self, name: &str, max: usize) -> Result<String, Wrong> {
        match self.text_opt(name, max)? {
            Some(text) if !text.is_empty() => Ok(text),
            Some(_) => Err(Wrong { field: name.into(), reason: "it is empty".into() }),
            None => Err(Wrong { field: name.into(), reason: "it is missing".into() }),
        }
    }

    fn checked<T>(
        &mut self,
        name: &str,
        max: usize,
        check: impl FnOnce(&str) -> Result<T, String>,
    ) -> Result<T, Wrong> {
        let text = self.text(name, max)?;
        check(&text).map_err(|reason| Wrong { field: name.into(), reason })
    }

    fn number(&mut self, name: &str, min: u32, max: u32) -> Result<Option<u32>, Wrong> {
        let Some(value) = self.take(name) else { return Ok(None) };
        let number = value.as_u64().and_then(|number| u32::try_from(number).ok());
        match number.filter(|number| (min..=max).contains(number)) {
            Some(number) => Ok(Some(number)),
            None => {
                Err(Wrong { field: name.into(), reason: format!("it is a whole number from {min} to {max}") })
            }
        }
    }

    fn time(&mut self, name: &str, now: Millis) -> Result<Option<Timestamp>, Wrong> {
        let wrong = |reason: &str| Wrong { field: name.into(), reason: reason.into() };
        let Some(value) = self.take(name) else { return Ok(None) };
        let time = value.as_str().and_then(|text| text.parse::<Timestamp>().ok());
        let time = time.ok_or_else(|| wrong("it is a time as in 2026-11-23T17:03:12Z (RFC 3339)"))?;
        let at = time.as_millisecond();
        if at > now.0.saturating_add(bounds::AHEAD_MS) {
            return Err(wrong("it is in the future: set the source's clock"));
        }
        if at < bounds::EARLIEST_MS {
            return Err(wrong("it is before the year 2000"));
        }
        Ok(Some(time))
    }
}

fn key_is_good(key: &str) -> bool {
    !key.is_empty() && key.chars().count() <= bounds::NAME_CHARS && !key.chars().any(is_hidden)
}

fn open(fields: &mut Fields, now: Millis) -> Result<Open, Wrong> {
    Ok(Open {
        key: fields.text("key", bounds::NAME_CHARS)?,
        user: fields.text("user", bounds::NAME_CHARS)?,
        full_name: fields.text_opt("full_name", bounds::TEXT_CHARS)?,
        device: fields.checked("device", bounds::HOST_CHARS, |text| {
            text.parse::<IpAddr>().map_err(|_| "it is an IP address as in 192.0.2.7 or 2001:db8::7".into())
        })?,
        client: fields.checked("client", bounds::HOST_CHARS, |text| {
            match text.contains(char::is_whitespace) {
                true => Err("it is a host name, without spaces".to_owned()),
                false => Ok(text.to_owned()),
            }
        })?,
        port: match fields.number("port", 0, u16::MAX.into())? {
            Some(port) => u16::try_from(port).unwrap_or(u16::MAX),
            None => return Err(Wrong { field: "port".into(), reason: "it is missing".into() }),
        },
        r#type: fields.checked("type", bounds::NAME_CHARS, kind)?,
        service_url: fields
            .checked("service_url", bounds::URL_CHARS, |text| service_url(text).map(|()| text.to_owned()))?,
        account_name: fields.text("account_name", bounds::NAME_CHARS)?,
        service_provider: fields.text_opt("service_provider", bounds::TEXT_CHARS)?,
        jump_server_group: fields.text_opt("jump_server_group", bounds::NAME_CHARS)?,
        started_at: fields.time("started_at", now)?,
        lease_seconds: fields.number("lease_seconds", bounds::LEASE_MIN, bounds::LEASE_MAX)?,
    })
}

fn heartbeat(fields: &mut Fields, now: Millis) -> Result<Heartbeat, Wrong> {
    Ok(Heartbeat {
        key: fields.text("key", bounds::NAME_CHARS)?,
        last_active_at: fields.time("last_active_at", now)?,
    })
}

fn close(fields: &mut Fields, now: Millis) -> Result<Close, Wrong> {
    let key = fields.text("key", bounds::NAME_CHARS)?;
    let ended_at = fields.time("ended_at", now)?;
    let reason = fields.text_opt("reason", bounds::TEXT_CHARS)?;
    let reason = reason.map(|text| {
        CloseReason::ALL.into_iter().find(|reason| reason.as_str() == text).ok_or_else(|| {
            let known = CloseReason::ALL.map(CloseReason::as_str).join(", ");
            Wrong { field: "reason".into(), reason: format!("it is one of: {known}") }
        })
    });
    Ok(Close {
        key,
        ended_at,
        reason: reason.transpose()?,
        note: fields.text_opt("note", bounds::TEXT_CHARS)?.filter(|note| !note.is_empty()),
    })
}

fn refused(fields: &mut Fields) -> Result<Refused, Wrong> {
    Ok(Refused {
        key: fields.text("key", bounds::NAME_CHARS)?,
        reason: fields.text("reason", bounds::REASON_CHARS)?,
    })
}

fn kind(text: &str) -> Result<Kind, String> {
    Kind::ALL.into_iter().find(|kind| kind.as_str() == text).ok_or_else(|| match text {
        "CONSOLE" | "PAM SSH" | "PAM RDP" => {
            format!("{text} sessions are made here and cannot be reported: use WebSSO, ESSO or PAM")
        }
        _ => "it is WebSSO, ESSO or PAM".into(),
    })
}

/// `SCHEME://HOST…`, without spaces and without a password.
fn service_url(text: &str) -> Result<(), String> {
    let usage = || "it is a URL as in https://crm.example".to_owned();
    let (scheme, rest) = text.split_once("://").ok_or_else(usage)?;
    let good = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.');
    if !scheme.starts_with(|c: char| c.is_ascii_alphabetic()) || !scheme.chars().all(good) {
        return Err(usage());
    }
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let (person, host) = authority.rsplit_once('@').unwrap_or(("", authority));
    if person.contains(':') {
        return Err("it may not hold a password: everybody who sees the session sees it".into());
    }
    if host.is_empty() || host.starts_with(':') || text.contains(char::is_whitespace) {
        return Err(usage());
    }
    Ok(())
}

#[cfg(test)]
mod tests;
