//! The page around the sections, and its style.

/// Makes text safe inside HTML.
pub fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// The whole page.
pub fn wrap(title: &str, sections: &str) -> String {
    let title = escape(title);
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>{title}</title>\n\
         <style>{STYLE}</style>\n</head>\n<body>\n<main>\n{sections}</main>\n</body>\n</html>\n"
    )
}

/// A section with its title and a sentence on how to read it.
pub fn section(title: &str, reading: &str, body: &str) -> String {
    format!("<section>\n<h2>{title}</h2>\n<p class=\"reading\">{reading}</p>\n{body}\n</section>\n")
}

const STYLE: &str = "
:root { color-scheme: light dark; --ink: #1d2430; --soft: #5d6878; --faint: #dde2ea; --paper: #fbfcfe; --card: #fff;
  --pos: #1769c2; --neg: #c8551b; --theta: #6b4fb3;
  --c1: #1769c2; --c2: #c8551b; --c3: #2c8a57; --c4: #8b4fc0; --c5: #b1872a; --c6: #b03a6a; --heat: 23, 105, 194; }
@media (prefers-color-scheme: dark) { :root { --ink: #e7ebf2; --soft: #9aa6b8; --faint: #2e3746; --paper: #12161d;
  --card: #1a202a; --pos: #62a8f5; --neg: #f0915a; --theta: #b39df0;
  --c1: #62a8f5; --c2: #f0915a; --c3: #66c493; --c4: #bd93ec; --c5: #dcb75c; --c6: #ea7fa9; --heat: 98, 168, 245; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.55 system-ui, -apple-system, 'Segoe UI',
  'Noto Sans', sans-serif; }
main { max-width: 1120px; margin: 0 auto; padding: 32px 24px 64px; }
h1 { font-size: 30px; line-height: 1.2; margin: 0 0 4px; letter-spacing: -.01em; }
h2 { font-size: 20px; margin: 0 0 2px; }
h3 { font-size: 14px; font-weight: 600; margin: 0 0 6px; }
section { margin-top: 44px; }
.reading, .sub { color: var(--soft); margin: 0 0 16px; max-width: 76ch; }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(170px, 1fr)); gap: 12px; margin-top: 24px; }
.figure, .card { background: var(--card); border: 1px solid var(--faint); border-radius: 10px; padding: 14px 16px; }
.figure b { display: block; font-size: 22px; line-height: 1.25; font-variant-numeric: tabular-nums; }
.figure.main b { font-size: 32px; white-space: nowrap; color: var(--pos); }
.figure span { color: var(--soft); font-size: 13px; }
.figure.main { grid-row: span 2; display: flex; flex-direction: column; justify-content: center; }
.warning { border-left: 4px solid var(--neg); background: var(--card); padding: 10px 14px; margin: 16px 0 0;
  border-radius: 0 8px 8px 0; }
.grid { display: grid; grid-template-columns: repeat(auto-fit, minmax(420px, 1fr)); gap: 16px; }
.legend { color: var(--soft); font-size: 13px; margin: 4px 0 0; }
.legend i { display: inline-block; width: 14px; height: 3px; border-radius: 2px; margin: 0 6px 3px 0; }
.legend span { margin-right: 16px; white-space: nowrap; }
svg { width: 100%; height: auto; display: block; }
svg text { fill: var(--soft); font-size: 11px; font-family: inherit; font-variant-numeric: tabular-nums; }
svg .axis { stroke: var(--faint); stroke-width: 1; }
svg .line { fill: none; stroke-width: 2; stroke-linejoin: round; stroke-linecap: round; }
svg .theta { stroke: var(--theta); stroke-width: 1.5; stroke-dasharray: 5 4; }
svg .label { fill: var(--theta); }
.table { overflow-x: auto; }
table.confusion { border-collapse: separate; border-spacing: 2px; font-variant-numeric: tabular-nums; font-size: 13px; }
.confusion td { width: 52px; height: 32px; text-align: center; border-radius: 4px; }
.confusion td.none { color: var(--faint); }
.confusion th { font-weight: 600; color: var(--soft); padding: 0 8px; }
.confusion.small td { width: 8px; height: 8px; border-radius: 1px; padding: 0; }
.confusion.small { border-spacing: 1px; }
table.plain { border-collapse: collapse; font-size: 14px; font-variant-numeric: tabular-nums; }
.plain th, .plain td { text-align: left; padding: 6px 14px 6px 0; border-bottom: 1px solid var(--faint);
  white-space: nowrap; }
.plain th { color: var(--soft); font-weight: 600; }
table.layers { width: 100%; max-width: 640px; }
.layers td.bar { width: 60%; }
.bar i { display: block; height: 12px; border-radius: 3px; background: var(--c1); }
.tiles { display: flex; flex-wrap: wrap; gap: 10px; }
.tiles + .tiles { margin-top: 12px; }
.tile { width: 84px; text-align: center; font-size: 13px; line-height: 1.35; }
.tile img { width: 84px; height: auto; border-radius: 6px; display: block; margin-bottom: 4px; }
.tile small { color: var(--soft); display: block; font-variant-numeric: tabular-nums; }
.maps { display: flex; gap: 16px; align-items: flex-start; margin-bottom: 12px; }
.maps .tile { flex: none; }
.maps table { border-collapse: collapse; font-size: 12px; }
.maps th { font-weight: 600; color: var(--soft); padding: 2px 4px; white-space: nowrap; max-width: 64px; overflow: hidden;
  text-overflow: ellipsis; }
.maps th.own { color: var(--pos); }
.maps td { padding: 3px; }
.maps td img { width: 48px; height: auto; display: block; border: 1px solid var(--faint); border-radius: 3px; }
.maps td.own img { border-color: var(--pos); }
@media (max-width: 560px) { .maps { flex-direction: column; } .maps .table { max-width: 100%; } }
.units { display: grid; grid-template-columns: repeat(auto-fill, minmax(60px, 1fr)); gap: 6px; }
.units img { width: 100%; height: auto; border-radius: 4px; display: block; }
img { image-rendering: pixelated; }
pre { background: var(--card); border: 1px solid var(--faint); border-radius: 10px; padding: 16px; overflow-x: auto;
  font: 13px/1.5 ui-monospace, 'SF Mono', Menlo, Consolas, monospace; margin: 0; }
footer { color: var(--soft); font-size: 13px; margin-top: 44px; }
@media print { main { max-width: none; padding: 0; } section, .card { break-inside: avoid; } }
";
