cwlVersion: v1.2
class: Workflow
doc: A run of windrow in shards, and its rows in one file.
requirements:
  ScatterFeatureRequirement: {}
  InlineJavascriptRequirement: {}
  StepInputExpressionRequirement: {}
inputs:
  sequence: File
  reference:
    type: File?
    secondaryFiles: [{pattern: .fai, required: true}, {pattern: .gzi, required: false}]
  models: string[]?
  shards: int
  output:
    type: string
    default: calls.bed
steps:
  number:
    in: {shards: shards}
    run:
      class: ExpressionTool
      inputs: {shards: int}
      outputs: {parts: "string[]"}
      expression: |
        ${
          var parts = [];
          for (var part = 1; part <= inputs.shards; part++) {
            parts.push(part + "/" + inputs.shards);
          }
          return {parts: parts};
        }
    out: [parts]
  score:
    scatter: shard
    in:
      sequence: sequence
      reference: reference
      models: models
      shard: number/parts
    run: windrow.cwl
    out: [rows, stats]
  gather:
    in:
      shards: score/rows
      output: output
    run: gather.cwl
    out: [gathered]
  add:
    in:
      shards: score/stats
      output:
        source: output
        valueFrom: $(self).json
    run: gather.cwl
    out: [gathered]
outputs:
  calls:
    type: File
    outputSource: gather/gathered
  stats:
    type: File
    outputSource: add/gathered
