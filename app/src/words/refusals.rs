//! What the server refuses, as people read it: its sentences are English, here is what they say in others.
//!
//! A sentence that is not known is shown as it is.

use std::borrow::Cow;

use crate::look::{Language, language};

/// The server's sentences in Spanish; `{}` stands for what it fills in.
const SPANISH: &[(&str, &str)] = &[
    // First: what somebody wrote may hold any other sentence.
    ("message from {}: {}", "mensaje de {}: {}"),
    ("you are signed out", "ha cerrado la sesión"),
    ("there is no such session", "esa sesión no existe"),
    ("the server could not do that: try again", "el servidor no pudo hacerlo: inténtelo de nuevo"),
    (
        "the server does not answer: check the connection and try again",
        "el servidor no responde: compruebe la conexión e inténtelo de nuevo",
    ),
    ("the session is not open", "la sesión no está abierta"),
    ("this session has no screen to watch", "esta sesión no tiene pantalla que observar"),
    ("this session has already ended", "esta sesión ya ha terminado"),
    ("give a reason of 1 to {} characters", "dé un motivo de 1 a {} caracteres"),
    (
        "the session's source could not be asked: try again in a moment",
        "no se pudo preguntar al origen de la sesión: inténtelo de nuevo en un momento",
    ),
    ("your role does not allow you to watch this session", "su rol no le permite observar esta sesión"),
    ("your role does not allow you to control this session", "su rol no le permite controlar esta sesión"),
    ("your role does not allow you to terminate this session", "su rol no le permite terminar esta sesión"),
    ("your role does not allow you to replay this session", "su rol no le permite reproducir esta sesión"),
    ("your role does not allow you to {} this session", "su rol no le permite esto en esta sesión ({})"),
    // Watching and taking part.
    ("this permission is for something else", "este permiso es para otra cosa"),
    ("too much at once: wait a moment", "demasiado a la vez: espere un momento"),
    ("you do not see this session yet", "usted todavía no ve esta sesión"),
    ("write 1 to {} characters", "escriba de 1 a {} caracteres"),
    ("the input is not paused", "la entrada no está pausada"),
    ("this session has no terminal to type in", "esta sesión no tiene terminal en la que escribir"),
    ("{} has the keyboard", "{} tiene el teclado"),
    (
        "ask for control first: you do not have the keyboard",
        "pida antes el control: usted no tiene el teclado",
    ),
    ("this session has ended", "esta sesión ha terminado"),
    (
        "this session has no terminal to show a message in",
        "esta sesión no tiene terminal en la que mostrar un mensaje",
    ),
    ("{} paused the input already", "{} ya pausó la entrada"),
    ("you paused the input already", "usted ya pausó la entrada"),
    ("the user has no terminal to be asked in", "el usuario no tiene terminal en la que preguntarle"),
    ("the user does not allow you to watch this session", "el usuario no le permite observar esta sesión"),
    ("too many others wait for the user's answer", "demasiadas personas esperan la respuesta del usuario"),
    ("the user did not answer in time", "el usuario no respondió a tiempo"),
    // Told on a desktop.
    (
        "this session may be watched; you are told when it is.",
        "esta sesión puede ser observada; se le avisa cuando lo es.",
    ),
    (
        "this session may be watched; you are asked first.",
        "esta sesión puede ser observada; antes se le pregunta.",
    ),
    ("{} asks to watch this session.", "{} pide observar esta sesión."),
    ("{} watches this session.", "{} observa esta sesión."),
    ("{} does not watch any more.", "{} ya no observa."),
    ("{} may type, beside you.", "{} puede escribir, junto a usted."),
    ("{} may not type any more.", "{} ya no puede escribir."),
    ("{} may not watch this session.", "{} no puede observar esta sesión."),
    ("{} does not ask any more.", "{} ya no lo pide."),
    (
        "{} has keyboard and mouse. Press any key or click to take them back.",
        "{} tiene el teclado y el ratón. Pulse una tecla o haga clic para recuperarlos.",
    ),
    (
        "{} paused your input: keyboard and mouse count for nothing.",
        "{} pausó su entrada: el teclado y el ratón no cuentan.",
    ),
    (
        "your input goes on: keyboard and mouse count again.",
        "su entrada continúa: el teclado y el ratón vuelven a contar.",
    ),
    (
        "your input is paused, so that counted for nothing.",
        "su entrada está pausada, así que eso no ha contado.",
    ),
    (
        "this account lets no text go to or from the desktop's clipboard.",
        "esta cuenta no deja pasar texto al portapapeles del escritorio ni desde él.",
    ),
    (
        "the desktop has no clipboard for text (yet), so nothing went there.",
        "el escritorio no tiene (todavía) portapapeles para texto, así que no ha recibido nada.",
    ),
    (
        "text of more than {} KiB does not go from clipboard to clipboard.",
        "un texto de más de {} KiB no pasa de un portapapeles a otro.",
    ),
    // Connecting.
    (
        "you may not connect to {}, or there is no such account",
        "usted no puede conectar con {}, o esa cuenta no existe",
    ),
    (
        "cannot look this up right now, ask an administrator",
        "ahora no se puede consultar esto, pregunte a un administrador",
    ),
    ("{} refused the connection: connection refused", "{} rechazó la conexión: no escucha nadie allí"),
    ("{} refused the connection: {}", "{} rechazó la conexión: {}"),
    ("{} broke the connection off: {}", "{} cortó la conexión: {}"),
    ("{} broke the connection off", "{} cortó la conexión"),
    (
        "{} refused the sign-in of {}: its password or key on Sightline may be out of date",
        "{} rechazó el acceso de {}: su contraseña o clave en Sightline puede estar desactualizada",
    ),
    (
        "the private key of {} on Sightline cannot be used: {}",
        "la clave privada de {} en Sightline no se puede usar: {}",
    ),
    ("{} is unreachable: no answer within {} s", "no se llega a {}: sin respuesta en {} s"),
    (
        "the host key of {} changed: expected {}, got {}; ask an administrator before you connect",
        "la clave de host de {} ha cambiado: se esperaba {}, se recibió {}; pregunte a un administrador antes de conectar",
    ),
    (
        "the session could not be written down, so it does not take place; ask an administrator",
        "no se pudo anotar la sesión, por lo que no tiene lugar; pregunte a un administrador",
    ),
    ("this session cannot be recorded: {}", "esta sesión no se puede grabar: {}"),
    ("the gateway is shutting down", "la pasarela se está apagando"),
    ("this session is over", "esta sesión ha terminado"),
    // Recordings.
    ("this session was not recorded", "esta sesión no se grabó"),
    ("look for at most {} characters", "busque como máximo {} caracteres"),
    (
        "the recording is no longer kept: it was removed, and the audit says why",
        "la grabación ya no se guarda: se eliminó y la auditoría dice por qué",
    ),
    (
        "the recording is kept by the node {}: open this page there",
        "la grabación la guarda el nodo {}: abra esta página allí",
    ),
    ("the recording cannot be read: {}", "no se puede leer la grabación: {}"),
    (
        "the recording has no end: what came after the last link is missing",
        "la grabación no tiene final: falta lo que venía tras el último eslabón",
    ),
    ("this is the recording of another session, {}", "esta es la grabación de otra sesión, {}"),
    (
        "the recording was changed between byte {} and byte {}; nothing before it is proved",
        "la grabación se modificó entre el byte {} y el byte {}; nada anterior está probado",
    ),
    (
        "the recording was changed between byte {} and byte {}; it is good up to {} (byte {})",
        "la grabación se modificó entre el byte {} y el byte {}; es válida hasta {} (byte {})",
    ),
    (
        "something is missing from the recording at byte {}; it is good up to {} (byte {})",
        "falta algo en la grabación en el byte {}; es válida hasta {} (byte {})",
    ),
    (
        "something was added to the recording at byte {}; it is good up to {} (byte {})",
        "se añadió algo a la grabación en el byte {}; es válida hasta {} (byte {})",
    ),
    (
        "the recording is cut short at byte {}; it is good up to {} (byte {})",
        "la grabación está cortada en el byte {}; es válida hasta {} (byte {})",
    ),
    // The lists.
    ("that day is too far away", "ese día está demasiado lejos"),
    ("{} is no day: write it as 2026-11-23", "{} no es un día: escríbalo como 2026-11-23"),
    (
        "{} is no time zone: write it as Europe/Paris, or leave it out for UTC",
        "{} no es una zona horaria: escríbala como Europe/Paris u omítala para UTC",
    ),
    ("{} is no session id", "{} no es un identificador de sesión"),
    (
        "{} is no state of a session: use open, ended or all",
        "{} no es un estado de sesión: use open, ended o all",
    ),
    (
        "{} is no place in the log: leave it out for the newest",
        "{} no es un lugar del registro: omítalo para ver lo más reciente",
    ),
    ("there is no such view: it may have been deleted", "esa vista no existe: quizá se haya eliminado"),
    (
        "there is a view named {} already: choose another name",
        "ya hay una vista llamada {}: elija otro nombre",
    ),
    (
        "everybody sees this view: save yours under another name",
        "todos ven esta vista: guarde la suya con otro nombre",
    ),
    ("you have {} views, which is all: delete one first", "tiene {} vistas, el máximo: elimine una antes"),
    (
        "{} views are shared, which is all: delete one first",
        "hay {} vistas compartidas, el máximo: elimine una antes",
    ),
    (
        "this view is too large to be kept: shorten its filter",
        "esta vista es demasiado grande para guardarla: acorte su filtro",
    ),
    ("your role does not allow you to share views", "su rol no le permite compartir vistas"),
    ("the view name is empty", "el nombre de la vista está vacío"),
    ("the view name is longer than {} characters", "el nombre de la vista tiene más de {} caracteres"),
    ("the view name may not hold {}", "el nombre de la vista no puede contener {}"),
    ("this layout cannot be kept", "esta disposición no se puede guardar"),
];

