//! Energy of the processor's packages, where the system lets it be read (RAPL).

use std::fs;
use std::path::{Path, PathBuf};

/// A reading of every package: its counter, in microjoules, and where the counter starts anew.
#[derive(Clone, Debug)]
pub(super) struct Reading(Vec<(f64, f64)>);

impl Reading {
    /// The counters now; none where there are none or they may not be read.
    pub(super) fn now() -> Option<Self> {
        Self::of(Path::new("/sys/class/powercap"))
    }

    fn of(folder: &Path) -> Option<Self> {
        let packages = fs::read_dir(folder).ok()?.flatten().map(|e| e.path()).filter(|p| is_package(p));
        let number = |path: PathBuf| fs::read_to_string(path).ok()?.trim().parse::<f64>().ok();
        let read = |p: PathBuf| Some((number(p.join("energy_uj"))?, number(p.join("max_energy_range_uj"))?));
        let all: Vec<(f64, f64)> = packages.map(read).collect::<Option<_>>()?;
        (!all.is_empty()).then_some(Self(all))
    }

    /// Joules since an earlier reading.
    pub(super) fn since(&self, earlier: &Self) -> f64 {
        let spent = |((now, range), (then, _)): (&(f64, f64), &(f64, f64))| (now - then).rem_euclid(range.max(1.0));
        self.0.iter().zip(&earlier.0).map(spent).sum::<f64>() / 1e6
    }
}

/// Packages are `intel-rapl:0`, `intel-rapl:1`; what has a second colon is a part of one.
fn is_package(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    name.starts_with("intel-rapl:") && name.matches(':').count() == 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packages_are_added_up_and_counters_start_anew() {
        let folder = std::env::temp_dir().join(format!("goodness-rapl-{}", std::process::id()));
        let write = |package: &str, energy: f64| {
            fs::create_dir_all(folder.join(package)).unwrap();
            fs::write(folder.join(package).join("energy_uj"), format!("{energy}\n")).unwrap();
            fs::write(folder.join(package).join("max_energy_range_uj"), "10000000\n").unwrap();
        };
        assert!(Reading::of(&folder).is_none());
        [("intel-rapl:0", 9e6), ("intel-rapl:0:0", 1e6), ("intel-rapl:1", 2e6)]
            .into_iter()
            .for_each(|(p, e)| write(p, e));
        let before = Reading::of(&folder).unwrap();
        [("intel-rapl:0", 1e6), ("intel-rapl:0:0", 5e6), ("intel-rapl:1", 2.5e6)]
            .into_iter()
            .for_each(|(p, e)| write(p, e));
        assert!((Reading::of(&folder).unwrap().since(&before) - 2.5).abs() < 1e-9);
        fs::remove_dir_all(&folder).unwrap();
    }
}
