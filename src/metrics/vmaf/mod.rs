//! VMAF.
pub mod adm;
