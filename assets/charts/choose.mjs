/** What does a click on a chart ask for? Months, an hour of a weekday, the areas of a decile. */

import { handed } from "../page/handed.mjs";
import { change, parameters } from "../page/question.mjs";
import { onChoose } from "./charts.mjs";

/** Months chosen on their chart, as YYYY-MM in order: one, or a stretch; the only one again clears it. */
export function chooseMonths(months) {
  const [from, to] = [months[0], months.at(-1)];
  const now = parameters();
  const again = from === to && now.get("from") === from && now.get("to") === to;
  change(again ? { from: "", to: "" } : { from, to });
}

/** One hour of one weekday chosen on the heat map; the same again clears it. */
export function chooseHour(hour, day) {
  const now = parameters();
  const again = now.get("day") === handed.days[day] && now.get("hour") === String(hour) && !now.get("night");
  change(again ? { day: "", hour: "" } : { day: handed.days[day], hour: String(hour), night: "" });
}

onChoose("months", {
  click: ({ customdata: month }) => chooseMonths([month]),
  brush: (points) => chooseMonths(points.map(({ customdata: month }) => month)),
});
onChoose("clock", { click: ({ x, y }) => chooseHour(x, y) });

/** A bar of the gradient does what the button under it does. */
onChoose("gradient", { click: ({ x }) => document.querySelectorAll("#gradient-deciles button")[x - 1].click() });
