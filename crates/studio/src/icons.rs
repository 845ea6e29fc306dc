//! Icons: lines on a grid of 24, in the colour of the text around them.

use leptos::prelude::*;

/// An icon by what it means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Icon {
    Home,
    Inbox,
    Person,
    Out,
    Menu,
    Close,
    Back,
    Sun,
    Moon,
    Screen,
    Check,
    Alert,
    Note,
    Points,
    Wallet,
    Tiers,
    Partners,
    Leaf,
    Brush,
    Add,
    Open,
    Up,
    Down,
    Copy,
    Remove,
    Undo,
    Redo,
    Send,
    Chart,
    Table,
    People,
    Search,
    Download,
    Plug,
    Transfer,
    Speech,
    Share,
}

impl Icon {
    const fn path(self) -> &'static str {
        match self {
            Self::Home => "M3 11 12 4l9 7M5 10v10h5v-6h4v6h5V10",
            Self::Inbox => "M3 13h5l1.5 3h5L16 13h5M3 13l3-8h12l3 8v6H3z",
            Self::Person => "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8M4 20c1-4 4.5-6 8-6s7 2 8 6",
            Self::Out => "M14 4h5v16h-5M10 8l-4 4 4 4M6 12h9",
            Self::Send => "M4 12 20 4l-5 16-3.5-6.5z M11.5 13.5 20 4",
            Self::Menu => "M4 7h16M4 12h16M4 17h16",
            Self::Close => "m6 6 12 12M18 6 6 18",
            Self::Back => "M15 5l-7 7 7 7",
            Self::Sun => {
                "M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8M12 2v2M12 20v2M2 12h2M20 12h2M5 5l1.4 1.4M17.6 17.6 19 19M5 19l1.4-1.4M17.6 6.4 19 5"
            }
            Self::Moon => "M20 14.5A8 8 0 0 1 9.5 4 8 8 0 1 0 20 14.5",
            Self::Screen => "M3 5h18v11H3zM9 20h6M12 16v4",
            Self::Check => "m5 12.5 4.5 4.5L19 7.5",
            Self::Alert => "M12 4 2.5 20h19zM12 10v4M12 17v.5",
            Self::Note => "M5 4h14v11l-5 5H5zM14 20v-5h5",
            Self::Points => {
                "m12 3 2.6 5.6 6.1.7-4.5 4.2 1.2 6L12 16.5l-5.4 3 1.2-6L3.3 9.3l6.1-.7z"
            }
            Self::Wallet => "M3 7h15a3 3 0 0 1 3 3v8H3zM3 7V6a2 2 0 0 1 2-2h11v3M16.5 13.5h.5",
            Self::Tiers => "M4 20v-5h5v5M9.5 20V10h5v10M15 20V4h5v16M3 20h18",
            Self::Partners => {
                "M8 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7M16 11a3.5 3.5 0 1 0 0-7M2 20c.5-4 3-6 6-6s5.5 2 6 6M16 14c3 0 5.5 2 6 6"
            }
            Self::Brush => "M14 4l6 6-8 8H6v-6zM4 21h16M11 7l6 6",
            Self::Add => "M12 5v14M5 12h14",
            Self::Open => "m6 9 6 6 6-6",
            Self::Up => "M12 19V5M6 11l6-6 6 6",
            Self::Down => "M12 5v14M6 13l6 6 6-6",
            Self::Copy => "M9 9h11v11H9zM5 15H4V4h11v1",
            Self::Remove => "M4 7h16M9 7V4h6v3M6 7l1 13h10l1-13M10 11v5M14 11v5",
            Self::Undo => "M4 9h10a5 5 0 0 1 0 10h-3M8 5 4 9l4 4",
            Self::Redo => "M20 9H10a5 5 0 0 0 0 10h3M16 5l4 4-4 4",
            Self::People => {
                "M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7M3 20c.5-4 3-6 6-6s5.5 2 6 6M17 8v6M14 11h6"
            }
            Self::Search => "M10.5 17a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13M15.5 15.5 20 20",
            Self::Download => "M12 4v11M7 10.5l5 5 5-5M4 20h16",
            Self::Plug => "M9 3v5M15 3v5M6 8h12v3a6 6 0 0 1-12 0zM12 17v4",
            Self::Transfer => "M8 20V5M4 9l4-4 4 4M16 4v15M12 15l4 4 4-4",
            Self::Speech => "M4 5h16v11H11l-5 4v-4H4zM8 9h8M8 12h5",
            Self::Share => {
                "M7 14a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5M17 8a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5M17 21a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5M9.3 10.4l5.4-3.6M9.3 12.8l5.4 4"
            }
            Self::Leaf => "M5 19C4 10 9 4 20 4c1 11-5 16-13 14M5 19c2-5 5-8 9-10",
            Self::Chart => "M4 4v16h16M8 15l4-5 3 3 5-7",
            Self::Table => "M4 5h16v14H4zM4 10h16M4 14.5h16M10 10v9",
        }
    }
}

/// Draws one. It is an ornament: what it means stands in words beside it, or in the name of its button.
pub(crate) fn icon(icon: Icon) -> impl IntoView {
    // Pointing icons are mirrored where lines run from right to left.
    let class = if matches!(icon, Icon::Back | Icon::Out) {
        "icon points"
    } else {
        "icon"
    };
    view! {
        <svg class=class viewBox="0 0 24 24" aria-hidden="true" focusable="false">
            <path d=icon.path()></path>
        </svg>
    }
}
