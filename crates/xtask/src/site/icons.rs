//! The icons of the installed app: the mark of `style/favicon.svg` on a tile, drawn in each size that a
//! manifest or a home screen asks for.

use anyhow::{Context, Result, ensure};
use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::{Options, Tree};

/// The colour of the mark in `style/favicon.svg`; on the tile it is the tile's, and the mark is white.
const MARK: &str = "#0b7f80";

/// What a system does to an icon.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    /// Nothing: the tile has its own round corners.
    Any,
    /// Cuts its own shape out of it: the tile fills the square, and the mark stays well inside.
    Maskable,
}

/// One icon, square.
pub(crate) struct Icon {
    /// What systems do to it.
    pub(crate) shape: Shape,
    /// Its side, in pixels.
    pub(crate) side: u32,
    /// It, as PNG.
    pub(crate) png: Vec<u8>,
}

impl Icon {
    /// Its file's name, before the hash.
    pub(crate) fn name(&self) -> String {
        match self.shape {
            Shape::Any => format!("icon-{}.png", self.side),
            Shape::Maskable => format!("icon-maskable-{}.png", self.side),
        }
    }
}

/// The icons that the manifest names.
const OF_THE_MANIFEST: [(Shape, u32); 4] =
    [(Shape::Any, 192), (Shape::Any, 512), (Shape::Maskable, 192), (Shape::Maskable, 512)];
/// The icon of home screens that read no manifest: they round its corners themselves.
const OF_HOME_SCREENS: (Shape, u32) = (Shape::Maskable, 180);

/// Draws the icons of the manifest from the mark.
pub(crate) fn of_the_manifest(mark: &str) -> Result<Vec<Icon>> {
    OF_THE_MANIFEST.into_iter().map(|(shape, side)| draw(mark, shape, side)).collect()
}

/// Draws the icon of home screens that read no manifest.
pub(crate) fn of_home_screens(mark: &str) -> Result<Icon> {
    let (shape, side) = OF_HOME_SCREENS;
    draw(mark, shape, side)
}

fn draw(mark: &str, shape: Shape, side: u32) -> Result<Icon> {
    let tree = Tree::from_str(&tile(mark, shape)?, &Options::default()).context("style/favicon.svg")?;
    let mut picture = Pixmap::new(side, side).context("an icon without a size")?;
    #[expect(clippy::cast_precision_loss, reason = "an icon's side is a small number")]
    let scale = side as f32 / tree.size().width();
    resvg::render(&tree, Transform::from_scale(scale, scale), &mut picture.as_mut());
    Ok(Icon { shape, side, png: picture.encode_png().context("an icon as PNG")? })
}

/// The mark on its tile, 100 by 100. A maskable icon may lose all that is further than 40 from its middle.
fn tile(mark: &str, shape: Shape) -> Result<String> {
    ensure!(mark.contains(MARK), "style/favicon.svg: the mark is not drawn in {MARK}");
    let (corner, inset) = match shape {
        Shape::Any => (22, 15),
        Shape::Maskable => (0, 22),
    };
    let whole = 100 - 2 * inset;
    let inner = mark.trim().replace(MARK, "#fff");
    let inner = inner.strip_prefix("<svg ").context("style/favicon.svg does not begin with `<svg `")?;
    Ok(format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"100\" height=\"100\" viewBox=\"0 0 100 100\">\
         <rect width=\"100\" height=\"100\" rx=\"{corner}\" fill=\"{MARK}\"/>\
         <svg x=\"{inset}\" y=\"{inset}\" width=\"{whole}\" height=\"{whole}\" {inner}</svg>"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    const MARK_SVG: &str = include_str!("../../../../style/favicon.svg");

    fn pixel(icon: &Icon, x: u32, y: u32) -> (u8, u8, u8, u8) {
        let picture = Pixmap::decode_png(&icon.png).expect("a PNG");
        assert_eq!((picture.width(), picture.height()), (icon.side, icon.side));
        let colour = picture.pixel(x, y).expect("inside").demultiply();
        (colour.red(), colour.green(), colour.blue(), colour.alpha())
    }

    #[test]
    fn an_icon_is_a_white_mark_on_a_tile_with_round_corners() -> Result<()> {
        let icon = draw(MARK_SVG, Shape::Any, 192)?;
        assert_eq!(icon.name(), "icon-192.png");
        assert_eq!(pixel(&icon, 0, 0).3, 0, "the corner is cut off");
        assert_eq!(pixel(&icon, 96, 3), (0x0b, 0x7f, 0x80, 255));
        assert_eq!(pixel(&icon, 96, 96), (255, 255, 255, 255), "the dot in the middle");
        Ok(())
    }

    #[test]
    fn a_maskable_icon_fills_its_square_and_keeps_the_mark_in_the_safe_circle() -> Result<()> {
        let icon = draw(MARK_SVG, Shape::Maskable, 512)?;
        let picture = Pixmap::decode_png(&icon.png)?;
        for (place, colour) in picture.pixels().iter().enumerate() {
            assert_eq!(colour.alpha(), 255);
            let (x, y) = ((place % 512) as f32 - 255.5, (place / 512) as f32 - 255.5);
            let outside = x.hypot(y) > 0.4 * 512.0;
            assert!(!outside || (colour.red(), colour.green()) == (0x0b, 0x7f), "at {x} {y}");
        }
        Ok(())
    }

    #[test]
    fn another_drawing_is_refused() {
        assert!(tile("<svg fill=\"red\"/>", Shape::Any).is_err());
        assert!(tile(&format!("<!-- --><svg fill=\"{MARK}\"/>"), Shape::Any).is_err());
    }
}
