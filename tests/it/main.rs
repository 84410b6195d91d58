//! What the README promises, one module for each promise.

mod bundled;
mod calls;
mod chrom_sizes;
mod cli;
mod engine;
mod example;
mod fasta;
mod faults;
mod formats;
mod headers;
mod invariance;
mod labels;
mod ledger;
mod library;
mod live;
mod manners;
mod models;
mod nothing_lost;
mod read_faults;
mod reads;
mod real_data;
mod real_reads;
mod regions;
mod shards;
mod support;
