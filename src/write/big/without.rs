//! Stands in for the conversion in builds without bigtools.

use std::collections::HashMap;
use std::fs::File;
use std::path::Path;

use anyhow::{Result, bail};

use super::Kind;
use super::spool::Rows;

const LEFT_OUT: &str = "this build of windrow is without bigWig and bigBed";

pub fn big_wig(_: &File, _: Vec<Rows>, _: HashMap<String, u32>, _: usize) -> Result<()> {
    bail!(LEFT_OUT)
}

pub fn big_bed(
    _: &File,
    _: Vec<Rows>,
    _: HashMap<String, u32>,
    _: usize,
    _: (String, u16),
) -> Result<()> {
    bail!(LEFT_OUT)
}

/// Data of a file beside its rows.
pub struct FileHead {
    pub contigs: Vec<(String, u32)>,
    pub autosql: Option<String>,
}

pub fn read(_: &Path, _: Kind, _: &mut (dyn FnMut(&[u8]) -> bool + Send)) -> Result<FileHead> {
    bail!(LEFT_OUT)
}
