"""What must the demonstration county add up to?

Totals of a published needs assessment of violence in Bedfordshire (2023/24), as printed. They are aggregates
of a whole county; the events that :mod:`geo.demo.events` makes to fit them are invented.

Some printed figures disagree with one another. Where they do, the finer table is kept and the coarser
figure cannot be reproduced:

- The months add up to 91,334 offences of violence with a borough (30.6% of the 298,212 crimes with a place);
  the text says 89,775 (30%). Kept: the months.
- The hour groups add up to 92,898; the total printed beside them is 92,896. Kept: the hour groups. The 1,564
  offences above the 91,334 then have a time but no place in the county.
- The first hour group is said to be 15 times the second on every weekday. It is 17 times from Monday to
  Friday and 12 times at the weekend; 15 times over the whole week.
- "Top 10" small areas with 453 of 804 ambulance call-outs: tenth place is shared by eight areas with 8 each,
  so 453 is read as the call-outs of the nine above them and of all eight, 17 areas.
- Age-standardised rates stand between 0.85 (A&E, Luton) and 1.27 times (admissions, Central Bedfordshire) the
  crude rates on the mid-2022 residents. No victims' ages can do that on a population as old as the real one,
  so the demonstration has fewer residents between 15 and 29, where most victims are; and the ages of
  Luton's patients at A&E differ more from those of its admitted patients than they would in life.
- The county's rates lie above the residents' average of the three boroughs' rates. Those of A&E and of
  admissions are met to half a per cent, within the 1% that is asked for.
- The published limits of small areas' rates are narrower than Poisson counts allow. The numbers of areas
  significantly above the county are met with honest limits, which takes a stronger concentration; the limits
  take every event as one person's only one, as published ones do, though some patients come again.
- Of violence against women and girls in private, 78.4% is printed as domestic: with the part in public
  (20.5%) that makes 50% of all, which 35% of all violence cannot give, so fewer of those in private are.
- The night-time economy of a "town" is a part of it: at these numbers its centre, read as the three most
  central small areas of Luton, Bedford and Dunstable and the most central one of Leighton Buzzard.
- A "repeat victim" of a serious sexual offence is read as one who had several of them in the three years, and
  the 33% as the part of these offences that such victims had.
"""

from __future__ import annotations

VIOLENCE = "Violence and sexual offences"

BOROUGHS = ("Bedford", "Central Bedfordshire", "Luton")
"""The order of every triple below."""

CRIMES = (85_166, 100_748, 112_298)
"""Police-recorded crimes of 2019-2023 with a place, by borough."""
CRIMES_ELSEWHERE = 15_285
"""Crimes of 2019-2023 outside the county or without a place."""

VIOLENCE_BY_MONTH = (
    (2116, 1977, 2178, 2193, 2406, 2286, 2417, 2144, 2192, 2339, 2209, 2135),
    (2259, 2117, 2401, 2219, 2410, 2467, 2524, 2315, 2429, 2445, 2308, 2151),
    (3035, 2725, 3125, 2817, 3288, 3305, 3193, 3180, 3150, 3137, 2875, 2867),
)
"""Violence and sexual offences of 2019-2023 by borough and month of the year."""

VIOLENCE_BY_CLOCK = (
    (5914, 5815, 5922, 5708, 6117, 6842, 6959),
    (348, 335, 340, 335, 346, 565, 602),
    (1343, 1305, 1320, 1318, 1265, 1203, 1075),
    (1900, 1866, 1919, 1841, 1858, 1638, 1722),
    (1975, 1988, 1953, 1983, 1932, 1948, 1964),
    (1462, 1458, 1471, 1422, 1835, 2113, 1673),
)
"""The same by hour group (00-03, 04-07, …) and weekday, Monday first; those without a place included."""

