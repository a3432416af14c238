//! What goes over the wire comes back the same, and nothing else is taken.

use proptest::prelude::*;
use wire::connect::{ConnectAnswer, ConnectRequest, Room};
use wire::desktop::{Extent, Gesture, Mouse, Pointer, PointerShape, Rect, Source, Tile};
use wire::live::{Lease, LeaseMode, LiveFrame, LiveRequest, Modes, Size, Watcher};
use wire::{
    Attributes, Change, End, EndAsked, EndReason, FeedFrame, FrameError, MAX_FRAME_BYTES, Millis, Piece,
    Rights, Session, SessionId, SessionType, Update, decode, encode,
};

fn id() -> impl Strategy<Value = SessionId> {
    any::<u128>().prop_map(|n| format!("{n:032x}").parse().expect("32 digits are an id"))
}

fn millis() -> impl Strategy<Value = Millis> {
    any::<i64>().prop_map(Millis)
}

fn end() -> impl Strategy<Value = End> {
    let reason = proptest::sample::select(vec![
        EndReason::Closed,
        EndReason::SignedOut,
        EndReason::Expired,
        EndReason::Terminated,
        EndReason::ClientLost,
        EndReason::TargetLost,
        EndReason::NodeLost,
        EndReason::RecordingLost,
        EndReason::SourceLost,
    ]);
    (millis(), reason, any::<Option<String>>(), any::<Option<String>>())
        .prop_map(|(at, reason, by, note)| End { at, reason, by, note })
}

fn session() -> impl Strategy<Value = Session> {
    let texts = proptest::array::uniform8(any::<String>());
    let kind = proptest::sample::select(SessionType::ALL.to_vec());
    let numbers = (any::<u16>(), any::<u32>(), millis(), millis());
    (id(), texts, kind, numbers, any::<Option<String>>(), any::<Option<String>>()).prop_map(
        |(id, texts, kind, (port, watchers, started_at, last_active_at), agent, jump_server_group)| {
            let [user, full_name, device, client, service_url, account_name, service_provider, node] = texts;
            Session {
                id,
                user,
                full_name,
                device,
                client,
                started_at,
                kind,
                port,
                service_url,
                account_name,
                service_provider,
                agent,
                jump_server_group,
                watchers,
                last_active_at,
                node,
                recorded: watchers % 2 == 1,
                user_reported: watchers % 3 == 1,
                end_asked: [EndAsked::No, EndAsked::Waiting, EndAsked::Silent, EndAsked::Refused]
                    [port as usize % 4],
            }
        },
    )
}

fn rights() -> impl Strategy<Value = Rights> {
    any::<(bool, bool, bool, bool, bool)>().prop_map(|(watch, control, terminate, replay, owned)| Rights {
        watch,
        control,
        terminate,
        replay,
        owned,
    })
}

fn change() -> impl Strategy<Value = Change> {
    prop_oneof![
        (session(), rights()).prop_map(|(session, rights)| Change::Opened(session, rights)),
        (id(), any::<u32>(), millis()).prop_map(|(id, watchers, last_active_at)| Change::Updated(Update {
            id,
            watchers,
            last_active_at
        })),
        (id(), end()).prop_map(|(id, end)| Change::Ended(id, end)),
        id().prop_map(Change::Hidden),
    ]
}

fn feed_frame() -> impl Strategy<Value = FeedFrame> {
    prop_oneof![
        (any::<String>(), millis(), any::<u32>()).prop_map(|(build, now, heartbeat_ms)| FeedFrame::Hello {
            build,
            now,
            heartbeat_ms
        }),
        (any::<u64>(), proptest::collection::vec((session(), rights()), 0..4), any::<u32>())
            .prop_map(|(seq, sessions, rest)| FeedFrame::Snapshot { seq, sessions, rest }),
        (any::<u64>(), proptest::collection::vec(change(), 0..6))
            .prop_map(|(seq, changes)| FeedFrame::Changes { seq, changes }),
        (any::<u64>(), millis()).prop_map(|(seq, now)| FeedFrame::Heartbeat { seq, now }),
        end().prop_map(FeedFrame::SignedOut),
    ]
}

fn extent() -> impl Strategy<Value = Extent> {
    any::<(u16, u16)>().prop_map(|(width, height)| Extent { width, height })
}

