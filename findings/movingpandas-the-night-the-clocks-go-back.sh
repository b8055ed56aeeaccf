#!/usr/bin/env bash
# movingpandas: in the night in which the clocks go back a patrol loses a third of its points and walks at four times its pace.
#
# Tracks of patrols come in UTC and are looked at in local time. movingpandas drops the time zone and warns that all times
# will be local, on every night alike. On the last Saturday night of October the hour after one comes twice: a point
# at 1:10 summer time and one at 1:10 winter time become one time, of which one point is kept, and the others of the two
# hours are shuffled into each other. The track jumps to and fro between places an hour apart: longer than what was walked, in
# an hour less. Length, speed and stops of that night are wrong, without a word that points were left out. Converted to
# UTC before, all is as on other nights.
#
# Seen with movingpandas 0.23.0 on Python 3.11, Linux x86-64: three hours from half past midnight, 1.25 m/s, a point each 10 minutes
#   18 October: 19 points, 3.0 hours, 13.5 km, at most 1.25 m/s
#   26 October: 13 points, 2.0 hours, 21.0 km, at most 8.75 m/s
#   26 October, in UTC: 19 points, 3.0 hours, 13.5 km, at most 1.25 m/s
#
# Ends with 0 while that is so, with 1 as soon as it is not.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check \
    movingpandas==0.23.0 geopandas==1.2.0 pandas==2.3.3 numpy==2.4.6 shapely==2.2.0 pyproj==3.7.2 matplotlib==3.11.2

"$folder/venv/bin/python" -W ignore - <<'PYTHON'
from importlib.metadata import version

import geopandas as gpd
import movingpandas as mpd
import pandas as pd

PACE, POINTS = 1.25, 19


def walk(start, zone):
    """Points, hours, kilometres and highest speed of a patrol that walks due east."""
    times = pd.date_range(start, periods=POINTS, freq="10min", tz="UTC").tz_convert(zone)
    places = gpd.points_from_xy([505000 + PACE * 600 * i for i in range(POINTS)], [249000] * POINTS)
    points = gpd.GeoDataFrame({"unit": "P1"}, geometry=places, index=times, crs="EPSG:27700")
    track = mpd.TrajectoryCollection(points, "unit").trajectories[0]
    track.add_speed(overwrite=True)
    hours = track.get_duration().total_seconds() / 3600
    return len(track.df), hours, round(track.get_length() / 1000, 2), round(float(track.df["speed"].max()), 2)


print("movingpandas", version("movingpandas"))
seen = {
    "18 October": walk("2025-10-17 23:30", "Europe/London"),
    "26 October": walk("2025-10-25 23:30", "Europe/London"),
    "26 October, in UTC": walk("2025-10-25 23:30", "UTC"),
}
for night, (points, hours, length, fastest) in seen.items():
    print(f"{night}: {points} points, {hours} hours, {length} km, at most {fastest} m/s")
usual = (19, 3.0, 13.5, 1.25)
raise SystemExit(0 if list(seen.values()) == [usual, (13, 2.0, 21.0, 8.75), usual] else 1)
PYTHON
