/** What does a click on a chart ask for? Months, an hour of a weekday, the areas of a decile. */

import { put } from "../page/dash.mjs";
import { handed } from "../page/handed.mjs";
import { change, current, parameters } from "../page/question.mjs";

/** Months chosen on their chart: one, or a stretch; the only one again clears it. */
export function chooseMonths(clicked, brushed) {
  const points = (brushed?.points?.length ? brushed : clicked)?.points ?? [];
  if (!points.length || !current()) return;
  put("months", { clickData: null, selectedData: null });
  const months = points.map((point) => point.customdata).sort();
  const [from, to] = [months[0], months.at(-1)];
  const now = parameters();
  const again = from === to && now.get("from") === from && now.get("to") === to;
  change(again ? { from: "", to: "" } : { from, to });
}

/** One hour of one weekday chosen on the heat map; the same again clears it. */
export function chooseHour(clicked) {
  const { x: hour, y: day } = clicked?.points?.[0] ?? {};
  if (hour === undefined || !current()) return;
  put("clock", { clickData: null });
  const now = parameters();
  const again = now.get("day") === handed.days[day] && now.get("hour") === String(hour) && !now.get("night");
  change(again ? { day: "", hour: "" } : { day: handed.days[day], hour: String(hour), night: "" });
}

/** A bar of the gradient does what the button under it does. */
export function markDecile(clicked) {
  const point = clicked?.points?.[0];
  if (!point) return;
  put("gradient", { clickData: null });
  document.querySelectorAll("#gradient-deciles button")[point.x - 1].click();
}
