//! Bases as codes: A, C, G, T are 0 to 3, and everything else is unknown.

use tch::{Device, Tensor};

/// Code of an unknown base; A, C, G, T are 0 to 3, so that `3 - code` is the complement.
pub const UNKNOWN: u8 = 4;

pub fn code(base: u8) -> u8 {
    match base {
        b'A' | b'a' => 0,
        b'C' | b'c' => 1,
        b'G' | b'g' => 2,
        b'T' | b't' | b'U' | b'u' => 3,
        _ => UNKNOWN,
    }
}

pub fn complement(code: u8) -> u8 {
    if code < UNKNOWN { 3 - code } else { UNKNOWN }
}

pub fn encode(sequence: &[u8]) -> Vec<u8> {
    sequence.iter().map(|&base| code(base)).collect()
}

/// The codes of the other strand.
pub fn reverse_complement(codes: &[u8]) -> Vec<u8> {
    codes.iter().rev().map(|&code| complement(code)).collect()
}

/// `[N, 4, L]` of equally long lanes; unknown bases are all zero.
pub fn one_hot(lanes: &[&[u8]], device: Device) -> Tensor {
    let length = lanes[0].len();
    let mut flat = vec![0f32; lanes.len() * 4 * length];
    for (n, lane) in lanes.iter().enumerate() {
        for (i, &code) in lane.iter().enumerate() {
            if code < UNKNOWN {
                flat[(n * 4 + code as usize) * length + i] = 1.0;
            }
        }
    }
    Tensor::from_slice(&flat)
        .reshape([lanes.len() as i64, 4, length as i64])
        .to_device(device)
}
