//! What an installed app says outside of its page. The page that stands in for others while the server cannot
//! be reached has its own few words, in `pwa/offline.js`: it must do without everything else.

use super::texts;

texts! {
    /// Notifications, and the wish for them.
    Pwa {
        notify: "Notify me of sessions", "Avisarme de sesiones";
        notify_why: "When somebody opens a session on an account that you own",
            "Cuando alguien abre una sesión en una cuenta de la que usted es propietario";
        not_allowed: "The browser does not allow notifications of this site. Its settings do.",
            "El navegador no permite avisos de este sitio. Se permiten en su configuración.";
        opened: "{user} opened {account}", "{user} abrió {account}";
        from: "From {device}", "Desde {device}";
        several: "{n} sessions opened on your accounts", "Se abrieron {n} sesiones en sus cuentas";
        one_of_them: "{user} on {account}, from {device}", "{user} en {account}, desde {device}";
        more: "and {n} more", "y {n} más";
    }
}
