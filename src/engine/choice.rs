//! What runs dense models.

use strum::{Display, EnumString, VariantNames};

/// What runs dense models.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Display, EnumString, VariantNames)]
#[strum(serialize_all = "lowercase")]
pub enum EngineChoice {
    /// Kernels with the best instructions of the machine.
    Auto,
    Avx512,
    Avx2,
    Neon,
    /// Kernels without vector instructions.
    Portable,
    Tract,
}
