//! The live pane: its header, its strips, its buttons and its questions; and the wall of several.

use super::texts;

texts! {
    /// Who and what is watched, and how it stands.
    Live {
        pane: "Live session", "Sesión en vivo";
        pane_of: "Live session of {user}: {title}", "Sesión en vivo de {user}: {title}";
        on: "{account} on {place}", "{account} en {place}";
        screen_of: "Screen of {title}", "Pantalla de {title}";
        keyboard_of: "Keyboard of {title}. {chord} gives it back to the page",
            "Teclado de {title}. {chord} lo devuelve a la página";
        connecting: "Connecting", "Conectando";
        waiting: "Waiting", "En espera";
        live: "Live", "En vivo";
        stale: "Stale", "Sin actualizar";
        ended: "Ended", "Terminada";
        not_watched: "Not watched", "No se observa";
        not_connected: "Not connected", "Sin conexión";
        lasted: "lasted {span}", "duró {span}";
        recorded: "recorded", "se graba";
        not_recorded: "not recorded", "no se graba";
        url: "Service URL", "URL del servicio";
        user: "User", "Usuario";
        device: "Device", "Dispositivo";
        open_for: "Open for", "Abierta desde hace";
        recording: "Recording", "Grabación";
        size: "Size", "Tamaño";
        title: "Title", "Título";
        one_watches: "{name} watches", "{name} observa";
        many_watch: "{names} and {last} watch", "{names} y {last} observan";
        full_screen: "Full screen", "Pantalla completa";
        leave_full_screen: "Leave full screen", "Salir de pantalla completa";
        close: "Close", "Cerrar";
        back_to_accounts: "Back to your accounts", "Volver a sus cuentas";
        back: "Back to all sessions", "Volver a todas las sesiones";
        stale_since: "Stale since {time}", "Sin actualizar desde las {time}";
        ended_at: "Ended {time}: {end}", "Terminada a las {time}: {end}";
        replay: "Replay", "Reproducir";
        connecting_now: "Connecting…", "Conectando…";
        again: "Connecting again…", "Conectando de nuevo…";
        agrees: "Waiting until {user} agrees to be watched…", "Esperando a que {user} acepte ser observado…";
        asked: "They are asked in their terminal.", "Se le pregunta en su terminal.";
        over: "This session has ended", "Esta sesión ha terminado";
        nothing: "Nothing to watch", "Nada que observar";
        no_screen: "A sign-in to Sightline has no screen.", "Un inicio de sesión en Sightline no tiene pantalla.";
        refused: "Not to be watched", "No se puede observar";
    }
}

