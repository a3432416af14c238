//! How a session ended, for people. Files and the audit have `table::end_in_words` instead.

use wire::{End, EndReason};

use super::{fill, texts, words};

texts! {
    /// The reasons.
    Ends {
        closed: "closed", "cerrada";
        signed_out: "signed out", "sesión cerrada por el usuario";
        expired: "expired", "caducada";
        terminated: "terminated", "terminada";
        client_lost: "client lost", "cliente perdido";
        target_lost: "target lost", "destino perdido";
        node_lost: "node lost", "nodo perdido";
        recording_lost: "recording lost", "grabación perdida";
        source_lost: "source lost", "origen perdido";
        by: "{reason} by {who}", "{reason} por {who}";
        noted: "{end}: {note}", "{end}: {note}";
    }
}

/// A reason in a word or two.
pub(crate) fn reason(reason: EndReason) -> &'static str {
    let words = &words().ends;
    match reason {
        EndReason::Closed => words.closed,
        EndReason::SignedOut => words.signed_out,
        EndReason::Expired => words.expired,
        EndReason::Terminated => words.terminated,
        EndReason::ClientLost => words.client_lost,
        EndReason::TargetLost => words.target_lost,
        EndReason::NodeLost => words.node_lost,
        EndReason::RecordingLost => words.recording_lost,
        EndReason::SourceLost => words.source_lost,
    }
}

/// `terminated by olga: Maintenance`.
pub(crate) fn ended(end: &End) -> String {
    let mut said = reason(end.reason).to_owned();
    if let Some(by) = &end.by {
        said = fill(words().ends.by, &[("reason", &said), ("who", by)]);
    }
    if let Some(note) = &end.note {
        said = fill(words().ends.noted, &[("end", &said), ("note", note)]);
    }
    said
}
