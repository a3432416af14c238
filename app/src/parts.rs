//! Small components that several pages use.

mod avatar;
mod brand;
mod icon;
mod languages;
mod notice;
pub(crate) mod reorder;
pub mod terminate;
mod text_field;
pub mod toast;
mod type_badge;
mod view_menu;
mod when;

pub use avatar::Avatar;
pub use brand::Brand;
pub use icon::{Icon, IconName};
pub(crate) use languages::Languages;
pub use notice::Notice;
pub(crate) use text_field::TextField;
pub use type_badge::TypeBadge;
pub(crate) use type_badge::type_class;
pub(crate) use view_menu::ViewMenu;
pub use when::When;
