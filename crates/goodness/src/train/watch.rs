//! What happened when within a step, for those who want to draw it.

use std::time::Instant;

/// A stretch of time in which one thing was done.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Span {
    /// What was done.
    pub what: String,
    /// For which layer, from 0; the number of layers stands for what is above them.
    pub layer: usize,
    /// From when, in seconds.
    pub start: f64,
    /// Until when, in seconds.
    pub end: f64,
}

/// Notes spans, one after another, once it has been started; costs nothing before.
#[derive(Clone, Debug, Default)]
pub struct Stopwatch {
    running: Option<(Instant, f64)>,
    spans: Vec<Span>,
}

impl Stopwatch {
    /// Starts at 0, with no spans.
    pub fn start(&mut self) {
        *self = Self { running: Some((Instant::now(), 0.0)), spans: Vec::new() };
    }

    /// Notes what was done since the last mark.
    pub fn mark(&mut self, what: &str, layer: usize) {
        if let Some((origin, last)) = &mut self.running {
            let (start, end) = (*last, origin.elapsed().as_secs_f64());
            self.spans.push(Span { what: what.to_string(), layer, start, end });
            *last = end;
        }
    }

    /// Stops, and hands out the spans.
    pub fn stop(&mut self) -> Vec<Span> {
        self.running = None;
        std::mem::take(&mut self.spans)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_follow_one_another() {
        let mut watch = Stopwatch::default();
        watch.mark("nothing", 0);
        watch.start();
        watch.mark("a", 0);
        watch.mark("b", 1);
        let spans = watch.stop();
        assert_eq!(spans.iter().map(|s| s.what.as_str()).collect::<Vec<_>>(), ["a", "b"]);
        assert!(spans[0].start == 0.0 && spans[0].end == spans[1].start && spans[1].start <= spans[1].end);
        watch.mark("c", 0);
        assert!(watch.stop().is_empty());
    }
}
