//! Who may do what: the table that everything else relies on.

use std::collections::HashSet;

use hub::{
    Control, Facts, Manage, NotOpen, Privilege, ReadAudit, Refusal, Replay, Scope, Scopes, ScreenKind, See,
    Terminate, Viewer, Watch, WatchPolicy, permit, permit_global, reach, rights,
};
use wire::{AccountId, SessionId, UserId};

use crate::support::{hub, opening};

const NONE: Scope = Scope::None;
const OWN: Scope = Scope::Own;
const ALL: Scope = Scope::All;

fn role(scopes: [Scope; 7]) -> Scopes {
    let [see, watch, control, terminate, replay, read_audit, manage] = scopes;
    Scopes { see, watch, control, terminate, replay, read_audit, manage }
}

/// See, watch, control, terminate, replay of: my own session on an account of somebody else; my own
/// session on my account; somebody's session on my account; somebody's session on another account.
/// `y` yes, `n` forbidden, `-` there is no such session.
#[test]
fn every_role_and_every_session() {
    let user = role([OWN, OWN, OWN, OWN, OWN, NONE, NONE]);
    let operator = role([ALL, ALL, ALL, ALL, ALL, NONE, NONE]);
    let auditor = role([ALL, ALL, NONE, NONE, ALL, ALL, NONE]);
    let nobody = role([NONE; 7]);
    for (name, scopes, rows) in [
        ("user", user, ["ynnyn", "ynnyn", "yyyyy", "-----"]),
        ("operator", operator, ["yyyyy", "yyyyy", "yyyyy", "yyyyy"]),
        ("auditor", auditor, ["yynyy", "yynyy", "yynny", "yynny"]),
        ("admin", Scopes::ALL, ["yyyyy", "yyyyy", "yyyyy", "yyyyy"]),
        ("nobody", nobody, ["ynnyn", "ynnyn", "-----", "-----"]),
    ] {
        let (me, mine, other) = (UserId::generate(), AccountId::generate(), AccountId::generate());
        let viewer = Viewer {
            user_id: Some(me),
            name: "me".into(),
            full_name: String::new(),
            scopes,
            owned: HashSet::from([mine]),
        };
        let sessions = [(me, other), (me, mine), (UserId::generate(), mine), (UserId::generate(), other)];
        for ((user, account), row) in sessions.into_iter().zip(rows) {
            let facts = facts(user, Some(account), WatchPolicy::Announced);
            let found = [
                answer::<See>(&viewer, &facts),
                answer::<Watch>(&viewer, &facts),
                answer::<Control>(&viewer, &facts),
                answer::<Terminate>(&viewer, &facts),
                answer::<Replay>(&viewer, &facts),
            ];
            assert_eq!(String::from_iter(found), row, "{name}: {facts:?}");
            let shown = rights(&viewer, &facts, true);
            assert_eq!(shown.is_some(), row.starts_with('y'));
            let shown = shown.unwrap_or_default();
            assert_eq!((shown.watch, shown.terminate), (&row[1..2] == "y", &row[3..4] == "y"), "{name}");
            assert!(!rights(&viewer, &facts, false).unwrap_or_default().watch);
            assert_eq!(reach(&viewer).includes(&facts), row.starts_with('y'), "{name}: {facts:?}");
        }
    }
}

#[test]
fn privileges_without_a_session_need_all() {
    for (scope, given) in [(NONE, false), (OWN, false), (ALL, true)] {
        let mut viewer = somebody();
        viewer.scopes = Scopes { read_audit: scope, manage: scope, ..Scopes::default() };
        assert_eq!(permit_global::<ReadAudit>(&viewer).is_ok(), given);
        assert_eq!(permit_global::<Manage>(&viewer).is_ok(), given);
    }
}

#[test]
fn a_viewer_without_an_id_or_a_session_without_an_account_is_nobodys_own() {
    let mut viewer = somebody();
    viewer.user_id = None;
    viewer.scopes = role([OWN; 7]);
    let facts = facts(UserId::generate(), None, WatchPolicy::Announced);
    assert_eq!(answer::<See>(&viewer, &facts), '-');
    assert!(!reach(&viewer).includes(&facts));
}

#[tokio::test]
async fn a_policy_stands_against_watching() {
    let (hub, _) = hub();
    let opening = opening(ScreenKind::Terminal(wire::live::Size::DEFAULT));
    let account = opening.facts.account.unwrap();
    let session = hub.open(opening).await.unwrap();
    let mut owner = somebody();
    owner.scopes = role([OWN; 7]);
    owner.owned.insert(account);
    let mut all = somebody();
    all.scopes = Scopes::ALL;
    for (policy, owner_may, all_may) in [
        (WatchPolicy::Announced, true, true),
        (WatchPolicy::Covert, false, true),
        (WatchPolicy::Consent, true, true),
    ] {
        hub.set_policy(account, policy);
        let facts = hub.facts(session.id()).unwrap();
        assert_eq!(facts.policy, policy);
        for (viewer, may) in [(&owner, owner_may), (&all, all_may)] {
            let answer = hub.watch(permit(viewer, &facts).unwrap()).await;
            assert_eq!(answer.is_ok(), may, "{policy:?}");
            assert!(matches!(answer, Ok(_) | Err(NotOpen::Refused(_))));
            assert_eq!(rights(viewer, &facts, true).unwrap().watch, may);
        }
    }
}

fn answer<P: Privilege>(viewer: &Viewer, facts: &Facts) -> char {
    match permit::<P>(viewer, facts) {
        Ok(permit) => {
            assert_eq!(permit.session(), Some(facts.session));
            'y'
        }
        Err(Refusal::Unknown) => '-',
        Err(_) => 'n',
    }
}

fn facts(user: UserId, account: Option<AccountId>, policy: WatchPolicy) -> Facts {
    Facts { session: SessionId::generate(), user: Some(user), account, policy }
}

fn somebody() -> Viewer {
    Viewer {
        user_id: Some(UserId::generate()),
        name: "somebody".into(),
        full_name: String::new(),
        scopes: Scopes::default(),
        owned: HashSet::new(),
    }
}
