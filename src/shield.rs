//! Work by code that is not ours and may panic: the caller goes on.

use std::io;
use std::thread::{self, Builder};

/// Name of the threads whose panics the command line does not print.
pub const SHIELDED: &str = "shielded";

/// Does work on a thread of its own with a stack of so many bytes; none if it panics.
pub fn shielded<T: Send>(stack: usize, work: impl FnOnce() -> T + Send) -> io::Result<Option<T>> {
    thread::scope(|scope| {
        let builder = Builder::new().name(SHIELDED.to_owned()).stack_size(stack);
        Ok(builder.spawn_scoped(scope, work)?.join().ok())
    })
}

#[cfg(test)]
mod tests {
    use super::shielded;

    #[test]
    fn a_panic_is_no_outcome() {
        assert_eq!(shielded(1 << 20, || 7).unwrap(), Some(7));
        assert_eq!(shielded(1 << 20, || panic!("once")).unwrap(), None::<()>);
    }
}
