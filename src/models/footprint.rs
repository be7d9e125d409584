//! How much memory a piece of work takes: the kernel's own mark of the most that was resident at once, set back before
//! each part of the work that counts. Linux alone tells.
#![allow(unsafe_code)] // The C library keeps freed memory for use again, and only it can give that back.

use std::sync::atomic::{AtomicBool, Ordering};

/// The kernel keeps one mark for the whole program: two that measure at once would set back each other's.
static TAKEN: AtomicBool = AtomicBool::new(false);

/// Measures one piece of work. What other parts of the program take between the parts that count (decoding for the
/// scores, pictures kept) is set off; what they take meanwhile is not.
pub struct Footprint {
    /// Resident bytes before it.
    before: u64,
    /// What was added since by work that does not count.
    aside: i64,
    /// Resident bytes when the last part ended.
    left: u64,
    peak: u64,
}

impl Footprint {
    /// `None` where the system does not tell, and while another measures. What earlier work freed is given back first:
    /// it would hide what this one takes.
    pub fn start() -> Option<Self> {
        if TAKEN.swap(true, Ordering::AcqRel) {
            return None;
        }
        // From here on its end gives the mark free.
        let mut footprint = Self { before: 0, aside: 0, left: 0, peak: 0 };
        system::give_back();
        footprint.before = system::resident()?;
        footprint.left = footprint.before;
        system::reset()?;
        Some(footprint)
    }

    /// A part of the work that counts begins. What the work made is freed within a part too: freed between parts it
    /// would come off what others take, and count again each time.
    pub fn enter(&mut self) {
        if let Some(now) = system::resident() {
            self.aside += now as i64 - self.left as i64;
        }
        // Was possible at the start.
        _ = system::reset();
    }

    /// It ends.
    pub fn leave(&mut self) {
        if let (Some(most), Some(now)) = (system::most(), system::resident()) {
            let own = most as i64 - self.before as i64 - self.aside;
            self.peak = self.peak.max(own.max(0) as u64);
            self.left = now;
        }
    }

    /// Bytes at the most so far.
    pub fn peak(&self) -> u64 {
        self.peak
    }
}

impl Drop for Footprint {
    fn drop(&mut self) {
        TAKEN.store(false, Ordering::Release);
    }
}

#[cfg(target_os = "linux")]
mod system {
    pub fn resident() -> Option<u64> {
        field("VmRSS:")
    }

    pub fn most() -> Option<u64> {
        field("VmHWM:")
    }

    /// Sets the mark of the most back to what is resident now (proc(5), clear_refs, since Linux 4.0).
    pub fn reset() -> Option<()> {
        std::fs::write("/proc/self/clear_refs", "5").ok()
    }

    /// Gives freed memory back to the system.
    #[cfg(target_env = "gnu")]
    pub fn give_back() {
        unsafe extern "C" {
            fn malloc_trim(pad: usize) -> std::ffi::c_int;
        }
        // SAFETY: glibc's malloc_trim(3) has this signature, may be called on any thread at any time, and touches no
        // memory that is in use.
        unsafe { malloc_trim(0) };
    }

    #[cfg(not(target_env = "gnu"))]
    pub fn give_back() {}

    fn field(name: &str) -> Option<u64> {
        let status = std::fs::read_to_string("/proc/self/status").ok()?;
        let line = status.lines().find_map(|line| line.strip_prefix(name))?;
        Some(line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()? * 1024)
    }
}

#[cfg(not(target_os = "linux"))]
mod system {
    pub fn resident() -> Option<u64> {
        None
    }

    pub fn most() -> Option<u64> {
        None
    }

    pub fn give_back() {}

    pub fn reset() -> Option<()> {
        None
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    fn filled(mib: usize) -> Vec<u8> {
        std::hint::black_box((0..mib << 20).map(|n| n as u8 | 1).collect())
    }

    /// Other tests run in the same process: bounds are wide, and the amounts large against what those take.
    #[test]
    fn what_is_taken_within_counts_and_what_is_taken_between_does_not() {
        let Some(mut meter) = Footprint::start() else {
            println!("skipped: this kernel does not set its marks back, or another test measures");
            return;
        };
        meter.enter();
        drop(filled(400));
        meter.leave();
        let first = meter.peak();
        assert!(first >= 390 << 20, "freed again, but it was there: {first}");
        let kept = filled(600);
        meter.enter();
        meter.leave();
        assert!(Footprint::start().is_none(), "one at a time");
        assert!(meter.peak() < first + (300 << 20), "{} after {first}", meter.peak());
        drop(kept);
    }

    /// Held while the other test measures too: there is one mark.
    #[test]
    fn what_comes_and_goes_is_counted_once() {
        let begun = (0..600).find_map(|_| {
            Footprint::start().or_else(|| {
                std::thread::sleep(std::time::Duration::from_millis(10));
                None
            })
        });
        let Some(mut meter) = begun else {
            println!("skipped: this kernel does not set its marks back");
            return;
        };
        for _ in 0..12 {
            meter.enter();
            let made = filled(200);
            meter.leave();
            let own = filled(1);
            meter.enter();
            drop(made);
            meter.leave();
            drop(own);
        }
        assert!(meter.peak() >= 190 << 20 && meter.peak() < 900 << 20, "{}", meter.peak());
    }
}
