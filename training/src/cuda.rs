//! CUDA where there is one: the program links the CPU libraries only, and takes the CUDA ones of
//! a torch 2.11 that `LD_LIBRARY_PATH` points at.

use tch::Device;

/// Must be the first act of the program, before anything asks libtorch about devices.
pub fn device() -> Device {
    // SAFETY: loads a shared library by a constant, NUL-terminated name; its initialisers are
    // libtorch's own, and no other thread runs yet.
    unsafe {
        libc::dlopen(
            c"libtorch_cuda.so".as_ptr(),
            libc::RTLD_NOW | libc::RTLD_GLOBAL,
        )
    };
    Device::cuda_if_available()
}
