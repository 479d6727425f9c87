"""datatrove, both ways: its filters as a stage of ours, our filters as steps of a pipeline of its own.

`filters.datatrove.annotator` runs any datatrove filter and hands its drops to our ledger; `filters.datatrove.blocks`
are steps for datatrove's pipelines. Both need the extra `datatrove`.
"""
