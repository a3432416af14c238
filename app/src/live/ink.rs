//! Colours and attributes of a cell, as the page draws them.
//!
//! The sixteen base colours are classes, so that the style sheet decides how they look; all others
//! are fixed by their number and are written out.

use screen::{Color, Pen};

/// One colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ink {
    /// The terminal's colour for text.
    Text,
    /// The terminal's colour for the ground.
    Ground,
    /// One of the sixteen base colours.
    Base(u8),
    /// Any other.
    Rgb(u8, u8, u8),
}

impl From<Color> for Ink {
    fn from(color: Color) -> Self {
        match color {
            Color::Indexed(index @ 0..16) => Self::Base(index),
            Color::Indexed(index @ 16..232) => {
                let level = |step: u8| if step == 0 { 0 } else { 55 + 40 * step };
                let index = index - 16;
                Self::Rgb(level(index / 36), level(index / 6 % 6), level(index % 6))
            }
            Color::Indexed(index) => {
                let level = 8 + 10 * (index - 232);
                Self::Rgb(level, level, level)
            }
            Color::RGB(rgb) => Self::Rgb(rgb.r, rgb.g, rgb.b),
        }
    }
}

impl Ink {
    /// What CSS calls it, for those that no class has.
    pub(crate) fn css(self) -> Option<String> {
        match self {
            Self::Rgb(r, g, b) => Some(format!("#{r:02x}{g:02x}{b:02x}")),
            _ => None,
        }
    }
}

/// How a run of cells looks. Blinking is not: nothing on the page flashes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Look {
    pub(crate) ink: Ink,
    pub(crate) ground: Ink,
    pub(crate) bold: bool,
    pub(crate) faint: bool,
    pub(crate) italic: bool,
    pub(crate) underline: bool,
    pub(crate) strike: bool,
    pub(crate) cursor: bool,
}

impl Look {
    /// Text as it is before a program says anything.
    pub(crate) const PLAIN: Self = Self {
        ink: Ink::Text,
        ground: Ink::Ground,
        bold: false,
        faint: false,
        italic: false,
        underline: false,
        strike: false,
        cursor: false,
    };

    /// The look of a cell written with `pen`, inverse video resolved.
    pub(crate) fn of(pen: &Pen) -> Self {
        let look = Self {
            ink: pen.foreground().map_or(Ink::Text, Ink::from),
            ground: pen.background().map_or(Ink::Ground, Ink::from),
            bold: pen.is_bold(),
            faint: pen.is_faint(),
            italic: pen.is_italic(),
            underline: pen.is_underline(),
            strike: pen.is_strikethrough(),
            cursor: false,
        };
        if pen.is_inverse() { look.swapped() } else { look }
    }

    /// The look of the same cell under the cursor's block: its colours change places.
    pub(crate) fn under_cursor(self) -> Self {
        Self { cursor: true, ..self.swapped() }
    }

    /// Whether a blank of this look shows nothing at all.
    pub(crate) fn blank_is_nothing(self) -> bool {
        self.ground == Ink::Ground && !self.underline && !self.strike && !self.cursor
    }

    /// The classes, separated by blanks; the style sheet `live.css` has one rule for each.
    pub(crate) fn classes(self) -> String {
        let mut classes = Vec::new();
        match self.ink {
            Ink::Ground => classes.push("fg-ground".into()),
            Ink::Base(index) => classes.push(format!("fg-{index}")),
            Ink::Text | Ink::Rgb(..) => {}
        }
        match self.ground {
            Ink::Text => classes.push("bg-text".into()),
            Ink::Base(index) => classes.push(format!("bg-{index}")),
            Ink::Ground | Ink::Rgb(..) => {}
        }
        let attributes = [
            (self.bold, "scr-bold"),
            (self.faint, "scr-faint"),
            (self.italic, "scr-italic"),
            (self.underline, "scr-under"),
            (self.strike, "scr-strike"),
            (self.cursor, "scr-cursor"),
        ];
        classes.extend(attributes.into_iter().filter(|(set, _)| *set).map(|(_, class)| class.to_owned()));
        classes.join(" ")
    }

    fn swapped(self) -> Self {
        Self { ink: self.ground, ground: self.ink, ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn indexed_colours_are_those_of_xterm() {
        assert_eq!(Ink::from(Color::Indexed(9)), Ink::Base(9));
        assert_eq!(Ink::from(Color::Indexed(16)), Ink::Rgb(0, 0, 0));
        assert_eq!(Ink::from(Color::Indexed(67)), Ink::Rgb(95, 135, 175));
        assert_eq!(Ink::from(Color::Indexed(231)), Ink::Rgb(255, 255, 255));
        assert_eq!(Ink::from(Color::Indexed(232)), Ink::Rgb(8, 8, 8));
        assert_eq!(Ink::from(Color::Indexed(255)), Ink::Rgb(238, 238, 238));
        assert_eq!(Ink::from(Color::rgb(1, 2, 250)).css().as_deref(), Some("#0102fa"));
    }

    #[test]
    fn the_cursor_is_seen_on_inverse_text() {
        let mut pen = Pen::default();
        pen.set_inverse();
        let inverse = Look::of(&pen);
        assert_eq!((inverse.ink, inverse.ground), (Ink::Ground, Ink::Text));
        let under = inverse.under_cursor();
        assert_eq!((under.ink, under.ground), (Ink::Text, Ink::Ground));
        assert!(!under.blank_is_nothing());
    }
}
