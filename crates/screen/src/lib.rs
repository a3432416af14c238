//! The one terminal screen that the server keeps and the browser draws.
//!
//! Bytes become text in [`Decoder`], text becomes cells in [`Screen`]. Keeps no scrollback, answers
//! no queries and never does I/O.

mod aside;
mod decoder;
mod flood;
mod listener;
mod screen;

pub use aside::Aside;
pub use avt::{Cell, Color, Cursor, Line, Pen, Rgb};
pub use decoder::Decoder;
pub use flood::{Cut, Footing, harmless_len, pens};
pub use screen::Screen;
