//! Puts a screen's rows on the page: one element a row, one inside it for each run.
//!
//! Touches only what changed, so that text that somebody selected stays selected.

use leptos::prelude::{document, window};
use screen::Screen;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, Node};
use wire::live::Size;

use super::ink::Look;
use super::metrics::{Font, Letters};
use super::runs::{Run, runs};
use super::scaling::room;
use super::style::set;

/// Draws one screen into one element.
pub(crate) struct Painter {
    /// The box that the screen has to fit in.
    stage: HtmlElement,
    sheet: HtmlElement,
    /// What stays where the cursor is, in the screen's letters.
    caret: Option<HtmlElement>,
    font: Font,
    letters: Option<(Letters, Size)>,
    rows: Vec<Row>,
    cursor: Option<(usize, usize)>,
    /// Where the caret is, in pixels from the screen's corner.
    caret_at: (f64, f64),
    /// Every row is to be drawn, whatever changed.
    all: bool,
}

impl Painter {
    /// A painter of the empty element `sheet` within `stage`, where `caret` follows the cursor, if there
    /// is one.
    pub(crate) fn new(stage: HtmlElement, sheet: HtmlElement, caret: Option<HtmlElement>) -> Self {
        Self {
            font: Font::of(&sheet),
            stage,
            sheet,
            caret,
            letters: None,
            rows: Vec::new(),
            cursor: None,
            caret_at: (-1.0, -1.0),
            all: true,
        }
    }

    /// Draws what changed since the last call.
    pub(crate) fn paint(&mut self, screen: &mut Screen) {
        if !self.font.is_known() {
            self.font = Font::of(&self.sheet);
            (self.letters, self.all) = (None, true);
        }
        let size = screen.size();
        self.set_rows(usize::from(size.rows));
        self.fit(size);
        let last_column = usize::from(size.cols) - 1;
        let cursor = screen.cursor().position().map(|(column, row)| (column.min(last_column), row));
        let mut dirty = screen.take_dirty();
        if std::mem::take(&mut self.all) {
            dirty = (0..self.rows.len()).collect();
        }
        if cursor != self.cursor {
            dirty.extend(self.cursor.into_iter().chain(cursor).map(|(_, row)| row));
            self.cursor = cursor;
        }
        self.place_caret();
        for row in dirty {
            if let Some((row_on_page, line)) = self.rows.get_mut(row).zip(screen.line(row)) {
                let column = cursor.filter(|(_, at)| *at == row).map(|(column, _)| column);
                row_on_page.show(runs(line.cells(), column, &mut self.font));
            }
        }
    }

    /// Draws everything anew in a font that has become known only now.
    pub(crate) fn font_changed(&mut self, screen: Option<&mut Screen>) {
        self.font = Font::of(&self.sheet);
        self.letters = None;
        self.all = true;
        if let Some(screen) = screen {
            self.paint(screen);
        }
    }

    /// Draws every row the next time: another screen has taken the place of the last.
    pub(crate) fn start_over(&mut self) {
        self.all = true;
    }

    /// Sizes the letters so that a terminal of `size` fits the stage.
    pub(crate) fn fit(&mut self, size: Size) {
        let letters = self.font.shape().fit(room(&self.stage), size, window().device_pixel_ratio());
        if self.letters == Some((letters, size)) {
            return;
        }
        self.letters = Some((letters, size));
        let width = letters.font * self.font.shape().width * f64::from(size.cols);
        let height = letters.row * f64::from(size.rows);
        for element in [Some(&self.sheet), self.caret.as_ref()].into_iter().flatten() {
            set(element, "--live-font", &format!("{}px", letters.font));
            set(element, "--live-row", &format!("{}px", letters.row));
        }
        set(&self.sheet, "--live-width", &format!("{}px", width.ceil()));
        set(&self.sheet, "--live-height", &format!("{height}px"));
    }

    /// The terminal that fits the stage in letters of so many pixels.
    pub(crate) fn capacity(&self, font: f64) -> Size {
        self.font.shape().capacity(room(&self.stage), font)
    }

