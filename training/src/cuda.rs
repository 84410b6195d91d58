//! The device that networks run on. The program links the CPU libraries only, and takes the CUDA
//! ones of a torch 2.11 that setup.sh brings, or that `LD_LIBRARY_PATH` points at.

use std::str::FromStr;

use anyhow::{Result, bail, ensure};
use tch::{Cuda, Device};

/// What the command line asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Choice {
    Cpu,
    Cuda,
    /// CUDA where there is one.
    Auto,
}

impl FromStr for Choice {
    type Err = anyhow::Error;

    fn from_str(text: &str) -> Result<Choice> {
        Ok(match text {
            "cpu" => Choice::Cpu,
            "cuda" => Choice::Cuda,
            "auto" => Choice::Auto,
            _ => bail!("cpu, cuda or auto is wanted, not '{text}'"),
        })
    }
}

/// Loads libtorch's CUDA part, where it is there. Must be the first act of the program, before
/// anything asks libtorch about devices.
pub fn load() {
    // SAFETY: loads a shared library by a constant, NUL-terminated name; its initialisers are
    // libtorch's own, and no other thread runs yet.
    unsafe {
        libc::dlopen(
            c"libtorch_cuda.so".as_ptr(),
            libc::RTLD_NOW | libc::RTLD_GLOBAL,
        )
    };
}

/// # Errors
///
/// If CUDA is asked for and there is none.
pub fn device(choice: Choice) -> Result<Device> {
    let there = choice != Choice::Cpu && Cuda::is_available();
    ensure!(
        there || choice != Choice::Cuda,
        "--device cuda: libtorch finds no CUDA device (training/README.md says how to set it up)"
    );
    Ok(if there { Device::Cuda(0) } else { Device::Cpu })
}
