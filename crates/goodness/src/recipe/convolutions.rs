//! `network.convolutions`: one table a layer.

use goodness_engine::conv::pooling::Kind;
use toml::Value;

use super::RecipeError;
use super::read::Section;
use crate::layer::Squares;

/// Keys of one of them.
const KEYS: &[&str] = &["side", "stride", "padding", "pool", "pooling", "groups"];
const POOLINGS: [(&str, Kind); 2] = [("average", Kind::Average), ("largest", Kind::Largest)];

/// Reads the convolutions of a network; none where none are given.
pub(super) fn read(network: &Section<'_>) -> Result<Vec<Squares>, RecipeError> {
    let expected = "one table a convolutional layer, such as [{ side = 5 }, { side = 3, pool = 2 }]";
    let Some(value) = network.table.get("convolutions") else { return Ok(Vec::new()) };
    let tables = value.as_array().and_then(|a| a.iter().map(Value::as_table).collect::<Option<Vec<_>>>());
    let tables = tables.ok_or_else(|| network.bad("convolutions", &value.to_string(), expected))?;
    let named = |(l, table)| {
        let name = format!("network.convolutions[{}]", l + 1);
        squares(&Section { origin: network.origin, name: &name, table })
    };
    tables.into_iter().enumerate().map(named).collect()
}

fn squares(s: &Section<'_>) -> Result<Squares, RecipeError> {
    s.only(KEYS)?;
    let side = match s.whole("side", 0, 1, 63)? {
        0 => return Err(s.missing("side", "the side of a square, an odd number such as 3")),
        even if even % 2 == 0 => return Err(s.bad("side", &even.to_string(), "an odd number: a square has a middle")),
        odd => odd,
    };
    let own = Squares::of(side);
    Ok(Squares {
        stride: s.whole("stride", own.stride, 1, 64)?,
        padding: s.whole("padding", own.padding, 0, 64)?,
        pool: s.whole("pool", own.pool, 1, 64)?,
        pooling: pooling(s)?,
        groups: s.whole("groups", own.groups, 1, 1 << 16)?,
        ..own
    })
}

fn pooling(s: &Section<'_>) -> Result<Kind, RecipeError> {
    let Some(name) = s.text("pooling")? else { return Ok(Kind::Average) };
    let known = POOLINGS.iter().find(|(known, _)| *known == name);
    known.map(|(_, kind)| *kind).ok_or_else(|| s.bad("pooling", &format!("{name:?}"), "\"average\" or \"largest\""))
}

/// Writes them as they are read, all keys written out.
pub(super) fn write(convolutions: &[Squares]) -> String {
    let one = |of: &Squares| {
        let Squares { side, stride, padding, pool, pooling, groups } = of;
        let name = POOLINGS.iter().find(|(_, kind)| kind == pooling).map_or("average", |(name, _)| name);
        format!(
            "{{ side = {side}, stride = {stride}, padding = {padding}, pool = {pool}, pooling = {name:?}, groups = {groups} }}"
        )
    };
    format!("[{}]", convolutions.iter().map(one).collect::<Vec<_>>().join(", "))
}
