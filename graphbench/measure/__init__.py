"""The measuring core: the only readers of a clock."""
