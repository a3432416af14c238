//! The accounts page, and the terminal in a page.

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
        no_terminal: "No terminal in the browser", "Sin terminal en el navegador";
        no_terminal_help: "This account is not reached through a terminal in the browser; its line under Accounts says how.",
            "A esta cuenta no se llega con una terminal en el navegador; su línea en Cuentas dice cómo.";
    }
}
