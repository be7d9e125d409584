//! How much memory the program takes while something runs (Linux tells; elsewhere nothing is known).

/// Looks at the program's memory from one moment on.
pub struct Footprint {
    /// Bytes taken at the beginning.
    before: u64,
}

impl Footprint {
    /// Begins to look; `None` where the system does not tell. The peak is that of the whole program: what else grows
    /// meanwhile is counted too, and two at once see each other.
    pub fn begin() -> Option<Self> {
        // Sets the peak back to what is taken now (proc(5), clear_refs).
        std::fs::write("/proc/self/clear_refs", "5").ok()?;
        Some(Self { before: field("VmRSS:")? })
    }

    /// The most bytes taken since the beginning, less those taken then.
    pub fn peak(&self) -> Option<u64> {
        Some(field("VmHWM:")?.saturating_sub(self.before))
    }
}

/// A line of /proc/self/status such as "VmHWM:   123 kB", in bytes.
fn field(name: &str) -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix(name))?;
    Some(line.split_whitespace().next()?.parse::<u64>().ok()? << 10)
}

#[cfg(test)]
mod tests {
    use super::Footprint;

    #[test]
    fn what_was_taken_and_given_back_is_seen() {
        let Some(footprint) = Footprint::begin() else { return };
        let mut taken = vec![0_u8; 96 << 20];
        // Pages count once they are written to.
        taken.iter_mut().step_by(1024).for_each(|byte| *byte = 1);
        drop(std::hint::black_box(taken));
        let peak = footprint.peak().unwrap();
        assert!(peak > 90 << 20, "{peak}");
    }
}
