cwlVersion: v1.2
class: CommandLineTool
doc: One run of windrow, or one shard of it.
baseCommand: windrow
requirements:
  InlineJavascriptRequirement: {}
  ResourceRequirement:
    coresMin: $(inputs.threads)
    ramMin: 1000
hints:
  SoftwareRequirement:
    packages:
      windrow:
        version: ["0.1.0"]
inputs:
  sequence:
    type: File
    doc: FASTA, FASTQ, BAM, CRAM, SAM, or BED regions of a reference.
    inputBinding: {position: 1}
  reference:
    type: File?
    doc: Indexed FASTA of regions or of CRAM.
    secondaryFiles: [{pattern: .fai, required: true}, {pattern: .gzi, required: false}]
    inputBinding: {prefix: --reference}
  models:
    type:
      - "null"
      - type: array
        items: string
        inputBinding: {prefix: --model}
  format:
    type: string?
    inputBinding: {prefix: --format}
  shard:
    type: string?
    doc: Part of the whole, I/N.
    inputBinding: {prefix: --shard}
  threads:
    type: int
    default: 1
    inputBinding: {prefix: --threads}
  output:
    type: string
    default: calls.bed
    inputBinding: {prefix: --output}
arguments:
  - {prefix: --stats, valueFrom: $(inputs.output).json}
outputs:
  rows:
    type: File
    outputBinding: {glob: $(inputs.output)}
  stats:
    type: File
    outputBinding: {glob: $(inputs.output).json}
