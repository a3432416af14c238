//! Plain aligned columns for a terminal.

/// Rows below their titles, two spaces between columns, nothing behind the last one.
pub(super) fn table<const N: usize>(titles: [&str; N], rows: &[[String; N]]) -> String {
    let titles = titles.map(String::from);
    let rows: Vec<[String; N]> = std::iter::once(titles)
        .chain(rows.iter().cloned())
        .map(|row| row.map(|cell| visible(&cell)))
        .collect();
    let mut widths = [0; N];
    for row in &rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let lines: Vec<String> = rows
        .iter()
        .map(|row| {
            let cells = row.iter().zip(widths).map(|(cell, width)| format!("{cell:width$}"));
            cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
        })
        .collect();
    lines.join("\n")
}

/// Text from outside is shown, never obeyed by the terminal.
fn visible(text: &str) -> String {
    if text.is_empty() {
        return "-".into();
    }
    text.chars().map(|c| if crate::names::is_hidden(c) { '\u{FFFD}' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_aligned_and_plain() {
        let rows = [["alice".into(), String::new()], ["b\u{1b}[31m".into(), "x".into()]];
        assert_eq!(table(["NAME", "GROUP"], &rows), "NAME    GROUP\nalice   -\nb\u{FFFD}[31m  x");
    }
}