texts! {
    /// Taking part: control, messages, pausing and pasting.
    Control {
        terminate: "Terminate", "Terminar";
        terminate_more: "Terminate…", "Terminar…";
        view_only: "View only", "Solo lectura";
        take: "Take control", "Tomar el control";
        mode: "Mode of control", "Modo de control";
        mode_help: "Shared: both type. Exclusive: only you type, until the user takes the keyboard back by typing.",
            "Compartido: escriben ambos. Exclusivo: solo escribe usted, hasta que el usuario recupere el teclado escribiendo.";
        shared: "Shared", "Compartido";
        exclusive: "Exclusive", "Exclusivo";
        message: "Message…", "Mensaje…";
        pause: "Pause input", "Pausar la entrada";
        resume: "Resume input", "Reanudar la entrada";
        copy: "Copy link", "Copiar enlace";
        copied: "Copied", "Copiado";
        not_copied: "Could not copy", "No se pudo copiar";
        renew: "Renew", "Renovar";
        release: "Release", "Devolver";
        left: "{time} left", "quedan {time}";
        keyboard_session: "Keyboard: session", "Teclado: sesión";
        keyboard_page: "Keyboard: page", "Teclado: página";
        chord_help: "{chord} gives it back to the page", "{chord} lo devuelve a la página";
        type_help: "press Enter on the screen or click it to type again",
            "pulse Intro en la pantalla o haga clic en ella para escribir de nuevo";
        mine: "You have control, {mode}", "Usted tiene el control, {mode}";
        mine_near: "You have control, {mode}: renew it to keep it",
            "Usted tiene el control, {mode}: renuévelo para conservarlo";
        theirs: "{who} has control, {mode}", "{who} tiene el control, {mode}";
        theirs_exclusive: "{who} has control, {mode}; {owner} can take it back by typing",
            "{who} tiene el control, {mode}; {owner} puede recuperarlo escribiendo";
        shared_word: "shared", "compartido";
        exclusive_word: "exclusive", "exclusivo";
        paused: "Input of {owner} paused by {who}", "Entrada de {owner} pausada por {who}";
        lost: "You no longer have control.", "Usted ya no tiene el control.";
        gave: "You gave control back.", "Usted devolvió el control.";
        time_up: "Your time is up: you no longer have control.", "Se acabó su tiempo: usted ya no tiene el control.";
        taken_back: "{owner} took the keyboard back: you no longer have control.",
            "{owner} recuperó el teclado: usted ya no tiene el control.";
        taken: "Control was taken from you.", "Se le retiró el control.";
        broke: "The connection broke: you no longer have control.", "Se cortó la conexión: usted ya no tiene el control.";
        message_to: "Message to {user}", "Mensaje para {user}";
        message_help: "It shows on their screen, with your name.", "Aparece en su pantalla, con el nombre de usted.";
        message_label: "Message", "Mensaje";
        message_empty: "Write what they are to read.", "Escriba lo que deba leer.";
        message_sent: "Message sent.", "Mensaje enviado.";
        cancel: "Cancel", "Cancelar";
        send: "Send", "Enviar";
        paste_line: "Paste a line that ends with Enter?", "¿Pegar una línea que termina con Intro?";
        paste_lines: "Paste {n} lines?", "¿Pegar {n} líneas?";
        paste_help: "The program may run each line as it comes.", "El programa puede ejecutar cada línea según llega.";
        paste_text: "Text to paste", "Texto para pegar";
        paste_always: "Do not ask again for this session", "No volver a preguntar en esta sesión";
        paste: "Paste", "Pegar";
    }
}

texts! {
    /// Several sessions side by side.
    Wall {
        title: "Wall", "Mural";
        choose: "Choose sessions in the table, then Watch side by side.",
            "Elija sesiones en la tabla y luego pulse Observar en paralelo.";
        too_many: "{n} sessions are too many: up to {most} can be watched side by side.",
            "{n} sesiones son demasiadas: se pueden observar hasta {most} en paralelo.";
        to_sessions: "To the sessions", "Ir a las sesiones";
        session: "{n} session", "{n} sesión";
        many: "{n} sessions", "{n} sesiones";
        remove: "Remove", "Quitar";
    }
}

texts! {
    /// Ending a session.
    Terminate {
        title: "Terminate this session?", "¿Terminar esta sesión?";
        on: "{user} on {provider}", "{user} en {provider}";
        of: "{user} as {account} on {provider}, {kind}", "{user} como {account} en {provider}, {kind}";
        help: "It ends at once. What its program has not saved is lost.",
            "Termina de inmediato. Lo que su programa no haya guardado se pierde.";
        reason: "Reason", "Motivo";
        say_why: "Say why: the reason is kept, and shown to the user.",
            "Diga por qué: el motivo se guarda y se muestra al usuario.";
        done: "Ended: {what}.", "Terminada: {what}.";
        asked: "Asked to end: {what}. Its source has not answered yet; the row says when it does.",
            "Se pidió terminar: {what}. Su origen aún no ha respondido; la fila lo dirá cuando lo haga.";
        source_refuses: "Its source refuses: {why}.", "Su origen se niega: {why}.";
        ending: "Ending…", "Terminando…";
        act: "Terminate session", "Terminar sesión";
        many_title: "Terminate {n} sessions?", "¿Terminar {n} sesiones?";
        many_more: "and {n} more", "y {n} más";
        many_act: "Terminate {n} sessions", "Terminar {n} sesiones";
        many_ending: "Ending… {done} of {all}", "Terminando… {done} de {all}";
        many_done: "{n} sessions ended.", "{n} sesiones terminadas.";
        many_asked: "The sources of {n} sessions were asked to end them; the rows say what they answer.",
            "Se pidió a los orígenes de {n} sesiones que las terminen; las filas dirán qué responden.";
        many_failed: "{n} go on. {why}", "{n} continúan. {why}";
        none_ends: "None of the chosen sessions is yours to end.", "Ninguna de las sesiones elegidas es suya para terminar.";
    }
}
