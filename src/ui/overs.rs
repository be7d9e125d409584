//! The colours over candidates on the graphics device: painted from their maps when the map, its overlay or the limits
//! change. Strength is the canvas' matter.

use std::collections::BTreeMap;

use crate::engine::{State, TrackId};
use crate::gpu::{GpuError, new_texture, upload};
use crate::views::overlay::{self, Over};
use crate::views::{Looking, PaneSpec, ramp};

/// Textures of the overlay, by track.
#[derive(Default)]
pub struct Overs(BTreeMap<TrackId, Entry>);

struct Entry {
    /// Overlay, the picture's serial, and where the scale ends (its bits).
    key: (&'static str, u64, u32),
    texture: wgpu::Texture,
}

impl Overs {
    pub fn get(&self, id: TrackId) -> Option<&wgpu::Texture> {
        self.0.get(&id).map(|entry| &entry.texture)
    }

    /// Brings the colours over the panes up to date; what is not on show, or not of the frame on show, goes.
    ///
    /// # Errors
    /// [`GpuError::TooLarge`] for a map beyond the device's largest texture.
    pub fn refresh(
        &mut self,
        (device, queue): (&wgpu::Device, &wgpu::Queue),
        state: &State,
        looking: &Looking,
        panes: &[PaneSpec],
    ) -> Result<(), GpuError> {
        let mut old = std::mem::take(&mut self.0);
        let Some(about) = looking.overlay() else { return Ok(()) };
        let to = overlay::limit(state, looking, panes);
        for id in overlay::overlaid(state, looking, panes) {
            let Over::Found(found) = overlay::over(state, looking, id) else { continue };
            let serial = state.track(id).and_then(|t| t.shown.as_ref()).map_or(0, |shown| shown.serial);
            let key = (about.id, serial, to.to_bits());
            let kept = old.remove(&id).filter(|entry| entry.key == key);
            let entry = match kept {
                Some(entry) => entry,
                None => Entry { key, texture: texture(device, queue, &ramp::paint(&found.map, about.scale, to))? },
            };
            self.0.insert(id, entry);
        }
        Ok(())
    }
}

fn texture(device: &wgpu::Device, queue: &wgpu::Queue, colors: &image::RgbaImage) -> Result<wgpu::Texture, GpuError> {
    let (width, height) = colors.dimensions();
    let limit = device.limits().max_texture_dimension_2d;
    if width.max(height) > limit {
        return Err(GpuError::TooLarge { width, height, limit });
    }
    let usage = wgpu::TextureUsages::TEXTURE_BINDING | wgpu::TextureUsages::COPY_DST;
    let texture = new_texture(device, "overlay", (width, height), wgpu::TextureFormat::Rgba8Unorm, usage);
    upload(queue, &texture, colors, width * 4);
    Ok(texture)
}
