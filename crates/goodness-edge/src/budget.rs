//! The memory of a network, checked while it compiles.

const WORDS: [&str; 3] = ["this network needs ", " bytes, the budget is ", " bytes"];
const DIGITS: usize = 20;
const LONGEST: usize = WORDS[0].len() + WORDS[1].len() + WORDS[2].len() + 2 * DIGITS;

/// A sentence that can be put together while compiling.
struct Sentence {
    text: [u8; LONGEST],
    len: usize,
}

impl Sentence {
    const fn word(mut self, word: &str) -> Self {
        let bytes = word.as_bytes();
        let mut i = 0;
        while i < bytes.len() {
            self.text[self.len] = bytes[i];
            self.len += 1;
            i += 1;
        }
        self
    }

    const fn number(mut self, number: usize) -> Self {
        let mut digits = 1;
        let mut rest = number;
        while rest >= 10 {
            rest /= 10;
            digits += 1;
        }
        let mut i = digits;
        let mut rest = number;
        while i > 0 {
            i -= 1;
            self.text[self.len + i] = b'0' + (rest % 10) as u8;
            rest /= 10;
        }
        self.len += digits;
        self
    }

    const fn text(&self) -> &str {
        match core::str::from_utf8(self.text.split_at(self.len).0) {
            Ok(text) => text,
            Err(_) => "the network does not fit its budget",
        }
    }
}

const fn sentence(needed: usize, budget: usize) -> Sentence {
    let blank = Sentence { text: [0; LONGEST], len: 0 };
    blank.word(WORDS[0]).number(needed).word(WORDS[1]).number(budget).word(WORDS[2])
}

/// Stops the compiler, with both figures, when `needed` bytes are more than `budget`.
///
/// # Panics
/// While compiling, which is the purpose; at run time as well, when it is called there.
pub const fn assert_fits(needed: usize, budget: usize) {
    if needed > budget {
        panic!("{}", sentence(needed, budget).text());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::ToString;

    #[test]
    #[should_panic(expected = "this network needs 105984 bytes, the budget is 8192 bytes")]
    fn the_refusal_has_both_figures() {
        assert_fits(105_984, 8192);
    }

    #[test]
    fn what_fits_passes() {
        const { assert_fits(8192, 8192) };
        assert_eq!(sentence(0, usize::MAX).text().len(), WORDS.concat().len() + 1 + usize::MAX.to_string().len());
    }
}
