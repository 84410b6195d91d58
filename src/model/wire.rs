//! Checks the raw protobuf before it is decoded.
//!
//! Two bytes of an empty message become hundreds in memory, so everything except tensor data must
//! be small.

/// Most bytes of a file outside of tensor data.
const MAX_STRUCTURE: usize = 1 << 20;

#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub(super) enum WireError {
    #[error("is not an ONNX file")]
    Malformed,
    #[error("more than {} MB outside of tensor data", MAX_STRUCTURE >> 20)]
    TooComplex,
}

#[derive(Clone, Copy)]
enum Message {
    Model,
    Graph,
    Node,
    Attribute,
    Tensor,
}

/// Content of a length-delimited field.
enum Content {
    Message(Message),
    TensorData,
    Other,
}

pub(super) fn check_structure(bytes: &[u8]) -> Result<(), WireError> {
    let data = tensor_data(bytes, Message::Model)?;
    if bytes.len() - data > MAX_STRUCTURE {
        return Err(WireError::TooComplex);
    }
    Ok(())
}

/// Bytes of raw or packed tensor data within a message.
fn tensor_data(mut bytes: &[u8], message: Message) -> Result<usize, WireError> {
    let mut total = 0;
    while !bytes.is_empty() {
        let key = varint(&mut bytes)?;
        match key & 7 {
            0 => {
                varint(&mut bytes)?;
            }
            1 => {
                take(&mut bytes, 8)?;
            }
            2 => {
                let length = varint(&mut bytes)?;
                let body = take(&mut bytes, length)?;
                total += match content(message, key >> 3) {
                    Content::Message(inner) => tensor_data(body, inner)?,
                    Content::TensorData => body.len(),
                    Content::Other => 0,
                };
            }
            5 => {
                take(&mut bytes, 4)?;
            }
            _ => return Err(WireError::Malformed),
        }
    }
    Ok(total)
}

fn content(message: Message, field: u64) -> Content {
    match (message, field) {
        (Message::Model, 7) => Content::Message(Message::Graph),
        (Message::Graph, 1) => Content::Message(Message::Node),
        (Message::Graph, 5) | (Message::Attribute, 5) => Content::Message(Message::Tensor),
        (Message::Node, 5) => Content::Message(Message::Attribute),
        // float_data and raw_data take as much room decoded as encoded.
        (Message::Tensor, 4 | 9) => Content::TensorData,
        _ => Content::Other,
    }
}

fn varint(bytes: &mut &[u8]) -> Result<u64, WireError> {
    let mut value = 0u64;
    for shift in (0..64).step_by(7) {
        let byte = take(bytes, 1)?[0];
        value |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Ok(value);
        }
    }
    Err(WireError::Malformed)
}

fn take<'a>(bytes: &mut &'a [u8], length: u64) -> Result<&'a [u8], WireError> {
    let length = usize::try_from(length).map_err(|_| WireError::Malformed)?;
    let (head, tail) = bytes.split_at_checked(length).ok_or(WireError::Malformed)?;
    *bytes = tail;
    Ok(head)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_that_are_no_protobuf_are_malformed() {
        for bytes in [&b"\x07"[..], b"\x3a\xff", b"\x80", b">chr1\nACGT\n"] {
            assert_eq!(
                check_structure(bytes),
                Err(WireError::Malformed),
                "{bytes:?}"
            );
        }
    }

    #[test]
    fn a_million_empty_nodes_are_too_complex() {
        let nodes = [0x0a, 0x00].repeat(MAX_STRUCTURE);
        let mut model = vec![0x3a, 0x80, 0x80, 0x80, 0x01];
        model.extend(nodes);
        assert_eq!(check_structure(&model), Err(WireError::TooComplex));
    }
}
