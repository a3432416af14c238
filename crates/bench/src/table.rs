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
    /// What was measured over what the peer reached in this run: under 1 is ahead.
    pub(crate) ratio: Option<f64>,
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
            ratio: None,
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

    /// The same with its part of what the peer needs.
    pub(crate) fn ratio(self, ratio: f64) -> Self {
        Self { ratio: Some(ratio).filter(|ratio| ratio.is_finite()), ..self }
    }
}

const COLUMNS: usize = 6;
const HEADINGS: [&str; COLUMNS] = ["what", "measured", "bar", "peer", "ratio", ""];

const NOTES: &str = "
Every session through the gateway is recorded. Direct, ProxyJump and gateway are measured in turn
within one run. Figures of Warpgate and xterm.js are those of the design: they are not installed here.
AG Grid does the same work in the same browser after the page, with the same sessions; the ratio is the
page's figure over AG Grid's, so that under 1 is ahead. Its changes are made inside its page, those of the
page come from the server. Watchers, clients and the browser share the machine with the server.
";

/// The whole table, aligned, with its notes.
pub(crate) fn render(rows: &[Row]) -> String {
    let cells: Vec<[String; COLUMNS]> = rows
        .iter()
        .map(|row| {
            let verdict = match row.met {
                Some(true) => "met",
                Some(false) => "missed",
                None => "",
            };
            let ratio = row.ratio.map_or_else(String::new, |ratio| {
                format!("{ratio:.2} {}", if ratio < 1.0 { "ahead" } else { "behind" })
            });
            let Row { what, measured, bar, peer, .. } = row.clone();
            [what, measured, bar, peer, ratio, verdict.into()]
        })
        .collect();
    let width = |at: usize| {
        cells.iter().map(|cells| cells[at].chars().count()).max().unwrap_or(0).max(HEADINGS[at].len())
    };
    let widths: [usize; COLUMNS] = std::array::from_fn(width);
    let mut text = String::new();
    let mut line = |cells: &[String; COLUMNS]| {
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
            Row::new("echo", "0.04 ms", "≤ 0.1 ms", true).beside("Warpgate 0.31").ratio(0.129),
            Row::new("bulk", "0.5", "≥ 0.8", false),
            Row::info("join", "3 ms"),
        ];
        let text = render(&rows);
        let lines: Vec<_> = text.lines().take(5).collect();
        assert!(lines.iter().all(|line| line.chars().count() == lines[0].chars().count()), "{text}");
        assert!(lines[2].ends_with("| met    |"), "{text}");
        assert!(lines[3].ends_with("| missed |"), "{text}");
        assert!(lines[4].ends_with("|        |"), "{text}");
        assert!(lines[2].contains("| 0.13 ahead |"), "{text}");
        assert!(text.contains("is recorded"));
    }
}
