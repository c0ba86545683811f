"""The place of a recording, looked up in the background."""

from __future__ import annotations

import logging
import threading

from ..errors import HfEmissionsError
from ..factors.resolve import world_average
from ..record import Site
from .ledger import SegmentLog
from .place import look_up_site, site_to_json
from .settings import Settings

log = logging.getLogger("hf_emissions")

# The look-up has its own deadline; this leaves time for its imports on a cold disk.
_PLACE_S = 5.0
_NO_PLACE = (
    "the place of this machine could not be found out, so that energy is recorded and no grams; "
    'give it with country="DEU" or HF_EMISSIONS_COUNTRY=DEU'
)


class PlaceLookup:
    """The place of a recording; None until it is found. No network access if the settings name it."""

    def __init__(self, settings: Settings) -> None:
        self.site: Site | None = None
        self._settings = settings
        self._thread: threading.Thread | None = None

    def start(self, segment_log: SegmentLog) -> None:
        """Begin to look; the place found is logged."""
        self._thread = threading.Thread(target=self._find, args=(segment_log,), daemon=True, name="hf-emissions-place")
        self._thread.start()

    def wait(self) -> None:
        if self._thread is not None:
            self._thread.join(_PLACE_S)

    def _find(self, segment_log: SegmentLog) -> None:
        try:
            self.site = self._settings.site() or look_up_site()
        except HfEmissionsError as error:
            log.warning("hf-emissions: %s", error)
        if self.site is None and self._settings.assume_world_average:
            self.site = world_average()
        if self.site is None:
            log.warning("hf-emissions: %s", _NO_PLACE)
        else:
            segment_log.append("place", place=site_to_json(self.site))
