//! What runs dense models.

use crate::words::choice;

choice! {
    /// What runs dense models.
    EngineChoice {
        /// Kernels with the best instructions of the machine.
        Auto = "auto",
        Avx512 = "avx512",
        Avx2 = "avx2",
        Neon = "neon",
        /// Kernels without vector instructions.
        Portable = "portable",
        Tract = "tract",
    }
}
