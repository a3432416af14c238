//! The table: what its menus offer, and what it tells those who do not see it.

use super::texts;

texts! {
    /// The table.
    Grid {
        actions: "Actions", "Acciones";
        heading_title: "Click to sort, with Shift by several; drag to move; right-click, or Alt with arrow down, for more",
            "Clic para ordenar, con Mayús por varias; arrastre para mover; clic derecho, o Alt con flecha abajo, para más";
        sort_up: "Sort ascending", "Ordenar ascendente";
        sort_down: "Sort descending", "Ordenar descendente";
        sort_too_up: "Then by this, ascending", "Después por esta, ascendente";
        sort_too_down: "Then by this, descending", "Después por esta, descendente";
        filter: "Filter…", "Filtrar…";
        group: "Group by {column}", "Agrupar por {column}";
        ungroup: "Do not group", "No agrupar";
        fold_all: "Fold all groups", "Contraer todos los grupos";
        unfold_all: "Open all groups", "Abrir todos los grupos";
        pin: "Pin to the left", "Fijar a la izquierda";
        unpin: "Unpin", "No fijar";
        fit: "Fit the width", "Ajustar el ancho";
        move_left: "Move left", "Mover a la izquierda";
        move_right: "Move right", "Mover a la derecha";
        hide: "Hide", "Ocultar";
        watch: "Watch", "Observar";
        open_page: "Open its page", "Abrir su página";
        choose: "Choose", "Elegir";
        unchoose: "Choose no longer", "Dejar de elegir";
        copy_link: "Copy link", "Copiar enlace";
        copy_value: "Copy {value}", "Copiar {value}";
        only_value: "Only {column} {value}", "Solo {column} {value}";
        without_value: "Without {column} {value}", "Sin {column} {value}";
        terminate_chosen: "Terminate {n}…", "Terminar {n}…";
        terminate: "Terminate…", "Terminar…";
        reported_title: "Nobody of this name is known here: the session's source reports it",
            "Aquí no se conoce a nadie con este nombre: lo notifica el origen de la sesión";
        asked: "ending…", "terminando…";
        asked_title: "Its source was asked to end it", "Se pidió a su origen que la termine";
        silent: "no answer", "sin respuesta";
        silent_title: "Its source was asked to end it and does not answer",
            "Se pidió a su origen que la termine y no responde";
        refused: "refused", "rechazado";
        refused_title: "Its source was asked to end it and refuses", "Se pidió a su origen que la termine y se niega";
        copied: "Copied.", "Copiado.";
        not_copied: "The browser does not let the page copy.", "El navegador no permite copiar a la página.";
        said_sorted: "Sorted by {order}. {rows}.", "Ordenado por {order}. {rows}.";
        said_moved: "{column} is column {nth} of {all}.", "{column} es la columna {nth} de {all}.";
        said_hidden: "{column} is hidden.", "{column} está oculta.";
        said_pinned: "{column} is pinned.", "{column} está fijada.";
        said_unpinned: "{column} is no longer pinned.", "{column} ya no está fijada.";
        said_width: "{column} is {width} pixels wide.", "{column} mide {width} píxeles de ancho.";
        said_grouped: "Grouped by {column}. Sorted by {order}. {rows}.",
            "Agrupado por {column}. Ordenado por {order}. {rows}.";
        said_folded: "{group} is folded.", "{group} está contraído.";
        said_unfolded: "{group} is open.", "{group} está abierto.";
        said_chosen: "{n} chosen.", "Elegidas: {n}.";
        said_frozen: "The picture is held.", "La imagen está detenida.";
        said_live: "The picture is live.", "La imagen está en vivo.";
        news_both: "{opened} opened, {ended} ended", "Abiertas: {opened}; terminadas: {ended}";
        news_opened: "{opened} opened", "Abiertas: {opened}";
        news_ended: "{ended} ended", "Terminadas: {ended}";
        row: "{n} row", "{n} fila";
        rows: "{n} rows", "{n} filas";
        loading_rows: "{n} of {all} loaded", "Cargadas: {n} de {all}";
    }
}
