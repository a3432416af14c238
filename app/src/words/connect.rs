//! The accounts page, and the terminal or desktop in a page.

use super::texts;

texts! {
    /// The accounts that a person may connect to.
    Accounts {
        title: "Accounts", "Cuentas";
        not_shown: "Your accounts could not be shown", "No se pudieron mostrar sus cuentas";
        region: "Accounts that you may use", "Cuentas que usted puede usar";
        filter: "Filter accounts", "Filtrar cuentas";
        filter_hint: "Account, system or address", "Cuenta, sistema o dirección";
        one: "{n} account", "{n} cuenta";
        many: "{n} accounts", "{n} cuentas";
        some: "{n} of {all} accounts", "{n} de {all} cuentas";
        account: "Account", "Cuenta";
        system: "System", "Sistema";
        address: "Service URL", "URL del servicio";
        grant: "Your grant", "Su permiso";
        owner: "Owner", "Propietario";
        user: "User", "Usuario";
        connect: "Connect", "Conectar";
        connect_to: "Connect to {account}", "Conectar con {account}";
        open: "Open", "Abrir";
        open_at: "Open {place}", "Abrir {place}";
        copy: "Copy command", "Copiar comando";
        copy_for: "Copy the command for {account}", "Copiar el comando para {account}";
        copied: "Copied", "Copiado";
        not_copied: "Not copied", "No copiado";
        no_gateway: "The PostgreSQL gateway is off", "La pasarela de PostgreSQL está apagada";
        none: "No account yet", "Ninguna cuenta todavía";
        none_help: "An administrator gives you accounts; they then stand here.",
            "Un administrador le asigna cuentas; entonces aparecen aquí.";
        no_match: "No account matches", "Ninguna cuenta coincide";
        no_match_help: "Nothing that you may use has this in it.", "Nada de lo que usted puede usar contiene esto.";
        sessions: "Your open sessions", "Sus sesiones abiertas";
        since: "since {time}", "desde {time}";
        from: "from {device}", "desde {device}";
        return_: "Return", "Volver";
        return_to: "Return to {session}", "Volver a {session}";
        return_help: "It waits for its page and can be taken up again", "Espera su página y se puede retomar";
        end: "End", "Terminar";
        end_of: "End {session}", "Terminar {session}";
    }
}

texts! {
    /// A session's own terminal.
    Connect {
        pane: "Terminal", "Terminal";
        failed: "Not connected", "Sin conexión";
        end: "End session", "Terminar la sesión";
        again: "Connect again", "Conectar de nuevo";
        to_accounts: "Accounts", "Cuentas";
        no_right: "you may no longer connect to this account, so the session has ended",
            "ya no puede conectar con esta cuenta, por lo que la sesión ha terminado";
        elsewhere: "this session goes on on another page of yours",
            "esta sesión continúa en otra página suya";
        signed_out: "you are signed out, so the session has ended",
            "ha cerrado la sesión en Sightline, por lo que esta sesión ha terminado";
        no_account: "There is no such account", "Esa cuenta no existe";
        no_account_help: "You may not connect to it, or it is not there.", "No puede conectar con ella, o no existe.";
        no_terminal: "No terminal or desktop in the browser", "Sin terminal ni escritorio en el navegador";
        no_terminal_help: "This account is reached in another way; its line under Accounts says how.",
            "A esta cuenta se llega de otra forma; su línea en Cuentas dice cómo.";
    }
}

texts! {
    /// A desktop: its picture, and what its owner is told beside it.
    Desktop {
        pane: "Desktop", "Escritorio";
        picture_of: "Picture of the desktop {title}, {width} by {height} pixels",
            "Imagen del escritorio {title}, {width} por {height} píxeles";
        no_picture_of: "Picture of the desktop {title}", "Imagen del escritorio {title}";
        control_is_yours: "You have control", "Usted tiene el control";
        control_is_theirs: "Its user has control", "Su usuario tiene el control";
        question: "Question", "Pregunta";
        allow: "Allow", "Permitir";
        refuse: "Refuse", "Rechazar";
        copy_out: "Copy from desktop", "Copiar del escritorio";
        not_copied: "The browser did not copy it: allow this page to use the clipboard.",
            "El navegador no lo copió: permita que esta página use el portapapeles.";
        clip_too_long: "This text is too long for the clipboard of the desktop: paste less than 1 MiB.",
            "Este texto es demasiado largo para el portapapeles del escritorio: pegue menos de 1 MiB.";
        attention: "Ctrl+Alt+Del", "Ctrl+Alt+Supr";
        attention_help: "Press Ctrl, Alt and Delete on the desktop", "Pulsar Ctrl, Alt y Supr en el escritorio";
        asked: "They are asked on their screen.", "Se le pregunta en su pantalla.";
    }
}

texts! {
    /// Keys that keyboards on glass do not have.
    Bar {
        title: "Keys", "Teclas";
        ctrl: "Ctrl", "Ctrl";
        alt: "Alt", "Alt";
        left: "Left", "Izquierda";
        up: "Up", "Arriba";
        down: "Down", "Abajo";
        right: "Right", "Derecha";
        keyboard: "Keyboard", "Teclado";
    }
}
