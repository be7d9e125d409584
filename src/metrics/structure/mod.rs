//! The SSIM family, on luma: SSIM and MS-SSIM as libvmaf gives them, SSIM as FFmpeg's filter gives it, and maps of
//! where each is lost.
//!
//! SSIM and MS-SSIM stand on one walk, [`window`]: the local moments of two pictures under a Gaussian.

mod blocks;
mod downscale;
mod ffmpeg;
mod halve;
mod losses;
mod ms_ssim;
mod ms_ssim_map;
mod source;
mod ssim;
mod ssim_map;
mod window;

pub(super) use downscale::auto_factor;
pub use ffmpeg::{SSIM_FFMPEG_Y, SsimFfmpeg};
pub use ms_ssim::{MS_SSIM_Y, MsSsim};
pub use ms_ssim_map::{
    ALL as MS_SSIM_MAP, COARSE as MS_SSIM_MAP_4, COARSEST as MS_SSIM_MAP_5, FINE as MS_SSIM_MAP_2,
    FINEST as MS_SSIM_MAP_1, MIDDLE as MS_SSIM_MAP_3,
};
pub use ssim::{SSIM_Y, Ssim};
pub use ssim_map::SSIM_MAP;