fn tiles() -> impl Strategy<Value = Vec<Tile>> {
    let source = prop_oneof![
        proptest::collection::vec(any::<u8>(), 0..32).prop_map(Source::Image),
        any::<(u16, u16)>().prop_map(|(x, y)| Source::Moved { x, y }),
    ];
    let tile = (any::<(u16, u16, u16, u16)>(), source)
        .prop_map(|((x, y, width, height), source)| Tile { rect: Rect { x, y, width, height }, source });
    proptest::collection::vec(tile, 0..4)
}

fn pointer() -> impl Strategy<Value = Pointer> {
    let image = proptest::collection::vec(any::<u8>(), 0..32);
    prop_oneof![
        Just(Pointer::Default),
        Just(Pointer::Hidden),
        (any::<(u16, u16, u16, u16)>(), image).prop_map(|((width, height, hot_x, hot_y), image)| {
            Pointer::Shape(Box::new(PointerShape { width, height, hot_x, hot_y, image }))
        }),
    ]
}

fn gesture() -> impl Strategy<Value = Gesture> {
    use wire::desktop::Button;
    let buttons = [Button::Primary, Button::Middle, Button::Secondary, Button::Back, Button::Forward];
    prop_oneof![
        any::<(u16, bool, Option<char>)>().prop_map(|(code, down, text)| Gesture::Key { code, down, text }),
        any::<char>().prop_map(Gesture::Text),
        any::<(u16, u16)>().prop_map(|(x, y)| Gesture::Move { x, y }),
        (proptest::sample::select(buttons.to_vec()), any::<bool>())
            .prop_map(|(button, down)| Gesture::Press { button, down }),
        any::<(i16, i16)>().prop_map(|(vertical, horizontal)| Gesture::Wheel { vertical, horizontal }),
        Just(Gesture::Released),
        any::<(String, bool)>().prop_map(|(text, more)| Gesture::Clip { text, more }),
    ]
}

fn live_frame() -> impl Strategy<Value = LiveFrame> {
    let size = || any::<(u16, u16)>().prop_map(|(cols, rows)| Size { cols, rows });
    let modes =
        any::<(bool, bool, u16, bool)>().prop_map(|(bracketed_paste, alternate_screen, mouse, mouse_sgr)| {
            Modes { bracketed_paste, alternate_screen, mouse, mouse_sgr }
        });
    let watcher = (any::<String>(), any::<String>(), millis()).prop_map(|(user, full_name, since)| Watcher {
        user,
        full_name,
        since,
    });
    prop_oneof![
        (any::<u64>(), size(), modes, any::<String>(), any::<String>())
            .prop_map(|(seq, size, modes, title, dump)| LiveFrame::Init { seq, size, modes, title, dump }),
        (any::<u64>(), any::<String>()).prop_map(|(seq, text)| LiveFrame::Output { seq, text }),
        (any::<u64>(), size()).prop_map(|(seq, size)| LiveFrame::Resize { seq, size }),
        proptest::collection::vec(watcher, 0..4).prop_map(LiveFrame::Watchers),
        millis().prop_map(LiveFrame::Heartbeat),
        end().prop_map(LiveFrame::Ended),
        any::<u64>().prop_map(LiveFrame::Seated),
        proptest::option::of(lease()).prop_map(LiveFrame::Control),
        any::<Option<String>>().prop_map(LiveFrame::Paused),
        any::<String>().prop_map(LiveFrame::Denied),
        Just(LiveFrame::Waiting),
        any::<String>().prop_map(LiveFrame::Refused),
        (any::<u64>(), extent(), pointer(), tiles())
            .prop_map(|(seq, extent, pointer, tiles)| LiveFrame::Picture { seq, extent, pointer, tiles }),
        (any::<u64>(), tiles()).prop_map(|(seq, tiles)| LiveFrame::Drawn { seq, tiles }),
        (any::<u64>(), pointer()).prop_map(|(seq, pointer)| LiveFrame::Pointer { seq, pointer }),
        any::<String>().prop_map(LiveFrame::Told),
        any::<Option<(u64, String)>>().prop_map(LiveFrame::Asks),
        any::<String>().prop_map(LiveFrame::Clip),
        any::<(u16, u16, Option<u64>)>().prop_map(|(x, y, seat)| LiveFrame::Mouse(Mouse { x, y, seat })),
    ]
}

