//! What a network says, read off the goodness of every label.

/// What a network says of a sample.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Verdict<N> {
    /// The class with the highest goodness.
    pub label: u8,
    /// How many layers were asked.
    pub layers: usize,
    /// Its goodness minus that of the next best.
    pub lead: N,
}

/// The label of the highest goodness, the first of equals, leaving out `but`.
pub(crate) fn best<N: Copy + PartialOrd>(g: &[N], but: Option<usize>) -> usize {
    let mut best = usize::from(but == Some(0));
    for k in best + 1..g.len() {
        if Some(k) != but && g[k] > g[best] {
            best = k;
        }
    }
    best
}

/// The best label and its lead over the next.
pub(crate) fn verdict<N: Copy + PartialOrd>(g: &[N], layers: usize, difference: fn(N, N) -> N) -> Verdict<N> {
    let label = best(g, None);
    let next = best(g, Some(label));
    Verdict { label: label as u8, layers, lead: difference(g[label], g[next]) }
}
