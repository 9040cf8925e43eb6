//! What the maps of convolutional layers look like.

use super::{FeatureMaps, LayerMaps, MeanMap, Report, page, picture};

pub(super) fn section(report: &Report) -> String {
    if report.maps.is_empty() {
        return String::new();
    }
    let samples: String = report.maps.iter().map(|sample| card(report, sample)).collect();
    let groups = report.maps.iter().flat_map(|s| &s.layers).flat_map(|l| &l.groups).any(|g| g.class.is_some());
    let reading = if groups {
        "Held-out samples, and what convolutional layers make of them: the mean activity of each class's channels, place by \
         place, before it is normalised. A layer's maps have one scale, from nothing to its strongest place. Where goodness is \
         that mean, the column of a sample's own class should become the strongest."
    } else {
        "Held-out samples, and what convolutional layers make of them: the mean activity of all channels, place by place, \
         from nothing to the layer's strongest place."
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

fn own(map: &MeanMap, label: usize) -> &'static str {
    if map.class == Some(label) { " class=\"own\"" } else { "" }
}

fn head(report: &Report, layer: &LayerMaps, label: usize) -> String {
    let name = |map: &MeanMap| map.class.map_or_else(|| "all".to_string(), |k| report.class(k));
    layer.groups.iter().map(|map| format!("<th scope=\"col\"{}>{}</th>", own(map, label), name(map))).collect()
}

fn row(report: &Report, layer: &LayerMaps, label: usize) -> String {
    let finite = layer.groups.iter().flat_map(|map| &map.values).filter(|x| x.is_finite());
    let top = finite.fold(f32::MIN_POSITIVE, |top, x| top.max(x.abs()));
    let cell = |map: &MeanMap| {
        let class =
            map.class.map_or_else(|| "all channels".to_string(), |k| format!("channels of {}", report.class(k)));
        let alt = format!("layer {}, {class}", layer.layer);
        let image = picture::shades(&map.values, top, (map.height, map.width), &alt);
        format!("<td{}>{image}</td>", own(map, label))
    };
    let cells: String = layer.groups.iter().map(cell).collect();
    format!("<tr><th scope=\"row\">layer {}</th>{cells}</tr>\n", layer.layer)
}
