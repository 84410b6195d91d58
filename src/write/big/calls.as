table calls
"Calls of windrow, or windows that it scored"
(
    string chrom;       "Contig"
    uint   chromStart;  "First base, counted from 0"
    uint   chromEnd;    "Base behind the last one"
    string name;        "Label: what was called"
    uint   score;       "Rarity on a genome, 1000 * min(1, -log10 share / 6)"
    char[1] strand;     "+ or -, or . for both at once"
    float  value;       "Probability, logit or rarity, as asked for"
)
