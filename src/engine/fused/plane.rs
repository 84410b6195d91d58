//! Storage of the columns of a node that are still needed.

/// Numbers behind the last column that kernels may read and write: they work on whole vectors.
pub const SLACK: usize = 64;
/// Numbers in a cache line.
const LINE: usize = 16;

/// `[channels][columns]`, of which columns `start..end` are held.
pub struct Plane {
    data: Vec<f32>,
    channels: usize,
    /// Numbers from one channel to the next.
    pitch: usize,
    start: usize,
    end: usize,
}

impl Plane {
    pub fn new(channels: usize) -> Self {
        Self {
            data: Vec::new(),
            channels,
            pitch: 0,
            start: 0,
            end: 0,
        }
    }

    pub fn pitch(&self) -> usize {
        self.pitch
    }

    /// Columns that were ever computed.
    pub fn end(&self) -> usize {
        self.end
    }

    /// Column `column` of a channel, which is held, with those behind it and the slack.
    pub fn row(&self, channel: usize, column: usize) -> &[f32] {
        let row = channel * self.pitch;
        &self.data[row + (column - self.start)..row + self.pitch]
    }

    /// Makes room for columns up to `end`, and gives the place of the first new one.
    pub fn extend(&mut self, end: usize) -> &mut [f32] {
        let (held, room) = (self.end - self.start, end - self.start + SLACK);
        if room > self.pitch {
            // An odd number of cache lines, so that channels do not share a few sets of the cache.
            let pitch = (room.div_ceil(LINE) | 1) * LINE;
            let mut data = vec![0.0; self.channels * pitch];
            if self.pitch > 0 {
                let rows = self.data.chunks_exact(self.pitch);
                for (to, from) in data.chunks_exact_mut(pitch).zip(rows) {
                    to[..held].copy_from_slice(&from[..held]);
                }
            }
            (self.data, self.pitch) = (data, pitch);
        }
        self.end = end;
        &mut self.data[held..]
    }

    /// Forgets all columns.
    pub fn clear(&mut self) {
        (self.start, self.end) = (0, 0);
    }

    /// Forgets the columns before `column`.
    pub fn retain(&mut self, column: usize) {
        let gone = column.min(self.end).saturating_sub(self.start);
        if gone == 0 {
            return;
        }
        let held = self.end - self.start;
        for row in self.data.chunks_exact_mut(self.pitch) {
            row.copy_within(gone..held, 0);
        }
        self.start += gone;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_stay_what_they_were_while_others_come_and_go() {
        let mut plane = Plane::new(2);
        let steps = [(5, 0), (100, 7), (130, 90), (131, 131), (900, 500)];
        for (end, kept) in steps {
            let from = plane.end();
            let pitch = {
                let _ = plane.extend(end);
                plane.pitch()
            };
            let held = plane.end - plane.start;
            for channel in 0..2 {
                for column in from..end {
                    let at = channel * pitch + held - (end - column);
                    plane.data[at] = (channel * 1000 + column) as f32;
                }
            }
            plane.retain(kept);
            for channel in 0..2 {
                for column in kept..end {
                    let number = plane.row(channel, column)[0];
                    assert_eq!(number, (channel * 1000 + column) as f32);
                }
            }
            assert!(plane.pitch() >= plane.end - plane.start + SLACK);
        }
    }
}
