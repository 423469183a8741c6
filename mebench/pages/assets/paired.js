/* Scores of count tables, and the paired jackknife over subjects: the same as mebench.metrics.comparison. */
const NEAR = 1e-12;
const ratio = (a, b) => (b === 0 ? NaN : a / b);

function meanOfDefined(values) {
  const defined = values.filter(Number.isFinite);
  return ratio(
    defined.reduce((sum, value) => sum + value, 0),
    defined.length,
  );
}

/* TP, FP, FN of each class of a confusion that stands in one line: k true classes down, as many predicted ones across,
   or one more for all others. */
function oneAgainstRest(line, k = Math.round(Math.sqrt(line.length))) {
  const width = line.length / k,
    found = [];
  for (let c = 0; c < k; c++) {
    let said = 0,
      true_ = 0;
    for (let i = 0; i < k; i++) said += line[i * width + c];
    for (let i = 0; i < width; i++) true_ += line[c * width + i];
    const hits = line[c * width + c];
    found.push([hits, said - hits, true_ - hits]);
  }
  return found;
}

const f1 = ([tp, fp, fn]) => ratio(2 * tp, 2 * tp + fp + fn);
const precision = ([tp, fp]) => ratio(tp, tp + fp);
const recall = ([tp, , fn]) => ratio(tp, tp + fn);
const STATISTICS = {
  f1,
  precision,
  recall,
  uf1: (line) => meanOfDefined(oneAgainstRest(line).map(f1)),
  uar: (line) => meanOfDefined(oneAgainstRest(line).map(recall)),
  accuracy: (line) =>
    ratio(
      oneAgainstRest(line).reduce((sum, [tp]) => sum + tp, 0),
      line.reduce((sum, n) => sum + n, 0),
    ),
};

/* Spot, then recognise: TP, FP, FN, then the confusion of k emotions, (k, k + 1), in one line. */
function analysisF1(line) {
  const k = Math.round((Math.sqrt(1 + 4 * (line.length - 3)) - 1) / 2),
    classes = oneAgainstRest(line.slice(3), k);
  const p = meanOfDefined(classes.map(precisionIfSeen)),
    r = meanOfDefined(classes.map(recall));
  return p === 0 && r === 0 ? 0 : ratio(2 * p * r, p + r);
}
/* An emotion that occurs but is never predicted has precision 0. */
const precisionIfSeen = ([tp, fp, fn]) => (tp + fp === 0 && fn > 0 ? 0 : precision([tp, fp]));
Object.assign(STATISTICS, {
  spotting_f1: f1,
  analysis_f1: analysisF1,
  strs: (line) => (f1(line) === 0 ? 0 : f1(line) * analysisF1(line)),
});

const total = (tables) =>
  tables.reduce(
    (sum, table) => sum.map((n, i) => n + table[i]),
    tables[0].map(() => 0),
  );
const less = (sum, table) => sum.map((n, i) => n - table[i]);

function logGamma(x) {
  const c = [
    0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
    12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
  ];
  if (x < 0.5) return Math.log(Math.PI / Math.sin(Math.PI * x)) - logGamma(1 - x);
  const t = x + 6.5;
  const sum = c.slice(1).reduce((s, value, i) => s + value / (x + i), c[0]);
  return 0.5 * Math.log(2 * Math.PI) + (x - 0.5) * Math.log(t) - t + Math.log(sum);
}

/* Regularised incomplete beta function, by Lentz's continued fraction. */
function incompleteBeta(a, b, x) {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  if (x > (a + 1) / (a + b + 2)) return 1 - incompleteBeta(b, a, 1 - x);
  const front = Math.exp(a * Math.log(x) + b * Math.log1p(-x) + logGamma(a + b) - logGamma(a) - logGamma(b)) / a;
  const tiny = 1e-300;
  let c = 1,
    d = 1 - ((a + b) * x) / (a + 1);
  d = 1 / (Math.abs(d) < tiny ? tiny : d);
  let h = d;
  for (let m = 1; m < 500; m++) {
    for (const step of [
      (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m)),
      (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1)),
    ]) {
      d = 1 + step * d;
      c = 1 + step / c;
      d = 1 / (Math.abs(d) < tiny ? tiny : d);
      if (Math.abs(c) < tiny) c = tiny;
      h *= d * c;
    }
    if (Math.abs(d * c - 1) < 1e-16) break;
  }
  return front * h;
}

/* The t that a Student variable exceeds with the chance `tail` (below one half), by bisection. */
function studentQuantile(freedom, tail) {
  const above = (t) => 0.5 * incompleteBeta(freedom / 2, 0.5, freedom / (freedom + t * t));
  let low = 0,
    high = 1;
  while (above(high) > tail) high *= 2;
  for (let i = 0; i < 100; i++) {
    const middle = (low + high) / 2;
    if (above(middle) > tail) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/* Satterthwaite's degrees of freedom, from 1 to n - 1. */
function freedomOf(squares, n) {
  const sum = squares.reduce((s, q) => s + q, 0);
  const scatter = squares.reduce((s, q) => s + q * q, 0) - (sum * sum) / n;
  const most = Math.max(n - 1, 1);
  return scatter > NEAR * sum * sum ? Math.min((2 * sum * sum) / scatter, most) : most;
}

/* First minus second: value, low, high; NaN where undefined. Tables are of the same subjects in the same order. */
function pairedDifference(first, second, metric, level) {
  const statistic = STATISTICS[metric],
    none = { value: NaN, low: NaN, high: NaN };
  if (!first.length) return none;
  const a = total(first),
    b = total(second);
  const value = statistic(a) - statistic(b);
  const without = first.map((table, i) => statistic(less(a, table)) - statistic(less(b, second[i])));
  const defined = without.filter(Number.isFinite),
    n = defined.length;
  if (!Number.isFinite(value) || !n) return { ...none, value };
  const mean = defined.reduce((sum, x) => sum + x, 0) / n;
  const influence = without.map((x) => (Number.isFinite(x) ? mean - x : 0));
  if (!influence.some((x) => Math.abs(x) >= NEAR)) return { ...none, value };
  const squares = influence.map((x) => x * x);
  const error = Math.sqrt(((n - 1) / n) * squares.reduce((sum, q) => sum + q, 0));
  const step = studentQuantile(freedomOf(squares, n), (1 - level) / 2);
  const share = (value + 1) / 2;
  if (share <= 0 || share >= 1) {
    return { value, low: Math.max(value - step * error, -1), high: Math.min(value + step * error, 1) };
  }
  // A Student t interval on the logit scale of -1 to 1.
  const place = Math.log(share / (1 - share)),
    slope = error / (2 * share * (1 - share));
  const back = (x) => 2 / (1 + Math.exp(-x)) - 1;
  return { value, low: back(place - step * slope), high: back(place + step * slope) };
}
