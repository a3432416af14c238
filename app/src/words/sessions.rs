//! The sessions page: its heading, its foot, its states, its rows' buttons and its exports.

use super::texts;

texts! {
    /// The page around the table.
    Sessions {
        title: "Sessions", "Sesiones";
        open: "{n} open", "Abiertas: {n}";
        open_and_watched: "{n} open · {watched} watched", "Abiertas: {n} · observadas: {watched}";
        side_by_side: "Watch {n} side by side", "Observar {n} en paralelo";
        choose_none: "Choose none", "No elegir ninguna";
        freeze: "Freeze", "Congelar";
        freeze_help: "Hold the picture; what happens meanwhile is counted",
            "Detener la imagen; lo que ocurra mientras tanto se cuenta";
        none_watched: "None of the chosen sessions can be watched.", "No se puede observar ninguna de las sesiones elegidas.";
        sorted_by: "Sorted by {order}", "Orden: {order}";
        frozen: "Frozen: {opened} opened, {closed} closed", "Congelado. Abiertas: {opened}; cerradas: {closed}";
        just_ended: "{n} ended just now", "Recién terminadas: {n}";
        newer: "{n} new", "Nuevas: {n}";
        no_answer: "The server does not answer", "El servidor no responde";
        no_answer_help: "This page tries again by itself, and shows the sessions as soon as it gets through.",
            "Esta página lo intenta de nuevo por sí sola y muestra las sesiones en cuanto lo consigue.";
        nobody: "Nobody is connected", "No hay nadie conectado";
        nobody_help: "Sessions that you may see appear here the moment they open.",
            "Las sesiones que usted puede ver aparecen aquí en cuanto se abren.";
        no_match: "No session matches", "Ninguna sesión coincide";
        no_match_help: "Sessions are open, but the filter lets none of them through.",
            "Hay sesiones abiertas, pero el filtro no deja pasar ninguna.";
        close: "Close", "Cerrar";
        choose: "Choose", "Elegir";
        choose_of: "Choose {what}", "Elegir {what}";
        watch: "Watch", "Observar";
        watch_of: "Watch {what}", "Observar {what}";
        copy_link: "Copy link", "Copiar enlace";
        copy_link_of: "Copy a link to {what}", "Copiar un enlace a {what}";
        terminate: "Terminate", "Terminar";
        terminate_of: "Terminate {what}", "Terminar {what}";
        no_clipboard: "This browser does not let the page copy. The link is {link}",
            "Este navegador no permite copiar a la página. El enlace es {link}";
        link_copied: "Link copied.", "Enlace copiado.";
        copy_refused: "The browser refused to copy. The link is {link}", "El navegador no quiso copiar. El enlace es {link}";
        columns: "Columns", "Columnas";
        reset: "Reset", "Restablecer";
        move_up: "Move {column} up", "Subir {column}";
        move_down: "Move {column} down", "Bajar {column}";
    }
}

texts! {
    /// Exports.
    Export {
        options: "Export options", "Opciones de exportación";
        so_far: "{done} of {all} rows", "{done} de {all} filas";
        cancel: "Cancel export", "Cancelar exportación";
        all_columns: "All columns", "Todas las columnas";
        all_columns_help: "Also those that the table does not show.", "También las que la tabla no muestra.";
        utc: "Times in UTC", "Horas en UTC";
        utc_help: "Instead of your own time zone.", "En lugar de su zona horaria.";
        bom: "Byte order mark", "Marca de orden de bytes";
        bom_help: "For spreadsheets that otherwise misread letters with accents.",
            "Para hojas de cálculo que sin ella leen mal las letras con acentos.";
        separator: "Separator", "Separador";
        comma: "Comma", "Coma";
        semicolon: "Semicolon", "Punto y coma";
        tab: "Tab", "Tabulador";
        digest: "SHA-256 of the last file", "SHA-256 del último archivo";
        copy: "Copy", "Copiar";
        copied: "Copied", "Copiado";
        by_hand: "Select and copy it by hand", "Selecciónelo y cópielo a mano";
        rows: "Rows", "Filas";
        rows_all: "All that are shown", "Todas las que se muestran";
        rows_chosen: "Only the chosen ones", "Solo las elegidas";
        cancelled: "The export is cancelled.", "La exportación está cancelada.";
        done_one: "{n} row exported.", "{n} fila exportada.";
        done_many: "{n} rows exported.", "{n} filas exportadas.";
        refused: "The browser refused the download.", "El navegador rechazó la descarga.";
        not_noted: "The export could not be noted.", "No se pudo anotar la exportación.";
    }
}
