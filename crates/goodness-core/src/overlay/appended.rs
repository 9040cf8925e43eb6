//! # Appended code
//!
//! input F + k = strength · \[k = y\] for k < K behind the F pixels; neutral: strength / K each
//!
//! Source: the label as an input of its own beside the image, as conditional networks have it (Mirza and Osindero 2014);
//! the code is that of Hinton 2022, section 3.3. No pixel is given up: choose it where the first pixels say something, as
//! in photographs. The first layer has K inputs more. Cost: that of [`OneHot`](super::OneHot).
//!
//! ```
//! use goodness_core::overlay::{Appended, Overlay, Place};
//! let (overlay, mut code) = (Appended { strength: 2.0 }, [0.0; 4]);
//! overlay.label_into(1, &mut code);
//! assert_eq!((overlay.place(), code), (Place::After, [0.0, 2.0, 0.0, 0.0]));
//! overlay.neutral_into(&mut code);
//! assert_eq!(code, [0.5; 4]);
//! ```

use super::{Overlay, Place, mean_of_all, one_of_all};
#[cfg(feature = "std")]
use crate::catalogue::{Entry, Info, Param};

/// One input a class, behind the pixels.
#[derive(Clone, Copy, Debug)]
pub struct Appended {
    /// Value of the label's input.
    pub strength: f32,
}

impl Overlay for Appended {
    fn width(&self, classes: usize) -> usize {
        classes
    }

    fn place(&self) -> Place {
        Place::After
    }

    fn label_into(&self, label: u8, code: &mut [f32]) {
        one_of_all(label, self.strength, code);
    }

    fn neutral_into(&self, code: &mut [f32]) {
        mean_of_all(self.strength, code);
    }
}

#[cfg(feature = "std")]
pub(super) const ENTRY: Entry<dyn Overlay> = Entry {
    info: Info {
        name: "appended",
        summary: "K inputs behind the pixels hold the label, one each: no pixel is lost",
        source: "Mirza and Osindero 2014 (arXiv 1411.1784); code of Hinton 2022, section 3.3",
        params: &[Param::real("strength", "value of the label's input", 1.0, 1e-3, 1e3)],
    },
    build: |args| Box::new(Appended { strength: args.f32("strength") }),
};
