//! Small components that several pages use.

mod avatar;
mod brand;
mod icon;
mod notice;
pub(crate) mod reorder;
pub mod terminate;
pub mod toast;
mod type_badge;
mod when;

pub use avatar::Avatar;
pub use brand::Brand;
pub use icon::{Icon, IconName};
pub use notice::Notice;
pub use type_badge::TypeBadge;
pub(crate) use type_badge::type_class;
pub use when::When;
