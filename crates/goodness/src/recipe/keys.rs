//! The keys that a recipe may have, section by section.

use super::error::near;

/// Keys outside any section.
pub(super) const TOP: &[&str] = &["name", "about", "source", "data", "network", "train", "eval", "expected"];
/// Keys of `[data]`.
pub(super) const DATA: &[&str] = &[
    "set",
    "size",
    "channels",
    "broken",
    "test",
    "validation",
    "shift",
    "mirror",
    "mirroring",
    "turn",
    "stretch",
    "wave",
    "crop",
    "padding",
    "brightness",
    "contrast",
    "saturation",
    "hue",
    "grey",
    "cutout",
    "mean",
    "deviation",
    "standardize",
    "whiten",
    "whiten_epsilon",
];
/// Keys of `[network]`.
pub(super) const NETWORK: &[&str] = &[
    "layers",
    "fields",
    "convolutions",
    "flow",
    "overlay",
    "activation",
    "normalize",
    "view",
    "head",
    "projection",
    "goodness",
    "residual",
    "readout",
    "init",
    "precision",
];
/// Keys of `[train]`.
pub(super) const TRAIN: &[&str] = &[
    "loss",
    "hierarchy",
    "theta",
    "negatives",
    "adviser",
    "collaboration",
    "similarity",
    "similarity_view",
    "penalty",
    "optimizer",
    "rates",
    "schedule",
    "plan",
    "epochs",
    "batch",
    "micro_batch",
    "dropout",
    "average",
    "validate_every",
    "seed",
];
/// Keys of `[eval]`.
pub(super) const EVAL: &[&str] = &["flip"];

/// The sections with their keys.
pub(super) const SECTIONS: &[(&str, &[&str])] =
    &[("data", DATA), ("network", NETWORK), ("train", TRAIN), ("eval", EVAL)];

/// " — did you mean …?" for a key outside any section, which may be meant for one.
pub(super) fn hint(key: &str) -> String {
    let all = SECTIONS.iter().flat_map(|(_, keys)| *keys).chain(TOP).copied();
    let Some(near) = near(key, all) else { return String::new() };
    let section = SECTIONS.iter().find(|(_, keys)| keys.contains(&near));
    let section = section.map_or_else(String::new, |(section, _)| format!("{section}."));
    format!(" — did you mean \"{section}{near}\"?")
}
