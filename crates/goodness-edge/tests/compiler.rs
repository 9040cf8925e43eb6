//! What the compiler refuses, in its own words.
#![allow(clippy::unwrap_used)]

use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Stdio};

/// The folder of what was compiled for this test, and in it the newest library.
fn library() -> (PathBuf, PathBuf) {
    let deps = std::env::current_exe().unwrap().parent().unwrap().to_path_buf();
    let own = |path: &PathBuf| {
        let name = path.file_name().unwrap().to_string_lossy();
        name.starts_with("libgoodness_edge-") && name.ends_with(".rlib")
    };
    let libraries = std::fs::read_dir(&deps).unwrap().map(|entry| entry.unwrap().path()).filter(own);
    let newest = libraries.max_by_key(|path| path.metadata().unwrap().modified().unwrap()).unwrap();
    (deps, newest)
}

/// What the compiler says of a line of code, and whether it takes it.
fn compile(line: &str) -> (bool, String) {
    let (deps, library) = library();
    let mut compiler = Command::new(std::env::var_os("RUSTC").unwrap_or("rustc".into()))
        .args(["--edition", "2024", "--crate-type", "lib", "--emit", "metadata", "-o"])
        .arg(PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("refused.rmeta"))
        .arg("--extern")
        .arg(format!("goodness_edge={}", library.display()))
        .arg("-L")
        .arg(format!("dependency={}", deps.display()))
        .arg("-")
        .stdin(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let program = format!("use goodness_edge::{{Net, flash::Sliced}};\n{line}\n");
    compiler.stdin.take().unwrap().write_all(program.as_bytes()).unwrap();
    let done = compiler.wait_with_output().unwrap();
    (done.status.success(), String::from_utf8(done.stderr).unwrap())
}

#[test]
fn a_budget_that_is_exceeded_stops_the_compiler_with_both_figures() {
    let (taken, said) = compile("pub const FITS: () = Net::<f32, 784, 32, 32, 10>::fits(108_944);");
    assert!(taken, "{said}");
    for (line, words) in [
        (
            "pub const FITS: () = Net::<f32, 784, 32, 32, 10>::fits(108_943);",
            "this network needs 108944 bytes, the budget is 108943 bytes",
        ),
        (
            "pub const FITS: () = Sliced::<i8, 784, 32, 32, 10, 2>::fits(4096);",
            "this network needs 5416 bytes, the budget is 4096 bytes",
        ),
    ] {
        let (taken, said) = compile(line);
        assert!(!taken && said.contains(words), "{said}");
    }
}

#[test]
fn shapes_that_make_no_network_stop_the_compiler() {
    for (shape, words) in [
        ("Net<i8, 4, 4, 4, 1>", "a network needs 2 to 256 classes"),
        ("Net<i8, 0, 4, 4, 2>", "a network needs 1 to 65,536 inputs"),
        ("Net<i8, 4, 0, 4, 2>", "the first layer needs a unit"),
        ("Sliced<i8, 4, 6, 4, 2, 4>", "slices must divide the first layer evenly"),
    ] {
        let (taken, said) = compile(&format!("pub static NET: {shape} = <{shape}>::blank();"));
        assert!(!taken && said.contains(words), "{shape}: {said}");
    }
}
