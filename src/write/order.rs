//! Merges the sorted items of several sources along a record, with bounded memory.

/// Items that are kept until no later item can precede them.
#[derive(Debug)]
pub struct Ordered<T> {
    /// By start, then by source.
    held: Vec<((usize, usize), T)>,
}

impl<T> Default for Ordered<T> {
    fn default() -> Self {
        Self { held: Vec::new() }
    }
}

impl<T> Ordered<T> {
    pub fn push(&mut self, start: usize, source: usize, item: T) {
        self.held.push(((start, source), item));
    }

    /// Removes the items that start left of `frontier`, sorted.
    pub fn release(&mut self, frontier: usize) -> impl Iterator<Item = T> {
        self.held.sort_by_key(|(key, _)| *key);
        let end = self
            .held
            .partition_point(|((start, _), _)| *start < frontier);
        self.held.drain(..end).map(|(_, item)| item)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_leave_sorted_once_the_frontier_has_passed() {
        let mut ordered = Ordered::default();
        ordered.push(9, 0, 'c');
        ordered.push(4, 1, 'b');
        ordered.push(4, 0, 'a');
        assert_eq!(ordered.release(9).collect::<String>(), "ab");
        ordered.push(10, 0, 'd');
        assert_eq!(ordered.release(9).count(), 0);
        assert_eq!(ordered.release(usize::MAX).collect::<String>(), "cd");
    }
}
