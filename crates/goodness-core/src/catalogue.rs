//! What every family shares: a member's own words about itself, its parameters, and the list it stands in.
//!
//! Recipes, `--help`, the tables of the documentation and the conformance tests all read these lists; a member that is
//! not in its list does not exist for them.

use std::boxed::Box;
use std::fmt;
use std::string::String;
use std::vec::Vec;

/// What a member says of itself.
#[derive(Clone, Copy, Debug)]
pub struct Info {
    /// Name in recipes, `snake_case`, unique in its family.
    pub name: &'static str,
    /// One line: what it is and when to choose it.
    pub summary: &'static str,
    /// Where it comes from: paper and section.
    pub source: &'static str,
    /// Its parameters, in the order of the formula.
    pub params: &'static [Param],
}

/// One parameter of a member.
#[derive(Clone, Copy, Debug)]
pub struct Param {
    /// Name in recipes.
    pub name: &'static str,
    /// One line on what it does.
    pub summary: &'static str,
    /// Value when the recipe is silent.
    pub default: f64,
    /// Smallest value allowed.
    pub min: f64,
    /// Largest value allowed.
    pub max: f64,
    /// Whether only whole numbers are allowed.
    pub whole: bool,
}

impl Param {
    /// A real parameter in `[min, max]`.
    pub const fn real(name: &'static str, summary: &'static str, default: f64, min: f64, max: f64) -> Self {
        Self { name, summary, default, min, max, whole: false }
    }

    /// A whole parameter in `[min, max]`.
    pub const fn whole(name: &'static str, summary: &'static str, default: f64, min: f64, max: f64) -> Self {
        Self { name, summary, default, min, max, whole: true }
    }

    fn check(&self, value: f64) -> Result<(), ArgError> {
        let fits = value >= self.min && value <= self.max && (!self.whole || value.fract() == 0.0);
        if fits { Ok(()) } else { Err(ArgError::OutOfRange { param: *self, value }) }
    }
}

/// A checked value for every parameter of one member.
#[derive(Clone, Debug, PartialEq)]
pub struct Args(Vec<(&'static str, f64)>);

/// Why arguments do not fit a member.
#[derive(Clone, Debug)]
pub enum ArgError {
    /// No parameter has this name.
    Unknown {
        /// The name that came.
        name: String,
        /// The parameters there are.
        known: &'static [Param],
    },
    /// The value lies outside the parameter's range, or is not whole where it must be.
    OutOfRange {
        /// The parameter with its range.
        param: Param,
        /// The value that came.
        value: f64,
    },
}

impl fmt::Display for ArgError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown { name, known: [] } => write!(f, "unknown parameter {name:?}: it takes none"),
            Self::Unknown { name, known } => {
                let names: Vec<_> = known.iter().map(|p| p.name).collect();
                write!(f, "unknown parameter {name:?}: it takes {}", names.join(", "))
            }
            Self::OutOfRange { param: Param { name, min, max, whole, .. }, value } => {
                let kind = if *whole { "a whole number" } else { "a number" };
                write!(f, "{name} = {value}: expected {kind} from {min} to {max}")
            }
        }
    }
}

impl std::error::Error for ArgError {}

impl Args {
    /// The given values, checked, and the default of every parameter not given.
    ///
    /// # Errors
    /// [`ArgError`] for the first name or value that does not fit.
    pub fn resolve(params: &'static [Param], given: &[(String, f64)]) -> Result<Self, ArgError> {
        if let Some((name, _)) = given.iter().find(|(name, _)| params.iter().all(|p| p.name != name)) {
            return Err(ArgError::Unknown { name: name.clone(), known: params });
        }
        let value = |p: &Param| given.iter().rfind(|(name, _)| name == p.name).map_or(p.default, |(_, v)| *v);
        let args: Vec<_> = params.iter().map(|p| (p.name, value(p))).collect();
        params.iter().zip(&args).try_for_each(|(p, (_, v))| p.check(*v))?;
        Ok(Self(args))
    }

    /// The value of parameter `name`.
    ///
    /// # Panics
    /// When the member has no such parameter: its file names one that its list of parameters does not.
    #[track_caller]
    pub fn get(&self, name: &str) -> f64 {
        match self.0.iter().find(|(n, _)| *n == name) {
            Some((_, value)) => *value,
            None => panic!("no parameter {name:?} among {:?}", self.0),
        }
    }

    /// The value of parameter `name`, rounded to `f32`.
    #[track_caller]
    pub fn f32(&self, name: &str) -> f32 {
        self.get(name) as f32
    }

    /// Every name with its value, in the order of the formula.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, f64)> + '_ {
        self.0.iter().copied()
    }
}

/// One line of a family's list: a member and how to build it.
#[derive(Debug)]
pub struct Entry<T: ?Sized> {
    /// What the member says of itself.
    pub info: Info,
    /// Builds it from checked arguments.
    pub build: fn(&Args) -> Box<T>,
}

/// The member called `name` of a family's list.
pub fn find<T: ?Sized>(family: &'static [Entry<T>], name: &str) -> Option<&'static Entry<T>> {
    family.iter().find(|entry| entry.info.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PARAMS: &[Param] = &[Param::real("rate", "", 0.5, 0.0, 1.0), Param::whole("from", "", 1.0, 1.0, 9.0)];

    fn resolve(given: &[(&str, f64)]) -> Result<Args, String> {
        let given: Vec<_> = given.iter().map(|(n, v)| (String::from(*n), *v)).collect();
        Args::resolve(PARAMS, &given).map_err(|e| e.to_string())
    }

    #[test]
    fn silence_means_the_default() {
        let args = resolve(&[("from", 3.0)]).unwrap();
        assert_eq!((args.get("rate"), args.get("from")), (0.5, 3.0));
    }

    #[test]
    fn what_does_not_fit_is_said() {
        assert_eq!(resolve(&[("speed", 1.0)]).unwrap_err(), "unknown parameter \"speed\": it takes rate, from");
        assert_eq!(resolve(&[("rate", 2.0)]).unwrap_err(), "rate = 2: expected a number from 0 to 1");
        assert_eq!(resolve(&[("from", 1.5)]).unwrap_err(), "from = 1.5: expected a whole number from 1 to 9");
        assert!(resolve(&[("rate", f64::NAN)]).is_err());
    }
}
