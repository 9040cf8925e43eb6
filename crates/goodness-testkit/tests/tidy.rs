//! What the layout promises, read off the source tree.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

const CRATES: [&str; 8] = [
    "goodness-core",
    "goodness-engine",
    "goodness",
    "goodness-edge",
    "goodness-edge-c",
    "goodness-backprop",
    "goodness-cli",
    "goodness-testkit",
];

/// Every file in a folder and below, but for what programs leave there.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut all = Vec::new();
    for entry in fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()) {
        let left = ["target", "runs", ".git"].iter().any(|name| entry.ends_with(name));
        if entry.is_file() {
            all.push(entry);
        } else if entry.is_dir() && !left {
            all.extend(files(&entry));
        }
    }
    all.sort();
    all
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    files(folder).into_iter().filter(|file| file.extension().is_some_and(|e| e == "rs")).collect()
}

fn sources(krate: &str) -> Vec<(String, String)> {
    let folder = root().join("crates").join(krate).join("src");
    let name = |p: &Path| p.strip_prefix(root()).unwrap().display().to_string();
    rust_files(&folder).iter().map(|p| (name(p), fs::read_to_string(p).unwrap())).collect()
}

/// The part of a file before its tests.
fn before_tests(text: &str) -> &str {
    text.split("#[cfg(test)]\nmod tests").next().unwrap_or(text)
}

/// Every folder with a list of members, and that list.
fn families() -> Vec<(PathBuf, String)> {
    let all = ["goodness-core", "goodness"].map(|krate| rust_files(&root().join("crates").join(krate).join("src")));
    let lists = all.iter().flatten().filter(|file| file.ends_with("mod.rs")).filter_map(|file| {
        let text = fs::read_to_string(file).unwrap();
        let list = text.split_once("pub const CATALOGUE")?.1.split("];").next()?;
        Some((file.parent()?.to_path_buf(), list.to_string()))
    });
    lists.collect()
}

#[test]
fn every_file_of_a_family_stands_in_its_list() {
    for (folder, list) in families() {
        for file in rust_files(&folder).iter().filter(|f| !f.ends_with("mod.rs")) {
            let entry = format!("{}::ENTRY", file.file_stem().unwrap().to_string_lossy());
            assert!(list.contains(&entry), "{}: {entry} is not in its family's CATALOGUE", file.display());
        }
    }
}

#[test]
fn every_family_stands_in_the_catalogue() {
    let folders: Vec<_> = families().into_iter().map(|(folder, _)| folder).collect();
    assert_eq!(folders.len(), goodness::catalogue::families().len(), "not all in goodness::catalogue: {folders:?}");
}

/// Members that leave things as they are: nothing to pay for, nothing to show.
const IDLE: [&str; 3] = ["none.rs", "keep.rs", "whole.rs"];

#[test]
fn every_member_says_what_it_costs_and_shows_itself() {
    let core = root().join("crates/goodness-core");
    let folders = families().into_iter().map(|(folder, _)| folder).filter(|folder| folder.starts_with(&core));
    let mut members = 0;
    for file in folders.flat_map(|folder| rust_files(&folder)) {
        let text = fs::read_to_string(&file).unwrap();
        if !text.contains("pub(super) const ENTRY") || IDLE.iter().any(|idle| file.ends_with(idle)) {
            continue;
        }
        let docs: String = text.split_inclusive('\n').take_while(|line| line.starts_with("//!")).collect();
        assert!(docs.contains("Cost"), "{}: it does not say what it costs", file.display());
        assert!(docs.contains("//! ```"), "{}: it has no example", file.display());
        members += 1;
    }
    assert!(members > 40, "only {members} members were read");
}

#[test]
fn every_row_of_the_comparison_stands_in_its_list() {
    let folder = root().join("crates/goodness-backprop/src/compare/rows");
    let list = fs::read_to_string(folder.join("mod.rs")).unwrap();
    for file in rust_files(&folder).iter().filter(|f| !f.ends_with("mod.rs")) {
        let row = format!("{}::ROW,", file.file_stem().unwrap().to_string_lossy());
        assert!(list.contains(&row), "{}: {row} is not in ROWS", file.display());
    }
}

