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
        again: "The application asks you to sign in again.", "La aplicación le pide que inicie sesión de nuevo.";
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

texts! {
    /// What an application asks that sends somebody here.
    Application {
        refused: "The application cannot be answered", "No se puede responder a la aplicación";
        unknown: "No application with this name is known here.", "Aquí no se conoce ninguna aplicación con este nombre.";
        address: "The address that it wants you to be sent to is not one of its own.",
            "La dirección a la que quiere enviarle no es una de las suyas.";
        after: "You are signed out. The address that it wants you to be sent to is not one of its own.",
            "Ha cerrado la sesión. La dirección a la que quiere enviarle no es una de las suyas.";
        malformed: "Its request is incomplete or malformed.", "Su petición está incompleta o mal formada.";
        tell: "Go back to it and try again. If that does not help, tell whoever runs it.",
            "Vuelva a ella e inténtelo de nuevo. Si no sirve, avise a quien la administra.";
        sign_out: "Sign out", "Cerrar sesión";
        sign_out_really: "Sign out?", "¿Cerrar sesión?";
        sign_out_why: "An application asks to sign you out. You will be signed out of Sightline and of every application that you signed in to with it.",
            "Una aplicación pide cerrar su sesión. Se cerrará en Sightline y en todas las aplicaciones en las que entró con él.";
        stay: "Stay signed in", "Mantener la sesión";
    }
}
