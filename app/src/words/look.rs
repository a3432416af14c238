//! How the pages look, and in which language they speak.

use super::texts;

texts! {
    /// The choices of the person menu.
    Look {
        theme: "Theme", "Tema";
        system: "System", "Sistema";
        light: "Light", "Claro";
        dark: "Dark", "Oscuro";
        density: "Density", "Densidad";
        comfortable: "Comfortable", "Cómoda";
        compact: "Compact", "Compacta";
        language: "Language", "Idioma";
        not_kept: "This choice could not be kept.", "No se pudo guardar esta elección.";
    }
}