#[test]
fn crates_depend_only_downwards() {
    let allowed: &[(&str, &[&str])] = &[
        ("goodness-core", &[]),
        ("goodness-engine", &["goodness-core"]),
        ("goodness", &["goodness-core", "goodness-engine", "goodness-mnist"]),
        ("goodness-edge", &["goodness-core", "goodness-mnist"]),
        ("goodness-edge-c", &["goodness-edge"]),
        ("goodness-backprop", &["goodness-core", "goodness-engine", "goodness"]),
        ("goodness-cli", &["goodness", "goodness-backprop", "goodness-edge"]),
        ("goodness-testkit", &["goodness"]),
    ];
    for (krate, below) in allowed {
        let manifest = fs::read_to_string(root().join("crates").join(krate).join("Cargo.toml")).unwrap();
        let own = |line: &&str| line.starts_with("goodness") && line.contains('=');
        for line in manifest.lines().filter(own) {
            let name = line.split(['.', ' ', '=']).next().unwrap();
            assert!(below.contains(&name), "{krate} must not depend on {name}");
        }
    }
    let core = fs::read_to_string(root().join("crates/goodness-core/Cargo.toml")).unwrap();
    assert!(!core.contains("dependencies]"), "goodness-core must not depend on anything");
}

#[test]
fn unsafe_lives_in_two_folders() {
    for krate in CRATES {
        for (file, text) in sources(krate) {
            let allowed = file.contains("goodness-engine/src/simd/") || file.contains("goodness-edge-c/src/");
            for word in ["unsafe {", "unsafe fn", "unsafe impl", "unsafe extern"] {
                assert!(
                    allowed || !text.contains(word),
                    "{file}: {word} outside the engine's SIMD folder and C's glue"
                );
            }
            let blocks = text.matches("unsafe {").count() + text.matches("unsafe impl").count();
            let reasons = text.matches("// SAFETY:").count();
            assert_eq!(blocks, reasons, "{file}: every unsafe block says why it is sound");
        }
    }
}

#[test]
fn each_room_keeps_to_its_words() {
    let algorithm = ["forward-forward", "negatives", "overlay", "threshold", "theta", "hinton", "readout", "epoch"];
    for (file, text) in sources("goodness-engine") {
        let lower = text.to_lowercase();
        algorithm.iter().for_each(|word| assert!(!lower.contains(word), "{file} has heard of {word:?}"));
    }
    for (file, text) in sources("goodness-core") {
        for word in ["rayon", "std::thread", "std::fs", "std::time", "gpu", "simd"] {
            assert!(!text.to_lowercase().contains(word), "{file} has heard of {word:?}");
        }
    }
}

#[test]
fn files_stay_readable() {
    for krate in CRATES {
        for (file, text) in sources(krate) {
            let lines = before_tests(&text).lines().count();
            assert!(lines <= 400, "{file}: {lines} lines before its tests");
            for stub in ["todo!(", "unimplemented!(", "dbg!("] {
                assert!(!text.contains(stub), "{file}: {stub}");
            }
        }
    }
    let step = fs::read_to_string(root().join("crates/goodness/src/train/layer_step.rs")).unwrap();
    assert!(step.lines().count() <= 90, "the step must stay a page");
    let map = fs::read_to_string(root().join("ARCHITECTURE.md")).unwrap();
    assert!(map.lines().count() <= 200, "the map must stay a map");
}

