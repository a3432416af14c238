//! How a session ended, for people, and what that means. Files and the audit have `table::end_in_words` instead.

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

texts! {
    /// What the reason of an end means, for somebody who does not know the word.
    Meanings {
        closed: "The program on the target ended, or the user closed the connection.",
            "El programa del destino terminó o el usuario cerró la conexión.";
        signed_out: "The user signed out.", "El usuario cerró su sesión.";
        expired: "The sign-in reached its end.", "El inicio de sesión llegó a su fin.";
        terminated: "Somebody who may do so ended it.", "La terminó alguien autorizado para ello.";
        client_lost: "The user's connection broke.", "Se cortó la conexión del usuario.";
        target_lost: "The connection to the target broke.", "Se cortó la conexión con el destino.";
        node_lost: "The node that held it went away.", "El nodo que la mantenía desapareció.";
        source_lost: "Nothing was heard of it for longer than its source had promised.",
            "No se supo nada de ella durante más tiempo del que su origen había prometido.";
        recording_lost: "It had to be recorded and no longer could be.", "Debía grabarse y ya no era posible.";
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

/// What the reason means, for somebody who does not know the word.
pub(crate) fn meaning(reason: EndReason) -> &'static str {
    let words = &words().meanings;
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
