//! The columns of the tables, and in which order their rows stand. Headings of files stay as they are.

use super::{fill, texts, words};
use crate::table::{Column, Direction, Sort};

texts! {
    /// The columns.
    Columns {
        user: "User", "Usuario";
        device: "Device", "Dispositivo";
        client: "Client", "Cliente";
        start: "Start date", "Inicio";
        kind: "Type", "Tipo";
        port: "Port", "Puerto";
        url: "Service URL", "URL del servicio";
        account: "Account name", "Cuenta";
        provider: "Service provider", "Proveedor del servicio";
        full_name: "Full name", "Nombre completo";
        agent: "Agent", "Agente";
        group: "Jump server group", "Grupo de saltos";
        watchers: "Watchers", "Observadores";
        idle: "Idle", "Inactividad";
        node: "Node", "Nodo";
        id: "Session id", "Id de sesión";
        ended: "Ended", "Final";
        duration: "Duration", "Duración";
        reason: "End reason", "Motivo del final";
        watched_by: "Watched by", "Observada por";
    }
}

texts! {
    /// The orders of a column.
    Orders {
        one: "{column}, {order}", "{column}, {order}";
        then: "{first}; then {next}", "{first}; después {next}";
        oldest: "oldest first", "las más antiguas primero";
        newest: "newest first", "las más recientes primero";
        shortest: "shortest first", "de menos a más";
        longest: "longest first", "de más a menos";
        lowest: "lowest first", "de menor a mayor";
        highest: "highest first", "de mayor a menor";
        a_to_z: "A to Z", "de la A a la Z";
        z_to_a: "Z to A", "de la Z a la A";
    }
}

/// The heading of a column on the page.
#[must_use]
pub(crate) fn heading(column: Column) -> &'static str {
    let words = &words().columns;
    match column {
        Column::User => words.user,
        Column::Device => words.device,
        Column::Client => words.client,
        Column::StartDate => words.start,
        Column::Type => words.kind,
        Column::Port => words.port,
        Column::ServiceUrl => words.url,
        Column::AccountName => words.account,
        Column::ServiceProvider => words.provider,
        Column::FullName => words.full_name,
        Column::Agent => words.agent,
        Column::JumpServerGroup => words.group,
        Column::Watchers => words.watchers,
        Column::Idle => words.idle,
        Column::Node => words.node,
        Column::SessionId => words.id,
        Column::Ended => words.ended,
        Column::Duration => words.duration,
        Column::EndReason => words.reason,
        Column::WatchedBy => words.watched_by,
    }
}

/// An order of rows in words: `start date, newest first`.
#[must_use]
pub(crate) fn order(sort: &Sort) -> String {
    let words = &words().orders;
    let mut ordered = sort.columns().iter().map(|(column, direction)| {
        let order = match (column, direction) {
            (Column::StartDate, Direction::Up) => words.oldest,
            (Column::StartDate, Direction::Down) => words.newest,
            (Column::Idle, Direction::Up) => words.shortest,
            (Column::Idle, Direction::Down) => words.longest,
            (Column::Port | Column::Watchers, Direction::Up) => words.lowest,
            (Column::Port | Column::Watchers, Direction::Down) => words.highest,
            (_, Direction::Up) => words.a_to_z,
            (_, Direction::Down) => words.z_to_a,
        };
        fill(words.one, &[("column", &within(heading(*column))), ("order", &order)])
    });
    let first = ordered.next().unwrap_or_default();
    ordered.fold(first, |first, next| fill(words.then, &[("first", &first), ("next", &next)]))
}

/// A heading within a sentence: `URL` stays, everything else begins small.
fn within(heading: &str) -> String {
    if heading.contains("URL") { heading.to_owned() } else { heading.to_lowercase() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn in_english_headings_and_orders_are_those_of_the_table() {
        for column in Column::ALL.into_iter().chain(Column::LOG) {
            assert_eq!(heading(column), column.label());
            for direction in [Direction::Up, Direction::Down] {
                let mut sort = Sort::default();
                sort.set(column, direction, true);
                assert_eq!(order(&sort), sort.in_words());
            }
        }
    }
}
