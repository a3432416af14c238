//! The table: what was measured beside its bar and its peer.

use std::fmt::Write;

/// One line of the table.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    /// What was measured.
    pub(crate) what: String,
    /// What came out.
    pub(crate) measured: String,
    /// What it ought to be; empty where the design names nothing.
    pub(crate) bar: String,
    /// What others reach; those measured in this run say so.
    pub(crate) peer: String,
    /// Whether the bar is met; none without a bar.
    pub(crate) met: Option<bool>,
}

impl Row {
    /// A line with a bar.
    pub(crate) fn new(
        what: impl Into<String>,
        measured: impl Into<String>,
        bar: impl Into<String>,
        met: bool,
    ) -> Self {
        Self {
            what: what.into(),
            measured: measured.into(),
            bar: bar.into(),
            peer: String::new(),
            met: Some(met),
        }
    }

    /// A line without one.
    pub(crate) fn info(what: impl Into<String>, measured: impl Into<String>) -> Self {
        Self { met: None, ..Self::new(what, measured, "", false) }
    }

    /// The same with what others reach.
    pub(crate) fn beside(self, peer: impl Into<String>) -> Self {
        Self { peer: peer.into(), ..self }
    }
}

const HEADINGS: [&str; 5] = ["what", "measured", "bar", "peer", ""];

const NOTES: &str = "
Every session through the gateway is recorded. Direct, ProxyJump and gateway are measured in turn
within one run. Figures of Warpgate, xterm.js and AG Grid are those of the design: they are not
installed here. Watchers, clients and the browser share the machine with the server.
";

/// The whole table, aligned, with its notes.
pub(crate) fn render(rows: &[Row]) -> String {
    let cells: Vec<[String; 5]> = rows
        .iter()
        .map(|row| {
            let verdict = match row.met {
                Some(true) => "met",
                Some(false) => "missed",
                None => "",
            };
            [row.what.clone(), row.measured.clone(), row.bar.clone(), row.peer.clone(), verdict.into()]
        })
        .collect();
    let width = |at: usize| {
        cells.iter().map(|cells| cells[at].chars().count()).max().unwrap_or(0).max(HEADINGS[at].len())
    };
    let widths: [usize; 5] = std::array::from_fn(width);
    let mut text = String::new();
    let mut line = |cells: &[String; 5]| {
        for (cell, width) in cells.iter().zip(widths) {
            let _ = write!(text, "| {cell:<width$} ");
        }
        text.push_str("|\n");
    };
    line(&HEADINGS.map(Into::into));
    line(&widths.map(|width| "-".repeat(width)));
    cells.iter().for_each(line);
    text + NOTES
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_line_up_and_verdicts_show() {
        let rows = [
            Row::new("echo", "0.04 ms", "≤ 0.1 ms", true).beside("Warpgate 0.31"),
            Row::new("bulk", "0.5", "≥ 0.8", false),
            Row::info("join", "3 ms"),
        ];
        let text = render(&rows);
        let lines: Vec<_> = text.lines().take(5).collect();
        assert!(lines.iter().all(|line| line.chars().count() == lines[0].chars().count()), "{text}");
        assert!(lines[2].ends_with("| met    |"), "{text}");
        assert!(lines[3].ends_with("| missed |"), "{text}");
        assert!(lines[4].ends_with("|        |"), "{text}");
        assert!(text.contains("is recorded"));
    }
}
