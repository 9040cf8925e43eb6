//! C compiles, links and learns, and the header says what the code does.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;
use std::mem::{offset_of, size_of};
use std::path::{Path, PathBuf};
use std::process::Command;

use goodness_edge_c::code::CODES;
use goodness_edge_c::flash::goodness_flash;
use goodness_edge_c::kinds::*;
use goodness_edge_c::report::{goodness_health, goodness_verdict};
use goodness_edge_c::sliced_kinds::*;

fn own(file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(file)
}

fn text(file: &str) -> String {
    std::fs::read_to_string(own(file)).unwrap()
}

/// Builds the library, compiles a C file against it with every warning an error, runs it, and returns what it printed.
fn run(name: &str, file: &str) -> String {
    let target = std::env::current_exe().unwrap().ancestors().nth(3).unwrap().to_path_buf();
    let built = Command::new(env!("CARGO"))
        .args(["build", "--quiet", "--locked", "--package", "goodness-edge-c", "--target-dir"])
        .arg(&target)
        .status()
        .unwrap();
    assert!(built.success());
    let program = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let compiled = Command::new(std::env::var_os("CC").unwrap_or("cc".into()))
        .args(["-std=c99", "-Wall", "-Wextra", "-Wpedantic", "-Werror", "-O1", "-I"])
        .args([own("include"), own(file), target.join("debug/libgoodness_edge_c.a")])
        .args(["-lpthread", "-ldl", "-lm", "-o"])
        .arg(&program)
        .status()
        .unwrap();
    assert!(compiled.success(), "{file} does not compile");
    let ran = Command::new(&program).output().unwrap();
    let said = String::from_utf8(ran.stdout).unwrap();
    assert!(ran.status.success(), "{said}{}", String::from_utf8_lossy(&ran.stderr));
    said
}

#[test]
fn a_program_in_c_learns_saves_and_goes_on() {
    let said = run("learn", "examples/learn.c");
    let numbers: Vec<u32> = said.split(|c: char| !c.is_ascii_digit()).filter_map(|word| word.parse().ok()).collect();
    assert!(numbers[2] > 900 && numbers[0] < 500, "{said}");
    assert!(said.ends_with("restored, and learned to the same bits\n"), "{said}");
}

#[test]
fn a_program_in_c_learns_slice_by_slice_and_goes_on_from_flash() {
    let said = run("learn_in_flash", "examples/learn_in_flash.c");
    let numbers: Vec<u32> = said.split(|c: char| !c.is_ascii_digit()).filter_map(|word| word.parse().ok()).collect();
    assert!(numbers[2] > 800 && numbers[0] < 500, "{said}");
    assert!(said.ends_with("restored the same bits\n"), "{said}");
}

#[test]
fn the_header_has_the_sizes_and_the_layout_of_the_code() {
    let mut expected = Vec::new();
    let mut kind = |name: &str, kind: &Kind| {
        (0..2).for_each(|_| expected.push(format!("{name} {} {}", kind.bytes, kind.image)));
    };
    kind("GOODNESS_F32_784_32_32_10", &GOODNESS_F32_784_32_32_10);
    kind("GOODNESS_I16_784_32_32_10", &GOODNESS_I16_784_32_32_10);
    kind("GOODNESS_I8_784_32_32_10", &GOODNESS_I8_784_32_32_10);
    kind("GOODNESS_I8_784_16_16_10", &GOODNESS_I8_784_16_16_10);
    kind("GOODNESS_I16_64_16_8_4", &GOODNESS_I16_64_16_8_4);
    let mut sliced = |name: &str, kind: &SlicedKind| {
        (0..2).for_each(|_| expected.push(format!("{name} {} {}", kind.bytes, kind.flash)));
    };
    sliced("GOODNESS_I8_784_32_32_10_BY_2", &GOODNESS_I8_784_32_32_10_BY_2);
    sliced("GOODNESS_I16_64_16_8_4_BY_4", &GOODNESS_I16_64_16_8_4_BY_4);
    let mut field = |name: &str, at: usize| expected.push(format!("{name} {at}"));
    field("goodness_verdict.label", offset_of!(goodness_verdict, label));
    field("goodness_verdict.lead", offset_of!(goodness_verdict, lead));
    field("goodness_health.step", offset_of!(goodness_health, step));
    field("goodness_health.silent", offset_of!(goodness_health, silent));
    field("goodness_health.goodness", offset_of!(goodness_health, goodness));
    field("goodness_health.accuracy", offset_of!(goodness_health, accuracy));
    field("goodness_health.at_limit", offset_of!(goodness_health, at_limit));
    field("goodness_health.symptom", offset_of!(goodness_health, symptom));
    field("goodness_flash.read", offset_of!(goodness_flash, read));
    field("goodness_flash.write", offset_of!(goodness_flash, write));
    field("goodness_flash.erase", offset_of!(goodness_flash, erase));
    field("goodness_flash.bytes", offset_of!(goodness_flash, bytes));
    field("goodness_flash.erases", offset_of!(goodness_flash, erases));
    field("goodness_flash.stay", offset_of!(goodness_flash, stay));
    let sizes = [size_of::<goodness_verdict>(), size_of::<goodness_health>(), size_of::<goodness_flash>()];
    expected.push(format!("sizes {} {} {}", sizes[0], sizes[1], sizes[2]));
    assert_eq!(run("layout", "tests/layout.c").lines().collect::<Vec<_>>(), expected);
}

