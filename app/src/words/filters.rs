//! The filters of the sessions page: the box, the sentences, the panel that builds them, and what is said of a slip.

use wire::Millis;

use super::{texts, words};
use crate::clock::{is_local, local_day, local_minute, offset_at};
use crate::table::{Column, Moment, Speech};

texts! {
    /// The filter box, the chips, and the panel that builds them.
    Filters {
        label: "Filter sessions", "Filtrar sesiones";
        placeholder: "Words, or user:alice older:2h", "Palabras, o user:alice older:2h";
        clear: "Clear the filter", "Quitar el filtro";
        types: "Session types", "Tipos de sesión";
        all: "All", "Todas";
        add: "Add filter", "Añadir filtro";
        filters: "Filters", "Filtros";
        change: "Change: {filter}", "Cambiar: {filter}";
        remove: "Remove: {filter}", "Quitar: {filter}";
        clear_all: "Clear all", "Quitar todos";
        match_one: "{n} session matches", "{n} sesión coincide";
        match_many: "{n} sessions match", "{n} sesiones coinciden";
        by_what: "Filter by", "Filtrar por";
        back: "Back", "Volver";
        apply: "Apply", "Aplicar";
        find: "Find or type a value", "Busque o escriba un valor";
        address: "Address or network, such as 10.4.0.0/16", "Dirección o red, como 10.4.0.0/16";
        values: "Values", "Valores";
        choose_one: "Choose or type a value.", "Elija o escriba un valor.";
        when: "When", "Cuándo";
        older: "Older than", "Hace más de";
        newer: "Newer than", "Hace menos de";
        on: "On", "El día";
        between: "Between", "Entre";
        after: "On or after", "Desde";
        before: "Before", "Antes de";
        idle_more: "For more than", "Durante más de";
        idle_less: "For less than", "Durante menos de";
        number: "How many", "Cuántos";
        unit: "Unit", "Unidad";
        day: "Day", "Día";
        last_day: "Last day", "Último día";
        time: "Time", "Hora";
        last_time: "Last time", "Última hora";
        any_time: "The time may be left empty.", "La hora puede quedar vacía.";
        say_how_long: "Give a number above zero.", "Dé un número mayor que cero.";
        say_when: "Give a day.", "Dé un día.";
        mine: "Mine", "Mías";
        mine_yes: "Mine", "Mías";
        mine_no: "Not mine", "No mías";
        mine_help: "Sessions that you opened, and those on accounts that you own.",
            "Las sesiones que usted abrió y las que usan cuentas suyas.";
        watched_yes: "Watched", "Observadas";
        watched_no: "Not watched", "No observadas";
        unfinished: "“{name}:” waits for a value, such as {example}.",
            "«{name}:» espera un valor, como {example}.";
        unknown: "There is no filter “{name}”: did you mean {example}? It is passed over.",
            "No hay ningún filtro «{name}»: ¿quiso decir {example}? No se tiene en cuenta.";
        as_text: "There is no filter “{name}”: it is looked for as text.",
            "No hay ningún filtro «{name}»: se busca como texto.";
        no_type: "There is no type “{value}”: use console, websso, esso, pam, rdp or ssh. It is passed over.",
            "No hay ningún tipo «{value}»: use console, websso, esso, pam, rdp o ssh. No se tiene en cuenta.";
        no_span: "“{name}:{value}” is no length of time: write it like 45s, 30m, 2h or 3d. It is passed over.",
            "«{name}:{value}» no es una duración: escríbala como 45s, 30m, 2h o 3d. No se tiene en cuenta.";
        no_moment: "“{value}” is no date: write it like 2026-11-20 or 2026-11-20T14:30. It is passed over.",
            "«{value}» no es una fecha: escríbala como 2026-11-20 o 2026-11-20T14:30. No se tiene en cuenta.";
        no_net: "“{value}” is no network: write it like 10.4.0.0/16 or 2001:db8::/32. It is passed over.",
            "«{value}» no es una red: escríbala como 10.4.0.0/16 o 2001:db8::/32. No se tiene en cuenta.";
        no_port: "“{value}” is no port: it takes a number to 65535. It is passed over.",
            "«{value}» no es un puerto: es un número hasta 65535. No se tiene en cuenta.";
        no_answer: "“{name}:{value}” is not understood: use {answers}. It is passed over.",
            "No se entiende «{name}:{value}»: use {answers}. No se tiene en cuenta.";
        s_user: "user", "usuario";
        s_full_name: "full name", "nombre completo";
        s_device: "device", "dispositivo";
        s_client: "client", "cliente";
        s_port: "port", "puerto";
        s_service_url: "service URL", "URL del servicio";
        s_account: "account", "cuenta";
        s_provider: "service provider", "proveedor del servicio";
        s_agent: "agent", "agente";
        s_group: "jump server group", "grupo de saltos";
        s_node: "node", "nodo";
        s_id: "session id", "id de sesión";
        s_type: "type", "tipo";
        s_start: "start date", "inicio";
        s_idle: "idle", "inactividad";
        s_watchers: "watchers", "observadores";
        or: "or", "o";
        empty: "empty", "vacío";
        is: "is", "es";
        is_not: "is not", "no es";
        starts: "starts with", "empieza por";
        starts_not: "does not start with", "no empieza por";
        ends: "ends with", "acaba en";
        ends_not: "does not end with", "no acaba en";
        contains: "contains", "contiene";
        contains_not: "does not contain", "no contiene";
        within: "in", "en";
        within_not: "not in", "fuera de";
        older_than: "older than {}", "abierta hace más de {}";
        newer_than: "newer than {}", "abierta hace menos de {}";
        idle_over: "idle for more than {}", "inactiva más de {}";
        idle_under: "idle for less than {}", "inactiva menos de {}";
        started_after: "started {} or later", "iniciada el {} o después";
        started_before: "started before {}", "iniciada antes del {}";
        started_on: "started on {}", "iniciada el {}";
        started_not_on: "not started on {}", "no iniciada el {}";
        started_between: "started from {} to {}", "iniciada del {} al {}";
        started_not_between: "not started from {} to {}", "no iniciada del {} al {}";
        started_until: "started {} or earlier", "iniciada el {} o antes";
        started_not_until: "not started {} or earlier", "no iniciada el {} o antes";
        watched: "watched", "observada";
        watched_not: "not watched", "no observada";
        is_mine: "mine", "mía";
        is_mine_not: "not mine", "no es mía";
        week: "week", "semana";
        weeks: "weeks", "semanas";
        a_day: "day", "día";
        days: "days", "días";
        hour: "hour", "hora";
        hours: "hours", "horas";
        minute: "minute", "minuto";
        minutes: "minutes", "minutos";
        second: "second", "segundo";
        seconds: "seconds", "segundos";
    }
}

