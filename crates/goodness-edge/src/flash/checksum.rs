//! CRC-32 (IEEE 802.3), four bits at a time: sixteen words of table.

/// A running checksum.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Checksum(u32);

const TABLE: [u32; 16] = table();

const fn table() -> [u32; 16] {
    let mut table = [0; 16];
    let mut i = 0;
    while i < 16 {
        let (mut word, mut bit) = (i as u32, 0);
        while bit < 4 {
            word = if word & 1 == 1 { word >> 1 ^ 0xEDB8_8320 } else { word >> 1 };
            bit += 1;
        }
        table[i] = word;
        i += 1;
    }
    table
}

impl Checksum {
    pub(crate) const fn new() -> Self {
        Self(u32::MAX)
    }

    pub(crate) fn add(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 ^= u32::from(*byte);
            self.0 = self.0 >> 4 ^ TABLE[(self.0 & 15) as usize];
            self.0 = self.0 >> 4 ^ TABLE[(self.0 & 15) as usize];
        }
    }

    pub(crate) fn value(self) -> u32 {
        !self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_the_published_checksum() {
        let mut sum = Checksum::new();
        sum.add(b"1234");
        sum.add(b"56789");
        assert_eq!(sum.value(), 0xCBF4_3926);
    }
}
