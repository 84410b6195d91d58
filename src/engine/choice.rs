//! The flag `--engine`.

use strum::{Display, EnumString, VariantNames};

/// Engines of dense models.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Display, EnumString, VariantNames)]
#[strum(serialize_all = "lowercase")]
pub enum EngineChoice {
    /// Kernels with the best instruction set of the machine.
    Auto,
    Avx512,
    Avx2,
    Neon,
    /// Kernels without vector instructions.
    Portable,
    Tract,
}
