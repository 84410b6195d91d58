//! The processor's time: what a run costs, whatever else the machine does meanwhile.

use cpu_time::ProcessTime;

/// Seconds that this process has computed so far.
pub fn seconds() -> f64 {
    ProcessTime::now().as_duration().as_secs_f64()
}
