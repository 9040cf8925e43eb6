//! Plain code that is compiled once for every width of registers, and run with the widest that the processor has.

/// Numbers that one register holds.
pub(crate) trait Lanes: Copy {
    /// How many.
    const COUNT: usize;
    /// Numbers that a word of a product's operands holds: itself, or a pair of halves.
    const HELD: usize = 1;

    /// The same number in every lane.
    fn all(number: f32) -> Self;

    /// The first numbers of a slice that is long enough.
    fn load(from: &[f32]) -> Self;

    /// Writes them to the first places of a slice that is long enough.
    fn store(self, to: &mut [f32]);

    /// The numbers there.
    ///
    /// # Safety
    /// There are as many.
    unsafe fn read(from: *const f32) -> Self;

    fn add(self, other: Self) -> Self;

    fn sub(self, other: Self) -> Self;

    fn times(self, other: Self) -> Self;

    /// `self + a·b`.
    fn fold(self, a: Self, b: Self) -> Self;

    /// `self + a·b` of all numbers that the words of `a` and `b` hold.
    #[inline(always)]
    fn fold_words(self, a: Self, b: Self) -> Self {
        self.fold(a, b)
    }

    /// Makes the numbers number `WHICH` of those that the first words of a slice hold. The first clears the others.
    #[inline(always)]
    fn put<const WHICH: usize>(self, to: &mut [f32]) {
        self.store(to);
    }
}

/// Something to compute, whatever the registers are.
pub(crate) trait Work {
    /// Computes it; products keep the sums of `ROWS` rows of two registers at a time. To be inlined, always.
    fn run<L: Lanes, const ROWS: usize>(self);
}

/// Registers of this processor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Registers(Width);

/// Numbers of 32 bits that a register holds. There is no value but of widths that the processor was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Width {
    Four,
    #[cfg(target_arch = "x86_64")]
    Eight,
    #[cfg(target_arch = "x86_64")]
    Sixteen,
    #[cfg(target_arch = "x86_64")]
    Paired,
}

impl Registers {
    /// The widest, for products of pairs of halves where those may be.
    pub(crate) fn widest(halves: bool) -> Self {
        #[cfg(target_arch = "x86_64")]
        {
            if halves && super::has_pairs() {
                return Self(Width::Paired);
            }
            if super::has_wide() {
                return Self(Width::Sixteen);
            }
            if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") {
                return Self(Width::Eight);
            }
        }
        Self(Width::Four)
    }

    /// All that there are.
    #[cfg(test)]
    pub(crate) fn every() -> Vec<Self> {
        let all = [
            Width::Four,
            #[cfg(target_arch = "x86_64")]
            Width::Eight,
            #[cfg(target_arch = "x86_64")]
            Width::Sixteen,
        ];
        let (widest, paired) = (Self::widest(false).lanes(), Self::widest(true));
        let mut every: Vec<_> = all.into_iter().map(Self).filter(|registers| registers.lanes() <= widest).collect();
        every.extend((paired.held() > 1).then_some(paired));
        every
    }

    /// Numbers of one.
    pub(crate) fn lanes(self) -> usize {
        match self.0 {
            Width::Four => 4,
            #[cfg(target_arch = "x86_64")]
            Width::Eight => 8,
            #[cfg(target_arch = "x86_64")]
            Width::Sixteen | Width::Paired => 16,
        }
    }

    /// Numbers that a word of a product's operands holds.
    pub(crate) fn held(self) -> usize {
        match self.0 {
            #[cfg(target_arch = "x86_64")]
            Width::Paired => 2,
            _ => 1,
        }
    }

    /// Computes with them.
    pub(crate) fn run(self, work: impl Work) {
        match self.0 {
            Width::Four => work.run::<Four, 6>(),
            // SAFETY: a value of this width is made on processors that have the instructions.
            #[cfg(target_arch = "x86_64")]
            Width::Eight => unsafe { x86::eight(work) },
            // SAFETY: as above.
            #[cfg(target_arch = "x86_64")]
            Width::Sixteen => unsafe { x86::sixteen(work) },
            // SAFETY: as above.
            #[cfg(target_arch = "x86_64")]
            Width::Paired => unsafe { x86::paired(work) },
        }
    }
}

/// What every processor can be compiled for.
#[derive(Clone, Copy)]
struct Four([f32; 4]);

impl Four {
    #[inline(always)]
    fn each(self, other: Self, of: impl Fn(f32, f32) -> f32) -> Self {
        Self(std::array::from_fn(|i| of(self.0[i], other.0[i])))
    }
}

