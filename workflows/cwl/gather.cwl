cwlVersion: v1.2
class: CommandLineTool
doc: The rows of all shards in one file, in the order given.
baseCommand: cat
requirements:
  InlineJavascriptRequirement: {}
inputs:
  rows:
    type: File[]
    inputBinding: {position: 1}
  output: string
stdout: $(inputs.output)
outputs:
  gathered:
    type: stdout
