//! The keyboard help. Keys stand as people find them on their keyboard, combinations apart by spaces.

use super::texts;

texts! {
    /// Every key with what it does, and the groups.
    Help {
        title: "Keyboard", "Teclado";
        open: "Keyboard help", "Ayuda del teclado";
        close: "Close", "Cerrar";
        everywhere: "Everywhere", "En todas partes";
        table: "Table", "Tabla";
        headings: "Headings", "Encabezados";
        filters: "Filters", "Filtros";
        live: "Live pane", "Sesión en vivo";
        replay: "Replay", "Reproducción";

        help: "This help", "Esta ayuda";
        next_keys: "Tab Shift+Tab", "Tab Mayús+Tab";
        next: "On to what follows, and back", "Ir a lo siguiente y volver";
        escape_keys: "Esc", "Esc";
        escape: "Close what is open; stop a drag", "Cerrar lo que esté abierto; cancelar un arrastre";

        cell_keys: "↑ ↓ ← →", "↑ ↓ ← →";
        cell: "To the next cell, heading or button", "Ir a la celda, el encabezado o el botón siguiente";
        row_keys: "Home End", "Inicio Fin";
        row: "To the ends of the row", "Ir a los extremos de la fila";
        page_keys: "Page\u{a0}up Page\u{a0}down", "Re\u{a0}Pág Av\u{a0}Pág";
        page: "A screen of rows up or down", "Una pantalla de filas arriba o abajo";
        far_keys: "Ctrl+Home Ctrl+End", "Ctrl+Inicio Ctrl+Fin";
        far: "To the first row, to the last row", "Ir a la primera fila, a la última";
        choose_keys: "Space", "Espacio";
        choose: "Choose the row, or no longer", "Elegir la fila, o dejar de elegirla";
        range_keys: "Shift+↑ Shift+↓ Shift+Space", "Mayús+↑ Mayús+↓ Mayús+Espacio";
        range: "Choose all rows up to this one", "Elegir todas las filas hasta esta";
        all_keys: "Ctrl+A", "Ctrl+A";
        all: "Choose every row that is shown", "Elegir todas las filas que se muestran";
        none_keys: "Esc", "Esc";
        none: "Choose none", "No elegir ninguna";
        watch_keys: "Enter", "Intro";
        watch: "Watch the session; press the button", "Observar la sesión; pulsar el botón";
        fold_keys: "← →", "← →";
        fold: "On a group: fold it, open it", "En un grupo: contraerlo, abrirlo";
        turn_keys: "Space Enter", "Espacio Intro";
        turn: "On a group: fold or open it", "En un grupo: contraerlo o abrirlo";
        menu_keys: "Shift+F10 Alt+↓", "Mayús+F10 Alt+↓";
        menu: "The menu of the row or heading", "El menú de la fila o del encabezado";

        sort_keys: "Enter Space", "Intro Espacio";
        sort: "Sort by the column", "Ordenar por la columna";
        also_keys: "Shift+Enter Shift+Space", "Mayús+Intro Mayús+Espacio";
        also: "Sort by the column as well", "Ordenar además por la columna";
        move_keys: "Shift+← Shift+→", "Mayús+← Mayús+→";
        move_: "Move the column", "Mover la columna";
        width_keys: "Alt+← Alt+→", "Alt+← Alt+→";
        width: "Make the column narrower or wider", "Estrechar o ensanchar la columna";

        search: "To the filter box", "Ir al campo de filtros";
        add_keys: "Enter", "Intro";
        add: "Apply what is typed: type:ssh user:alice older:2h", "Aplicar lo escrito: type:ssh user:alice older:2h";
        empty_keys: "Esc", "Esc";
        empty: "In the box: empty it", "En el campo: vaciarlo";
        last_keys: "Backspace", "Retroceso";
        last: "In the empty box: to the last filter", "Con el campo vacío: ir al último filtro";
        remove_keys: "Delete Backspace", "Supr Retroceso";
        remove: "On a filter: take it away", "En un filtro: quitarlo";
        list_keys: "↑ ↓", "↑ ↓";
        list: "In a list or menu: to the next", "En una lista o un menú: ir al siguiente";

        type_keys: "Enter", "Intro";
        type_: "On your terminal, or on a screen with control: keys go to the session",
            "En su terminal, o en una pantalla con el control: las teclas van a la sesión";
        back_keys: "Ctrl+Alt+K", "Ctrl+Alt+K";
        back: "The keyboard goes back to the page", "El teclado vuelve a la página";
        copy_keys: "Ctrl+Shift+C", "Ctrl+Mayús+C";
        copy: "While keys go to the session: copy what is selected",
            "Mientras las teclas van a la sesión: copiar lo seleccionado";
        paste_keys: "Ctrl+Shift+V", "Ctrl+Mayús+V";
        paste: "Paste into the session", "Pegar en la sesión";
        ask_keys: "Ctrl+]\u{a0}y Ctrl+]\u{a0}n", "Ctrl+]\u{a0}y Ctrl+]\u{a0}n";
        ask: "In your terminal: let somebody watch who asks, or refuse",
            "En su terminal: dejar observar a quien lo pide, o rechazarlo";

        play_keys: "Space", "Espacio";
        play: "Play or pause", "Reproducir o pausar";
        step_keys: "← →", "← →";
        step: "Five seconds back or on", "Cinco segundos atrás o adelante";
        mark_keys: "Page\u{a0}up Page\u{a0}down", "Re\u{a0}Pág Av\u{a0}Pág";
        mark: "To the previous mark, to the next mark", "Ir a la marca anterior, a la siguiente";
        ends_keys: "Home End", "Inicio Fin";
        ends: "To the start, to the end", "Ir al principio, al final";
    }
}
