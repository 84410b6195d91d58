//! Decompression, by magic bytes, of all members of a file.

use std::io::{self, BufRead, BufReader, Cursor, Read};

use bzip2::bufread::MultiBzDecoder;
use flate2::bufread::MultiGzDecoder;
use xz2::bufread::XzDecoder;

use super::bgzf::{BgzfDecoder, is_bgzf};

const BUFFER: usize = 1 << 18;
/// Bytes enough to tell block gzip from gzip.
const HEAD: u64 = 18;

type DecompressedText = Box<dyn Read + Send>;

/// Detects the compression of `raw` and returns a reader of its text.
pub fn decompress(raw: impl Read + Send + 'static) -> io::Result<DecompressedText> {
    let mut reader = BufReader::with_capacity(BUFFER, raw);
    let mut head = Vec::new();
    reader.by_ref().take(HEAD).read_to_end(&mut head)?;
    let kind = Compression::of(&head);
    let reader = Cursor::new(head).chain(reader);
    let Some(kind) = kind else {
        return Ok(Box::new(reader));
    };
    Ok(Box::new(Explained {
        inner: kind.decoder(reader)?,
        kind,
    }))
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Compression {
    Gzip,
    Bgzf,
    Bzip2,
    Xz,
    Zstd,
}

impl Compression {
    fn of(head: &[u8]) -> Option<Self> {
        match head {
            _ if is_bgzf(head) => Some(Self::Bgzf),
            [0x1f, 0x8b, ..] => Some(Self::Gzip),
            [b'B', b'Z', b'h', b'1'..=b'9', ..] => Some(Self::Bzip2),
            [0xfd, b'7', b'z', b'X', b'Z', 0, ..] => Some(Self::Xz),
            // A frame, or one to skip, with which pzstd begins.
            [0x28, 0xb5, 0x2f, 0xfd, ..] | [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..] => Some(Self::Zstd),
            _ => None,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Gzip => "gzip",
            Self::Bgzf => "bgzip",
            Self::Bzip2 => "bzip2",
            Self::Xz => "xz",
            Self::Zstd => "zstd",
        }
    }

    fn decoder(self, reader: impl BufRead + Send + 'static) -> io::Result<DecompressedText> {
        Ok(match self {
            Self::Gzip => Box::new(MultiGzDecoder::new(reader)),
            Self::Bgzf => Box::new(BgzfDecoder::new(reader)),
            Self::Bzip2 => Box::new(MultiBzDecoder::new(reader)),
            Self::Xz => Box::new(XzDecoder::new_multi_decoder(reader)),
            Self::Zstd => Box::new(zstd::Decoder::with_buffer(reader)?),
        })
    }
}

/// Names the compression in errors of the decoder. Errors of the system pass unchanged.
struct Explained {
    inner: DecompressedText,
    kind: Compression,
}

impl Read for Explained {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        self.inner.read(buf).map_err(|error| {
            let name = self.kind.name();
            match error.kind() {
                io::ErrorKind::Interrupted => error,
                _ if error.raw_os_error().is_some() => error,
                io::ErrorKind::UnexpectedEof => {
                    io::Error::new(error.kind(), format!("truncated {name} data: {error}"))
                }
                kind => io::Error::new(kind, format!("corrupt {name} data: {error}")),
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    const TEXT: &[u8] = b">a\nACGTACGTTTGACCAGT\n>b\nGGGACCATTAC\n";

    fn gzip(text: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::new(6));
        encoder.write_all(text).unwrap();
        encoder.finish().unwrap()
    }

    fn bzip2(text: &[u8]) -> Vec<u8> {
        let mut encoder = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::new(6));
        encoder.write_all(text).unwrap();
        encoder.finish().unwrap()
    }

    fn xz(text: &[u8]) -> Vec<u8> {
        let mut encoder = xz2::write::XzEncoder::new(Vec::new(), 6);
        encoder.write_all(text).unwrap();
        encoder.finish().unwrap()
    }

    fn zst(text: &[u8]) -> Vec<u8> {
        zstd::encode_all(text, 3).unwrap()
    }

    fn text(bytes: Vec<u8>) -> io::Result<Vec<u8>> {
        let mut text = Vec::new();
        decompress(Cursor::new(bytes))?.read_to_end(&mut text)?;
        Ok(text)
    }

    type Encoder = fn(&[u8]) -> Vec<u8>;
    const ENCODERS: [Encoder; 4] = [gzip, bzip2, xz, zst];

    #[test]
    fn plain_text_passes() {
        for plain in [TEXT, b"", b"x", b"BZ", b"\x1f"] {
            assert_eq!(text(plain.to_vec()).unwrap(), plain);
        }
    }

    #[test]
    fn every_member_is_read() {
        for encode in ENCODERS {
            let mut bytes = encode(&TEXT[..20]);
            bytes.extend(encode(&TEXT[20..]));
            bytes.extend(encode(b""));
            assert_eq!(text(bytes).unwrap(), TEXT);
        }
    }

    #[test]
    fn frames_of_zstd_to_skip_are_skipped() {
        let skip = b"\x50\x2a\x4d\x18\x04\0\0\0abcd";
        let mut bytes = skip.to_vec();
        for part in [&TEXT[..20], &TEXT[20..]] {
            bytes.extend(zst(part));
            bytes.extend(skip);
        }
        assert_eq!(text(bytes).unwrap(), TEXT);
    }

    #[test]
    fn every_truncation_is_an_error() {
        for encode in ENCODERS {
            let bytes = encode(TEXT);
            for length in 6..bytes.len() {
                let error = text(bytes[..length].to_vec())
                    .expect_err("truncated")
                    .to_string();
                assert!(
                    error.contains("truncated") || error.contains("corrupt"),
                    "{error}"
                );
            }
        }
    }

    #[test]
    fn garbage_behind_a_member_is_an_error() {
        for encode in ENCODERS {
            // Zeros in fours are padding in xz.
            for garbage in [&b"garbage that is longer than a header"[..], b"g", &[0; 63]] {
                let mut bytes = encode(TEXT);
                bytes.extend(garbage);
                assert!(text(bytes).is_err(), "{garbage:?}");
            }
        }
    }

    #[test]
    fn a_flipped_bit_is_an_error() {
        for encode in ENCODERS {
            let mut bytes = encode(TEXT);
            let middle = bytes.len() / 2;
            bytes[middle] ^= 0x10;
            // zstd's frames carry no checksum by default: the text may differ instead.
            assert!(text(bytes).map_or(true, |text| text != TEXT));
        }
    }
}
