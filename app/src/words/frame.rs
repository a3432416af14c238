//! What stands around every page.

use super::texts;

texts! {
    /// The bar, the person menu and what is said on every page.
    Frame {
        not_well: "Sightline is not well", "Sightline no está bien";
        try_again: "Try again", "Intentar de nuevo";
        skip: "Skip to the page", "Saltar a la página";
        main: "Main", "Principal";
        sessions: "Sessions", "Sesiones";
        accounts: "Accounts", "Cuentas";
        access_logs: "Access logs", "Registros de acceso";
        audit: "Audit", "Auditoría";
        connecting: "Connecting…", "Conectando…";
        live: "Live", "En vivo";
        stale_since: "Stale since {time}", "Sin actualizar desde las {time}";
        offline_since: "Offline since {time}", "Sin red desde las {time}";
        offline: "Offline", "Sin red";
        offline_why: "This device has no network; the page returns by itself",
            "Este dispositivo no tiene red; la página vuelve por sí sola";
        not_connected: "Not connected", "Sin conexión";
        connecting_why: "Connecting to the server", "Conectando con el servidor";
        live_why: "Everything on this page is current", "Todo en esta página está al día";
        lost_why: "The connection is lost; the page returns by itself",
            "Se perdió la conexión; la página vuelve por sí sola";
        new_version: "A new version of Sightline is serving.", "Hay una versión nueva de Sightline.";
        reload: "Reload", "Recargar";
        signed_in_as: "Signed in as {name}", "Sesión iniciada como {name}";
        sign_out: "Sign out", "Cerrar sesión";
        columns_not_kept: "The columns could not be kept.", "No se pudieron guardar las columnas.";
    }
}
