"""Where do the boroughs, wards and towns of the demonstration county lie?"""

from __future__ import annotations

from io import StringIO
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    pass


BOROUGHS = {  # code -> name, residents (mid-2022)
    "E06900001": ("Bedford", 187_466),
    "E06900002": ("Central Bedfordshire", 301_501),
    "E06900003": ("Luton", 226_973),
}


# Hand-drawn control points, kilometres of the National Grid, clockwise.
NORTH_EDGE = """
    493.5,247.2 495.6,250 493.8,253 494.6,255.8 491.8,258 493,262.6 496.2,263.2 498.4,262 500.2,265.4
    503.8,266.2 506.8,264.4 508.2,261.2 510.6,259.4 514.8,260.4 516.8,256.6"""


EAST_SOUTH_EDGE = """
    519.6,255 520.4,251.6 526.2,250.4 525.8,245.6 522.6,242.4 523.2,238 520.4,234.2 515.6,233.4 513,233
    511.4,229.6 510.2,226.6 513,224.8 513.8,221.4 514.8,218.2 512,215.6 508.6,216.2 505,216.4 502.6,213.8
    499.6,215.4 497.2,219.4 493,222 489.8,223.6 490.6,227 494,230 493.4,234.6 491.6,240 493.2,244"""


DIVIDE = """
    515.6,254.6 513.8,251.4 512.8,247.8 510,245.4 508.2,242.6 504.6,241.4 501.6,242.6 498.4,244.2
    495.6,244.6"""


LUTON = """
    503.4,224.4 504.6,226 506.4,226.4 508.4,226.8 509.6,226 511.4,226.2 516,225.6 516,221.2 512.6,220.6
    510.8,220.4 509.4,219 507.8,219.4 506,221.2 503.8,222.2"""


# ward; small areas; centre (km); spread of its residents (km); how far it reaches into the countryside
# (1 a town ward); deprivation, 0 to 1
WARDS = {
    "Bedford": """
        Brickhill;5;505.6;252.4;0.7;1.1;0.25
        Bromham and Biddenham;4;500.8;250.8;0.8;2;0.12
        Castle;5;505.8;250.1;0.45;1;0.72
        Cauldwell;5;504.8;248.7;0.5;1;0.85
        Clapham;3;502.8;252.8;0.5;1.6;0.30
        De Parys;4;505.2;251.1;0.5;1;0.38
        Eastcotts;3;508.2;246.6;0.6;2.2;0.48
        Elstow and Stewartby;3;504.2;244.6;0.7;2.2;0.34
        Goldington;5;507.9;251.2;0.55;1.1;0.72
        Great Barford;3;511.6;251.8;0.6;3;0.18
        Harpur;5;504.3;250.4;0.45;1;0.76
        Harrold;3;496.2;257.0;0.6;3.5;0.12
        Kempston Central and East;4;503.3;248.0;0.5;1;0.50
        Kempston North;3;502.4;248.8;0.45;1;0.40
        Kempston Rural;3;500.6;247.8;0.9;2.6;0.20
        Kempston South;3;503.0;246.9;0.45;1;0.46
        Kempston West;4;501.9;247.3;0.5;1;0.34
        Kingsbrook;6;506.6;248.8;0.55;1;0.82
        Newnham;5;507.4;249.9;0.55;1;0.32
        Oakley;3;500.6;254.4;0.6;2.6;0.10
        Putnoe;5;507.0;252.0;0.6;1.1;0.14
        Queens Park;5;503.4;249.6;0.45;1;0.80
        Sharnbrook/Riseley;5;501.8;260.4;0.8;4;0.18
        Wilshamstead;3;506.8;244.0;0.6;2.2;0.20
        Wootton;3;500.0;245.4;0.6;2.6;0.24
        Wyboston;3;511.4;257.0;0.7;3;0.20""",
    "Central Bedfordshire": """
        Ampthill;8;503.6;238.0;0.7;1.4;0.12
        Arlesey;7;519.2;236.2;0.7;1.8;0.30
        Aspley and Woburn;3;495.4;234.0;0.6;3;0.14
        Barton-le-Clay;3;508.2;231.0;0.6;3;0.20
        Biggleswade North;5;519.0;245.2;0.5;1.3;0.42
        Biggleswade South;6;519.4;243.8;0.6;1.3;0.24
        Caddington;6;505.6;218.8;0.9;2.5;0.28
        Cranfield and Marston Moretaine;7;497.0;241.4;0.9;2.6;0.24
        Dunstable-Central;3;501.8;221.9;0.4;1;0.52
        Dunstable-Icknield;6;502.7;222.9;0.55;1;0.54
        Dunstable-Manshead;4;502.9;221.0;0.45;1;0.84
        Dunstable-Northfields;5;500.9;222.9;0.5;1;0.74
        Dunstable-Watling;6;500.6;220.9;0.6;1;0.12
        Eaton Bray;3;497.4;220.9;0.6;3;0.14
        Flitwick;7;503.2;234.8;0.7;1.2;0.20
        Heath and Reach;2;494.4;228.6;0.5;3;0.20
        Houghton Conquest and Haynes;2;507.8;240.0;0.6;3;0.24
        Houghton Hall;6;501.9;224.2;0.55;1;0.60
        Leighton Buzzard North;8;492.9;226.2;0.7;1.3;0.50
        Leighton Buzzard South;8;493.0;224.7;0.65;1.3;0.32
        Linslade;7;491.3;225.2;0.6;1.2;0.18
        Northill;3;514.6;246.4;0.7;3;0.18
        Parkside;4;501.0;225.1;0.45;0.8;0.74
        Potton;5;522.6;248.6;0.7;2.4;0.24
        Sandy;7;517.2;249.2;0.65;1.4;0.46
        Shefford;6;514.0;239.2;0.7;2;0.20
        Silsoe and Shillington;3;511.4;235.0;0.7;3;0.14
        Stotfold and Langford;6;518.6;240.2;0.8;2;0.22
        Tithe Farm;3;502.3;225.5;0.4;0.6;0.82
        Toddington;5;501.4;229.4;0.7;2.6;0.18
        Westoning, Flitton and Greenfield;3;505.8;234.2;0.7;2.2;0.10""",
    "Luton": """
        Barnfield;5;509.0;224.5;0.6;1;0.35
        Biscot;8;507.6;222.9;0.55;1;0.84
        Bramingham;5;507.8;225.8;0.5;1;0.15
        Challney;8;505.6;222.6;0.7;1;0.56
        Crawley;5;509.7;223.3;0.5;1;0.40
        Dallow;8;507.2;221.7;0.6;1;0.92
        Farley;7;507.9;220.3;0.55;1;0.80
        High Town;6;509.6;222.2;0.5;1;0.66
        Icknield;5;507.9;224.3;0.5;1;0.30
        Leagrave;7;505.6;224.1;0.55;1;0.60
        Lewsey;8;504.4;223.6;0.55;1;0.70
        Limbury;5;506.9;224.1;0.45;1;0.45
        Northwell;5;506.8;225.3;0.45;1;0.86
        Round Green;7;510.6;222.9;0.6;1;0.45
        Saints;8;508.4;223.2;0.55;1;0.70
        South;8;509.1;221.0;0.6;1;0.85
        Stopsley;4;510.9;224.3;0.5;1.2;0.25
        Sundon Park;5;505.5;225.3;0.5;1;0.60
        Wigmore;7;512.3;221.9;0.7;1.2;0.30""",
}


