#!/usr/bin/env bash
# csvkit: a file of incidents, sorted, has all of them in the first hour after midnight.
#
# Incidents come with the time of day in a column of its own, as 23:10. csvsort is to put rows into another order. It
# also guesses what each column is and writes it anew: hours and minutes count as a time span, of minutes and seconds,
# so that 23:10 is written as 0:23:10. csvjoin, with a lookup of wards, does the same, and csvsql stores 1970-01-01
# 00:23:10. The next program reads ten past eleven at night as 23 minutes past midnight; by the hour of the day, and
# by shift, nothing is left. With seconds (23:10:00) it comes through; -I keeps all as it was written.
#
# Seen with csvkit 2.2.0 and agate 1.14.2 on Python 3.11, Linux x86-64:
#   written 23:10 01:45 08:30
#   csvsort 0:01:45 0:08:30 0:23:10; with -I 01:45 08:30 23:10
#   csvjoin 0:23:10 0:01:45 0:08:30; with -I 23:10 01:45 08:30
#   csvsort of 23:10:00 01:45:00 08:30:00: 1:45:00 8:30:00 23:10:00
#
# Ends with 0 while that is so, with 1 as soon as it is not.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check csvkit==2.2.0 agate==1.14.2 pytimeparse==1.1.10

cd "$folder"
PATH="$folder/venv/bin:$PATH"
printf '%s\n' reference,place,time R1,North,23:10 R2,Castle,01:45 R3,Castle,08:30 > incidents.csv
printf '%s\n' place,ward North,A Castle,B > wards.csv
sed -E 's/(:[0-9]{2})$/\1:00/' incidents.csv > seconds.csv

times() { # the third column of what comes in, in one line, without its name
    cut -d, -f3 | tail -n +2 | paste -sd' '
}

sorted=$(csvsort -c place incidents.csv | times)
kept=$(csvsort -I -c place incidents.csv | times)
joined=$(csvjoin -c place incidents.csv wards.csv | times)
joined_kept=$(csvjoin -I -c place incidents.csv wards.csv | times)
seconds=$(csvsort -c place seconds.csv | times)
echo "written $(times < incidents.csv)"
echo "csvsort $sorted; with -I $kept"
echo "csvjoin $joined; with -I $joined_kept"
echo "csvsort of $(times < seconds.csv): $seconds"
[ "$sorted" = "0:01:45 0:08:30 0:23:10" ] && [ "$kept" = "01:45 08:30 23:10" ] \
    && [ "$joined" = "0:23:10 0:01:45 0:08:30" ] && [ "$joined_kept" = "23:10 01:45 08:30" ] \
    && [ "$seconds" = "1:45:00 8:30:00 23:10:00" ]
