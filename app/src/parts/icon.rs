//! The icons: one path each, drawn in the colour of the text around them.

use leptos::prelude::*;

/// Which icon.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IconName {
    /// Downwards.
    ArrowDown,
    /// Upwards.
    ArrowUp,
    /// To where one was before.
    Back,
    /// To throw away in.
    Bin,
    /// A ribbon in a book.
    Bookmark,
    /// A tick.
    Check,
    /// A cross.
    Close,
    /// Columns of a table.
    Columns,
    /// Half dark, half light.
    Contrast,
    /// To the left.
    ArrowLeft,
    /// To the right.
    ArrowRight,
    /// A pin.
    Pin,
    /// To both sides.
    Wide,
    /// Rows under a heading.
    Rows,
    /// Points down.
    Down,
    /// Into a tray.
    Download,
    /// Six dots to drag by.
    Grip,
    /// Keys.
    Keyboard,
    /// Through a door.
    Leave,
    /// Two links of a chain.
    Link,
    /// A lock.
    Lock,
    /// The dark.
    Moon,
    /// Two bars.
    Pause,
    /// To write with.
    Pencil,
    /// Several people.
    People,
    /// Goes on.
    Play,
    /// One more.
    Plus,
    /// A magnifying glass.
    Search,
    /// A circle with a bar.
    Stop,
    /// The light.
    Sun,
    /// Points up.
    Up,
    /// Beware.
    Warning,
}

impl IconName {
    /// Its outline.
    pub(crate) const fn path(self) -> &'static str {
        match self {
            Self::ArrowDown => "M12 5v14m0 0 6-6m-6 6-6-6",
            Self::ArrowLeft => "M19 12H5m0 0 6-6m-6 6 6 6",
            Self::ArrowRight => "M5 12h14m0 0-6-6m6 6-6 6",
            Self::Pin => "M9 4h6l-1 7 3 3H7l3-3ZM12 14v6",
            Self::Wide => "M4 5v14M20 5v14M7 12h10m-10 0 3-3m-3 3 3 3m7-3-3-3m3 3-3 3",
            Self::Rows => "M4 6h16M8 12h12M8 18h12",
            Self::ArrowUp => "M12 19V5m0 0 6 6m-6-6-6 6",
            Self::Back => "m14 6-6 6 6 6",
            Self::Bin => "M5 7h14M10 7V4h4v3M7 7l1 13h8l1-13",
            Self::Lock => {
                "M7 11h10a1 1 0 0 1 1 1v7a1 1 0 0 1-1 1H7a1 1 0 0 1-1-1v-7a1 1 0 0 1 1-1Zm1.5 0V8a3.5 3.5 0 0 1 7 0v3"
            }
            Self::Pencil => {
                "M5 19l.8-3.6L15.6 5.6a1.7 1.7 0 0 1 2.4 0l.4.4a1.7 1.7 0 0 1 0 2.4L8.6 18.2 5 19Z"
            }
            Self::People => {
                "M9 11a3 3 0 1 0 0-6 3 3 0 0 0 0 6Zm-6 8c0-3 2.7-5 6-5s6 2 6 5M16 5.2a3 3 0 0 1 0 5.6M18 14.4c1.8.7 3 2.300 3 4.600"
            }
            Self::Bookmark => "M7 4h10a1 1 0 0 1 1 1v15l-6-4-6 4V5a1 1 0 0 1 1-1Z",
            Self::Check => "m5 12 5 5 9-10",
            Self::Close => "m6 6 12 12M18 6 6 18",
            Self::Columns => {
                "M5 4h14a2 2 0 0 1 2 2v12a2 2 0 0 1-2 2H5a2 2 0 0 1-2-2V6a2 2 0 0 1 2-2ZM9 4v16M15 4v16"
            }
            Self::Contrast => "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18Zm0 0v18M12 7h5.5M12 12h9M12 17h5.5",
            Self::Down => "m7 10 5 5 5-5",
            Self::Download => "M12 4v11m0 0 4-4m-4 4-4-4M5 20h14",
            Self::Grip => "M9 6h.01M15 6h.01M9 12h.01M15 12h.01M9 18h.01M15 18h.01",
            Self::Keyboard => {
                "M5 6h14a2 2 0 0 1 2 2v8a2 2 0 0 1-2 2H5a2 2 0 0 1-2-2V8a2 2 0 0 1 2-2ZM7 10h.01M11 10h.01M15 10h.01M8 14h8"
            }
            Self::Leave => "M14 4h4a2 2 0 0 1 2 2v12a2 2 0 0 1-2 2h-4M10 16l-4-4 4-4M6 12h9",
            Self::Link => {
                "M10 14a4.5 4.5 0 0 0 6.4 0l3-3A4.5 4.5 0 0 0 13 4.6l-1 1M14 10a4.5 4.5 0 0 0-6.4 0l-3 3a4.5 4.5 0 0 0 6.4 6.4l1-1"
            }
            Self::Moon => "M12 3a9 9 0 1 0 9 9 7 7 0 0 1-9-9Z",
            Self::Pause => "M9 5v14M15 5v14",
            Self::Plus => "M12 5v14M5 12h14",
            Self::Play => "m8 5 11 7-11 7Z",
            Self::Search => "M11 4a7 7 0 1 0 0 14 7 7 0 0 0 0-14ZM20 20l-4-4",
            Self::Stop => "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18ZM8 12h8",
            Self::Sun => {
                "M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8ZM12 2v2M12 20v2M2 12h2M20 12h2M5 5l1.4 1.4M17.6 17.6 19 19M19 5l-1.4 1.4M6.4 17.6 5 19"
            }
            Self::Up => "m7 14 5-5 5 5",
            Self::Warning => "M12 4 2.5 20h19ZM12 10v4M12 17h.01",
        }
    }
}

/// An icon; it says nothing to a screen reader.
#[component]
pub fn Icon(
    /// Which one.
    #[prop(into)]
    name: Signal<IconName>,
) -> impl IntoView {
    let outline = Signal::derive(move || name.get().path());
    view! {
        <svg
            class="glyph"
            viewBox="0 0 24 24"
            fill="none"
            stroke="currentColor"
            stroke-width="2"
            stroke-linecap="round"
            stroke-linejoin="round"
            aria-hidden="true"
        >
            <path d=outline></path>
        </svg>
    }
}