fn mode() -> impl Strategy<Value = LeaseMode> {
    prop_oneof![Just(LeaseMode::Shared), Just(LeaseMode::Exclusive)]
}

fn lease() -> impl Strategy<Value = Lease> {
    (any::<u64>(), any::<String>(), any::<String>(), mode(), millis())
        .prop_map(|(seat, user, full_name, mode, until)| Lease { seat, user, full_name, mode, until })
}

fn live_request() -> impl Strategy<Value = LiveRequest> {
    prop_oneof![
        mode().prop_map(LiveRequest::Ask),
        Just(LiveRequest::Renew),
        Just(LiveRequest::Release),
        proptest::collection::vec(any::<u8>(), 0..64).prop_map(LiveRequest::Input),
        any::<String>().prop_map(LiveRequest::Message),
        Just(LiveRequest::Pause),
        Just(LiveRequest::Resume),
    ]
}

fn connect_request() -> impl Strategy<Value = ConnectRequest> {
    let size = any::<(u16, u16)>().prop_map(|(cols, rows)| Size { cols, rows });
    let room = prop_oneof![size.prop_map(Room::Cells), extent().prop_map(Room::Pixels)];
    prop_oneof![
        room.clone().prop_map(ConnectRequest::Open),
        (id(), room.clone()).prop_map(|(session, room)| ConnectRequest::Return(session, room)),
        proptest::collection::vec(any::<u8>(), 0..64).prop_map(ConnectRequest::Input),
        room.prop_map(ConnectRequest::Resize),
        Just(ConnectRequest::End),
        any::<(u64, bool)>().prop_map(|(question, yes)| ConnectRequest::Answer { question, yes }),
    ]
}

fn connect_answer() -> impl Strategy<Value = ConnectAnswer> {
    prop_oneof![
        session().prop_map(|session| ConnectAnswer::Opened(Box::new(session))),
        any::<String>().prop_map(ConnectAnswer::Failed),
    ]
}

