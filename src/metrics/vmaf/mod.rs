//! VMAF, as libvmaf's integer path computes it (Netflix/vmaf, f85a8536): VIF, ADM and motion, and the models that make
//! one number of them. The v1 models read ADM, motion, CAMBI and SpEED-chroma instead.

pub mod adm;
pub mod chroma;
pub mod features;
pub mod model;
pub mod motion;
pub mod points;
pub mod score;
pub mod speed;
pub mod svm;
pub mod vif;
pub mod ways;
mod words;
