//! The replay of a recording.

use recording::MarkKind;

use super::{fill, texts, words};
use crate::replay::answer::Marked;
use crate::text::visible;

texts! {
    /// The player and what stands beside it.
    Replay {
        pane: "Recorded session", "Sesión grabada";
        still_runs: "This session still runs. It is replayed as far as its recording is signed.",
            "Esta sesión sigue abierta. Se reproduce hasta donde su grabación está firmada.";
        watch_live: "Watch it live", "Observarla en vivo";
        screen: "Recorded screen", "Pantalla grabada";
        picture: "Recorded desktop", "Escritorio grabado";
        picture_of: "Recorded desktop, {width} by {height} pixels", "Escritorio grabado, {width} por {height} píxeles";
        no_picture: "a picture of this recording cannot be shown",
            "una imagen de esta grabación no se puede mostrar";
        deck: "Replay", "Reproducción";
        typed: "Typed", "Escrito";
        position: "Position", "Posición";
        position_of: "{now} of {whole}", "{now} de {whole}";
        play: "Play", "Reproducir";
        pause: "Pause", "Pausar";
        space: "{word} (Space)", "{word} (espacio)";
        earlier: "Previous mark", "Marca anterior";
        earlier_key: "Previous mark (Page up)", "Marca anterior (Re Pág)";
        later: "Next mark", "Marca siguiente";
        later_key: "Next mark (Page down)", "Marca siguiente (Av Pág)";
        speed: "Speed", "Velocidad";
        speed_is: "Speed {speed}×", "Velocidad {speed}×";
        idle: "Skip idle", "Saltar pausas";
        idle_help: "Pauses longer than 2 seconds are shortened", "Las pausas de más de 2 segundos se acortan";
        find: "Find text", "Buscar texto";
        match_before: "Previous match", "Coincidencia anterior";
        match_after: "Next match", "Coincidencia siguiente";
        match_after_key: "Next match (Enter)", "Coincidencia siguiente (Intro)";
        about: "About this recording", "Sobre esta grabación";
        link: "Copy link to this moment", "Copiar enlace a este momento";
        cast: "Download .cast", "Descargar .cast";
        checking: "Checking its signature…", "Comprobando su firma…";
        happened: "What happened", "Qué ocurrió";
        nothing: "Nobody watched, typed along, or sent files.", "Nadie observó, escribió ni envió archivos.";
        playing: "Playing", "Reproduciendo";
        paused_at: "Paused at {at}", "En pausa en {at}";
        skipped: "Skipped {span}", "{span} saltados";
        the_end: "The end of the recording", "Fin de la grabación";
        ends_early: "the recording ends before it should", "la grabación termina antes de lo debido";
        not_replayed: "This recording cannot be replayed", "Esta grabación no se puede reproducir";
        other_version: "this page is of another version than the server: reload it",
            "esta página es de otra versión que el servidor: recárguela";
        hit: "{n} of {all}", "{n} de {all}";
        no_hit: "Not found", "No encontrado";
        window: "window {size}", "ventana {size}";
        more_left: "{n} more are in the recording", "Hay {n} más en la grabación";
        show_more: "Show more of {n}", "Mostrar más de {n}";
    }
}

texts! {
    /// Whether a recording is whole.
    Verdict {
        whole: "Whole: signed by {node}, {links} links", "Íntegra: firmada por {node}, {links} eslabones";
        checked: "Checked", "Comprobado";
        checked_how: "Every byte is as it was signed, with the key of this node.",
            "Cada byte está como se firmó, con la clave de este nodo.";
        events: "Events", "Eventos";
        key: "Key", "Clave";
        head: "Head", "Último eslabón";
        repaired: "Repaired", "Reparada";
        repaired_how: "Signed from byte {byte} on only after its node was lost.",
            "Firmada desde el byte {byte} solo después de perderse su nodo.";
        so_far: "Whole so far: {links} links, until {until}", "Íntegra por ahora: {links} eslabones, hasta {until}";
        still_runs: "The session still runs.", "La sesión sigue abierta.";
        broken: "Broken at byte {byte}, {good}", "Dañada en el byte {byte}, {good}";
        broken_index: "Broken at byte {byte} of the index, {good}", "Dañada en el byte {byte} del índice, {good}";
        good_until: "good until {until}", "válida hasta {until}";
        nothing_good: "nothing of it is proved", "nada de ella está probado";
        found: "Found", "Hallazgo";
        good_links: "Good links", "Eslabones válidos";
        not_checked: "Not checked", "Sin comprobar";
        why: "Why", "Por qué";
    }
}

texts! {
    /// What happened beside the screen, as the recording has it.
    Marks {
        somebody: "somebody", "alguien";
        joined: "{by} watches", "{by} observa";
        left: "{by} no longer watches", "{by} deja de observar";
        lease: "{by} has the keyboard", "{by} tiene el teclado";
        lease_ended: "{by} no longer has the keyboard", "{by} ya no tiene el teclado";
        message: "message from {by}: {text}", "mensaje de {by}: {text}";
        paused: "{by} paused the input", "{by} pausó la entrada";
        resumed: "{by} resumed the input", "{by} reanudó la entrada";
        file: "file: {text}", "archivo: {text}";
    }
}

/// A mark in the page's words.
pub(crate) fn mark(mark: &Marked) -> String {
    let (words, control) = (&words().marks, &words().control);
    let by = mark.by.as_deref().unwrap_or(words.somebody);
    let said = |text: &str| visible(&fill(text, &[("by", &by), ("text", &mark.text)])).into_owned();
    let with = |text: &str| match mark.text.as_str() {
        "" => said(text),
        "shared" => format!("{} ({})", said(text), control.shared_word),
        "exclusive" => format!("{} ({})", said(text), control.exclusive_word),
        more => format!("{} ({})", said(text), visible(more)),
    };
    match mark.kind {
        MarkKind::Joined => said(words.joined),
        MarkKind::Left => said(words.left),
        MarkKind::Lease => with(words.lease),
        MarkKind::LeaseEnded => with(words.lease_ended),
        MarkKind::Message => said(words.message),
        MarkKind::Paused => said(words.paused),
        MarkKind::Resumed => said(words.resumed),
        MarkKind::File => said(words.file),
        MarkKind::Note => visible(&mark.text).into_owned(),
    }
}

#[cfg(test)]
mod tests {
    use recording::{Mark, Moment};

    use super::*;

    #[test]
    fn in_english_a_mark_says_what_the_file_says() {
        for kind in [
            MarkKind::Joined,
            MarkKind::Left,
            MarkKind::Lease,
            MarkKind::LeaseEnded,
            MarkKind::Message,
            MarkKind::Paused,
            MarkKind::Resumed,
            MarkKind::File,
            MarkKind::Note,
        ] {
            for (by, text) in [(Some("olga"), "shared"), (None, "exclusive"), (Some("tom"), "")] {
                let (by, text) = (by.map(str::to_owned), text.to_owned());
                let said = mark(&Marked { at: Moment(0), kind, by: by.clone(), text: text.clone() });
                assert_eq!(said, Mark { kind, by, text }.to_string());
            }
        }
    }
}
