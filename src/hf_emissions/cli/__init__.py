"""Command line: one short function per command; `output` prints, `failures` maps errors to exit codes."""
