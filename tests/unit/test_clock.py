"""geo.stats.clock: nights, change of the clocks, midnight, ranges of time and peaks."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy import stats

from geo.stats import clock, midnight, peaks

weeks = hnp.arrays(np.int64, (7, 24), elements=st.integers(0, 40))


# ---------------------------------------------------------------- nights and days


def test_weekdays_of_months_add_up_to_the_days():
    months = range(2023 * 12, 2024 * 12)
    assert clock.weekdays_of_months(months).tolist() == [52, 52, 52, 52, 52, 52, 53]  # 2023 began on a Sunday


@given(weeks)
def test_nights_conserve_events(week):
    nights = clock.night_hours(week)
    assert nights.to_numpy().sum() == week.sum()
    assert nights.loc["Friday into Saturday", 23] == week[4, 23]
    assert nights.loc["Friday into Saturday", 3] == week[5, 3]
    assert nights.loc["Sunday into Monday", 3] == week[0, 3]


# ---------------------------------------------------------------- midnight

HOURS = np.arange(24)


def nights(sharp: float, busier: float, number: float) -> np.ndarray:
    """Expected weeks with a peak of every night at midnight, ``busier`` on those of Friday and Saturday."""
    night = 6 * np.exp(-(np.minimum(HOURS, 24 - HOURS) ** 2) / (2 * sharp**2))
    week = np.tile(1 + 2 * np.exp(-((HOURS - 16) ** 2) / 32), 7)
    for day in range(7):
        hours = np.arange(12, 36)
        week[(day * 24 + hours) % 168] += night[hours % 24] * (busier if day in {4, 5} else 1)
    return number * week.reshape(7, 24) / week.sum()


def with_defaults(week: np.ndarray, share: float, rng: np.random.Generator) -> np.ndarray:
    """The same week, a share of the events of each day put at its midnight."""
    moved = rng.binomial(week, share)
    found = week - moved
    found[:, 0] += moved.sum(axis=1)
    return found


def test_an_excess_at_midnight_is_found_and_its_size_estimated():
    rng = np.random.default_rng(2)
    honest = rng.poisson(nights(2.5, 2.5, 5_000))
    week = with_defaults(honest, 0.3, rng)
    truth = week[:, 0].sum() - honest[:, 0].sum()
    found = midnight.at_midnight(week)
    assert found.stands_out and found.p < 1e-12
    assert found.excess == pytest.approx(truth, rel=0.25)  # the night's own peak is in it
    assert found.kept == pytest.approx(found.expected / found.recorded)
    assert "counts by the hour cannot tell" in found.sentence and f"{week.sum():,}" in found.sentence
    (late, *_), (other, low, high) = found.times
    assert low < other < high and late < other


@pytest.mark.parametrize("late", [1, 4])
def test_the_end_of_an_evening_is_no_peak_at_midnight(late):
    """Nights that are as busy until they end, weekends' later: midnight has no more than before it."""
    week = np.ones((7, 24))
    for day in range(7):
        hours = np.arange(19, 24 + (late if day in {4, 5} else 1))
        week[(day + hours // 24) % 7, hours % 24] += 5
    rng = np.random.default_rng(3)
    found = [midnight.at_midnight(rng.poisson(3_000 * week / week.sum())) for _ in range(200)]
    assert sum(one.stands_out for one in found) <= 1
    assert "Midnight does not stand out" in found[0].sentence


@pytest.mark.parametrize("busier", [1, 2.5])
def test_a_peak_and_unknown_times_both_stand_out_and_neither_is_claimed(busier):
    rng = np.random.default_rng(4)
    real = midnight.at_midnight(rng.poisson(nights(0.7, busier, 5_000)))
    unknown = midnight.at_midnight(with_defaults(rng.poisson(nights(2.5, busier, 5_000)), 0.3, rng))
    for found in (real, unknown):
        assert found.stands_out
        assert "may stand for times that were not known or be a real peak: counts by the" in found.sentence


def test_midnight_p_is_a_binomial_tail():
    week = np.zeros((7, 24))
    week[0, [22, 23, 0, 1, 2]] = [3, 4, 15, 5, 2]
    week[6, [22, 23]] = week[0, [22, 23]]
    week[0, [22, 23]] = 0
    expected = stats.binomtest(15, 15 + 7, 1 / 3, alternative="greater").pvalue
    assert midnight.at_midnight(week).p == pytest.approx(expected)


@given(weeks)
def test_cutting_midnight_cuts_every_midnight_alike(week):
    cut = midnight.without_excess(week, 0.25)
    assert cut.drop(columns=0).equals(clock.framed(week.astype(float)).drop(columns=0))
    assert (cut[0] == week[:, 0] / 4).all()


# ---------------------------------------------------------------- ranges of time


def by_minutes(start: float, span: float) -> np.ndarray:
    """Brute force: the middle of each of 20,000 slices of the range votes for its hour."""
    points = start + (np.arange(20_000) + 0.5) / 20_000 * span
    return np.bincount(points.astype(int) % 168, minlength=168).reshape(7, 24) / 20_000


@pytest.mark.parametrize(
    ("start", "span"),
    [(23.5, 1.5), (166.25, 4.75), (10.0, 1.0), (10.9, 0.2), (0.0, 168.0), (50.3, 400.7), (167.99, 0.5)],
)
def test_aoristic_equals_brute_force(start, span):
    assert clock.aoristic([start], [span]).to_numpy() == pytest.approx(by_minutes(start, span), abs=1e-4)


@given(
    hnp.arrays(np.float64, st.integers(0, 30), elements=st.floats(0, 167.999)),
    st.data(),
)
def test_aoristic_conserves_events(start, data):
    spans = st.one_of(st.floats(0, 900), st.just(np.nan))
    span = data.draw(hnp.arrays(np.float64, len(start), elements=spans))
    week = clock.aoristic(start, span)
    assert week.to_numpy().sum() == pytest.approx(len(start), abs=1e-6)
    assert (week.to_numpy() >= 0).all()


def test_moments_keep_their_hour_and_the_untimed_are_left_out():
    week = clock.aoristic([1.75, np.nan, 30.0], [np.nan, 2.0, 0.0])
    assert week.loc["Monday", 1] == 1 and week.loc["Tuesday", 6] == 1
    assert week.to_numpy().sum() == 2


def test_long_ranges_can_be_left_out():
    assert clock.aoristic([5, 5], [3, 25], longest=24).to_numpy().sum() == pytest.approx(1)


def test_aoristic_over_the_changes_of_the_clocks_uses_wall_time():
    """A range over either change is as long as the clocks say: 00:30 to 03:30 is three hours."""
    for day in ("2024-03-31", "2024-10-27"):
        start, end = (pd.Series([pd.Timestamp(f"{day} {time}")]) for time in ("00:30", "03:30"))
        span = (end - start).dt.total_seconds() / 3600
        week = clock.aoristic(start.dt.day_of_week * 24 + 0.5, span)
        assert week.loc["Sunday", [0, 1, 2, 3]].to_numpy() == pytest.approx([1 / 6, 1 / 3, 1 / 3, 1 / 6])


# ---------------------------------------------------------------- peaks


def test_peak_set_is_a_binomial_test_against_the_busiest():
    counts = [100, 80, 70, 60, 99]
    level = 0.05 / 4
    expected = [
        i == 0 or stats.binomtest(x, x + 100, 0.5, alternative="less").pvalue > level
        for i, x in enumerate(counts)
    ]
    assert peaks.peak_set(counts).tolist() == expected == [True, True, True, False, True]


def test_peak_set_holds_the_truth_as_often_as_it_says():
    rng = np.random.default_rng(4)
    chances = np.array([0.16, 0.155, 0.15, 0.14, 0.135, 0.13, 0.13])
    held = [peaks.peak_set(rng.multinomial(200, chances))[0] for _ in range(500)]
    assert np.mean(held) >= 0.95


def test_exposure_makes_days_comparable():
    counts = np.array([50, 40, 40, 40, 40, 40, 40])
    alone = peaks.peak_set(counts * 20)
    fair = peaks.peak_set(counts * 20, [5, 4, 4, 4, 4, 4, 4])
    assert alone.tolist() == [True, *[False] * 6] and fair.all()


def test_peak_sentence_says_what_cannot_be_told_apart():
    week = np.full((7, 24), 4.0)
    week[5, 20:], week[4, 20:] = 40, 36
    found = peaks.peak(week, noun="call-outs")
    assert found.days == ["Saturday", "Friday"] and sorted(found.hours) == [20, 21, 22, 23]
    assert found.sentence.startswith("Saturday is the busiest day (")
    assert "; Friday cannot be told apart from it." in found.sentence
    assert "The busiest hours are 20:00 to 23:59" in found.sentence and "call-outs" in found.sentence


def test_peak_of_nights():
    week = np.full((7, 24), 1.0)
    week[5, 23], week[6, 0:3] = 60, 60
    found = peaks.peak(week, nights=True)
    assert found.days == ["Saturday into Sunday"]
    assert found.sentence.startswith("Saturday into Sunday is the busiest night")
    assert "23:00 to 02:59" in found.sentence


def test_no_peak_where_none_stands_out_or_too_few():
    flat = peaks.peak(np.full((7, 24), 3.0))
    assert flat.days == flat.hours == [] and "No day of the week stands out" in flat.sentence
    assert flat.sentence.endswith("No hour stands out.")
    half = np.full((7, 24), 3.0)
    half[:, 5:18] = 90  # thirteen hours alike are no peak
    assert peaks.peak(half).hours == []
    single = np.zeros((7, 24))
    single[3, 3] = 19
    assert peaks.peak(single).sentence == "Too few timed offences to name a peak (19; at least 20)."
    single[3, 3] = 20
    assert peaks.peak(single).days == ["Thursday"] and peaks.peak(single).hours == [3]


@given(weeks, st.integers(0, 6))
def test_turning_the_week_turns_the_peak(week, shift):
    before, after = peaks.peak(week), peaks.peak(np.roll(week, shift, axis=0))
    turned = {clock.DAYS[(clock.DAYS.index(day) + shift) % 7] for day in before.days}
    assert turned == set(after.days) and set(before.hours) == set(after.hours)


@pytest.mark.parametrize(
    ("hours", "words"),
    [
        ([5], "05:00 to 05:59"),
        ([22, 23, 0], "22:00 to 00:59"),
        ([1, 3, 5], "01:00 to 01:59, 03:00 to 03:59 and 05:00 to 05:59"),
        (range(24), "all day"),
    ],
)
def test_hours_in_words(hours, words):
    assert peaks.hours_in_words(hours) == words


# ---------------------------------------------------------------- edges


def test_an_empty_week():
    nothing = clock.framed(np.zeros((7, 24)))
    assert nothing.to_numpy().sum() == 0 and nothing.shape == (7, 24)
    found = midnight.at_midnight(nothing)
    assert not found.stands_out and found.sentence == "No timed offences." and np.isnan(found.share)
    assert peaks.peak(nothing).sentence.startswith("Too few timed offences to name a peak (no;")
    assert clock.aoristic([], []).to_numpy().sum() == 0
    assert peaks.peak_set([0, 0, 0]).all()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: clock.night_hours(np.zeros((24, 7))), "7 days of 24 hours"),
        (lambda: midnight.at_midnight(np.zeros(23)), "24 hours"),
        (lambda: clock.aoristic([5], [-1]), "before it starts"),
        (lambda: clock.aoristic([168], [1]), "below 168"),
    ],
)
def test_nonsense_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()


