//! Signals that end the program: temporary files are removed, and the exit status is the signal's.

use std::sync::Once;

use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2, SIGXCPU};
use signal_hook::iterator::Signals;
use signal_hook::low_level::emulate_default_handler;

use crate::temporary;

/// Done once in a process, even if the command line is called several times.
static LISTENS: Once = Once::new();

/// Signals by which terminals, shells and batch systems end programs, except SIGKILL.
const ENDS: [i32; 7] = [SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2, SIGXCPU];

/// From now on a signal removes temporary files before it ends the program. Signals that are
/// ignored, as SIGHUP under nohup, stay ignored.
pub fn remove_temporary_files() {
    LISTENS.call_once(listen);
}

fn listen() {
    let heard: Vec<_> = ENDS
        .into_iter()
        .filter(|&signal| !is_ignored(signal))
        .collect();
    let Ok(mut signals) = Signals::new(heard) else {
        return;
    };
    let wait = move || {
        if let Some(signal) = signals.forever().next() {
            temporary::remove_all();
            let _ = emulate_default_handler(signal);
        }
    };
    // Without this thread a run still works; a signal then leaves its temporary file.
    let _ = std::thread::Builder::new()
        .name("signals".to_owned())
        .spawn(wait);
}

fn is_ignored(signal: i32) -> bool {
    let mut action = std::mem::MaybeUninit::zeroed();
    // SAFETY: all zeros is a valid `sigaction`; with a null new action the call only fills it in.
    unsafe {
        libc::sigaction(signal, std::ptr::null(), action.as_mut_ptr());
        action.assume_init().sa_sigaction == libc::SIG_IGN
    }
}
