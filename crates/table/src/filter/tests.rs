//! The grammar and what it lets through.

use std::sync::Arc;

use proptest::prelude::*;
use wire::{Millis, Rights, Session, SessionType};

use super::super::fixture::session;
use super::super::{Column, Row, Rows};
use super::*;

const NOW: Millis = Millis(1_795_460_000_000);

fn row(change: impl FnOnce(&mut Session, &mut Rights)) -> Arc<Row> {
    let (mut session, mut rights) = (session(5), Rights::default());
    session.user = "alice".into();
    session.full_name = "Alice Doe".into();
    session.device = "10.4.7.1".into();
    session.service_provider = "Database 1".into();
    session.jump_server_group = Some("paris".into());
    (session.started_at, session.last_active_at) = (Millis(NOW.0 - 7_200_000), Millis(NOW.0 - 600_000));
    change(&mut session, &mut rights);
    let id = session.id;
    let mut rows = Rows::default();
    rows.replace(vec![(session, rights)]);
    rows.get(id).expect("just put there").clone()
}

fn filter(text: &str) -> Filter {
    let reading = Query::read(text);
    assert_eq!(reading.problems, [], "{text}");
    Filter::of(reading.query, |_| 60)
}

#[test]
fn whoever_came_by_no_port_is_not_asked_for_by_one() {
    let without = row(|session, _| session.port = 0);
    for (text, passes) in [("port:22", false), ("-port:22", true), ("port:0", true), ("-port:0", false)] {
        assert_eq!(filter(text).passes(&without, NOW, "alice"), passes, "{text}");
    }
}

#[test]
fn clauses_let_through_what_they_say() {
    let alice = row(|_, _| {});
    for (text, passes) in [
        ("", true),
        ("ALICE db-5", true),
        ("  ssh://db ", true),
        ("alice bob", false),
        ("alicedb", false),
        ("-bob", true),
        ("-alice", false),
        ("\"alice doe\"", true),
        ("\"doe alice\"", false),
        ("type:ssh", true),
        ("type:websso,ssh", true),
        ("type:esso", false),
        ("-type:esso", true),
        ("-type:ssh", false),
        ("type:esso type:ssh", true),
        ("user:ALICE", true),
        ("user:alic", false),
        ("user:alic*", true),
        ("user:*lic*", true),
        ("user:bob,alice", true),
        ("user:bob user:alice", true),
        ("-user:alice", false),
        ("-user:bob", true),
        ("name:\"Alice Doe\"", true),
        ("agent:db-5", true),
        ("group:paris", true),
        ("group:\"\"", false),
        ("provider:\"Database 1\"", true),
        ("account:root", true),
        ("account:root@db-5", true),
        ("account:root@db-6", false),
        ("client:gw-1 node:gw-1 port:2222", true),
        ("port:22", false),
        ("url:db-5", true),
        ("url:=db-5", false),
        ("url:=ssh://db-5:22", true),
        ("id:01930000", true),
        ("id:0194", false),
        ("device:10.4.0.0/16", true),
        ("10.4.0.0/16", true),
        ("-10.4.0.0/16", false),
        ("2001:db8::/32", false),
        ("\"10.4.0.0/16\"", false),
        ("device:10.5.0.0/16", false),
        ("device:10.5.0.0/16,10.4.7.1", true),
        ("-device:10.4.0.0/16", false),
        ("device:10.4", true),
        ("device:4.7", false),
        ("device:2001:db8::/32", false),
        ("older:2h", true),
        ("older:2h1s", false),
        ("newer:2h", false),
        ("newer:3h", true),
        ("idle:10m", true),
        ("idle:11m", false),
        ("-idle:11m", true),
        ("watched:no", true),
        ("watched:yes", false),
        ("is:watched", false),
        ("is:mine", true),
        ("-is:mine", false),
        ("type:ssh user:alice older:1h -bob", true),
    ] {
        assert_eq!(filter(text).passes(&alice, NOW, "alice"), passes, "{text}");
    }
}

#[test]
fn mine_is_what_i_opened_and_what_is_on_my_accounts() {
    let (theirs, owned) = (row(|_, _| {}), row(|_, rights| rights.owned = true));
    assert!(!filter("is:mine").passes(&theirs, NOW, "bob"));
    assert!(filter("is:mine").passes(&owned, NOW, "bob"));
    assert!(filter("-is:mine").passes(&theirs, NOW, "bob"));
}

#[test]
fn days_are_those_of_the_viewers_clock() {
    // 2026-11-23 00:30 in UTC+1, still the 22nd in UTC.
    let at = row(|session, _| session.started_at = Millis(1_795_390_200_000));
    for (text, passes) in [
        ("started:2026-11-23", true),
        ("started:2026-11-22", false),
        ("-started:2026-11-22", true),
        ("started:2026-11-20..2026-11-23", true),
        ("started:2026-11-23..2026-11-20", true),
        ("started:..2026-11-22", false),
        ("started:2026-11-23..", true),
        ("after:2026-11-23", true),
        ("after:2026-11-23T00:31", false),
        ("before:2026-11-23", false),
        ("before:\"2026-11-23 00:31\"", true),
        ("after:2026-11-22 before:2026-11-24", true),
    ] {
        assert_eq!(filter(text).passes(&at, NOW, ""), passes, "{text}");
    }
}

