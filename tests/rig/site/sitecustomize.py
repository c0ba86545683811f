"""Points CodeCarbon at the tree of `RIG_TREE`, in every process that has this folder on its PYTHONPATH.

Done when CodeCarbon is imported, so that a process that does not meter pays nothing.
"""

import importlib.util
import os
import sys
from pathlib import Path

_MODULE = "codecarbon.external.hardware"


class _AfterImport:
    def find_spec(self, name, path, target=None):
        if name != _MODULE:
            return None
        sys.meta_path.remove(self)
        spec = importlib.util.find_spec(name)
        run = spec.loader.exec_module

        def exec_module(module):
            run(module)
            sys.modules[name] = module
            sys.modules["codecarbon.external"].hardware = module
            from rig import tree

            tree.point_at(Path(os.environ["RIG_TREE"]))
            tree.drive()

        spec.loader.exec_module = exec_module
        return spec


if os.environ.get("RIG_TREE"):
    sys.path.append(str(Path(__file__).parents[2]))
    sys.meta_path.insert(0, _AfterImport())
