"""Makes CodeCarbon take its time to run, once it is found: import this before hf_emissions."""

import importlib.machinery
import sys
import time


class _Late:
    def __init__(self, seconds):
        self.seconds = seconds

    def find_spec(self, name, path=None, target=None):
        if name != "codecarbon.emissions_tracker":
            return None
        spec = importlib.machinery.PathFinder.find_spec(name, path)
        run = spec.loader.exec_module
        spec.loader.exec_module = lambda module: (time.sleep(self.seconds), run(module))
        return spec


def delay_codecarbon(seconds):
    sys.meta_path.insert(0, _Late(seconds))
