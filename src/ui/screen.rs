//! The pictures on the graphics device: uploaded once a (track, serial), drawn by the canvas within egui's own pass.

use std::sync::Arc;

use eframe::egui_wgpu::{Callback, CallbackResources, CallbackTrait, RenderState};
use egui::{PaintCallbackInfo, Rect, Ui, pos2};

use crate::color::{ColorError, PlaneConverter};
use crate::engine::{Coverage, Shown, State, TrackId};
use crate::frame::Frame;
use crate::views::canvas::{self, Canvas, Drawing, Filter, SURROUND, Sources, Spec};
use crate::views::{Looking, PaneSpec, Placed, PxRect};

use super::desk::Desk;
use super::overs::Overs;
use super::text;
use super::textures::{BUDGET, Cache};

/// Pictures and the means to draw them; without a graphics device it draws nothing.
pub struct Screen {
    gpu: Option<Graphics>,
    cache: Cache<wgpu::Texture>,
    /// Pictures of a tournament's rows, by place.
    rows: Cache<wgpu::Texture>,
    /// Colours over candidates.
    overs: Overs,
    /// The last upload that failed, to say it once.
    fault: Option<String>,
    told_crowded: bool,
}

struct Graphics {
    device: wgpu::Device,
    queue: wgpu::Queue,
    converter: PlaneConverter,
    canvas: Arc<Canvas>,
    /// One grey texel: a side that has no picture yet.
    blank: wgpu::Texture,
}

impl Screen {
    pub fn new(render: Option<&RenderState>) -> Self {
        let gpu = render.map(Graphics::new);
        Self {
            gpu,
            cache: Cache::new(BUDGET),
            rows: Cache::new(BUDGET / 2),
            overs: Overs::default(),
            fault: None,
            told_crowded: false,
        }
    }

    pub fn uploads(&self) -> u64 {
        self.cache.uploads()
    }

    /// Draws the panes, after bringing the pictures on screen up to date.
    pub fn draw(&mut self, ui: &mut Ui, state: &State, looking: &Looking, panes: &[PaneSpec]) {
        let Some(gpu) = &self.gpu else { return };
        let visible: Vec<TrackId> =
            panes.iter().flat_map(|p| [Some(p.content.sides().0), p.content.sides().1]).flatten().collect();
        for id in &visible {
            if let Some(shown) = state.track(*id).and_then(|t| state.on_screen(t))
                && let Err(why) = self.cache.refresh(*id, shown, &visible, |f| gpu.upload(f))
            {
                self.fault = Some(why.to_string());
            }
        }
        if let Err(why) = self.overs.refresh((&gpu.device, &gpu.queue), state, looking, panes) {
            self.fault = Some(why.to_string());
        }
        let texture = |id: TrackId| self.cache.get(id).unwrap_or(&gpu.blank);
        let ppp = ui.ctx().pixels_per_point();
        for pane in panes {
            let (left, right) = pane.content.sides();
            let spec = pane.drawing(state, looking);
            let over = [self.overs.get(left), right.and_then(|id| self.overs.get(id))];
            let sources = Sources { a: texture(left), b: right.map(texture), over };
            let drawing = gpu.canvas.prepare(&gpu.device, &spec, &sources);
            let paint = Paint { canvas: gpu.canvas.clone(), drawing };
            ui.painter().add(Callback::new_paint_callback(to_points(pane.rect, ppp), paint));
        }
    }

