//! The long lists: the audit and the access log, and what stands there when they cannot be shown.

use super::texts;

texts! {
    /// What both lists have.
    Lists {
        show_everything: "Show everything", "Mostrar todo";
        download_csv: "Download CSV", "Descargar CSV";
        newest: "Newest", "Más recientes";
        older: "Older", "Más antiguos";
        from_day: "From day", "Desde el día";
        to_day: "To day", "Hasta el día";
        filter: "Filter", "Filtrar";
        clear: "Clear", "Limpiar";
        clear_filter: "Clear the filter", "Quitar el filtro";
    }
}

texts! {
    /// The audit.
    Audit {
        title: "Audit", "Auditoría";
        not_shown: "The audit could not be shown", "No se pudo mostrar la auditoría";
        events: "Events", "Eventos";
        event: "{n} event", "{n} evento";
        many: "{n} events", "{n} eventos";
        none: "No event matches", "Ningún evento coincide";
        none_help: "Nothing of this kind is on record.", "No consta nada de este tipo.";
        filter: "Filter events", "Filtrar eventos";
        number: "No.", "Núm.";
        time: "Time (UTC)", "Hora (UTC)";
        who: "Who", "Quién";
        what: "What", "Qué";
        on_what: "To whom or what", "A quién o a qué";
        from: "From", "Desde";
        detail: "Detail", "Detalle";
        anything: "Anything", "Cualquier cosa";
        of_session: "its session", "su sesión";
        all_of_session: "Everything about this session", "Todo sobre esta sesión";
    }
}

texts! {
    /// The access log.
    Log {
        title: "Access logs", "Registros de acceso";
        not_shown: "The access log could not be shown", "No se pudo mostrar el registro de acceso";
        session: "{n} session", "{n} sesión";
        many: "{n} sessions", "{n} sesiones";
        view: "View", "Vista";
        view_help: "Columns: which, and in which order", "Columnas: cuáles y en qué orden";
        download_help: "The rows and columns below, as a file", "Las filas y columnas de abajo, como archivo";
        all_csv: "All as CSV", "Todo en CSV";
        all_help: "Every session that the filter lets through, as a file",
            "Todas las sesiones que deja pasar el filtro, como archivo";
        region: "Sessions, newest first", "Sesiones, las más recientes primero";
        table: "Access log", "Registro de acceso";
        actions: "Actions", "Acciones";
        newest_first: "Newest first", "Las más recientes primero";
        filter: "Filter the access log", "Filtrar el registro de acceso";
        user: "User", "Usuario";
        kind: "Type", "Tipo";
        any_kind: "Any type", "Cualquier tipo";
        account: "Account", "Cuenta";
        account_hint: "root or root@db-1", "root o root@db-1";
        agent: "Agent", "Agente";
        state: "State", "Estado";
        open_and_ended: "Open and ended", "Abiertas y terminadas";
        open: "Open", "Abiertas";
        ended: "Ended", "Terminadas";
        days_in: "Days in {zone}", "Días en {zone}";
        none: "No session matches", "Ninguna sesión coincide";
        none_help: "No session that you may see is of this kind.", "Ninguna sesión que usted pueda ver es de este tipo.";
        empty: "Nothing is on record", "No consta nada";
        empty_help: "Sessions that you may see are kept here, open and ended.",
            "Aquí se guardan las sesiones que usted puede ver, abiertas y terminadas.";
        drag: "Drag to move; more in View", "Arrastre para mover; más en Vista";
        still_open: "open", "abierta";
        watch: "Watch", "Observar";
        details: "Details", "Detalles";
    }
}
