//! Signing in and setting up: what people see before they are known.

use super::texts;

texts! {
    /// The two forms, and why one of them is shown again.
    Door {
        sign_in: "Sign in", "Iniciar sesión";
        user_name: "User name", "Nombre de usuario";
        password: "Password", "Contraseña";
        languages: "Languages", "Idiomas";
        wrong: "The user name or the password is wrong.", "El nombre de usuario o la contraseña no son correctos.";
        throttled: "Too many attempts. Wait a minute, then try again.",
            "Demasiados intentos. Espere un minuto e inténtelo de nuevo.";
        disabled: "This user is disabled. Ask an administrator.",
            "Este usuario está desactivado. Consulte a un administrador.";
        expired: "Your sign-in has ended. Sign in again to go on.",
            "Su sesión ha caducado. Inicie sesión de nuevo para continuar.";
        terminated: "Your session was terminated. Ask an administrator if you do not know why.",
            "Se ha terminado su sesión. Consulte a un administrador si no sabe por qué.";
        signed_out: "You are signed out.", "Ha cerrado la sesión.";
        failed: "Signing in did not work. Try again.", "No se pudo iniciar la sesión. Inténtelo de nuevo.";
        set_up: "Set up", "Instalación";
        set_up_sightline: "Set up Sightline", "Instalar Sightline";
        nobody_yet: "Nobody can sign in yet. Make the first administrator.",
            "Todavía nadie puede iniciar sesión. Cree el primer administrador.";
        full_name: "Full name", "Nombre completo";
        create: "Create administrator", "Crear administrador";
        bad_link: "This link is used up or wrong. The server prints a new one when it starts while there is no user.",
            "Este enlace ya se usó o no es correcto. El servidor muestra uno nuevo al arrancar mientras no haya ningún usuario.";
        bad_name: "That user name cannot be used: take letters, digits, dots, dashes and underscores.",
            "Ese nombre de usuario no sirve: use letras, cifras, puntos, guiones y guiones bajos.";
        short_password: "That password is too short: take at least eight characters.",
            "Esa contraseña es demasiado corta: use al menos ocho caracteres.";
        set_up_failed: "Setting up did not work. The server's log says more; try again.",
            "No se pudo completar la instalación. El registro del servidor dice más; inténtelo de nuevo.";
    }
}
