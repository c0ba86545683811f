"""The command line: one short function a verb; `output` prints, `failures` turns errors into exit codes."""
