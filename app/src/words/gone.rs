//! Pages with one thing to say: there is nothing, or it could not be shown.

use super::texts;

texts! {
    /// What is not there.
    Gone {
        not_found: "Not found", "No encontrado";
        nothing_here: "There is nothing here", "Aquí no hay nada";
        nothing_why: "The address is wrong, the session is over, or it is not yours to see.",
            "La dirección no es correcta, la sesión ha terminado o no le corresponde verla.";
        all_sessions: "All sessions", "Todas las sesiones";
        session: "Session", "Sesión";
        session_not_shown: "The session could not be shown", "No se pudo mostrar la sesión";
    }
}

texts! {
    /// What the start of the page's program says, see `shell/boot.js`.
    Boot {
        reload: "Reload", "Recargar";
        slow: "Still loading", "Todavía se está cargando";
        slow_why: "The page takes longer than it should. It starts by itself as soon as it can.",
            "La página tarda más de lo debido. Empezará por sí sola en cuanto pueda.";
        failed: "This page could not start", "Esta página no pudo iniciarse";
        failed_why: "Its program did not load. Check the connection and reload.",
            "No se cargó su programa. Compruebe la conexión y recargue.";
        stopped: "This page stopped", "Esta página se detuvo";
        stopped_why: "Something went wrong in it. Sessions go on; reload to see them.",
            "Algo falló en ella. Las sesiones siguen; recargue para verlas.";
    }
}
