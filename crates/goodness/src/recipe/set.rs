//! `--set key=value`: a change to a recipe before it is read.

use toml::{Table, Value};

use super::RecipeError;
use super::keys::SECTIONS;

/// Lays `key=value` over the table. The section may be left out: `optimizer.rate=0.01` means
/// `train.optimizer.rate=0.01`. The value is TOML; what is not is taken as a string; an empty one takes the key away.
pub(super) fn apply(table: &mut Table, setting: &str) -> Result<(), RecipeError> {
    let bad = || RecipeError::BadSetting { setting: setting.to_string() };
    let (path, value) = setting.split_once('=').ok_or_else(bad)?;
    let mut path: Vec<&str> = path.trim().split('.').collect();
    if path.iter().any(|key| key.is_empty()) {
        return Err(bad());
    }
    if let Some((section, _)) = SECTIONS.iter().find(|(_, keys)| keys.contains(&path[0])) {
        path.insert(0, section);
    }
    put(table, &path, parse(value.trim())).ok_or_else(bad)
}

fn parse(value: &str) -> Value {
    let wrapped: Result<Table, _> = format!("x = {value}").parse();
    match wrapped.ok().and_then(|mut t| t.remove("x")) {
        Some(parsed) => parsed,
        None => Value::String(value.to_string()),
    }
}

/// Puts `value` at `path`; a member given by name alone becomes a table when a parameter of it is set.
fn put(table: &mut Table, path: &[&str], value: Value) -> Option<()> {
    let (key, rest) = path.split_first()?;
    if rest.is_empty() && value == Value::String(String::new()) {
        table.remove(*key);
        return Some(());
    }
    if rest.is_empty() {
        // Another member by name: the old one's parameters go with it.
        table.insert((*key).to_string(), value);
        return Some(());
    }
    let inner = table.entry(*key).or_insert_with(|| Value::Table(Table::new()));
    if let Value::String(name) = inner {
        *inner = Value::Table(Table::from_iter([("name".to_string(), Value::String(name.clone()))]));
    }
    put(inner.as_table_mut()?, rest, value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(text: &str, setting: &str) -> String {
        let mut table: Table = text.parse().unwrap();
        apply(&mut table, setting).map(|()| table.to_string()).unwrap_or_else(|e| e.to_string())
    }

    #[test]
    fn sections_may_be_left_out() {
        assert_eq!(set("[train]\nepochs = 3\n", "epochs=7"), "[train]\nepochs = 7\n");
        assert_eq!(set("[train]\nepochs = 3\n", "train.epochs = 7"), "[train]\nepochs = 7\n");
    }

    #[test]
    fn a_name_grows_into_a_table() {
        let got = set("[train]\nloss = \"symba\"\n", "loss.alpha=5");
        assert_eq!(got, "[train.loss]\nalpha = 5\nname = \"symba\"\n");
    }

    #[test]
    fn words_are_strings() {
        assert_eq!(set("", "data.set=fashion"), "[data]\nset = \"fashion\"\n");
        assert_eq!(set("", "layers=[5, 5]"), "[network]\nlayers = [5, 5]\n");
        assert_eq!(set("[train]\nepochs = 3\nseed = 1\n", "epochs="), "[train]\nseed = 1\n");
    }

    #[test]
    fn what_is_no_setting_is_said() {
        for bad in ["epochs", "=3", "a..b=1", ".=1"] {
            assert!(set("", bad).starts_with(&format!("setting {bad:?}: expected key=value")), "{bad}");
        }
    }
}
