use std::num::NonZeroU32;

use proptest::prelude::*;

use super::{Client, First, Server, Verifier, nonce};

fn few() -> NonZeroU32 {
    NonZeroU32::new(2).expect("not zero")
}

/// Both sides against each other; whether each believes the other.
fn meet(given: &str, kept: &str, ours: Option<&[u8]>, theirs: &[u8]) -> Result<(bool, bool), String> {
    let (client, first) = Client::begin(nonce(), ours.map(Into::into));
    let first = First::read(first.as_bytes(), ours.is_some(), true).map_err(|why| why.to_string())?;
    let verifier = Verifier::with(kept, b"salt and pepper", few());
    let (server, answer) = Server::begin(first, verifier, &nonce(), theirs);
    let (waiting, last) = client.answer(answer.as_bytes(), given).map_err(|why| why.to_string())?;
    let checked = server.finish(last.as_bytes()).map_err(|why| why.to_string())?;
    Ok((checked.is_proven, waiting.check(checked.proof.as_bytes()).is_ok()))
}

#[test]
fn the_exchange_of_the_standard_comes_out() {
    // RFC 7677, section 3.
    let first = First::read(b"n,,n=user,r=rOprNGfwEbeRWgbNEkqO", false, false).expect("read");
    let salt = base64::Engine::decode(&super::STANDARD, "W22ZaJ0SNY7soEsUEjb6gQ==").expect("base64");
    let verifier = Verifier::with("pencil", &salt, NonZeroU32::new(4096).expect("not zero"));
    let ours = "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0";
    let (server, answer) = Server::begin(first, verifier, ours, b"");
    assert_eq!(
        answer,
        "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096"
    );
    let last = b"c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,\
        p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=";
    let checked = server.finish(last).expect("read");
    assert!(checked.is_proven);
    assert_eq!(checked.proof, "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=");
}

#[test]
fn both_sides_know_the_password_or_neither_believes_the_other() {
    assert_eq!(meet("pencil", "pencil", None, b"cert"), Ok((true, true)));
    assert_eq!(meet("I\u{ad}X", "IX", None, b"cert"), Ok((true, true)), "prepared alike");
    assert_eq!(meet("pencil", "pencil", Some(b"cert"), b"cert"), Ok((true, true)));
    assert_eq!(meet("pencil", "pen", None, b"cert"), Ok((false, false)));
    assert!(meet("pencil", "pencil", Some(b"cert"), b"tree").is_err(), "somebody is in between");
}

#[test]
fn a_lost_offer_of_channel_binding_is_noticed() {
    assert!(First::read(b"y,,n=,r=abc", false, true).is_err());
    assert!(First::read(b"y,,n=,r=abc", false, false).is_ok());
    assert!(First::read(b"p=tls-unique,,n=,r=abc", true, true).is_err());
    assert!(First::read(b"n,,n=,r=abc", true, true).is_err());
    assert!(First::read(b"p=tls-server-end-point,,n=,r=abc", false, true).is_err());
}

#[test]
fn a_verifier_is_kept_as_text() {
    let verifier = Verifier::new("pencil");
    let text = verifier.to_text();
    assert!(text.starts_with("SCRAM-SHA-256$100000:"), "{}", text.as_str());
    assert_eq!(text.parse::<Verifier>(), Ok(verifier.clone()));
    assert!(!format!("{verifier:?}").contains('$'));
    for bad in ["", "SCRAM-SHA-256", "SCRAM-SHA-256$0:AA==$AA==:AA==", "md5$1:AA==$AA==:AA=="] {
        assert!(bad.parse::<Verifier>().is_err(), "{bad}");
    }
}

#[test]
fn nobody_signs_in_as_nobody() {
    let first = First::read(b"n,,n=,r=abc", false, false).expect("read");
    let (server, answer) = Server::begin(first, Verifier::of_nobody([7; 16]), "def", b"");
    let (_, last) = Client::begin("abc".into(), None).0.answer(answer.as_bytes(), "").expect("answered");
    assert!(!server.finish(last.as_bytes()).expect("read").is_proven);
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(first in ".{0,80}", last in ".{0,80}", bytes in prop::collection::vec(any::<u8>(), 0..80)) {
        let _ = First::read(&bytes, true, true);
        if let Ok(first) = First::read(first.as_bytes(), false, false) {
            let (server, _) = Server::begin(first, Verifier::of_nobody([7; 16]), "x", b"");
            prop_assert!(!server.finish(last.as_bytes()).is_ok_and(|checked| checked.is_proven));
        }
        let (client, _) = Client::begin("abc".into(), None);
        prop_assert!(client.answer(&bytes, "x").is_err());
    }

    #[test]
    fn messages_that_look_right_are_read_or_refused(
        nonce in "[!-+--~]{0,12}", salt in "[A-Za-z0-9+/=]{0,12}", count in "[0-9]{0,3}", proof in "[A-Za-z0-9+/=]{0,48}",
    ) {
        let (client, _) = Client::begin("abc".into(), None);
        let _ = client.answer(format!("r=abc{nonce},s={salt},i={count}").as_bytes(), "x");
        let first = First::read(format!("n,,n=,r=x{nonce}").as_bytes(), false, false).expect("read");
        let (server, _) = Server::begin(first, Verifier::of_nobody([7; 16]), "y", b"");
        let last = format!("c=biws,r=x{nonce}y,p={proof}");
        prop_assert!(!server.finish(last.as_bytes()).is_ok_and(|checked| checked.is_proven));
    }
}