#[test]
fn what_is_not_understood_is_named_and_passed_over() {
    let alice = row(|_, _| {});
    for (text, problem) in [
        ("user:", Problem::Unfinished { name: "user".into() }),
        ("usr:bob", Problem::UnknownKey { name: "usr".into(), like: "user" }),
        ("type:vnc", Problem::NoType { value: "vnc".into() }),
        ("type:ssh,vnc", Problem::NoType { value: "vnc".into() }),
        ("older:2", Problem::NoSpan { name: "older".into(), value: "2".into() }),
        ("after:yesterday", Problem::NoMoment { name: "after".into(), value: "yesterday".into() }),
        ("device:10.4.0.0/", Problem::NoNet { value: "10.4.0.0/".into() }),
        ("device:10.4.0.0/33", Problem::NoNet { value: "10.4.0.0/33".into() }),
        ("port:ssh", Problem::NoPort { value: "ssh".into() }),
        (
            "watched:maybe",
            Problem::NoAnswer { name: "watched".into(), value: "maybe".into(), answers: "yes, no" },
        ),
    ] {
        let reading = Query::read(text);
        assert_eq!(reading.problems, [problem], "{text}");
        assert!(Filter::of(reading.query, |_| 0).passes(&alice, NOW, ""), "{text}");
    }
    let reading = Query::read("foo:bar");
    assert_eq!(reading.problems, [Problem::TakenAsText { name: "foo".into() }]);
    assert_eq!(reading.query.words()[0].text, "foo:bar");
    for text in ["ssh://db-1:22", "db:22", "10.4.0.1:22", "fe80::1", ":", "-", "a:"] {
        let reading = Query::read(text);
        assert_eq!((reading.problems.len(), reading.query.words().len()), (0, 1), "{text}");
    }
}

#[test]
fn the_last_value_is_a_beginning_while_it_is_typed() {
    let alice = row(|_, _| {});
    for (text, passes) in [
        ("user:al", true),
        ("user:al ", false),
        ("user:bob,al", true),
        ("user:\"al", true),
        ("user:=al", false),
        ("user:\"", true),
    ] {
        let filter = Filter::of(Query::typing(text).query, |_| 0);
        assert_eq!(filter.passes(&alice, NOW, ""), passes, "{text}");
    }
}

#[test]
fn what_is_finished_leaves_the_box_and_the_rest_stays() {
    let (settled, left) = Query::settle("db type:ssh  user: -\"a b\" older:2 user:al device:1.2.3.4,5/6");
    assert_eq!(settled.to_text(), "type:ssh user:al");
    assert_eq!(left, "db user: -\"a b\" older:2 device:1.2.3.4,5/6");
}

#[test]
fn clauses_are_sentences() {
    for (text, sentence) in [
        ("type:ssh", "type is PAM SSH"),
        ("-type:ssh,websso", "type is not WebSSO or PAM SSH"),
        ("user:alice", "user is alice"),
        ("user:alice,bo*,ca*", "user is alice or starts with bo or ca"),
        ("-user:alice", "user is not alice"),
        ("device:10.4.0.0/16", "device in 10.4.0.0/16"),
        ("device:10.4.0.1", "device is 10.4.0.1"),
        ("url:db", "service URL contains db"),
        ("account:root@db-1", "account is root@db-1"),
        ("group:\"\"", "jump server group is empty"),
        ("older:2h", "older than 2 hours"),
        ("newer:1h30m", "newer than 1 hour 30 minutes"),
        ("idle:10m", "idle for more than 10 minutes"),
        ("-idle:1d", "idle for less than 1 day"),
        ("started:2026-11-20..2026-11-23", "started from 2026-11-20 to 2026-11-23"),
        ("started:2026-11-20", "started on 2026-11-20"),
        ("after:2026-11-20T14:30", "started 2026-11-20 14:30 or later"),
        ("watched:no", "not watched"),
        ("is:mine", "mine"),
    ] {
        let query = Query::read(text).query;
        let sentences: Vec<_> =
            query.clauses().iter().map(|clause| clause.sentence(&Speech::ENGLISH)).collect();
        assert_eq!(sentences, [sentence], "{text}");
    }
}

#[test]
fn a_filter_says_what_it_is() {
    let kinds = KindSet::default().toggled(SessionType::PamSsh).toggled(SessionType::Console);
    assert_eq!(Filter::new(" Root  db", kinds).in_words(), "words: root db; types: CONSOLE, PAM SSH");
    assert_eq!(Filter::default().in_words(), "all");
    assert_eq!(
        filter("-x user:bob type:pam older:2h").in_words(),
        "without words: x; types: PAM; user is bob; older than 2 hours"
    );
}