    /// Draws one picture of the tournament's grid, after loading it if need be.
    pub fn draw_cell(&mut self, ui: &mut Ui, cell: &Cell<'_>, visible: &[TrackId], smooth: bool) {
        let Some(gpu) = &self.gpu else { return };
        let frame = cell.frame.clone();
        let shown = Shown { frame, number: 0, own_number: 0, serial: cell.serial, coverage: Coverage::Whole };
        if let Err(why) = self.rows.refresh(cell.id, &shown, visible, |f| gpu.upload(f)) {
            self.fault = Some(why.to_string());
        }
        let Some(texture) = self.rows.get(cell.id) else { return };
        let (pane, placed) = (cell.pane, cell.placed);
        let viewport = canvas::Rect::new(pane.x as f32, pane.y as f32, pane.w as f32, pane.h as f32);
        let (x, y) = (placed.x - f64::from(pane.x), placed.y - f64::from(pane.y));
        let picture = canvas::Rect::new(x as f32, y as f32, placed.w as f32, placed.h as f32);
        let spec = Spec {
            rotation: [cell.rotation; 2],
            filter: if smooth { Filter::Smooth } else { Filter::Auto },
            ..Spec::new(viewport, picture)
        };
        let drawing = gpu.canvas.prepare(&gpu.device, &spec, &Sources::new(texture, None));
        let paint = Paint { canvas: gpu.canvas.clone(), drawing };
        ui.painter().add(Callback::new_paint_callback(to_points(pane, ui.ctx().pixels_per_point()), paint));
    }

    /// Forgets pictures of rows that are gone.
    pub fn keep_rows(&mut self, rows: usize) {
        self.rows.keep(|id| (id.0 as usize) < rows);
    }

    /// Pictures of rows sent to the graphics device so far.
    pub fn row_uploads(&self) -> u64 {
        self.rows.uploads()
    }

    /// After the visible ones: while paused one more picture a pass, so that switching will need nothing; forgets tracks
    /// that are gone; says once what went wrong.
    pub fn follow(&mut self, ctx: &egui::Context, state: &State, desk: &mut Desk) {
        self.cache.retain(state);
        if let Some(gpu) = &self.gpu
            && !state.clock.playing
        {
            match self.cache.ahead(state, |f| gpu.upload(f)) {
                Ok(true) => ctx.request_repaint(),
                Ok(false) => {}
                Err(why) => self.fault = Some(why.to_string()),
            }
        }
        if let Some(fault) = self.fault.take()
            && !desk.toasts.iter().any(|t| t.sentence == fault)
        {
            desk.fault(fault);
        }
        if self.cache.crowded && !std::mem::replace(&mut self.told_crowded, true) {
            desk.fault(text::memory_full(self.cache.bytes() >> 20));
        }
    }
}

/// A picture of the tournament's grid and where it goes.
pub struct Cell<'a> {
    /// The row's place.
    pub id: TrackId,
    pub frame: &'a Arc<Frame>,
    /// Changes when the picture does.
    pub serial: u64,
    pub pane: PxRect,
    pub placed: Placed,
    pub rotation: u16,
}

fn to_points(r: PxRect, ppp: f32) -> Rect {
    Rect::from_min_max(
        pos2(r.x as f32 / ppp, r.y as f32 / ppp),
        pos2((r.x + r.w as i32) as f32 / ppp, (r.y + r.h as i32) as f32 / ppp),
    )
}

impl Graphics {
    fn new(render: &RenderState) -> Self {
        let (device, queue) = (render.device.clone(), render.queue.clone());
        let converter = PlaneConverter::new(&device);
        let canvas = Arc::new(Canvas::new(&device, render.target_format));
        let usage = wgpu::TextureUsages::TEXTURE_BINDING | wgpu::TextureUsages::COPY_DST;
        let blank = crate::gpu::new_texture(&device, "blank", (1, 1), wgpu::TextureFormat::Rgba8Unorm, usage);
        crate::gpu::upload(&queue, &blank, &[SURROUND, SURROUND, SURROUND, 255], 4);
        Self { device, queue, converter, canvas, blank }
    }

    fn upload(&self, frame: &Frame) -> Result<wgpu::Texture, ColorError> {
        self.converter.convert(&self.device, &self.queue, frame)
    }
}

/// One pane within egui's pass.
struct Paint {
    canvas: Arc<Canvas>,
    drawing: Drawing,
}

impl CallbackTrait for Paint {
    fn paint(&self, _: PaintCallbackInfo, pass: &mut wgpu::RenderPass<'static>, _: &CallbackResources) {
        self.canvas.paint(pass, &self.drawing);
    }
}
