//! A small data set and recipe in a temporary folder, and the real binary.

#![allow(dead_code, unreachable_pub, missing_docs)] // every test program uses a part of it

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output};

use tempfile::TempDir;

/// A folder with `set/` (IDX files) and `toy.toml`.
pub struct Home(TempDir);

const RECIPE: &str = "name = \"toy\"\n[data]\nset = \"set\"\nvalidation = 100\nshift = 1\n[network]\nlayers = [60, 50]\n\
                      [train]\nnegatives = \"hard_label\"\noptimizer = { name = \"adam\", rate = 0.005 }\nepochs = 4\nbatch = 32\n";

/// What makes `toy.toml` a network of two convolutions that learns classes.
pub const MAPS: [&str; 12] = [
    "--set",
    "layers=[6, 9]",
    "--set",
    "convolutions=[{ side = 3 }, { side = 3, pool = 2 }]",
    "--set",
    "goodness=\"class_mean\"",
    "--set",
    "normalize=\"layer\"",
    "--set",
    "loss=\"cross_entropy\"",
    "--set",
    "negatives=",
];

impl Home {
    pub fn new() -> Self {
        let home = Self(tempfile::tempdir().unwrap());
        fs::create_dir(home.path("set")).unwrap();
        home.write_part("train", 700);
        home.write_part("t10k", 200);
        fs::write(home.path("toy.toml"), RECIPE).unwrap();
        home
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// Images of 8×8 whose bright row tells the class, with noise.
    fn write_part(&self, part: &str, rows: usize) {
        let mut noise = 1u32;
        let mut images = header(0x0803, &[rows as u32, 8, 8]);
        let mut labels = header(0x0801, &[rows as u32]);
        for r in 0..rows {
            let class = r % 3;
            labels.push(class as u8);
            for pixel in 0..64 {
                noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                let bright = if pixel / 8 == 1 + 3 * class.min(1) + 2 * (class / 2) { 120 } else { 0 };
                images.push((bright + (noise >> 25)) as u8);
            }
        }
        fs::write(self.path(&format!("set/{part}-images-idx3-ubyte")), images).unwrap();
        fs::write(self.path(&format!("set/{part}-labels-idx1-ubyte")), labels).unwrap();
    }

    /// The command, in this folder, waiting to be given arguments.
    pub fn goodness(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_goodness"));
        command.current_dir(self.0.path()).env_remove("GOODNESS_DATA");
        command
    }

    /// Runs it: exit code, standard output, standard error.
    pub fn run(&self, args: &[&str]) -> (i32, String, String) {
        let Output { status, stdout, stderr } = self.goodness().args(args).output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        (status.code().unwrap_or(-1), text(stdout), text(stderr))
    }

    /// Runs it, expecting success.
    pub fn ok(&self, args: &[&str]) -> String {
        let (code, out, err) = self.run(args);
        assert_eq!(code, 0, "{args:?}: {err}");
        out
    }

    /// Runs it, expecting one error message and no panic.
    pub fn refused(&self, args: &[&str]) -> (i32, String) {
        let (code, _, err) = self.run(args);
        assert!(code == 1 || code == 2, "{args:?} ended with {code}: {err}");
        assert!(!err.contains("panicked"), "{args:?}: {err}");
        (code, err)
    }
}

fn header(magic: u32, numbers: &[u32]) -> Vec<u8> {
    std::iter::once(&magic).chain(numbers).flat_map(|n| n.to_be_bytes()).collect()
}
