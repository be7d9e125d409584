//! Ways to look: the table of views, one camera for all, the drawing of the pictures and of the plates over them.
//!
//! ```text
//! State + Looking ──layout──► [PaneSpec] ──► canvas (GPU, in the window)  or its twin (CPU, in a shot)
//!                        └──► [Plate]   ──► egui's painter (window)      or egui + raster (shot)
//! ```

mod camera;
pub mod canvas;
mod canvas_twin;
pub mod crops;
pub mod figures;
mod layout;
pub mod legend;
pub mod line;
mod looking;
pub mod marks;
pub mod overlay;
pub mod plate;
pub mod probe;
pub mod ramp;
pub mod raster;
mod shot;
pub mod style;
pub mod text;
mod view;

pub use camera::{Camera, Picture, Placed, PxRect, SCALES, Zoom};
pub use layout::{Content, PaneSpec, layout, turn, watched};
pub use looking::{Flicker, Looking, Side, picture};
pub use overlay::{Limit, Over, Overlaid};
pub use shot::Shot;
pub use view::{MAP, Shows, VIEWS, View, view_by_id};
