//! Every member of a list, at its defaults and at both ends of every parameter.

use goodness::core::catalogue::{Args, Entry, Param};

/// A member built with some arguments, and what to call it when it fails.
pub struct Variant<T: ?Sized> {
    /// `name(parameter = value, …)`.
    pub label: String,
    /// The member.
    pub member: Box<T>,
}

/// Every member of `family`: once with its defaults, and once for each end of each parameter.
pub fn variants<T: ?Sized>(family: &'static [Entry<T>]) -> Vec<Variant<T>> {
    family
        .iter()
        .flat_map(|entry| settings(entry.info.params).into_iter().map(move |given| variant(entry, &given)))
        .collect()
}

fn settings(params: &'static [Param]) -> Vec<Vec<(String, f64)>> {
    let ends = params.iter().flat_map(|p| [(p.name.to_string(), p.min), (p.name.to_string(), p.max)]);
    std::iter::once(Vec::new()).chain(ends.map(|end| vec![end])).collect()
}

fn variant<T: ?Sized>(entry: &Entry<T>, given: &[(String, f64)]) -> Variant<T> {
    let given_words: Vec<String> = given.iter().map(|(name, value)| format!("{name} = {value}")).collect();
    let label = format!("{}({})", entry.info.name, given_words.join(", "));
    match Args::resolve(entry.info.params, given) {
        Ok(args) => Variant { label, member: (entry.build)(&args) },
        Err(e) => panic!("{label}: its own range does not fit: {e}"),
    }
}
