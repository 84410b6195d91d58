//! Runs foreign code that may panic or hang, so that the caller goes on.

use std::io;
use std::sync::mpsc::{RecvTimeoutError, sync_channel};
use std::thread::Builder;
use std::time::Duration;

/// Name of the threads whose panics the command line does not print.
pub const SHIELDED: &str = "shielded";

/// Why work has no result.
#[derive(Debug)]
pub enum Unfinished {
    NoThread(io::Error),
    Panic,
    Late,
}

/// Does work on a thread of its own, and waits for it until the deadline. A thread that misses the
/// deadline goes on until the process ends.
pub fn shielded_for<T: Send + 'static>(
    deadline: Duration,
    stack: usize,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Unfinished> {
    let (done, outcome) = sync_channel(1);
    let builder = Builder::new().name(SHIELDED.to_owned()).stack_size(stack);
    let work = move || {
        // The caller may not wait any more.
        let _ = done.send(work());
    };
    builder.spawn(work).map_err(Unfinished::NoThread)?;
    outcome.recv_timeout(deadline).map_err(|error| match error {
        RecvTimeoutError::Disconnected => Unfinished::Panic,
        RecvTimeoutError::Timeout => Unfinished::Late,
    })
}

/// Does work on a thread of its own with a stack of `stack` bytes; none if it panics.
#[cfg(feature = "bigwig")]
pub fn shielded<T: Send>(stack: usize, work: impl FnOnce() -> T + Send) -> io::Result<Option<T>> {
    std::thread::scope(|scope| {
        let builder = Builder::new().name(SHIELDED.to_owned()).stack_size(stack);
        Ok(builder.spawn_scoped(scope, work)?.join().ok())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(feature = "bigwig")]
    #[test]
    fn a_panic_is_no_outcome() {
        assert_eq!(shielded(1 << 20, || 7).unwrap(), Some(7));
        assert_eq!(shielded(1 << 20, || panic!("once")).unwrap(), None::<()>);
    }

    #[test]
    fn work_that_does_not_end_is_left() {
        let soon = Duration::from_millis(20);
        let outcome = shielded_for(Duration::from_secs(60), 1 << 20, || 7);
        assert_eq!(outcome.unwrap(), 7);
        let panic = shielded_for(Duration::from_secs(60), 1 << 20, || panic!("once"));
        assert!(matches!(panic, Err::<(), _>(Unfinished::Panic)));
        let late = shielded_for(soon, 1 << 20, || std::thread::sleep(Duration::from_secs(5)));
        assert!(matches!(late, Err(Unfinished::Late)));
    }
}