TOP_QUINTILE_WARDS = {
    "Bedford": {
        "Bromham and Biddenham": 1,
        "Castle": 3,
        "Cauldwell": 3,
        "De Parys": 1,
        "Goldington": 1,
        "Harpur": 3,
        "Kempston Central and East": 1,
        "Kempston West": 1,
        "Kingsbrook": 3,
        "Queens Park": 1,
        "Sharnbrook/Riseley": 1,
        "Wilshamstead": 1,
        "Wootton": 1,
    },
    "Central Bedfordshire": {
        "Biggleswade North": 2,
        "Dunstable-Icknield": 2,
        "Dunstable-Manshead": 1,
        "Dunstable-Northfields": 2,
        "Houghton Hall": 5,
        "Leighton Buzzard North": 2,
        "Leighton Buzzard South": 1,
        "Sandy": 2,
        "Tithe Farm": 1,
    },
    "Luton": {
        "Biscot": 5,
        "Challney": 2,
        "Crawley": 1,
        "Dallow": 5,
        "Farley": 4,
        "High Town": 4,
        "Leagrave": 1,
        "Lewsey": 2,
        "Limbury": 1,
        "Northwell": 2,
        "Saints": 2,
        "South": 5,
        "Stopsley": 1,
        "Sundon Park": 1,
        "Wigmore": 1,
    },
}
"""Small areas among the 76 with most violence, by ward."""
TOP_QUINTILE_SHARE = 0.46
"""Part of the county's violence in those 76."""

DSR = {
    "offences": (3377.0, 2185.5, 3371.7),
    "ae": (199.8, 102.5, 202.7),
    "admissions": (55.2, 35.2, 73.0),
}
"""Age-standardised rates a year per 100,000 (European Standard Population 2013), by borough."""
COUNTY_DSR = {"offences": 2876.4, "ae": 161.2, "admissions": 53.1}
DECILE_DSR = {"offences": {1: 7962.0, 10: 1314.0}, "ae": {1: 451.9, 10: 74.9}}
"""The same for the small areas of a national deprivation decile (1 the most deprived)."""
SIGNIFICANTLY_HIGHER = {"offences": 107, "ae": 96, "admissions": 77}
"""Small areas whose whole 95% interval lies above the county's rate."""

NIGHT_ECONOMY = {
    "Luton": (2112, 625),
    "Bedford": (1488, 381),
    "Dunstable": (482, 140),
    "Leighton Buzzard": (272, 117),
}
"""Town centre: offences and anti-social behaviour from 19:00 to 06:59, May 2021 to October 2022."""
DRUGS_TOP_SHARE = 0.06
"""Part of the county's drug offences in one town-centre area; half of all are in Luton."""

AMBULANCE = {2022: 703, 2023: 804}
"""Ambulance call-outs to violence in the county."""
AMBULANCE_TOP = 453
"""Call-outs of 2023 in the "top 10" areas: nine, and the eight that share tenth place."""
AMBULANCE_TIE = (8, 8)
"""How many areas share tenth place, and their call-outs."""
AMBULANCE_MALE = 0.63
AMBULANCE_PEAKS = (4, 7, 9)
"""Months of the year with most call-outs."""

AE = (1504, 1418, 2694)
"""Attendances after assault, April 2016 to March 2021, by borough of residence."""
AE_BY_AMBULANCE = 0.274
AE_MOST_DEPRIVED = 0.582
"""Part of the attendances from the two most deprived national quintiles."""

ADMISSIONS_BY_MONTH = (
    (68, 46, 65, 68, 71, 77, 89, 82, 70, 53, 67, 66),
    (66, 53, 63, 71, 86, 71, 70, 82, 88, 51, 65, 69),
    (130, 94, 116, 130, 133, 129, 148, 112, 150, 132, 129, 123),
)
"""Admissions after assault, April 2011 to March 2021, by borough of residence and month of the year."""
ADMISSIONS_THROUGH_AE = 0.63