# ---------------------------------------------------------------- weeks as units


def clumped_weeks(rng: np.random.Generator, days: float, number: int = 26) -> np.ndarray:
    """Flat weeks, 10 events a day, each day by a gamma factor of its own with this standard deviation."""
    factor = rng.gamma(1 / days**2, days**2, (number, 7, 1)) if days else np.ones((number, 7, 1))
    return rng.poisson(10 / 24 * factor * np.ones((number, 7, 24)))


@pytest.mark.parametrize("days", [0.0, 0.3])
def test_flat_weeks_name_no_busiest_day_or_hour(days: float):
    rng = np.random.default_rng(5)
    named = 0
    for _ in range(150):
        units = clumped_weeks(rng, days)
        clumped = peaks.clumping(units.sum(axis=2)), peaks.clumping(units.sum(axis=1))
        found = peaks.peak(units.sum(axis=0), clumped=clumped)
        named += bool(found.days or found.hours)
    assert stats.binom.sf(named - 1, 150, 0.05) > 1e-3


def test_clumping_is_how_much_days_vary():
    rng = np.random.default_rng(6)
    assert peaks.clumping(clumped_weeks(rng, 0.0, 300).sum(axis=2)).factor == pytest.approx(1, abs=0.15)
    assert peaks.clumping(clumped_weeks(rng, 0.3, 300).sum(axis=2)).factor == pytest.approx(1.9, abs=0.2)


def test_days_that_a_unit_lacks_are_no_clumping():
    """Months have four or five of a weekday; the first week of a period may begin on a Thursday."""
    counts = np.full((6, 7), 40.0)
    counts[0, :3] = 0
    exposure = np.where(counts > 0, 1, 0)
    assert peaks.clumping(counts, exposure).factor == 1
    assert peaks.clumping(counts).factor > 3


def test_a_busy_saturday_is_named_though_days_vary():
    rng = np.random.default_rng(7)
    units = clumped_weeks(rng, 0.3)
    units[:, 5] *= 2
    clumped = peaks.clumping(units.sum(axis=2)), peaks.clumping(units.sum(axis=1))
    assert peaks.peak(units.sum(axis=0), clumped=clumped).days == ["Saturday"]


def test_too_few_weeks_tell_nothing():
    assert peaks.clumping([[5, 3, 2, 1, 1, 2, 9]]) is None
    assert "Too few weeks" in peaks.peak(np.full((7, 24), 9.0), clumped=(None, None)).sentence
