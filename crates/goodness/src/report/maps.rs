//! What the maps of convolutional layers look like.

use super::{Channels, FeatureMaps, LayerMaps, MeanMap, Report, page, picture};

pub(super) fn section(report: &Report) -> String {
    if report.maps.is_empty() {
        return String::new();
    }
    let samples: String = report.maps.iter().map(|sample| card(report, sample)).collect();
    let groups = report.maps.iter().flat_map(|s| &s.layers).flat_map(|l| &l.groups).any(|g| class(g).is_some());
    let reading = if groups {
        "Held-out samples, and what convolutional layers make of them: the mean activity of each class's channels, place by \
         place, before it is normalised. A layer's maps have one scale, from nothing to its strongest place. Where goodness is \
         that mean, the column of a sample's own class should become the strongest."
    } else {
        "Held-out samples, and what convolutional layers make of them, place by place: the mean activity of all channels, from \
         nothing to its strongest place, and the channels that are most active of all, with one scale a layer."
    };
    page::section("Feature maps", reading, &samples)
}

fn card(report: &Report, sample: &FeatureMaps) -> String {
    let name = report.class(sample.label);
    let levels = picture::levels(&sample.pixels, sample.channels);
    let image = picture::element(levels, sample.height, sample.width, &name);
    let head: String = sample.layers.first().map_or_else(String::new, |l| head(report, l, sample.label));
    let rows: String = sample.layers.iter().map(|l| row(report, l, sample.label)).collect();
    format!(
        "<div class=\"card maps\"><div class=\"tile\">{image}{name}</div>\
         <div class=\"table\"><table><tr><th></th>{head}</tr>{rows}</table></div></div>\n"
    )
}

fn class(map: &MeanMap) -> Option<usize> {
    match map.of {
        Channels::Class(class) => Some(class),
        Channels::All | Channels::One(_) => None,
    }
}

fn own(map: &MeanMap, label: usize) -> &'static str {
    if class(map) == Some(label) { " class=\"own\"" } else { "" }
}

/// A title for each class, or one for all the single channels: those differ from layer to layer.
fn head(report: &Report, layer: &LayerMaps, label: usize) -> String {
    let single = |map: &&MeanMap| matches!(map.of, Channels::One(_));
    let singles = layer.groups.iter().filter(single).count();
    let title = |map: &MeanMap| match map.of {
        Channels::All => "<th scope=\"col\">all</th>".to_string(),
        Channels::Class(k) => format!("<th scope=\"col\"{}>{}</th>", own(map, label), report.class(k)),
        Channels::One(_) => format!("<th scope=\"col\" colspan=\"{singles}\">strongest</th>"),
    };
    let shared = layer.groups.len() - singles.saturating_sub(1);
    layer.groups.iter().take(shared).map(title).collect()
}

fn row(report: &Report, layer: &LayerMaps, label: usize) -> String {
    // A mean of all channels is far below the strongest of them: it has a scale of its own.
    let top = |all: bool| {
        let maps = layer.groups.iter().filter(|map| (map.of == Channels::All) == all);
        let finite = maps.flat_map(|map| &map.values).filter(|x| x.is_finite());
        finite.fold(f32::MIN_POSITIVE, |top, x| top.max(x.abs()))
    };
    let (top_of_all, top) = (top(true), top(false));
    let cell = |map: &MeanMap| {
        let (channels, top) = match map.of {
            Channels::All => ("all channels".to_string(), top_of_all),
            Channels::Class(k) => (format!("channels of {}", report.class(k)), top),
            Channels::One(c) => (format!("channel {c}"), top),
        };
        let alt = format!("layer {}, {channels}", layer.layer);
        let image = picture::shades(&map.values, top, (map.height, map.width), &alt);
        format!("<td{}>{image}</td>", own(map, label))
    };
    let cells: String = layer.groups.iter().map(cell).collect();
    format!("<tr><th scope=\"row\">layer {}</th>{cells}</tr>\n", layer.layer)
}
