//! Whether a recording is as this node signed it. Blocks.

use std::path::Path;

use app::replay::answer::Verdict;
use recording::{Fault, Report, Which, Wrong, cast_path, index_path, verify};
use wire::SessionId;

use crate::archive::{Shelf, public_key};

/// The verdict on a session's recording; none when there is no recording here.
pub(super) fn verdict(
    shelf: &Shelf,
    data: &Path,
    session: SessionId,
    running: bool,
) -> anyhow::Result<Option<Verdict>> {
    let Some(folder) = shelf.find(session) else { return Ok(None) };
    let key = public_key(data)?;
    let checked = verify(&cast_path(&folder, session), &index_path(&folder, session), key.as_deref());
    Ok(Some(match checked {
        // A link may just be on its way: bytes that have none yet are no fault.
        Ok(report) if running && report.end.is_none() => {
            Verdict::SoFar { links: report.links, until: report.duration }
        }
        Ok(report) => whole(report, session),
        Err(fault) if running && matches!(fault.wrong, Wrong::Unsigned | Wrong::CutShort) => {
            Verdict::SoFar { links: fault.good_links, until: fault.good_until }
        }
        Err(fault) => broken(&fault),
    }))
}

fn whole(report: Report, session: SessionId) -> Verdict {
    let Report { node, key, links, events, head, end, duration, .. } = report;
    if report.session != session {
        return Verdict::Broken {
            words: format!("this is the recording of another session, {}", report.session),
            byte: 0,
            in_index: true,
            links: 0,
            until: recording::Moment(0),
        };
    }
    let Some(end) = end else {
        // Cut off behind a link, or its node died: no link says that the session ended.
        return Verdict::Broken {
            words: "the recording has no end: what came after the last link is missing".into(),
            byte: report.bytes,
            in_index: false,
            links,
            until: duration,
        };
    };
    Verdict::Whole { node, key, links, events, head, late_from: end.late_from }
}

fn broken(fault: &Fault) -> Verdict {
    Verdict::Broken {
        words: fault.to_string(),
        byte: fault.bytes.start,
        in_index: fault.which == Which::Index,
        links: fault.good_links,
        until: fault.good_until,
    }
}
