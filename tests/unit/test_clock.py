"""geo.stats.clock: nights, change of the clocks, midnight, ranges of time and peaks."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy import stats

from geo.stats import clock, midnight, peaks

weeks = hnp.arrays(np.int64, (7, 24), elements=st.integers(0, 40))


# ---------------------------------------------------------------- nights and the change of the clocks


def test_friday_night_runs_from_noon_to_noon():
    moments = pd.date_range("2024-03-15 11:00", "2024-03-16 13:00", freq="h")  # Friday to Saturday
    nights = clock.night_of(moments.normalize(), moments.hour)
    assert nights.tolist() == [3, *[4] * 24, 5, 5]
    assert clock.NIGHTS[4] == "Friday into Saturday" and clock.NIGHTS[6] == "Sunday into Monday"


def test_an_unknown_hour_or_date_has_no_night():
    dates = pd.Series(["2024-03-15", None, "2024-03-15"])
    nights = clock.night_of(dates, pd.Series([None, 3, 3], dtype="Int8"))
    assert nights.isna().tolist() == [True, True, False] and nights[2] == 3
    assert clock.weekday_of(pd.Series(["2024-03-15", None])).tolist()[0] == 4


def test_the_clocks_go_forward():
    """31 March 2024: at 01:00 GMT the clocks show 02:00, and the hour from 01:00 does not exist."""
    utc = pd.Series(pd.date_range("2024-03-30 23:30", periods=4, freq="h"))
    local = clock.to_wall_clock(utc)
    assert local.dt.strftime("%d %H:%M").tolist() == ["30 23:30", "31 00:30", "31 02:30", "31 03:30"]
    assert set(clock.night_of(local, local.dt.hour)) == {5}
    week = clock.weekday_hour(local.dt.day_of_week, local.dt.hour)
    assert week.loc["Sunday", [0, 1, 2, 3]].tolist() == [1, 0, 1, 1]


def test_the_clocks_go_back():
    """27 October 2024: the hour from 01:00 happens twice, and both count as 01:00."""
    utc = pd.Series(pd.date_range("2024-10-26 23:30", periods=4, freq="h"))
    local = clock.to_wall_clock(utc)
    assert local.dt.strftime("%d %H:%M").tolist() == ["27 00:30", "27 01:30", "27 01:30", "27 02:30"]
    assert set(clock.night_of(local, local.dt.hour)) == {5}
    week = clock.weekday_hour(local.dt.day_of_week, local.dt.hour)
    assert week.loc["Sunday", [0, 1, 2]].tolist() == [1, 2, 1]


def test_utc_in_summer_moves_to_the_next_local_day():
    local = clock.to_wall_clock(pd.Series(["2021-04-30T23:41:00+00:00"]))
    assert local[0] == pd.Timestamp("2021-05-01 00:41")


def test_weekdays_of_months_add_up_to_the_days():
    months = range(2023 * 12, 2024 * 12)
    assert clock.weekdays_of_months(months).tolist() == [52, 52, 52, 52, 52, 52, 53]  # 2023 began on a Sunday


# ---------------------------------------------------------------- tables


def test_untimed_events_are_left_out_and_can_be_stated():
    week = clock.weekday_hour([0, 6, None, 3], [5, 23, 4, None])
    assert week.to_numpy().sum() == 2
    assert week.loc["Monday", 5] == 1 and week.loc["Sunday", 23] == 1


@settings(deadline=None)
@given(weeks)
def test_groups_and_nights_conserve_events(week):
    groups, nights = clock.hour_groups(week), clock.night_hours(week)
    assert groups.to_numpy().sum() == nights.to_numpy().sum() == week.sum()
    assert groups.loc["08-11", "Tuesday"] == week[1, 8:12].sum()
    assert nights.loc["Friday into Saturday", 23] == week[4, 23]
    assert nights.loc["Friday into Saturday", 3] == week[5, 3]
    assert nights.loc["Sunday into Monday", 3] == week[0, 3]
    assert groups.index.tolist() == ["00-03", "04-07", "08-11", "12-15", "16-19", "20-23"]


def test_night_of_and_night_hours_agree():
    rng = np.random.default_rng(1)
    moments = pd.Series(pd.Timestamp("2023-01-01") + pd.to_timedelta(rng.integers(0, 9000, 500), unit="h"))
    week = clock.weekday_hour(moments.dt.day_of_week, moments.dt.hour)
    direct = clock.night_of(moments, moments.dt.hour).value_counts().sort_index()
    assert clock.night_hours(week).sum(axis=1).tolist() == direct.tolist()


# ---------------------------------------------------------------- midnight

EVENING = np.array(
    [30, 26, 20, 10, 6, 4, 4, 6, 8, 10, 12, 14, 16, 16, 18, 20, 22, 24, 26, 28, 30, 36, 38, 36]
)  # the hours beside midnight average 30, as midnight itself


def test_default_midnights_are_found_and_their_number_estimated():
    rng = np.random.default_rng(2)
    week = rng.poisson(np.tile(EVENING, (7, 1)) * 5)
    truth = 3000
    week[:, 0] += rng.multinomial(truth, np.ones(7) / 7)
    found = midnight.default_midnight(week)
    assert found.suspected and found.p < 1e-12
    assert found.lower < truth < found.upper
    assert found.share == pytest.approx(truth / week.sum(), rel=0.1)
    assert "unknown time" in found.sentence and f"{week.sum():,}" in found.sentence


def test_the_published_block_is_a_default():
    """Weekday by hour group as published: from midnight to 4am 15 times the block after."""
    first, second, last = 43_277, 2_871, 11_434
    hours = np.full(24, 1000.0)
    hours[[0, 1, 2, 3]] = [first - 3 * second / 4, *[second / 4] * 3]
    hours[20:] = last / 4
    found = midnight.default_midnight(hours)
    assert found.suspected and found.share > 0.5


def test_an_honest_clock_is_rarely_suspected():
    rng = np.random.default_rng(3)
    suspected = [midnight.default_midnight(rng.poisson(EVENING)).suspected for _ in range(300)]
    assert sum(suspected) <= 3
    found = midnight.default_midnight(rng.poisson(EVENING))
    assert found.lower < 0 < found.upper and found.sentence.startswith("No sign")


def test_midnight_p_is_a_binomial_tail():
    hours = np.zeros(24)
    hours[[22, 23, 0, 1, 2]] = [3, 4, 15, 5, 2]
    expected = stats.binomtest(15, 29, 0.2, alternative="greater").pvalue
    assert midnight.default_midnight(hours).p == pytest.approx(expected)


@settings(deadline=None)
@given(weeks)
def test_cutting_midnight_only_cuts_midnight(week):
    cut = midnight.without_default_midnight(week)
    assert cut.drop(columns=0).equals(clock.framed(week.astype(float)).drop(columns=0))
    assert (cut[0] <= week[:, 0]).all()
    monday = np.mean([week[6, 22], week[6, 23], week[0, 1], week[0, 2]])
    assert cut.loc["Monday", 0] == min(week[0, 0], monday)


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


@settings(deadline=None)
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
        start, end = pd.Series([f"{day} 00:30"]), pd.Series([f"{day} 03:30"])
        span = clock.hour_of_week(end) - clock.hour_of_week(start)
        week = clock.aoristic(clock.hour_of_week(start), span)
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


@settings(deadline=None)
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
    nothing = clock.weekday_hour([], [])
    assert nothing.to_numpy().sum() == 0 and nothing.shape == (7, 24)
    found = midnight.default_midnight(nothing)
    assert not found.suspected and found.sentence == "No timed offences." and np.isnan(found.share)
    assert peaks.peak(nothing).sentence.startswith("Too few timed offences to name a peak (no;")
    assert clock.aoristic([], []).to_numpy().sum() == 0
    assert peaks.peak_set([0, 0, 0]).all()
    assert len(clock.night_of(pd.Series([], dtype="datetime64[s]"), pd.Series([], dtype="Int8"))) == 0


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: clock.hour_groups(np.zeros((24, 7))), "7 days of 24 hours"),
        (lambda: midnight.default_midnight(np.zeros(23)), "24 hours"),
        (lambda: clock.aoristic([5], [-1]), "before it starts"),
        (lambda: clock.aoristic([168], [1]), "below 168"),
    ],
)
def test_nonsense_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()


@pytest.mark.realdata
def test_stop_and_search_times_are_utc(shared_data):
    """Converted to wall time, the quiet of the small hours falls at the same hour in summer and winter."""
    import zipfile

    archive = zipfile.ZipFile(shared_data / "police" / "bedfordshire-stop-and-search-2021-05_2024-04.zip")
    frames = [pd.read_csv(archive.open(name), usecols=["Date"]) for name in archive.namelist()]
    utc = pd.to_datetime(pd.concat(frames)["Date"], utc=True)
    local = clock.to_wall_clock(utc)
    summer = local.dt.month.between(5, 9)
    assert ((local - utc.dt.tz_localize(None))[summer] == pd.Timedelta(hours=1)).all()
    week = clock.weekday_hour(local.dt.day_of_week, local.dt.hour)
    assert week.to_numpy().sum() == len(utc)
    assert week.sum(axis=0).idxmin() in (4, 5, 6, 7)


@pytest.mark.realdata
def test_ten_years_of_timestamped_assaults(shared_data):
    """148,636 real moments: nights are conserved and weekend nights lead."""
    path = shared_data / "timeofday" / "chicago_aggravated_assaults.csv.gz"
    frame = pd.read_csv(path)
    column = next(name for name in frame if "date" in name.lower())
    moments = pd.to_datetime(frame[column])
    week = clock.weekday_hour(moments.dt.day_of_week, moments.dt.hour)
    found = peaks.peak(week, nights=True)
    assert found.total == len(frame)
    assert found.days[0] in ("Friday into Saturday", "Saturday into Sunday")
