"""datatrove, both ways: its filters and formatters in a build of ours, our filters as steps of a pipeline of its own.

`filters.datatrove.annotator` runs any datatrove filter and hands its drops to our ledger;
`filters.datatrove.formatters` runs any formatter on documents as they are read; `filters.datatrove.blocks` are steps
for datatrove's pipelines. All need the extra `datatrove`.
"""
