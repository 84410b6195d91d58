cwlVersion: v1.2
class: CommandLineTool
doc: The files of all shards as one, in the order given.
baseCommand: windrow
requirements:
  InlineJavascriptRequirement: {}
inputs:
  output:
    type: string
    doc: Its extension says the kind, such as .bed, .bed.gz, .bw or .json.
    inputBinding: {prefix: --gather, position: 1}
  shards:
    type: File[]
    inputBinding: {position: 2}
outputs:
  gathered:
    type: File
    outputBinding: {glob: $(inputs.output)}