DOMESTIC, KNIFE, FIREARM, ALCOHOL, ONLINE = 0.35, 0.022, 0.002, 0.08, 0.06
"""Parts of the violence of 2019-2023 with a factor; one offence may have several."""
HATE = 0.029
HATE_STRANDS = {"racial": 2.1, "disability": 0.3, "sexual orientation": 0.4, "transgender": 0.1}
"""Part of it that is hate, and its strands; the religious ones (0.2) are racial too, so that they add up."""
HATE_RELIGIOUS = 0.2 / 2.1
WOMEN = 0.54
"""Part of its victims that are female."""
NO_SUSPECT, SUSPECT_MALE, SUSPECT_UNDER_25, SUSPECT_UNDER_18 = 0.297, 0.75, 0.17, 0.07
"""Part of it without a suspect recorded; of those recorded, the parts male, under 25, and under 18."""
RELATIONSHIP = 0.51
RELATIONSHIPS = {"partner": 0.40, "acquaintance": 0.26, "stranger": 0.08}
"""Rape and serious sexual offences: part with a relationship recorded, and of these the parts of some."""
WOMEN_BY_SPACE = {"public": 0.391, "private": 0.528, "online": 0.057, "education": 0.012}
"""Violence against women and girls by kind of place; the rest is not known."""
DOMESTIC_IN_PUBLIC = 0.205
"""Part of that in public which is domestic abuse."""

DRUG_DEATHS = 0.63
"""Part of the deaths by drugs (of Northamptonshire) in the 30% most deprived areas."""
HOMICIDES, HOMICIDES_WITH_KNIFE, HOMICIDES_UNDER_25 = 32, 14, 11
"""Homicides of 2019-2023; of these with a knife, and with an offender under 25."""
WITHOUT_INJURY, WITH_INJURY = 0.69, 0.25
"""Parts of the violence by class; the rest are sexual offences and homicides."""
SEXUAL = 0.06
"""Part of the violence that is rape or a serious sexual offence: what the two classes leave."""
SEXUAL_BOROUGHS = {"Bedford": 0.30, "Central Bedfordshire": 0.25, "Luton": 0.36, "elsewhere": 0.09}
"""Their places; of Central Bedfordshire 25% to 29% is printed, and what is left is elsewhere or not known."""
SEXUAL_SEXES = {
    "Bedford": (0.798, 0.158, 0.044),
    "Central Bedfordshire": (0.828, 0.127, 0.045),
    "Luton": (0.866, 0.100, 0.034),
    "elsewhere": (0.91, 0.07, 0.02),
}
"""Their victims: female, male, not known; those elsewhere so that all are 84, 12 and 4%, as printed."""
SEXUAL_ALL = (0.84, 0.12, 0.04)
SEXUAL_UNDER_18, SEXUAL_18_TO_24 = 0.35, 0.24
REPEAT_VICTIMS = 0.33
"""Part of the serious sexual offences in the county whose victim had several of them in the three years."""
DOMESTIC_WOMEN = 21_881 / 30_586
"""Part of the domestic violence that is against women and girls."""
WEEKENDS = {"Luton": 10.4, "Bedford": 9.4, "Dunstable": 2.7, "Leighton Buzzard": 2.2}
"""Town centre: offences of the night-time economy a weekend, the nights of Friday and Saturday."""
NIGHT_DOMESTIC = {"Luton": 0.16, "Bedford": 0.14, "Dunstable": 0.16, "Leighton Buzzard": 0.05}
NIGHT_HATE = {"Luton": 0.035, "Bedford": 0.04, "Dunstable": 0.03, "Leighton Buzzard": 0.05}
NIGHT_WITHOUT_INJURY = {"Luton": 0.35, "Bedford": 0.38, "Dunstable": 0.38, "Leighton Buzzard": 0.35}
NIGHT_WITH_INJURY = {"Luton": 0.22, "Bedford": 0.22, "Dunstable": 0.23, "Leighton Buzzard": 0.22}
NIGHT_PLACE = {"Luton": 0.05, "Bedford": 0.05, "Dunstable": 0.04, "Leighton Buzzard": 0.09}
"""Parts of them, and the part of the largest single place."""
MENTAL, SUBSTANCE, DRINK = 0.5, 0.4, 0.2
"""Parts of the admissions with a code of mental health, of drugs and of alcohol in any position."""
