//! Saved views of the sessions page.

use super::texts;

texts! {
    /// The button, the panel and what is said about them.
    Views {
        views: "Views", "Vistas";
        help: "Saved views: columns, order, filter and grouping under a name",
            "Vistas guardadas: columnas, orden, filtro y grupos con un nombre";
        open: "Views: {name}", "Vistas: {name}";
        open_changed: "Views: {name}, changed", "Vistas: {name}, cambiada";
        reset: "Reset to default", "Restablecer";
        own: "My views", "Mis vistas";
        shared: "Shared with everybody", "Compartidas con todos";
        none: "Arrange the table as you like it, and save it under a name.",
            "Disponga la tabla a su gusto y guárdela con un nombre.";
        is_changed: "You changed “{name}”.", "Ha cambiado «{name}».";
        undo: "Undo", "Deshacer";
        save: "Save", "Guardar";
        save_as: "Save as new", "Guardar como nueva";
        new_name: "Name of the view", "Nombre de la vista";
        name_it: "Give it a name.", "Póngale un nombre.";
        saved: "“{name}” is saved.", "«{name}» está guardada.";
        renamed: "It is named “{name}” now.", "Ahora se llama «{name}».";
        deleted: "“{name}” is deleted.", "«{name}» está eliminada.";
        now_shared: "Everybody sees “{name}” now.", "Ahora todos ven «{name}».";
        now_own: "“{name}” is no longer shared.", "«{name}» ya no se comparte.";
        rename: "Rename {name}", "Cambiar el nombre de {name}";
        share: "Share {name} with everybody", "Compartir {name} con todos";
        unshare: "Stop sharing {name}", "Dejar de compartir {name}";
        delete: "Delete {name}", "Eliminar {name}";
        delete_it: "Delete", "Eliminar";
        delete_own: "Delete “{name}”?", "¿Eliminar «{name}»?";
        delete_shared: "Delete “{name}” for everybody?", "¿Eliminar «{name}» para todos?";
        cancel: "Cancel", "Cancelar";
        by: "by {name}", "de {name}";
        copy_link: "Copy a link to what you see", "Copiar un enlace a lo que ve";
        copied: "Copied", "Copiado";
        copy_by_hand: "Copy it from the address bar", "Cópielo de la barra de direcciones";
        no_such: "There is no view “{name}”, or it is not shared with you.",
            "No hay ninguna vista «{name}», o no se comparte con usted.";
        not_read: "The views could not be read.", "No se pudieron leer las vistas.";
    }
}