impl Lanes for Four {
    const COUNT: usize = 4;

    #[inline(always)]
    fn all(number: f32) -> Self {
        Self([number; 4])
    }

    #[inline(always)]
    fn load(from: &[f32]) -> Self {
        Self(std::array::from_fn(|i| from[i]))
    }

    #[inline(always)]
    fn store(self, to: &mut [f32]) {
        to[..4].copy_from_slice(&self.0);
    }

    #[inline(always)]
    unsafe fn read(from: *const f32) -> Self {
        // SAFETY: the caller's.
        Self(unsafe { from.cast::<[f32; 4]>().read_unaligned() })
    }

    #[inline(always)]
    fn add(self, other: Self) -> Self {
        self.each(other, |a, b| a + b)
    }

    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        self.each(other, |a, b| a - b)
    }

    #[inline(always)]
    fn times(self, other: Self) -> Self {
        self.each(other, |a, b| a * b)
    }

    #[inline(always)]
    fn fold(self, a: Self, b: Self) -> Self {
        // Apart, where a fused one would be a call to a library.
        if cfg!(any(target_feature = "fma", target_arch = "aarch64")) {
            return Self(std::array::from_fn(|i| a.0[i].mul_add(b.0[i], self.0[i])));
        }
        self.add(a.times(b))
    }
}

#[cfg(target_arch = "x86_64")]
mod x86 {
    use std::arch::x86_64::*;
    use std::mem::transmute;

    use super::{Lanes, Work};

    /// With 256-bit registers.
    #[target_feature(enable = "avx2,fma")]
    pub(super) fn eight(work: impl Work) {
        work.run::<Eight, 6>();
    }

    /// With 512-bit registers.
    #[target_feature(enable = "avx512f,avx512bw,avx512vl,fma")]
    pub(super) fn sixteen(work: impl Work) {
        work.run::<Sixteen, 14>();
    }

    /// With 512-bit registers, and products of pairs of halves.
    #[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512bf16,fma")]
    pub(super) fn paired(work: impl Work) {
        work.run::<Paired, 14>();
    }

    /// Eight numbers; named by [`eight`] alone.
    #[derive(Clone, Copy)]
    struct Eight(__m256);

    /// Sixteen numbers; named by [`sixteen`] alone.
    #[derive(Clone, Copy)]
    struct Sixteen(__m512);

    /// Sixteen numbers, or words of two halves; named by [`paired`] alone.
    #[derive(Clone, Copy)]
    struct Paired(__m512);

    /// What products do with words that are two halves; those of the number are the lower ones.
    macro_rules! halves {
        () => {
            const HELD: usize = 2;

            #[inline(always)]
            fn fold_words(self, a: Self, b: Self) -> Self {
                // SAFETY: only code that was compiled for these registers names the type; 32 halves have the size of 16 numbers.
                unsafe {
                    let [a, b] = [a.0, b.0].map(|words| transmute::<__m512, __m512bh>(words));
                    Self(_mm512_dpbf16_ps(self.0, a, b))
                }
            }

            #[inline(always)]
            fn put<const WHICH: usize>(self, to: &mut [f32]) {
                let to = to[..Self::COUNT].as_mut_ptr().cast::<__m512i>();
                // SAFETY: as above; there is room for as many words, and any bits are some.
                unsafe {
                    let halves = transmute::<__m256bh, __m256i>(_mm512_cvtneps_pbh(self.0));
                    let words = _mm512_cvtepu16_epi32(halves);
                    let words = match WHICH {
                        0 => words,
                        _ => _mm512_or_si512(_mm512_loadu_si512(to), _mm512_slli_epi32::<16>(words)),
                    };
                    _mm512_storeu_si512(to, words);
                }
            }
        };
    }

