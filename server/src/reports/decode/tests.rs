//! What is read, and what is refused with the member that is wrong.

use proptest::prelude::*;
use serde_json::json;

use super::*;

const NOW: Millis = Millis(1_795_000_000_000);

fn whole() -> Value {
    json!({"open": {
        "key": "k1", "user": "alice", "full_name": "Alice", "device": "2001:db8::7", "client": "ws-12",
        "port": 443, "type": "WebSSO", "service_url": "https://crm.example/x", "account_name": "a@b",
        "service_provider": "CRM", "jump_server_group": "outer",
        "started_at": "2026-11-18T11:06:40.5+01:00", "lease_seconds": 60,
    }})
}

/// The whole report with one member changed, or left out.
fn with(name: &str, value: Option<Value>) -> Result<Report, Fault> {
    let mut report = whole();
    let members = report["open"].as_object_mut().unwrap();
    match value {
        Some(value) => members.insert(name.into(), value),
        None => members.remove(name),
    };
    decode(report, NOW)
}

#[test]
fn a_whole_report_is_read() {
    let Ok(Report::Open(open)) = decode(whole(), NOW) else { panic!("{:?}", decode(whole(), NOW)) };
    assert_eq!((open.port, open.r#type, open.lease_seconds), (443, Kind::WebSso, Some(60)));
    assert_eq!(open.started_at.unwrap().as_millisecond(), 1_794_996_400_500);
    for optional in ["full_name", "service_provider", "jump_server_group", "started_at", "lease_seconds"] {
        assert!(with(optional, None).is_ok(), "{optional}");
        assert!(with(optional, Some(Value::Null)).is_ok(), "{optional}");
    }
}

#[test]
fn what_is_wrong_is_named() {
    let long = "x".repeat(600);
    for (name, value) in [
        ("key", json!("")),
        ("key", json!("a\nb")),
        ("key", json!(long)),
        ("user", json!(7)),
        ("user", json!("a\u{202e}b")),
        ("user", json!(" a")),
        ("full_name", json!(long)),
        ("device", json!("somewhere")),
        ("device", json!("10.0.0.0/8")),
        ("client", json!("two words")),
        ("port", json!(65_536)),
        ("port", json!(-1)),
        ("port", json!(443.5)),
        ("port", json!("443")),
        ("type", json!("PAM SSH")),
        ("type", json!("PAM RDP")),
        ("type", json!("CONSOLE")),
        ("type", json!("pam")),
        ("service_url", json!("crm.example")),
        ("service_url", json!("https://")),
        ("service_url", json!("https://:443")),
        ("service_url", json!("https://a:secret@crm")),
        ("service_url", json!("1s://crm")),
        ("service_url", json!("https://crm example")),
        ("service_url", json!(format!("https://{long}"))),
        ("account_name", json!("a\u{0}")),
        ("service_provider", json!(["CRM"])),
        ("jump_server_group", json!(long)),
        ("started_at", json!("yesterday")),
        ("started_at", json!(NOW.0)),
        ("started_at", json!("1999-12-31T23:59:59Z")),
        ("started_at", json!("2126-11-18T10:06:40Z")),
        ("lease_seconds", json!(9)),
        ("lease_seconds", json!(86_401)),
        ("more", json!("x")),
        ("a/b~c", json!("x")),
    ] {
        let fault = with(name, Some(value.clone())).expect_err(&format!("{name} {value}"));
        let pointer = format!("/open/{}", name.replace('~', "~0").replace('/', "~1"));
        assert_eq!(fault.field, pointer, "{value}");
        assert!(!fault.reason.is_empty() && !fault.reason.ends_with('.'), "{}", fault.reason);
        assert_eq!(fault.key.as_deref(), (name != "key").then_some("k1"));
    }
    for missing in ["key", "user", "device", "client", "port", "type", "service_url", "account_name"] {
        assert_eq!(with(missing, None).expect_err(missing).reason, "it is missing");
    }
}

#[test]
fn what_is_no_report_is_refused() {
    for (value, field) in [
        (json!(1), ""),
        (json!({}), ""),
        (json!({"open": {}, "close": {}}), ""),
        (json!({"opened": {}}), "/opened"),
        (json!({"open": []}), "/open"),
        (json!({"close": {"key": "k", "reason": "bored"}}), "/close/reason"),
        (json!({"close": {"key": "k", "reason": "node lost"}}), "/close/reason"),
        (json!({"heartbeat": {"key": "k", "x": 1}}), "/heartbeat/x"),
        (json!({"refused": {"key": "k"}}), "/refused/reason"),
    ] {
        assert_eq!(decode(value.clone(), NOW).expect_err("refused").field, field, "{value}");
    }
}

#[test]
fn a_clock_that_is_a_little_ahead_is_forgiven() {
    let ahead = |ms: i64| Timestamp::from_millisecond(NOW.0 + ms).unwrap().to_string();
    assert!(with("started_at", Some(json!(ahead(bounds::AHEAD_MS)))).is_ok());
    assert!(with("started_at", Some(json!(ahead(bounds::AHEAD_MS + 1)))).is_err());
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
        "[a-z:/@ .0-9]{0,40}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            proptest::collection::hash_map("[a-z_]{0,8}|open|close|key|heartbeat", inner, 0..4)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

fn member() -> impl Strategy<Value = String> {
    let members: Vec<String> = whole()["open"].as_object().unwrap().keys().cloned().collect();
    proptest::sample::select(members)
}

proptest! {
    /// Whatever comes, it is read or refused with a field; and what is read is within all bounds.
    #[test]
    fn anything_is_read_or_refused(value in any_json()) {
        if let Ok(report) = decode(value, NOW) {
            prop_assert!(key_is_good(report.key()));
        }
    }

    #[test]
    fn one_odd_member_is_named_or_within_bounds(name in member(), value in any_json()) {
        match with(&name, Some(value)) {
            Err(fault) => prop_assert_eq!(fault.field, format!("/open/{}", name)),
            Ok(Report::Open(open)) => {
                for text in [&open.key, &open.user, &open.client, &open.service_url, &open.account_name] {
                    prop_assert!(!text.is_empty() && text.chars().count() <= bounds::URL_CHARS);
                    prop_assert!(!text.chars().any(is_hidden));
                }
                let lease = open.lease_seconds.unwrap_or(bounds::LEASE);
                prop_assert!((bounds::LEASE_MIN..=bounds::LEASE_MAX).contains(&lease));
                prop_assert!(open.started_at.is_none_or(|at| at.as_millisecond() <= NOW.0 + bounds::AHEAD_MS));
                // What was read is what a client would write.
                let again = serde_json::to_value(Report::Open(open.clone())).unwrap();
                prop_assert_eq!(decode(again, NOW), Ok(Report::Open(open)));
            }
            Ok(other) => prop_assert!(false, "{other:?}"),
        }
    }
}
