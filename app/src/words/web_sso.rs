//! What is said of sign-ins to web applications.

use super::texts;

texts! {
    /// Why somebody is not signed in to an application.
    WebSso {
        title: "Web application", "Aplicación web";
        unknown: "There is no such application", "No existe esa aplicación";
        unknown_why: "No application is registered at the address that you came from. Ask an administrator.",
            "No hay ninguna aplicación registrada en la dirección de la que viene. Consulte a un administrador.";
        code: "You were not signed in to the application", "No se inició la sesión en la aplicación";
        code_why: "The way back to it was used before, or took longer than a minute. Try again.",
            "El camino de vuelta ya se usó o tardó más de un minuto. Inténtelo de nuevo.";
        not_allowed: "This application is not for you", "Esta aplicación no es para usted";
        not_allowed_why: "It is for people who hold an account on it. Ask an administrator for one.",
            "Es para quienes tienen una cuenta en ella. Pídala a un administrador.";
        signed_out: "You are signed out of the application", "Ha cerrado la sesión en la aplicación";
        signed_out_why: "You are still signed in to Sightline.", "Su sesión en Sightline sigue abierta.";
        failed: "You were not signed in to the application", "No se inició la sesión en la aplicación";
        failed_why: "The server could not do that. Try again.", "El servidor no pudo hacerlo. Inténtelo de nuevo.";
        again: "Try again", "Intentarlo de nuevo";
        sign_in_again: "Sign in again", "Iniciar sesión de nuevo";
    }
}