# name; centre (km); rank for labels (1 the largest); how busy its centre is, 0 to 1; reach of the centre (km)
_PLACES = """
    Luton;509.1;221.6;1;1.00;0.9
    Bedford;505.2;249.8;1;0.96;0.8
    Dunstable;501.9;222.0;2;0.80;0.6
    Leighton Buzzard;492.6;225.3;2;0.76;0.6
    Kempston;502.9;247.9;3;0.55;0.5
    Houghton Regis;501.9;224.5;3;0.62;0.5
    Biggleswade;519.1;244.6;3;0.64;0.5
    Sandy;517.2;249.2;3;0.56;0.5
    Flitwick;503.2;234.8;3;0.56;0.5
    Ampthill;503.6;238.0;3;0.54;0.5
    Shefford;514.0;239.2;4;0.46;0.4
    Arlesey;519.2;236.2;4;0.42;0.4
    Potton;522.6;248.6;4;0.44;0.4
    Cranfield;496.0;241.9;4;0.44;0.4
    Toddington;501.4;229.4;4;0.40;0.4
    Woburn;495.4;234.0;5;0.38;0.4
    Sharnbrook;500.6;259.6;5;0.36;0.4
    Harrold;496.2;257.0;5;0.36;0.4
    Bromham;500.4;251.0;5;0.36;0.4
    Wootton;500.0;245.4;5;0.38;0.4
    Great Barford;511.6;251.8;5;0.34;0.4
    Caddington;506.0;218.9;5;0.36;0.4
    Eaton Bray;497.4;220.9;5;0.34;0.4
    Barton-le-Clay;508.2;231.0;5;0.36;0.4
"""


def wards_of() -> pd.DataFrame:
    """Ward table: one row a ward, in code order; the columns of ``WARDS`` and the codes."""
    columns = ["ward", "areas", "x", "y", "spread", "reach", "deprivation"]
    parts = [
        pd.read_csv(StringIO(text), sep=";", names=columns, skipinitialspace=True).assign(borough=borough)
        for borough, text in WARDS.items()
    ]
    wards = pd.concat(parts, ignore_index=True)
    wards["wd24cd"] = [f"E05900{i + 1:03d}" for i in range(len(wards))]
    wards["lad24cd"] = wards["borough"].map({name: code for code, (name, _) in BOROUGHS.items()})
    return wards


def places_of() -> pd.DataFrame:
    columns = ["name", "x", "y", "rank", "busy", "reach"]
    return pd.read_csv(StringIO(_PLACES), sep=";", names=columns, skipinitialspace=True)


def ring_of(text: str) -> np.ndarray:
    return np.array([[float(v) for v in pair.split(",")] for pair in text.split()])


def urbanity(xy: np.ndarray) -> np.ndarray:
    """Town-centre-ness of points (km): the strongest of the places' centres, fading with distance."""
    places = places_of()
    distance = np.linalg.norm(xy[:, None, :] - places[["x", "y"]].to_numpy()[None], axis=2)
    return (places["busy"].to_numpy() * np.exp(-distance / (2 * places["reach"].to_numpy()))).max(axis=1)
