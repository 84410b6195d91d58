//! autoSql: descriptions of the columns, for programs that show bigBed.

/// BED6+1, as `bedToBigBed -type=bed6+1 -as=FILE` reads it.
pub const CALLS: &str = include_str!("calls.as");

/// With a column for names, BED6+2.
pub fn with_names() -> String {
    const NAMES: &str = "    string source;      \"Region or read that it was found in\"\n";
    let (fields, end) = CALLS.trim_end().rsplit_once('\n').unwrap_or((CALLS, ""));
    format!("{fields}\n{NAMES}{end}\n")
}