    macro_rules! lanes {
        ($name:ident $(with $words:ident)?, $count:literal, $all:ident, $load:ident, $store:ident, $add:ident, $sub:ident, $times:ident, $fold:ident) => {
            impl Lanes for $name {
                const COUNT: usize = $count;
                $($words!();)?

                #[inline(always)]
                fn all(number: f32) -> Self {
                    // SAFETY: only code that was compiled for these registers, and so asked for them, names the type.
                    Self(unsafe { $all(number) })
                }

                #[inline(always)]
                fn load(from: &[f32]) -> Self {
                    let from = &from[..$count];
                    // SAFETY: as above; there are as many numbers.
                    Self(unsafe { $load(from.as_ptr()) })
                }

                #[inline(always)]
                fn store(self, to: &mut [f32]) {
                    let to = &mut to[..$count];
                    // SAFETY: as above; there are as many numbers.
                    unsafe { $store(to.as_mut_ptr(), self.0) }
                }

                #[inline(always)]
                unsafe fn read(from: *const f32) -> Self {
                    // SAFETY: as above, and the caller's.
                    Self(unsafe { $load(from) })
                }

                #[inline(always)]
                fn add(self, other: Self) -> Self {
                    // SAFETY: as above.
                    Self(unsafe { $add(self.0, other.0) })
                }

                #[inline(always)]
                fn sub(self, other: Self) -> Self {
                    // SAFETY: as above.
                    Self(unsafe { $sub(self.0, other.0) })
                }

                #[inline(always)]
                fn times(self, other: Self) -> Self {
                    // SAFETY: as above.
                    Self(unsafe { $times(self.0, other.0) })
                }

                #[inline(always)]
                fn fold(self, a: Self, b: Self) -> Self {
                    // SAFETY: as above.
                    Self(unsafe { $fold(a.0, b.0, self.0) })
                }
            }
        };
    }

    lanes!(
        Eight,
        8,
        _mm256_set1_ps,
        _mm256_loadu_ps,
        _mm256_storeu_ps,
        _mm256_add_ps,
        _mm256_sub_ps,
        _mm256_mul_ps,
        _mm256_fmadd_ps
    );
    lanes!(
        Sixteen,
        16,
        _mm512_set1_ps,
        _mm512_loadu_ps,
        _mm512_storeu_ps,
        _mm512_add_ps,
        _mm512_sub_ps,
        _mm512_mul_ps,
        _mm512_fmadd_ps
    );
    lanes!(
        Paired with halves,
        16,
        _mm512_set1_ps,
        _mm512_loadu_ps,
        _mm512_storeu_ps,
        _mm512_add_ps,
        _mm512_sub_ps,
        _mm512_mul_ps,
        _mm512_fmadd_ps
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Writes a·b + c − a to `out`.
    struct Sums<'a>([&'a [f32]; 3], &'a mut [f32]);

    impl Work for Sums<'_> {
        #[inline(always)]
        fn run<L: Lanes, const ROWS: usize>(self) {
            let Self([a, b, c], out) = self;
            for first in (0..out.len()).step_by(L::COUNT) {
                let [a, b, c] = [a, b, c].map(|of| L::load(&of[first..]));
                let once = c.fold(a, b).sub(a);
                once.add(L::all(2.0).times(a)).sub(a).sub(a).store(&mut out[first..]);
            }
        }
    }

    #[test]
    fn every_width_computes_the_same() {
        let [a, b, c] = [1.0f32, 2.0, 3.0].map(|from| (0..64).map(|i| from * i as f32).collect::<Vec<_>>());
        for registers in Registers::every() {
            let mut out = [0.0; 64];
            registers.run(Sums([&a, &b, &c], &mut out));
            assert!((0..64).all(|i| out[i] == a[i] * b[i] + c[i] - a[i]), "{registers:?}");
        }
    }

    /// Puts two numbers into every word, one after the other, and writes what products make of them and 2.
    struct Words<'a>([&'a [f32]; 2], &'a mut [f32]);

    impl Work for Words<'_> {
        #[inline(always)]
        fn run<L: Lanes, const ROWS: usize>(self) {
            let Self([first, second], out) = self;
            let (mut words, mut twos) = ([7.0; 16], [7.0; 16]);
            L::load(first).put::<0>(&mut words);
            L::all(2.0).put::<0>(&mut twos);
            if L::HELD == 2 {
                L::load(second).put::<1>(&mut words);
                L::all(2.0).put::<1>(&mut twos);
            }
            L::all(1.0).fold_words(L::load(&words), L::load(&twos)).store(out);
        }
    }

    #[test]
    fn words_hold_one_number_or_two() {
        let (first, second): (Vec<_>, Vec<_>) = (0..16).map(|i| (i as f32, 100.0 - 3.0 * i as f32)).unzip();
        for registers in Registers::every() {
            let mut out = [0.0; 16];
            registers.run(Words([&first, &second], &mut out));
            let want = |i: usize| 1.0 + 2.0 * first[i] + if registers.held() == 2 { 2.0 * second[i] } else { 0.0 };
            assert!((0..registers.lanes()).all(|i| out[i] == want(i)), "{registers:?}: {out:?}");
        }
    }
}
