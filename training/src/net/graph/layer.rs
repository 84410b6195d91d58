//! Activations, and the options of a convolution.

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    None,
    Relu,
    Exponential,
    Swish,
    Sigmoid,
    HardSwish,
}

#[derive(Clone, Copy)]
pub struct Conv {
    pub kernel: usize,
    pub dilation: usize,
    pub groups: usize,
    pub norm: bool,
    pub act: Act,
    pub same: bool,
}

impl Conv {
    /// A plain convolution with a bias.
    pub fn of(kernel: usize, act: Act) -> Conv {
        Conv {
            kernel,
            dilation: 1,
            groups: 1,
            norm: false,
            act,
            same: false,
        }
    }

    pub fn dilated(self, dilation: usize) -> Conv {
        Conv { dilation, ..self }
    }

    pub fn grouped(self, groups: usize) -> Conv {
        Conv { groups, ..self }
    }

    pub fn normed(self) -> Conv {
        Conv { norm: true, ..self }
    }

    pub fn same(self) -> Conv {
        Conv { same: true, ..self }
    }
}
