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
        cell: "To the next cell", "Ir a la celda siguiente";
        row_keys: "Home End", "Inicio Fin";
        row: "To the ends of the row", "Ir a los extremos de la fila";
        page_keys: "Page\u{a0}up Page\u{a0}down", "Re\u{a0}Pág Av\u{a0}Pág";
        page: "A screen of rows up or down", "Una pantalla de filas arriba o abajo";
        far_keys: "Ctrl+Home Ctrl+End", "Ctrl+Inicio Ctrl+Fin";
        far: "To the first row, to the last row", "Ir a la primera fila, a la última";
        choose_keys: "Space", "Espacio";
        choose: "Choose the row; open or close the group", "Elegir la fila; abrir o cerrar el grupo";
        range_keys: "Shift+↑ Shift+↓ Shift+Space", "Mayús+↑ Mayús+↓ Mayús+Espacio";
        range: "Choose all rows up to this one", "Elegir todas las filas hasta esta";
        watch_keys: "Enter", "Intro";
        watch: "Watch the session", "Observar la sesión";
        menu_keys: "Shift+F10", "Mayús+F10";
        menu: "The menu of the row or heading", "El menú de la fila o del encabezado";

        sort_keys: "Enter", "Intro";
        sort: "Sort by the column", "Ordenar por la columna";
        also_keys: "Shift+Enter", "Mayús+Intro";
        also: "Sort by the column as well", "Ordenar además por la columna";
        move_keys: "Shift+← Shift+→", "Mayús+← Mayús+→";
        move_: "Move the column", "Mover la columna";
        width_keys: "Alt+← Alt+→", "Alt+← Alt+→";
        width: "Make the column narrower or wider", "Estrechar o ensanchar la columna";

        search: "To the filter box", "Ir al campo de filtros";
        add_keys: "Enter", "Intro";
        add: "Apply what is typed: type:ssh user:alice older:2h", "Aplicar lo escrito: type:ssh user:alice older:2h";
        remove_keys: "Backspace", "Retroceso";
        remove: "In the empty box: take the last filter away", "Con el campo vacío: quitar el último filtro";

        type_keys: "Enter", "Intro";
        type_: "On the screen, with control: keys go to the session", "En la pantalla, con el control: las teclas van a la sesión";
        back_keys: "Ctrl+Alt+K", "Ctrl+Alt+K";
        back: "The keyboard goes back to the page", "El teclado vuelve a la página";

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