proptest! {
    #[test]
    fn feed_frames_come_back(frame in feed_frame()) {
        prop_assert_eq!(decode::<FeedFrame>(&encode(&frame)).unwrap(), frame);
    }

    #[test]
    fn a_snapshot_is_read_without_copying_it(frame in feed_frame()) {
        let bytes = encode(&frame);
        let piece = Piece::read(&bytes).transpose().unwrap();
        prop_assert!(piece.iter().all(|piece| piece.write() == bytes));
        let read = piece.map(|Piece { seq, sessions, rest }| {
            let copy = |(session, rights): &(Attributes<'_>, Rights)| (session.to_session(), *rights);
            FeedFrame::Snapshot { seq, sessions: sessions.iter().map(copy).collect(), rest }
        });
        let snapshot = matches!(frame, FeedFrame::Snapshot { .. }).then_some(frame);
        prop_assert_eq!(read, snapshot);
        let longer = [&bytes[..], &[0]].concat();
        prop_assert!(Piece::read(&longer).is_none_or(|read| read.is_err()));
    }

    #[test]
    fn live_frames_come_back(frame in live_frame()) {
        prop_assert_eq!(decode::<LiveFrame>(&encode(&frame)).unwrap(), frame);
    }

    #[test]
    fn live_requests_come_back(request in live_request()) {
        prop_assert_eq!(decode::<LiveRequest>(&encode(&request)).unwrap(), request);
    }

    #[test]
    fn what_a_terminal_says_comes_back(request in connect_request(), answer in connect_answer()) {
        prop_assert_eq!(decode::<ConnectRequest>(&encode(&request)).unwrap(), request);
        prop_assert_eq!(decode::<ConnectAnswer>(&encode(&answer)).unwrap(), answer);
    }

    #[test]
    fn a_terminals_request_cut_short_is_refused(
        request in connect_request(),
        cut in any::<proptest::sample::Index>(),
    ) {
        let bytes = encode(&request);
        let cut = cut.index(bytes.len());
        prop_assert!(matches!(decode::<ConnectRequest>(&bytes[..cut]), Err(FrameError::Malformed(_))));
    }

    #[test]
    fn nothing_may_follow_a_frame(frame in feed_frame(), more in proptest::collection::vec(any::<u8>(), 1..9)) {
        let mut bytes = encode(&frame);
        bytes.extend_from_slice(&more);
        let error = decode::<FeedFrame>(&bytes).unwrap_err();
        prop_assert!(matches!(error, FrameError::Trailing(left) if left == more.len()));
    }

    #[test]
    fn a_frame_cut_short_is_refused(frame in live_frame(), cut in any::<proptest::sample::Index>()) {
        let bytes = encode(&frame);
        let cut = cut.index(bytes.len());
        prop_assert!(matches!(decode::<LiveFrame>(&bytes[..cut]), Err(FrameError::Malformed(_))));
    }

    #[test]
    fn rubbish_is_refused_or_read_and_never_panics(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        if let Ok(frame) = decode::<FeedFrame>(&bytes) {
            prop_assert_eq!(decode::<FeedFrame>(&encode(&frame)).unwrap(), frame);
        }
        let is_piece = Piece::read(&bytes).is_some_and(|read| read.is_ok());
        let is_snapshot = decode::<FeedFrame>(&bytes).is_ok_and(|frame| matches!(frame, FeedFrame::Snapshot { .. }));
        prop_assert_eq!(is_piece, is_snapshot);
        if let Ok(frame) = decode::<LiveFrame>(&bytes) {
            prop_assert_eq!(decode::<LiveFrame>(&encode(&frame)).unwrap(), frame);
        }
        if let Ok(request) = decode::<LiveRequest>(&bytes) {
            prop_assert_eq!(decode::<LiveRequest>(&encode(&request)).unwrap(), request);
        }
        if let Ok(request) = decode::<ConnectRequest>(&bytes) {
            prop_assert_eq!(decode::<ConnectRequest>(&encode(&request)).unwrap(), request);
        }
        if let Ok(answer) = decode::<ConnectAnswer>(&bytes) {
            prop_assert_eq!(decode::<ConnectAnswer>(&encode(&answer)).unwrap(), answer);
        }
    }

    #[test]
    fn gestures_are_read_as_they_are_written(
        gestures in proptest::collection::vec(gesture(), 0..8),
        rubbish in proptest::collection::vec(any::<u8>(), 0..64),
    ) {
        prop_assert_eq!(decode::<Vec<Gesture>>(&encode(&gestures)).unwrap(), gestures);
        if let Ok(read) = decode::<Vec<Gesture>>(&rubbish) {
            prop_assert_eq!(decode::<Vec<Gesture>>(&encode(&read)).unwrap(), read);
        }
    }

    #[test]
    fn extents_are_clamped(width in any::<u32>(), height in any::<u32>()) {
        let Extent { width, height } = Extent::clamped(width, height);
        prop_assert!((Extent::MIN.width..=Extent::MAX.width).contains(&width) && width % 2 == 0);
        prop_assert!((Extent::MIN.height..=Extent::MAX.height).contains(&height));
    }

    #[test]
    fn sizes_are_clamped(cols in any::<u32>(), rows in any::<u32>()) {
        let size = Size::clamped(cols, rows);
        prop_assert!((1..=Size::MAX).contains(&size.cols) && (1..=Size::MAX).contains(&size.rows));
    }
}

#[test]
fn a_frame_beyond_the_limit_is_refused_unread() {
    let bytes = vec![0; MAX_FRAME_BYTES + 1];
    assert!(matches!(decode::<LiveFrame>(&bytes), Err(FrameError::TooLarge(_))));
}

#[test]
fn a_length_that_lies_allocates_nothing() {
    // Output, seq 1, text of 2^63 bytes.
    let bytes = [1, 1, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f];
    assert!(matches!(decode::<LiveFrame>(&bytes), Err(FrameError::Malformed(_))));
}

#[test]
fn types_and_reasons_are_written_as_they_are_read() {
    let words = ["CONSOLE", "WebSSO", "ESSO", "PAM", "PAM RDP", "PAM SSH"];
    assert_eq!(SessionType::ALL.map(SessionType::as_str), words);
    for kind in SessionType::ALL {
        assert_eq!(kind.as_str().parse(), Ok(kind));
        assert_eq!(serde_json::to_value(kind).unwrap(), kind.as_str());
    }
    assert!("pam ssh".parse::<SessionType>().is_err());
    for words in [
        "closed",
        "signed out",
        "expired",
        "terminated",
        "client lost",
        "target lost",
        "node lost",
        "recording lost",
    ] {
        assert_eq!(words.parse::<EndReason>().unwrap().to_string(), words);
    }
    assert!("gone".parse::<EndReason>().is_err());
}
