// Opening hours as a week: the simple ones can be typed day by day, others as an expression.

export const DAYS = ["Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"];
export const NAMES = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
const RANGE = /^([01]?\d|2[0-3]):([0-5]\d)\s*-\s*([01]?\d|2[0-4]):([0-5]\d)$/;

/** `Mo-Fr 09:00-17:00; Sa off` as seven lists of `[from, to]` in minutes; null: not that simple. */
export function parsed(expression) {
  if (expression.trim() === "24/7") return DAYS.map(() => [[0, 1440]]);
  const week = DAYS.map(() => []);
  for (const rule of expression.split(";").map((part) => part.trim()).filter(Boolean)) {
    const [, days, times] = /^((?:Mo|Tu|We|Th|Fr|Sa|Su)[\w,\s-]*?)\s+(\d.*|off|closed)$/.exec(rule) ?? [];
    const indexes = days && daysOf(days);
    const ranges = times && (/off|closed/.test(times) ? [] : rangesOf(times));
    if (!indexes || !ranges) return null;
    for (const index of indexes) week[index] = ranges;
  }
  return week;
}

function daysOf(words) {
  const found = [];
  for (const part of words.split(",").map((each) => each.trim())) {
    const [from, to = from] = part.split("-").map((day) => DAYS.indexOf(day.trim()));
    if (from < 0 || to < 0) return null;
    for (let day = from; ; day = (day + 1) % 7) {
      found.push(day);
      if (day === to) break;
    }
  }
  return found;
}

/** `09:00-12:00, 13:00-17:00` in minutes; null: not to be read. */
export function rangesOf(words) {
  const found = [];
  for (const part of words.split(",").map((each) => each.trim()).filter(Boolean)) {
    const match = RANGE.exec(part);
    if (!match) return null;
    const [from, to] = [match[1] * 60 + Number(match[2]), match[3] * 60 + Number(match[4])];
    if (to > 1440 || from === to) return null;
    found.push([from, to]);
  }
  return found;
}

export const words = (ranges) => ranges.map(([from, to]) => `${clock(from)}-${clock(to)}`).join(",");
const clock = (minutes) =>
  `${String(Math.floor(minutes / 60)).padStart(2, "0")}:${String(minutes % 60).padStart(2, "0")}`;

/** A week as an expression: neighbouring days with the same times in one rule. */
export function expression(week) {
  const rules = [];
  for (let day = 0; day < 7; day += 1) {
    const times = words(week[day]);
    const last = rules.at(-1);
    if (last && last.times === times && last.to === day - 1) last.to = day;
    else rules.push({ from: day, to: day, times });
  }
  const open = rules.filter((rule) => rule.times);
  if (!open.length) return "Mo-Su off";
  return open.map(({ from, to, times }) =>
    `${DAYS[from]}${to > from ? `-${DAYS[to]}` : ""} ${times}`).join("; ");
}