/// A sentence of the server in the language of the page.
pub(crate) fn told(sentence: &str) -> Cow<'_, str> {
    match language() {
        Language::English => Cow::Borrowed(sentence),
        Language::Spanish => spanish(sentence),
    }
}

fn spanish(sentence: &str) -> Cow<'_, str> {
    for (english, spanish) in SPANISH {
        if let Some(values) = matched(english, sentence) {
            return match values.as_slice() {
                [] => Cow::Borrowed(spanish),
                values => Cow::Owned(filled(spanish, values)),
            };
        }
    }
    Cow::Borrowed(sentence)
}

/// What stands in the places of `{}` of a pattern, if a sentence is of it.
fn matched<'s>(pattern: &str, sentence: &'s str) -> Option<Vec<&'s str>> {
    let mut pieces = pattern.split("{}");
    let mut rest = sentence.strip_prefix(pieces.next()?)?;
    let mut values = Vec::new();
    let mut pieces = pieces.peekable();
    while let Some(piece) = pieces.next() {
        // The last piece ends the sentence; one between ends where it is first found.
        let at = if pieces.peek().is_none() {
            rest.len().checked_sub(piece.len()).filter(|at| rest.get(*at..) == Some(piece))?
        } else {
            rest.find(piece)?
        };
        values.push(rest.get(..at)?);
        rest = rest.get(at + piece.len()..)?;
    }
    rest.is_empty().then_some(values)
}