/// A type of Rust as C writes it.
fn c_type(rust: &str) -> String {
    let (star, plain) = match rust.split_once(' ') {
        Some(("*mut", plain)) => ("*", plain),
        Some(("*const", plain)) => ("const *", plain),
        _ => ("", rust),
    };
    let c = match plain {
        "c_void" => "void",
        "c_char" => "char",
        "usize" => "size_t",
        "u8" => "uint8_t",
        "u32" => "uint32_t",
        "u64" => "uint64_t",
        "i16" => "int16_t",
        "i32" => "int32_t",
        "f32" => "float",
        "Kind" => "goodness_kind",
        "SlicedKind" => "goodness_sliced_kind",
        own => own,
    };
    format!("{}{c} {}", if star.starts_with("const") { "const " } else { "" }, star.trim_start_matches("const "))
}

/// `name: type` as a parameter of C.
fn c_parameter(rust: &str) -> String {
    let (name, kind) = rust.split_once(": ").unwrap();
    format!("{}{name}", c_type(kind))
}

/// Every prototype that the code of the calls makes.
fn prototypes() -> BTreeSet<String> {
    let code = text("src/calls.rs") + &text("src/sliced_calls.rs");
    let declared = code.split("extern \"C\" fn ").skip(1).map(|rest| rest.split(" {\n").next().unwrap());
    let c = |declared: &str| {
        let (name, rest) = declared.split_once('(').unwrap();
        let (parameters, returned) = rest.rsplit_once(") -> ").unwrap();
        let parameters: Vec<_> =
            parameters.split(',').map(str::trim).filter(|p| !p.is_empty()).map(c_parameter).collect();
        format!("{}{name}({});", c_type(returned), parameters.join(", "))
    };
    declared.map(c).collect()
}

#[test]
fn the_header_declares_every_call_as_it_is_and_no_other() {
    let header = text("include/goodness_edge.h");
    let declared: BTreeSet<String> =
        header.lines().filter(|l| l.ends_with(");") && !l.starts_with(' ')).map(String::from).collect();
    assert_eq!(declared, prototypes());
    assert!(declared.len() > 12);
}

#[test]
fn the_header_names_every_code_and_every_kind() {
    let header = text("include/goodness_edge.h");
    let listed = header.lines().filter(|l| l.starts_with("  GOODNESS_")).count();
    assert_eq!(listed, CODES.len());
    for (code, name, _) in CODES {
        assert!(header.contains(&format!("  {name} = {}", code as i32)), "{name}");
    }
    let printed = text("tests/layout.c");
    for (file, c, print) in
        [("src/kinds.rs", "goodness_kind", "KIND"), ("src/sliced_kinds.rs", "goodness_sliced_kind", "SLICED")]
    {
        let kinds = text(file);
        let kinds: Vec<_> = kinds.lines().filter_map(|l| l.strip_prefix("pub static ")?.split(':').next()).collect();
        assert_eq!(header.matches(&format!("extern const {c} ")).count(), kinds.len());
        for kind in kinds {
            assert!(header.contains(&format!("extern const {c} {kind};")), "{kind}");
            assert!(printed.contains(&format!("{print}({kind});")), "{kind}");
        }
    }
}

#[test]
fn the_arduino_library_is_of_this_version_and_its_sketch_of_this_header() {
    let properties = text("arduino/library.properties");
    assert!(properties.contains(concat!("\nversion=", env!("CARGO_PKG_VERSION"), "\n")), "{properties}");
    assert!(properties.contains("\nldflags=-lgoodness_edge_c\n") && properties.contains("\nprecompiled=true\n"));
    let (header, sketch) = (text("include/goodness_edge.h"), text("arduino/LearnVibration/LearnVibration.ino"));
    let own = |word: &&str| word.to_lowercase().starts_with("goodness_");
    let words: BTreeSet<_> = sketch.split(|c: char| !c.is_alphanumeric() && c != '_').filter(own).collect();
    assert!(words.len() > 6);
    for word in words {
        assert!(word == "goodness_edge" || header.contains(word), "the header has no {word}");
    }
}
