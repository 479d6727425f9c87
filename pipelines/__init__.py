"""The recipe, the plan, the engines, the build, the `hc4` command."""
