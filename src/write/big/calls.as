table calls
"Calls of windrow, or windows that it scored"
(
    string chrom;       "Contig"
    uint   chromStart;  "First base, counted from 0"
    uint   chromEnd;    "Base behind the last one"
    string name;        "Label: what was called"
    uint   score;       "Probability times 1000, from 0 to 1000"
    char[1] strand;     "+ or -, or . for both at once"
    float  value;       "Probability, or predicted value"
)