/// A column as a sentence begins with it.
#[must_use]
pub(crate) fn subject(column: Column) -> String {
    let words = &words().filters;
    match column {
        Column::User => words.s_user,
        Column::FullName => words.s_full_name,
        Column::Device => words.s_device,
        Column::Client => words.s_client,
        Column::Port => words.s_port,
        Column::ServiceUrl => words.s_service_url,
        Column::AccountName => words.s_account,
        Column::ServiceProvider => words.s_provider,
        Column::Agent => words.s_agent,
        Column::JumpServerGroup => words.s_group,
        Column::Node => words.s_node,
        Column::SessionId => words.s_id,
        Column::Type => words.s_type,
        Column::StartDate => words.s_start,
        Column::Idle => words.s_idle,
        Column::Watchers => words.s_watchers,
        Column::Ended | Column::Duration | Column::EndReason | Column::WatchedBy => super::heading(column),
    }
    .to_owned()
}

/// A day, or a minute of one, in the viewer's own way.
fn moment(moment: Moment) -> String {
    if !is_local() {
        return moment.to_string().replace('T', " ");
    }
    let at: Millis = moment.begins(offset_at);
    if moment.is_day() { local_day(at) } else { local_minute(at) }
}

/// The words that the sentences of filters are made of.
#[must_use]
pub(crate) fn speech() -> Speech {
    let words = &words().filters;
    Speech {
        subject,
        moment,
        or: words.or,
        empty: words.empty,
        is: [words.is, words.is_not],
        starts: [words.starts, words.starts_not],
        ends: [words.ends, words.ends_not],
        contains: [words.contains, words.contains_not],
        within: [words.within, words.within_not],
        older: words.older_than,
        newer: words.newer_than,
        idle: [words.idle_over, words.idle_under],
        after: words.started_after,
        before: words.started_before,
        on: [words.started_on, words.started_not_on],
        between: [words.started_between, words.started_not_between],
        until: [words.started_until, words.started_not_until],
        watched: [words.watched, words.watched_not],
        mine: [words.is_mine, words.is_mine_not],
        units: [
            [words.week, words.weeks],
            [words.a_day, words.days],
            [words.hour, words.hours],
            [words.minute, words.minutes],
            [words.second, words.seconds],
        ],
    }
}