#[test]
fn the_next_change_is_the_moment_at_which_a_row_turns() {
    let alice = row(|_, _| {});
    for (text, turns) in [
        ("older:3h", Some(NOW.0 + 3_600_000)),
        ("older:1h", None),
        ("newer:3h idle:20m", Some(NOW.0 + 600_000)),
        ("user:alice", None),
    ] {
        let filter = filter(text);
        assert_eq!(filter.next_change(&alice, NOW), turns.map(Millis), "{text}");
        if let Some(at) = turns {
            assert!(filter.depends_on_time());
            let (before, after) =
                (filter.passes(&alice, Millis(at - 1), ""), filter.passes(&alice, Millis(at), ""));
            assert_ne!(before, after, "{text}");
        }
    }
}

#[test]
fn a_clause_takes_the_place_of_another() {
    let mut query = Query::read("user:alice older:2h bob").query;
    let old = query.clauses()[0].clone();
    let new = Query::read("-user:carol").query.clauses()[0].clone();
    query.replace(&old, new.clone());
    assert_eq!(query.to_text(), "-user:carol older:2h bob");
    query.remove(&new);
    query.set_kinds(KindSet::default().toggled(SessionType::Esso));
    assert_eq!(query.to_text(), "older:2h type:esso bob");
    query.set_kinds(KindSet::default());
    assert_eq!(query.clone().only_words().to_text(), "bob");
    assert_eq!(query.without_words().to_text(), "older:2h");
}

fn pattern() -> impl Strategy<Value = (Column, Pattern)> {
    let columns: Vec<Column> = Column::ALL.into_iter().filter(|column| key_of(*column).is_some()).collect();
    let text = prop_oneof!["[ -~]{1,8}", "\\PC{1,6}", Just("10.4.0.1".to_owned()), Just("22".to_owned())];
    let net =
        (any::<u32>(), any::<u128>(), 0..=32_u8, 0..=128_u8, any::<bool>()).prop_map(|(a, b, p, q, six)| {
            let net = if six {
                Net::new(std::net::Ipv6Addr::from(b).into(), q)
            } else {
                Net::new(std::net::Ipv4Addr::from(a).into(), p)
            };
            net.unwrap_or_else(|| Net::of_one(std::net::Ipv6Addr::from(b).into()))
        });
    (prop::sample::select(columns), text, net, 0..6).prop_map(|(column, text, net, which)| {
        let pattern = match which {
            0 => Pattern::Starts(text),
            1 => Pattern::Ends(text),
            2 => Pattern::Contains(text),
            3 if column == Column::Device => Pattern::Within(net),
            4 => Pattern::Is(String::new()),
            _ => Pattern::Is(text),
        };
        (column, pattern)
    })
}

fn clause() -> impl Strategy<Value = Clause> {
    let (span, moment) = (moment::tests::span, moment::tests::moment);
    prop_oneof![
        (any::<bool>(), prop::collection::vec(0..6_usize, 1..4)).prop_map(|(not, kinds)| {
            let kinds = kinds.into_iter().fold(KindSet::default(), |set, kind| {
                set.and(KindSet::default().toggled(SessionType::ALL[kind]))
            });
            Clause::Types { not, kinds }
        }),
        (any::<bool>(), prop::collection::vec(pattern(), 1..4)).prop_map(|(not, values)| {
            let column = values[0].0;
            let values = values.into_iter().filter(|(other, _)| *other == column).map(|(_, value)| value);
            Clause::Values { column, not, values: values.collect() }
        }),
        span().prop_map(Clause::Older),
        span().prop_map(Clause::Newer),
        moment().prop_map(Clause::After),
        moment().prop_map(Clause::Before),
        (any::<bool>(), prop::option::of(moment()), moment()).prop_map(|(not, from, to)| {
            let (from, to) = match from {
                Some(from) if to.begins(|_| 0) < from.begins(|_| 0) => (Some(to), from),
                from => (from, to),
            };
            Clause::Between { not, from, to }
        }),
        (any::<bool>(), span()).prop_map(|(not, span)| Clause::Idle { not, span }),
        any::<bool>().prop_map(Clause::Watched),
        any::<bool>().prop_map(Clause::Mine),
    ]
}

proptest! {
    #[test]
    fn what_is_written_is_read_as_the_same(
        clauses in prop::collection::vec(clause(), 0..6),
        words in prop::collection::vec((any::<bool>(), prop_oneof!["[ -~]{1,8}", "\\PC{1,6}", "-?user:?x?"]), 0..4),
    ) {
        let mut query = Query::default();
        clauses.into_iter().for_each(|clause| query.add(clause));
        words.into_iter().for_each(|(not, text)| query.add_word(Word { not, text }));
        let text = query.to_text();
        let reading = Query::read(&text);
        prop_assert_eq!(&reading.problems, &[], "{}", text);
        prop_assert_eq!(reading.query, query, "{}", text);
    }

    #[test]
    fn nothing_that_is_typed_fails(text in "\\PC{0,40}", keyed in "-?(user|type|older|started|device|is):[-\"\\\\=*,./:0-9a-z ]{0,12}") {
        for text in [text, keyed] {
            for reading in [Query::read(&text), Query::typing(&text)] {
                prop_assert_eq!(Query::read(&reading.query.to_text()).query, reading.query);
            }
        }
    }
}
