"""What can be told of one source, and of several, in a table or a figure?

Each function makes one :class:`~geo.tell.exhibits.exhibit.Exhibit` from a
:class:`~geo.tell.exhibits.part.Part` (a source under the filters) or from several. :data:`EXHIBITS`,
:data:`PLACE`, :data:`PUBLISHED` and :data:`SERVICES` list them in the order of the report, and
:mod:`geo.tell.assessment` puts them together. To add one, write the function and register it.

Every number passes the gate of its source, and findings and orders rest on what passed it: a sentence never
tells more than its table.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from geo.tell.exhibits.compared import (
    excess,
    fifths,
    funnel,
    gradient,
    most_deprived,
    standardised,
    wards_by_deprivation,
)
from geo.tell.exhibits.done import register_of_interventions
from geo.tell.exhibits.exhibit import Exhibit
from geo.tell.exhibits.groups import pairs, represented, represented_areas, victims
from geo.tell.exhibits.how_many import (
    by_category,
    by_year,
    categories_compared,
    changed,
    imd_quintiles,
    residents,
    totals,
)
from geo.tell.exhibits.lately import lately
from geo.tell.exhibits.part import Part
from geo.tell.exhibits.persons import defined, factors, kinds, suspects
from geo.tell.exhibits.place import by_age_and_sex, by_class, by_day, by_ethnic_group
from geo.tell.exhibits.places import arrivals, diagnoses, named_places, premises, towns_at_night
from geo.tell.exhibits.published import of_boroughs, of_county
from geo.tell.exhibits.repeats import repeat_persons
from geo.tell.exhibits.together import agreement, colocation, compared_services, overlooked, similarity
from geo.tell.exhibits.trust import back_test, ladder
from geo.tell.exhibits.violence import serious_sexual, women
from geo.tell.exhibits.weekends import coming_weekends
from geo.tell.exhibits.what import categories_by_year, rare, subtypes
from geo.tell.exhibits.when import (
    by_weekday,
    day_by_hour,
    hours,
    month_by_borough,
    night_time_economy,
    nights,
)
from geo.tell.exhibits.where import concentrated, hotspot_map, stable_areas, top_areas, top_quintile
from geo.tell.exhibits.who import age_and_sex, attributes, length_of_stay

PLACE: dict[str, tuple[str, Callable[[Part], Exhibit]]] = {
    "residents": ("Small areas and residents", residents),
    "residents_by_age": ("Residents by age and sex", by_age_and_sex),
    "ethnic_groups": ("Residents by ethnic group", by_ethnic_group),
    "area_classes": ("Area classification", by_class),
    "by_day": ("People there by day", by_day),
    "imd_quintiles": ("Fifths of deprivation", imd_quintiles),
    "interventions": ("Register of interventions", register_of_interventions),
}
"""Exhibits about the place itself: key to title and function."""

EXHIBITS: dict[str, tuple[str, Callable[[Part], Exhibit]]] = {
    "totals": ("Totals by borough", totals),
    "by_year": ("By year", by_year),
    "changed": ("Wards that changed", changed),
    "lately": ("The last 28 days and the year so far", lately),
    "by_category": ("By category", by_category),
    "categories_by_year": ("Categories by year", categories_by_year),
    "subtypes": ("Offences by name", subtypes),
    "rare": ("The rarest and gravest", rare),
    "hotspot_map": ("Hotspot map", hotspot_map),
    "ladder": ("Checks of the hotspots", ladder),
    "back_test": ("Back-test of the hotspots", back_test),
    "top_quintile": ("Wards of the top fifth of small areas", top_quintile),
    "top_areas": ("Small areas with the most", top_areas),
    "concentration": ("Concentration", concentrated),
    "stability": ("Stability of the busiest areas", stable_areas),
    "categories_compared": ("Other categories beside these", categories_compared),
    "dsr": ("Age-standardised rates", standardised),
    "funnel": ("Small areas against the benchmark", funnel),
    "gradient": ("Rates by tenth of deprivation", gradient),
    "fifths": ("Rates by fifth of deprivation", fifths),
    "most_deprived": ("Share in the most deprived areas", most_deprived),
    "excess": ("More than similarly deprived wards", excess),
    "wards_by_deprivation": ("Wards by their deprivation", wards_by_deprivation),
    "month_by_borough": ("By month and borough", month_by_borough),
    "by_weekday": ("By weekday", by_weekday),
    "day_by_hour": ("By weekday and group of hours", day_by_hour),
    "hours": ("By hour", hours),
    "nights": ("By night", nights),
    "night_time_economy": ("Wards at night", night_time_economy),
    "weekends": ("Coming weekends", coming_weekends),
    "towns_at_night": ("Town centres at night", towns_at_night),
    "premises": ("Premises", premises),
    "named_places": ("Places by name", named_places),
    "age_and_sex": ("Age and sex", age_and_sex),
    "represented": ("Groups beside residents", represented),
    "represented_areas": ("Groups over-represented by borough", represented_areas),
    "victims": ("Victims by ethnicity, age and sex", victims),
    "factors": ("Factors", factors),
    "defined": ("Saved definitions by year", defined),
    "suspects": ("Suspects by age and sex", suspects),
    "pairs": ("Victims by suspects", pairs),
    "kinds": ("Ethnicity, relationship, premises", kinds),
    "serious_sexual": ("Rape and serious sexual offences", serious_sexual),
    "women": ("Violence against women and girls", women),
    "attributes": ("Attributes", attributes),
    "arrivals": ("Ways to arrive by time of day", arrivals),
    "diagnoses": ("Diagnoses beside the injury", diagnoses),
    "repeat_persons": ("Persons with several events", repeat_persons),
    "length_of_stay": ("Length of stay", length_of_stay),
}
"""Exhibits of each source, in the order of the report: key to title and function."""

PUBLISHED: dict[str, tuple[str, Callable[[Part], Exhibit]]] = {
    "indicators_county": ("Indicators of the county", of_county),
    "indicators_boroughs": ("Indicators by borough", of_boroughs),
}
"""Exhibits of published indicators: key to title and function."""

SERVICES: dict[str, tuple[str, Callable[[Sequence[Part]], Exhibit]]] = {
    "services": ("Sources compared", compared_services),
    "agreement": ("Hotspots that services share", agreement),
    "overlooked": ("Hot for health and not for the police", overlooked),
    "colocation": ("Busiest areas that coincide", colocation),
    "similarity": ("How alike the sources are", similarity),
}
"""Exhibits of two or more sources together: key to title and function."""
