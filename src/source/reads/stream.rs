//! A Rust reader as an `hFILE`, the stream that htslib reads from.

use std::io::{self, Read};
use std::os::raw::{c_char, c_int, c_void};

use hts_sys::{hFILE, off_t};

/// What htslib's `hfile_internal.h` declares: the functions behind a stream.
#[repr(C)]
struct Backend {
    read: extern "C" fn(*mut hFILE, *mut c_void, usize) -> isize,
    write: Option<extern "C" fn(*mut hFILE, *const c_void, usize) -> isize>,
    seek: extern "C" fn(*mut hFILE, off_t, c_int) -> off_t,
    flush: Option<extern "C" fn(*mut hFILE) -> c_int>,
    close: extern "C" fn(*mut hFILE) -> c_int,
}

static BACKEND: Backend = Backend {
    read,
    write: None,
    seek,
    flush: None,
    close,
};

unsafe extern "C" {
    fn hfile_init(size: usize, mode: *const c_char, capacity: usize) -> *mut hFILE;
}

/// The reader, and the failure that htslib knows only as one.
pub struct Bytes {
    inner: Box<dyn Read + Send>,
    pub failure: Option<io::Error>,
    pub ended: bool,
}

impl Bytes {
    pub fn new(inner: impl Read + Send + 'static) -> Self {
        Self {
            inner: Box::new(inner),
            failure: None,
            ended: false,
        }
    }

    /// Bytes read, or none after a failure.
    fn read(&mut self, buf: &mut [u8]) -> Option<usize> {
        loop {
            match self.inner.read(buf) {
                Ok(n) => {
                    self.ended |= n == 0;
                    return Some(n);
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => {
                    self.failure.get_or_insert(error);
                    return None;
                }
            }
        }
    }
}

/// As htslib lays out what derives from `hFILE`: the base comes first.
#[repr(C)]
struct Stream {
    base: hFILE,
    bytes: *mut Bytes,
}

/// Makes a stream over `bytes`, which must outlive it; null without memory.
///
/// # Safety
/// `bytes` is valid until the stream is closed, and not borrowed while htslib reads.
pub unsafe fn open(bytes: *mut Bytes) -> *mut hFILE {
    // SAFETY: a stream of this size is made, or null; what lies behind its base is ours to set.
    unsafe {
        let stream = hfile_init(size_of::<Stream>(), c"r".as_ptr(), 0);
        if !stream.is_null() {
            (*stream).backend = (&raw const BACKEND).cast();
            (*stream.cast::<Stream>()).bytes = bytes;
        }
        stream
    }
}

extern "C" fn read(stream: *mut hFILE, buf: *mut c_void, room: usize) -> isize {
    // SAFETY: htslib hands back a stream that `open` made, and a buffer with that much room.
    let (bytes, buf) = unsafe {
        let bytes = &mut *(*stream.cast::<Stream>()).bytes;
        std::ptr::write_bytes(buf.cast::<u8>(), 0, room);
        (bytes, std::slice::from_raw_parts_mut(buf.cast(), room))
    };
    bytes.read(buf).map_or(-1, |n| n.min(room) as isize)
}

/// Fails as on a pipe: htslib then reads on.
extern "C" fn seek(_: *mut hFILE, _: off_t, _: c_int) -> off_t {
    // SAFETY: each thread has an errno of its own.
    unsafe {
        #[cfg(target_os = "macos")]
        let errno = libc::__error();
        #[cfg(not(target_os = "macos"))]
        let errno = libc::__errno_location();
        *errno = libc::ESPIPE;
    }
    -1
}

extern "C" fn close(_: *mut hFILE) -> c_int {
    0
}
