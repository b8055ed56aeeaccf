"""Does the program rebuild what was published?

:func:`check` sets every figure of a published needs assessment of violence (:mod:`geo.demo.published`) beside
the one that the program rebuilds from the raw files of the demonstration county, by the same exhibits as any
other county's. Each figure matches, differs, or cannot be reproduced, and then it says why. Only the
synthetic county can be checked; figures of health services match where it was opened cleared.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd

from geo.answer.atlas import Atlas
from geo.answer.moments import DAYS_KNOWN, HOURS_KNOWN
from geo.ask.problem import Problem, Withheld
from geo.ask.query import Query
from geo.ask.words import DAY_NAMES, MONTH_NAMES, listed, lower_first, month_number
from geo.demo import check_profiles as profiles
from geo.demo import county, published
from geo.demo.chance import town_centre_codes
from geo.demo.check_persons import shares
from geo.demo.topic import DIFFERS, MATCHES, NOT_REPRODUCED, Compared, Topic
from geo.stats import deprivation, rates
from geo.stats.clock import NIGHTS, night_hours, nights_of, weekdays_of_months
from geo.tell.assessment import VIOLENCE, part_of
from geo.tell.exhibits import EXHIBITS
from geo.tell.exhibits.exhibit import Exhibit, NotPossible
from geo.tell.exhibits.part import Part
from geo.tell.exhibits.places import NIGHT
from geo.tell.exhibits.when import ASB, NIGHT_HOURS

CLOSE = 0.01
"""How far a standardised rate may lie from the published one, as a part of it."""
AREAS = (103, 157, 121)
RESIDENTS = (187_466, 301_501, 226_973)
QUINTILES = ((14, 23, 20, 27, 19), (3, 17, 25, 38, 74), (33, 36, 28, 19, 5))
"""Small areas by borough and national fifth of deprivation, the most deprived first."""


def check(atlas: Atlas) -> tuple[Compared, ...]:
    """Compare every published figure with the rebuilt one.

    Parameters
    ----------
    atlas : Atlas
        The demonstration county; opened cleared, if figures of health services are to match.

    Returns
    -------
    tuple of Compared

    Raises
    ------
    Problem
        If the data are real, or a source of the demonstration is missing.
    Withheld
        If a source is not for the group of who asks.
    """
    if not atlas.synthetic:
        raise Problem(
            "Published and rebuilt figures are compared on the demonstration county only: build it with "
            "hotspots demo --data FOLDER, then name that folder."
        )
    missing = [key for key in ("offences", "ambulance", "ae", "admissions") if key not in atlas.sources]
    if not all(map(atlas.viewer.asks, missing)):
        raise Withheld(
            "Published and rebuilt figures are compared of all sources of the demonstration, and your group "
            "does not see each of them: ask whoever keeps the access file."
        )
    if missing:
        raise Problem(f"The demonstration lacks {listed(missing)}: build it anew with hotspots demo.")
    try:
        return tuple(row for topic in TOPICS for row in topic(atlas).seen(cleared=atlas.cleared))
    except NotPossible as error:
        raise Problem(
            f"The demonstration lacks something that is compared ({str(error).rstrip('.')}): build it anew "
            "with hotspots demo."
        ) from error


def counted(rows: Sequence[Compared]) -> str:
    """Say how many figures match, differ and cannot be reproduced."""
    number = {v: sum(row.verdict == v for row in rows) for v in (MATCHES, DIFFERS, NOT_REPRODUCED)}
    return (
        f"{len(rows)} published figures: {number[MATCHES]} match, {number[DIFFERS]} differ, "
        f"{number[NOT_REPRODUCED]} cannot be reproduced."
    )


# ---------------------------------------------------------------- the figures, topic by topic


def _part(atlas: Atlas, source: str, *, first: str = "", last: str = "", category: str = "") -> Part:
    query = Query(
        source=source,
        first=month_number(first) if first else None,
        last=month_number(last) if last else None,
        category=(category,) if category else (),
    )
    return part_of(atlas, query, source)[0]


def _exhibit(part: Part, key: str) -> Exhibit:
    return EXHIBITS[key][1](part)


def _boroughs(part: Part) -> list[int]:
    return [int(part.counts[part.boroughs[name]].sum()) for name in published.BOROUGHS]


def _place(atlas: Atlas) -> Topic:
    topic, part = Topic("The place"), _part(atlas, "offences")
    frame, masks = part.lsoa.frame, [part.boroughs[name] for name in published.BOROUGHS]
    fifth = deprivation.quintile(frame["imd_decile"]).to_numpy(float)
    topic.numbers("Small areas of 2011 by borough", AREAS, [mask.sum() for mask in masks])
    topic.cannot(
        "Small areas of 2021 by borough",
        "117 / 175 / 125",
        "–",
        "The demonstration county has the small areas of 2011 alone, by which the published tables of events "
        "are drawn up.",
    )
    people = [frame["population"][mask].sum() for mask in masks]
    topic.numbers("Residents by borough, mid-2022", RESIDENTS, people)
    quintiles = [[(fifth[mask] == q).sum() for q in range(1, 6)] for mask in masks]
    topic.numbers("Small areas by national fifth of deprivation and borough", QUINTILES, quintiles)
    return topic


def _crimes(atlas: Atlas) -> Topic:
    topic, part = Topic("Police offences, 2019 to 2023"), _part(atlas, "offences")
    cube = part.loaded.cube.select(part.query.replace(category=()))
    placed = [int(cube.by_area[part.boroughs[name]].sum()) for name in published.BOROUGHS]
    away = cube.outside + cube.unlocated
    topic.numbers("All offences with a place, by borough", published.CRIMES, placed)
    topic.numbers("Outside the county or without a place", published.CRIMES_ELSEWHERE, away)
    printed = published.CRIMES_ELSEWHERE / (sum(published.CRIMES) + published.CRIMES_ELSEWHERE)
    topic.share("The same as a share of all", printed, away / (away + sum(placed)), 1)
    why = (
        f"The published table of months, which matches, adds up to {np.sum(published.VIOLENCE_BY_MONTH):,} "
        "offences with a borough; the text says 89,775. Both cannot be right."
    )
    topic.cannot("Violence and sexual offences", "89,775", f"{part.total:,}", why)
    topic.cannot("Their share of all offences", "30%", f"{part.total / sum(placed):.1%}", why)
    return topic


def _violence(atlas: Atlas) -> Topic:
    topic, part = Topic("Violence and sexual offences, 2019 to 2023"), _part(atlas, "offences")
    months = _exhibit(part, "month_by_borough").table
    for name, printed in zip(published.BOROUGHS, published.VIOLENCE_BY_MONTH, strict=True):
        topic.numbers(f"By month of the year, {name}", printed, months[name])
    table = _exhibit(part, "top_quintile").table
    found = table.set_index(["Borough", "Ward"])["Small areas"].astype(int)
    wards = {(b, w): n for b, of in published.TOP_QUINTILE_WARDS.items() for w, n in of.items()}
    every = found.index.union(pd.MultiIndex.from_tuples(wards))
    old, new = (pd.Series(v).reindex(every, fill_value=0) for v in (wards, found))
    topic.numbers(
        "Small areas of the top fifth by count, by borough",
        [sum(of.values()) for of in published.TOP_QUINTILE_WARDS.values()],
        [found[name].sum() for name in published.BOROUGHS],
    )
    topic.numbers("Small areas of the top fifth, by ward", old, new)
    held = float(table["Count"].sum()) / part.total
    topic.share("Share of violence in the top fifth", published.TOP_QUINTILE_SHARE, held)
    return topic


def clock_of(atlas: Atlas) -> Topic:
    topic, part = Topic("Violence by time of day, 2019 to 2023"), _part(atlas, "offences")
    table = _exhibit(part, "day_by_hour").table[list(DAY_NAMES)].to_numpy(float)
    topic.numbers("By weekday and group of four hours", published.VIOLENCE_BY_CLOCK, table)
    total, night, morning = table.sum(), table[0], table[1]
    topic.cannot(
        "All of them",
        "92,896",
        f"{total:,.0f}",
        f"The cells of the published table, which match, add up to {total:,.0f}, not to the total beside "
        "them.",
    )
    ratio = night / morning
    topic.cannot(
        "00:00 to 03:59 over 04:00 to 07:59",
        "15 times on every weekday",
        f"{night.sum() / morning.sum():.0f} times over the week; {ratio[:5].mean():.0f} from Monday to "
        f"Friday, {ratio[5:].mean():.0f} at the weekend",
        "The cells of the published table, which match, give other ratios by day than the text.",
    )
    midnight = part.midnight
    genuine = (night.sum() - midnight.excess) / (total - midnight.excess)
    topic.cannot(
        "Violence between midnight and 4am",
        "47%",
        f"{night.sum() / total:.0%} as recorded; {genuine:.0%} without default midnights",
        f"An artefact: {midnight.excess:,.0f} offences stand at 00:00 because their time was not known "
        f"({midnight.recorded:,.0f} are recorded there, where the hours beside it suggest "
        f"{midnight.expected:,.0f}).",
    )
    return topic


def _rates(atlas: Atlas) -> Topic:
    topic = Topic("Age-standardised rates a year per 100,000", health=True)
    why = (
        "Within 1%. For it the demonstration has fewer residents aged 15 to 29, where most victims are, than "
        "the real county: on the real ages no victims' ages give these rates."
    )
    honest = "With limits as wide as Poisson's law asks; the demonstration is more concentrated for it."
    for source, printed in published.DSR.items():
        label, part = atlas.sources[source].info.label, _part(atlas, source)
        exhibit = _exhibit(part, "dsr")
        found = exhibit.table.set_index("Borough")["Rate a year per 100,000"]
        by_borough = [found[name] for name in published.BOROUGHS]
        topic.numbers(f"{label} by borough", printed, by_borough, close=CLOSE, why=why)
        topic.numbers(f"{label}, the county", published.COUNTY_DSR[source], found.iloc[-1], close=CLOSE)
        if source in published.DECILE_DSR:
            ends = published.DECILE_DSR[source]
            tenths = (
                _exhibit(part, "gradient").table["Rate a year per 100,000, age-standardised"].iloc[[0, 9]]
            )
            figure = f"{label}, most and least deprived tenth"
            topic.numbers(figure, [ends[1], ends[10]], tenths, close=CLOSE)
        told = re.search(r"; (\d+) of \d+ small areas", exhibit.finding)
        allowed = int(told[1]) if told else 0
        higher = _higher(part, float(found.iloc[-1]))
        figure = f"{label}: small areas significantly higher than the county"
        why_so = honest
        if allowed < higher:
            why_so += (
                f" Every event is one person's only one, as published; {allowed} if repeats are allowed for."
            )
        topic.numbers(figure, published.SIGNIFICANTLY_HIGHER[source], higher, why=why_so)
    lower, upper = _exhibit(_part(atlas, "offences"), "dsr").table.loc[2, ["Lower", "Upper"]]
    topic.cannot(
        "95% limits of the rates",
        "narrower than Poisson counts allow",
        f"Police offences, Luton: {lower:,.1f} to {upper:,.1f}",
        "The printed limits are narrower than chance leaves them even where every event is independent of "
        "the others. Those by Dobson's method are wider; rates and verdicts are compared instead.",
    )
    return topic


def _higher(part: Part, benchmark: float) -> int:
    """Small areas above a rate by limits that take every event as independent."""
    small = part.atlas.asked(part.query.replace(level="lsoa", measure="dsr"))
    table = rates.dsr(*small.ages(), years=part.years)
    verdict = rates.compare_with_benchmark(table["lower_ci"], table["upper_ci"], benchmark)
    return int((verdict == rates.HIGHER).sum())


def ambulance(atlas: Atlas) -> Topic:
    topic = Topic("Ambulance call-outs, 2023", health=True)
    part = _part(atlas, "ambulance", first="2023-01", last="2023-12")
    topic.numbers("Call-outs", published.AMBULANCE[2023], part.total)
    before = _part(atlas, "ambulance", first="2022-01", last="2022-12").total
    topic.numbers("Call-outs of 2022", published.AMBULANCE[2022], before)
    sex = part.extra("sex").astype(str)
    topic.share(
        "Male patients", published.AMBULANCE_MALE, (sex == "M").sum() / np.isin(sex, ["M", "F"]).sum()
    )
    months = _exhibit(part, "month_by_borough").table["All"].to_numpy(float)
    peaks = sorted(np.argsort(-months, kind="stable")[:3] + 1)
    named = (listed([MONTH_NAMES[m - 1] for m in chosen]) for chosen in (published.AMBULANCE_PEAKS, peaks))
    topic.words("Months with most", *named)
    top = _exhibit(part, "top_areas").table["Count"].astype(int)
    events, last = int(top.sum()), int(top.iloc[-1])
    tie = int((top == last).sum())
    topic.numbers(
        "Call-outs in the “top 10” small areas",
        published.AMBULANCE_TOP,
        events,
        why=f"The ten places are held by {len(top)} areas: tenth place is shared by {tie} with {last} each. "
        f"Exactly ten areas would hold {events - (len(top) - 10) * last}.",
    )
    topic.share("Their share", published.AMBULANCE_TOP / published.AMBULANCE[2023], events / part.total)
    topic.numbers("Areas that share tenth place, and their call-outs", published.AMBULANCE_TIE, (tie, last))
    return topic


def _emergency(atlas: Atlas) -> Topic:
    topic, part = Topic("A&E attendances, April 2016 to March 2021", health=True), _part(atlas, "ae")
    topic.numbers("By borough", published.AE, _boroughs(part))
    topic.numbers("All of them", sum(published.AE), part.total)
    shares = _exhibit(part, "attributes").table.set_index("Value")["Share"] / 100
    topic.share("Arrived by ambulance", published.AE_BY_AMBULANCE, shares["Ambulance"], 1)
    deprived = _exhibit(part, "most_deprived").table.set_index("Most deprived")["Share"] / 100
    topic.share("From the two most deprived fifths", published.AE_MOST_DEPRIVED, deprived["40%"], 1)
    return topic


def admissions(atlas: Atlas) -> Topic:
    topic, part = (
        Topic("Hospital admissions, April 2011 to March 2021", health=True),
        _part(atlas, "admissions"),
    )
    topic.numbers("By borough", np.sum(published.ADMISSIONS_BY_MONTH, axis=1), _boroughs(part))
    months = _exhibit(part, "month_by_borough").table
    for name, printed in zip(published.BOROUGHS, published.ADMISSIONS_BY_MONTH, strict=True):
        topic.numbers(f"By month of the year, {name}", printed, months[name])
    days = _exhibit(part, "by_weekday").table.set_index("Day")["Count"].astype(int)
    topic.words("Busiest day", "Sunday", str((days / weekdays_of_months(part.months)).idxmax()))
    shares = _exhibit(part, "attributes").table.set_index("Value")["Share"] / 100
    topic.share("Admitted through A&E", published.ADMISSIONS_THROUGH_AE, shares["Yes"])
    return topic


def _towns(atlas: Atlas) -> Topic:
    topic = Topic("Night-time economy, 19:00 to 06:59, May 2021 to October 2022")
    part = _part(atlas, "offences", first="2021-05", last="2022-10")
    late = part.query.replace(hour=tuple(sorted(NIGHT_HOURS)))
    economy = part.query.replace(category=(), definition=NIGHT)
    offences, asb = (part.loaded.cube.select(query) for query in (economy, late.replace(category=(ASB,))))
    nights = np.zeros(DAYS_KNOWN)
    for town, codes in town_centre_codes(county.areas()).items():
        centre = part.lsoa.frame.index.isin(codes)
        found = offences.by_area[centre].sum(), asb.by_area[centre].sum()
        topic.numbers(
            f"{town}: offences / anti-social behaviour",
            published.NIGHT_ECONOMY[town],
            found,
            why="The town is read as its centre, its most central small areas.",
        )
        week = offences.by_clock(centre)[:DAYS_KNOWN, :HOURS_KNOWN]
        nights += np.asarray(night_hours(week)).sum(axis=1)
    nights /= nights_of(weekdays_of_months(part.months), NIGHT_HOURS)
    best = sorted(NIGHTS[d] for d in np.argsort(-nights)[:2])
    topic.words("Busiest nights", "Friday into Saturday and Saturday into Sunday", listed(best))
    return topic


def _drugs(atlas: Atlas) -> Topic:
    topic, part = Topic("Drug offences, 2019 to 2023"), _part(atlas, "offences", category="drugs")
    topic.share("In Luton", 0.5, part.counts[part.boroughs["Luton"]].sum() / part.total)
    topic.share("In one town-centre area", published.DRUGS_TOP_SHARE, part.counts.max() / part.total)
    drugs, violence = part.hot(part.counts), part.hot(_part(atlas, "offences", category=VIOLENCE).counts)
    both, number = int((drugs & violence).sum()), int(drugs.sum())
    overlap = "drug hotspots overlap violence hotspots"
    topic.words("Hotspots", overlap, overlap if 2 * both > number else f"only {both} of {number} do")
    return topic


def _elsewhere(atlas: Atlas) -> Topic:
    """Figures on data that the demonstration does not hold."""
    topic, part = Topic("Other figures", health=True), _part(atlas, "ae")
    wards = _exhibit(part, "excess").table.set_index("Ward")["Times expected"]
    topic.cannot(
        "Alcohol admissions of the ward of Eastcotts",
        "double the rate of similarly deprived wards",
        f"A&E attendances after assault: {wards.get('Eastcotts', np.nan):.1f} times",
        "No alcohol admissions are loaded; the same measure is shown on A&E attendances.",
    )
    _of_drugs(atlas, topic, part)
    return topic


def _of_drugs(atlas: Atlas, topic: Topic, instead: Part) -> None:
    """Deaths and treatment where the demonstration was built with them, else the same measures of another."""
    why = "{} are not loaded (`hotspots demo --drugs` builds them too); the same is shown of A&E attendances."
    have = "drug_deaths" in atlas.sources
    deprived = _exhibit(_part(atlas, "drug_deaths") if have else instead, "most_deprived").table
    share = deprived.set_index("Most deprived")["Share"]["30%"]
    figure = "Drug deaths in the 30% most deprived areas (Northamptonshire)"
    if have:
        topic.share(figure, published.DRUG_DEATHS, share / 100)
    else:
        found = f"A&E attendances after assault: {share:.0f}%"
        topic.cannot(figure, f"{published.DRUG_DEATHS:.0%}", found, why.format("Deaths"))
    have = "treatment" in atlas.sources
    exhibit = _exhibit(_part(atlas, "treatment") if have else instead, "wards_by_deprivation")
    figure, more = "Treatment episodes and deprivation of wards (Barnet)", "more in deprived wards"
    if have:
        rates_ = exhibit.table["A year per 1,000 residents"]
        topic.words(figure, more, more if rates_.iloc[0] > rates_.iloc[-1] else "fewer in deprived wards")
    else:
        found = f"A&E attendances after assault: {lower_first(exhibit.finding.partition(';')[0])}"
        topic.cannot(figure, more, found, why.format("Episodes"))


def _persons(atlas: Atlas) -> Topic:
    topic = Topic("Persons and circumstances, 2019 to 2023")
    shares(atlas, topic.share)
    return topic


TOPICS: tuple[Callable[[Atlas], Topic], ...] = (
    _place,
    _crimes,
    _violence,
    _persons,
    profiles.classes,
    profiles.sexual,
    profiles.women,
    clock_of,
    _rates,
    ambulance,
    _emergency,
    admissions,
    profiles.patients,
    _towns,
    profiles.nights,
    _drugs,
    _elsewhere,
)