    /// Moves the caret to the cursor; a hidden cursor leaves it where it is.
    fn place_caret(&mut self) {
        let Some(((column, row), (letters, _))) = self.cursor.zip(self.letters) else { return };
        #[expect(clippy::cast_precision_loss, reason = "a screen has a few hundred cells a side")]
        let (column, row) = (column as f64, row as f64);
        let at = (column * letters.font * self.font.shape().width, row * letters.row);
        if self.caret_at != at {
            self.caret_at = at;
            if let Some(caret) = &self.caret {
                set(caret, "transform", &format!("translate({}px,{}px)", at.0, at.1));
            }
        }
    }

    fn set_rows(&mut self, count: usize) {
        self.rows.truncate(count);
        while self.rows.len() < count {
            let Some(row) = Row::append_to(&self.sheet) else { return };
            self.rows.push(row);
        }
    }
}

/// One row on the page. Dropping it takes it off.
struct Row {
    element: Element,
    /// A line feed after the row, so that the page's text has lines.
    feed: Node,
    /// Keeps an empty row one line of a selection.
    filler: Element,
    spans: Vec<HtmlElement>,
    runs: Vec<Run>,
}

impl Row {
    fn append_to(sheet: &HtmlElement) -> Option<Self> {
        let element = document().create_element("div").ok()?;
        element.set_class_name("scr-row");
        let filler = document().create_element("br").ok()?;
        element.append_child(&filler).ok()?;
        let feed: Node = document().create_text_node("\n").into();
        sheet.append_child(&element).ok()?;
        sheet.append_child(&feed).ok()?;
        Some(Self { element, feed, filler, spans: Vec::new(), runs: Vec::new() })
    }

    fn show(&mut self, new: Vec<Run>) {
        if new == self.runs {
            return;
        }
        for span in self.spans.drain(new.len().min(self.spans.len())..) {
            span.remove();
        }
        self.runs.truncate(new.len());
        for (index, run) in new.iter().enumerate() {
            let old = self.runs.get(index);
            if old == Some(run) {
                continue;
            }
            if index == self.spans.len() {
                let Some(span) = span() else { return };
                if self.element.append_child(&span).is_err() {
                    return;
                }
                self.spans.push(span);
            }
            dress(&self.spans[index], old, run);
        }
        if new.is_empty() {
            let _ = self.element.append_child(&self.filler);
        } else {
            self.filler.remove();
        }
        self.runs = new;
    }
}

impl Drop for Row {
    fn drop(&mut self) {
        self.element.remove();
        if let Some(parent) = self.feed.parent_node() {
            let _ = parent.remove_child(&self.feed);
        }
    }
}

fn span() -> Option<HtmlElement> {
    let span = document().create_element("span").ok()?;
    span.append_child(&document().create_text_node("")).ok()?;
    span.dyn_into().ok()
}

/// Makes a span that shows `old` show `run`.
fn dress(span: &HtmlElement, old: Option<&Run>, run: &Run) {
    let was = old.map_or(Look::PLAIN, |old| old.look);
    if was != run.look {
        span.set_class_name(&run.look.classes());
        if was.ink.css() != run.look.ink.css() {
            set_or_remove(span, "color", run.look.ink.css());
        }
        if was.ground.css() != run.look.ground.css() {
            set_or_remove(span, "background-color", run.look.ground.css());
        }
    }
    if old.map_or(0, |old| old.spacing) != run.spacing {
        let spacing = (run.spacing != 0).then(|| format!("{}em", f64::from(run.spacing) / 1000.0));
        set_or_remove(span, "letter-spacing", spacing);
    }
    if old.map(|old| &old.text) != Some(&run.text)
        && let Some(text) = span.first_child()
    {
        text.set_node_value(Some(&run.text));
    }
}

fn set_or_remove(element: &HtmlElement, property: &str, value: Option<String>) {
    match value {
        Some(value) => set(element, property, &value),
        None => {
            let _ = element.style().remove_property(property);
        }
    }
}
