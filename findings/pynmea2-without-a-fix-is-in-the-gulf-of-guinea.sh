#!/usr/bin/env bash
# pynmea2: a radio that does not know where it is stands at 0, 0, in the Gulf of Guinea.
#
# Receivers of GPS in vehicles and radios send a sentence a second. Between high buildings and after they were switched on
# they have no fix; by NMEA 0183 the fields of the place are then blank, and the sentence says so (V, or quality 0).
# latitude and longitude of such a sentence are 0.0, a float as of any other, neither None nor an error. Who writes
# them to a file of points loses nobody's track, but puts a patrol 5,000 km away, and a mean position or a distance
# travelled with it. The text fields, lat and lon, are blank; status and gps_qual tell.
#
# Seen with pynmea2 1.19.0 on Python 3.11, Linux x86-64:
#   RMC, status A: 52.1333, -0.4667 (lat '5208.0000')
#   RMC, status V: 0.0, 0.0 (lat '')
#   GGA, quality 0: 0.0, 0.0 (lat '')
#
# Ends with 0 while that is so, with 1 as soon as it is not.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check pynmea2==1.19.0

"$folder/venv/bin/python" - <<'PYTHON'
from functools import reduce
from importlib.metadata import version

import pynmea2

SENT = {
    "RMC, status A": "GPRMC,183729,A,5208.0000,N,00028.0000,W,011.2,084.4,230325,,",
    "RMC, status V": "GPRMC,183730,V,,,,,,,230325,,",
    "GGA, quality 0": "GPGGA,183730,,,,,0,00,,,M,,M,,",
}
places = {}
for name, sentence in SENT.items():
    check = reduce(lambda sum_, sign: sum_ ^ ord(sign), sentence, 0)
    read = pynmea2.parse(f"${sentence}*{check:02X}", check=True)
    places[name] = read.latitude, read.longitude
    print(f"pynmea2 {version('pynmea2')}, {name}: {round(read.latitude, 4)}, {round(read.longitude, 4)} (lat {read.lat!r})")
lost = [places[name] == (0.0, 0.0) for name in ("RMC, status V", "GGA, quality 0")]
raise SystemExit(0 if all(lost) and places["RMC, status A"][0] > 52 else 1)
PYTHON