#[test]
fn no_gradient_has_a_way_across_a_layer() {
    let product = fs::read_to_string(root().join("crates/goodness-engine/src/simd/product.rs")).unwrap();
    // The products that layers know are x·wᵀ and dzᵀ·x. dz·w, the gradient of an input, is for the twin by backpropagation
    // that they are compared with, and for the way through a head, inside one layer.
    let names: Vec<_> = product.lines().filter_map(|l| l.strip_prefix("pub fn ")).collect();
    let known = [
        "forward(",
        "add_forward(",
        "forward_rounded(",
        "forward_columns(",
        "gradient(",
        "add_gradient(",
        "gradient_columns(",
    ];
    let carries = ["backward(", "backward_columns("];
    let counts = ["multiply_adds("];
    let listed = |n: &&str| known.iter().chain(&carries).chain(&counts).any(|k| n.starts_with(k));
    assert!(names.iter().all(listed), "{names:?}");
    // A convolution has two of them as well, and no third one for anybody.
    for (file, text) in sources("goodness-engine").iter().filter(|(file, _)| file.contains("/src/conv/")) {
        let known = ["forward(", "gradient(", "gradient_pieces<", "sum_places("];
        let names: Vec<_> = text.lines().filter_map(|l| l.strip_prefix("pub fn ")).collect();
        assert!(names.iter().all(|n| known.iter().any(|k| n.starts_with(k))), "{file}: {names:?}");
        ["backward", "dx"].iter().for_each(|word| assert!(!text.contains(&format!("{word}(")), "{file}: {word}"));
    }
    for krate in CRATES.iter().filter(|k| !["goodness-engine", "goodness-backprop", "goodness-testkit"].contains(k)) {
        for (file, text) in sources(krate) {
            // A head's product leads to what is seen of the layer whose head it is, and that by no other weights.
            let inside =
                if file.ends_with("/src/head.rs") { "product::backward(slopes.u.rows(), lens.head," } else { "" };
            let text = if inside.is_empty() { text } else { text.replacen(inside, "", 1) };
            assert!(
                !text.contains("backward(") && !text.contains("backward_columns"),
                "{file} carries a gradient down"
            );
            // Core defines the slope of a normalisation, which only carrying a gradient down needs.
            let defines = *krate == "goodness-core" && file.contains("/src/normalize/");
            assert!(defines || !text.contains("normalize.slope("), "{file} carries a gradient down");
        }
    }
    let layers: Vec<_> = sources("goodness").into_iter().filter(|(file, _)| file.contains("/src/layer/")).collect();
    for (file, text) in &layers {
        for word in ["dx", "input_grad", "backward"] {
            assert!(!text.contains(word), "{file}: {word}");
        }
    }
    // The map through which samples are compared is handed a layer's own activities, not what it reads.
    let likeness = sources("goodness").into_iter().find(|(file, _)| file.ends_with("train/likeness.rs")).unwrap().1;
    for word in ["Input", "Labelled", "Layer", "Network", "weights"] {
        assert!(!likeness.contains(word), "train/likeness.rs: {word}");
    }
    // The one derivative that is multiplied with weights is that of learned vectors of labels. They are weights of the
    // first layer, which no other layer has made; the product knows nothing of images, and ends in the layer's gradients.
    let text = |name: &str| &layers.iter().find(|(file, _)| file.ends_with(name)).unwrap().1;
    for word in ["pixels", "Images", "Labelled", "Input"] {
        assert!(!text("layer/embedding.rs").contains(word), "layer/embedding.rs: {word}");
    }
    assert!(text("layer/labelled.rs").contains("embedding::gradient(m, own, embedding.rows_mut())"));
    let called: usize = sources("goodness").iter().map(|(_, text)| text.matches("embedding::gradient(").count()).sum();
    assert_eq!(called, 1);
}

#[test]
fn every_line_that_the_paper_leads_to_is_there() {
    let docs = root().join("docs");
    let text = fs::read_to_string(docs.join("from-paper-to-code.md")).unwrap();
    let rows: Vec<&str> = text.lines().filter(|l| l.contains("](../crates")).collect();
    assert!(rows.len() > 20);
    for row in rows {
        let file = row.split("](").nth(1).unwrap().split(')').next().unwrap();
        let quoted = row.split("rs) `").nth(1).unwrap().split('`').next().unwrap().replace("\\|", "|");
        let code = fs::read_to_string(docs.join(file)).unwrap();
        assert!(code.contains(&quoted), "{file} has no line {quoted}");
    }
}

/// What a page of Markdown links to, and the paths of files in this tree that it names in code.
fn leads(page: &str) -> (Vec<&str>, Vec<&str>) {
    let links = page.split("](").skip(1).filter_map(|rest| rest.split([')', '#']).next());
    let words = page.split('`').skip(1).step_by(2).flat_map(str::split_whitespace);
    let is_path = |word: &&str| {
        let ending = [".rs", ".toml", ".py", ".sh"].iter().any(|ending| word.ends_with(ending));
        ending && word.contains('/') && !["*", "/my_", "/my-"].iter().any(|any| word.contains(any))
    };
    (links.filter(|link| !link.contains("://")).collect(), words.filter(is_path).collect())
}

#[test]
fn every_link_and_every_path_of_a_page_leads_somewhere() {
    let files = files(&root());
    for page in files.iter().filter(|file| file.extension().is_some_and(|e| e == "md")) {
        let text = fs::read_to_string(page).unwrap();
        let (links, paths) = leads(&text);
        for link in links {
            assert!(page.parent().unwrap().join(link).exists(), "{}: nothing is at {link}", page.display());
        }
        for path in paths {
            assert!(files.iter().any(|file| file.ends_with(path)), "{}: no file {path}", page.display());
        }
    }
}