fn filled(pattern: &str, values: &[&str]) -> String {
    let mut filled = String::new();
    let mut values = values.iter();
    for (i, piece) in pattern.split("{}").enumerate() {
        if i > 0 {
            filled.push_str(values.next().unwrap_or(&""));
        }
        filled.push_str(piece);
    }
    filled
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_sentences_are_translated_with_their_values() {
        for (english, expected) in [
            ("you are signed out", "ha cerrado la sesión"),
            ("give a reason of 1 to 400 characters", "dé un motivo de 1 a 400 caracteres"),
            (
                "your role does not allow you to watch this session",
                "su rol no le permite observar esta sesión",
            ),
            ("olga watches this session.", "olga observa esta sesión."),
            ("message from olga: who has the keyboard", "mensaje de olga: who has the keyboard"),
            ("something nobody knows", "something nobody knows"),
            ("you are signed out of it", "you are signed out of it"),
        ] {
            assert_eq!(spanish(english), expected);
        }
    }

    #[test]
    fn places_are_found() {
        assert_eq!(matched("a {} b {} c", "a 1 b 2 b c"), Some(vec!["1", "2 b"]));
        assert_eq!(matched("a {}", "a "), Some(vec![""]));
        assert_eq!(matched("a", "ab"), None);
        assert_eq!(matched("{} é", "x é"), Some(vec!["x"]));
    }

    #[test]
    fn both_sides_have_as_many_places() {
        for (english, spanish) in SPANISH {
            assert_eq!(english.matches("{}").count(), spanish.matches("{}").count(), "{english}");
        }
    }

    #[test]
    fn what_the_page_says_of_failed_calls_is_known() {
        use crate::backend::BackendError;
        for error in
            [BackendError::SignedOut, BackendError::NotFound, BackendError::Failed, BackendError::Unreachable]
        {
            let english = error.to_string();
            assert_ne!(spanish(&english), english.as_str());
        }
    }
}
