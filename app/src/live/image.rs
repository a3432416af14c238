//! Images that the browser decodes, off its main thread, to the last bit: without the display's colours, which would
//! change them.

use js_sys::{Array, Object, Promise, Reflect, Uint8Array};
use leptos::prelude::window;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    Blob, BlobPropertyBag, CanvasRenderingContext2d, ColorSpaceConversion, ImageBitmap, ImageBitmapOptions,
    PremultiplyAlpha,
};

const PNG: &str = "image/png";

#[wasm_bindgen]
extern "C" {
    /// A decoder of one image (W3C WebCodecs, section 10). Not in every browser, and nowhere over plain HTTP.
    type ImageDecoder;

    #[wasm_bindgen(constructor, catch)]
    fn new(init: &Object) -> Result<ImageDecoder, JsValue>;

    #[wasm_bindgen(method)]
    fn decode(this: &ImageDecoder) -> Promise;

    #[wasm_bindgen(method)]
    fn close(this: &ImageDecoder);

    /// What was decoded: an `ImageBitmap` or a `VideoFrame`, which have this in common.
    #[derive(Debug)]
    type Decoded;

    #[wasm_bindgen(method)]
    fn close(this: &Decoded);
}

/// A decoded image. Gives its memory back at once when it is dropped.
#[derive(Debug)]
pub(super) struct Image(Decoded);

impl Image {
    /// Draws it there.
    pub(super) fn draw(&self, pen: &CanvasRenderingContext2d, x: f64, y: f64) {
        // A canvas draws the one as the other. Refused only for what is closed; this is open.
        let _always = pen.draw_image_with_image_bitmap(self.0.unchecked_ref::<ImageBitmap>(), x, y);
    }
}

impl Drop for Image {
    fn drop(&mut self) {
        self.0.close();
    }
}

/// Decodes a PNG; fails for what is none.
pub(super) async fn decode(png: &[u8]) -> Result<Image, JsValue> {
    let bytes = Uint8Array::from(png);
    let decoded = if Reflect::has(&window(), &"ImageDecoder".into())? {
        at_once(bytes).await?
    } else {
        through_blob(&bytes).await?
    };
    Ok(Image(decoded.unchecked_into()))
}

/// Two thirds of the time of the other way.
async fn at_once(bytes: Uint8Array) -> Result<JsValue, JsValue> {
    let init = Object::new();
    for (name, value) in
        [("data", JsValue::from(bytes)), ("type", PNG.into()), ("colorSpaceConversion", "none".into())]
    {
        Reflect::set(&init, &name.into(), &value)?;
    }
    let decoder = ImageDecoder::new(&init)?;
    let decoded = JsFuture::from(decoder.decode()).await;
    decoder.close();
    Reflect::get(&decoded?, &"image".into())
}

async fn through_blob(bytes: &Uint8Array) -> Result<JsValue, JsValue> {
    let kind = BlobPropertyBag::new();
    kind.set_type(PNG);
    let blob = Blob::new_with_u8_array_sequence_and_options(&Array::of1(bytes), &kind)?;
    let options = ImageBitmapOptions::new();
    options.set_color_space_conversion(ColorSpaceConversion::None);
    options.set_premultiply_alpha(PremultiplyAlpha::None);
    JsFuture::from(window().create_image_bitmap_with_blob_and_image_bitmap_options(&blob, &options)?).await
}
