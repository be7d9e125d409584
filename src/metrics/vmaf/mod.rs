//! VMAF, as libvmaf's integer path computes it (Netflix/vmaf, f85a8536): VIF, ADM and motion, and the models that make
//! one number of them.

pub mod vif;
