"""Each legacy rule once more, from its description, with plain loops and sets of frames; nothing of mebench is used.

Events and predictions are (group, onset, offset) in the order of their files, group = video * TYPES + type, type 0 the
micro-expression. A rule returns {group: [TP, FP, FN]}; ``Stops`` is raised where the script would stop.
"""

from fractions import Fraction

TYPES = 2
VIDEOS = 3
SUBJECTS = (0, 1, 1)
FPS = 30


class Stops(Exception):
    pass


def length(x):
    return max(x[2] - x[1] + 1, 0)


def frames(x):
    return set(range(x[1], x[2] + 1))


def iou(a, b):
    union = frames(a) | frames(b)
    return Fraction(len(frames(a) & frames(b)), len(union)) if frames(a) and frames(b) else Fraction(0)


def steps(x):
    """The gaps between neighbouring frames: what an interval holds if its length is offset - onset."""
    return set(range(x[1], x[2]))


def exclusive(a, b):
    union = steps(a) | steps(b)
    return Fraction(len(steps(a) & steps(b)), len(union)) if union else Fraction(0)


def clamped(a, b):
    if length(a) < 2 or length(b) < 2:
        return Fraction(0)
    shared = max(min(a[2], b[2]) - max(a[1], b[1]), 0) + 1
    return Fraction(shared, length(a) + length(b) - shared)


def video(x):
    return x[0] // TYPES


def groups(events, said):
    for g in range(VIDEOS * TYPES):
        yield g, [e for e in events if e[0] == g], [p for p in said if p[0] == g]


def per_group(rule):
    """Turn a rule for one video and type into one for all."""

    def judge(events, said, t):
        return {g: rule(of, ps, t) for g, of, ps in groups(events, said)}

    return judge


def best(x, others, measure):
    """The first of the others that overlap ``x`` most."""
    return max(range(len(others)), key=lambda i: (measure(x, others[i]), -i))


@per_group
def mdmd2020(events, said, t):
    tp = sum(any(clamped(p, e) >= t for p in said) for e in events)
    return [tp, len(said) - tp, len(events) - tp]


@per_group
def hp1023(events, said, t):
    tp = sum(clamped(p, e) >= t for p in said for e in events)
    return [tp, len(said) - tp, len(events) - tp]


@per_group
def mtsn(events, said, t):
    tp = sum(iou(p, e) >= t for p in said for e in events)
    return [tp, sum(all(iou(p, e) < t for e in events) for p in said), len(events) - tp]


@per_group
def tsmsnet(events, said, t):
    pairs = [sum(iou(p, e) >= t for p in said) for e in events]
    tp = sum(n > 0 for n in pairs)
    n = len(said) - (sum(pairs) - tp)
    return [tp, n - tp, len(events) - tp]


def voc(enough):
    @per_group
    def rule(events, said, t):
        if not events:
            return [0, 0, 0]
        claimed = set()
        for p in said:
            i = len(events) - 1 - best(p, events[::-1], iou)
            if enough(iou(p, events[i]), t):
                claimed.add(i)
        return [len(claimed), max(len(said), 1) - len(claimed), len(events) - len(claimed)]

    return rule


softnet = voc(lambda share, t: share >= t)
sl_swin = voc(lambda share, t: share > t)


@per_group
def zhang_macro(events, said, t):
    if not events:
        return [0, 0, 0]
    free, tp = list(events), 0
    for p in said:
        if free and iou(p, free[best(p, free, iou)]) >= t:
            del free[best(p, free, iou)]
            tp += 1
    return [tp, len(said) - tp, len(free)]


def strs_official(events, said, t):
    table, total = {}, 0
    for g, of, ps in groups(events, said):
        subject = SUBJECTS[g // TYPES]
        seen = any(SUBJECTS[video(p)] == subject and p[0] % TYPES == g % TYPES for p in said)
        if not of or not seen:
            table[g] = [0, 0, 0]
            continue
        free, fp = set(range(len(of))), 0
        for p in ps:
            got = {i for i in free if iou(p, of[i]) >= t}
            free -= got
            fp += not got
        table[g] = [len(of) - len(free), fp, len(free)]
        total += len(of) - len(free)
    if not total:
        raise Stops
    return table


@per_group
def abpn(events, said, t):
    claimed = set()
    for e in events:
        if said and exclusive(e, said[best(e, said, exclusive)]) > t:
            claimed.add(best(e, said, exclusive))
    return [len(claimed), len(said) - len(claimed), len(events) - len(claimed)]


def lssnet(events, said, t):
    table = {g: [0, len(ps), len(of)] for g, of, ps in groups(events, said)}
    for e in events:
        here = sorted((p for p in said if video(p) == video(e)), key=lambda p: p[1])
        if here:
            p = here[best(e, here, exclusive)]
            if exclusive(e, p) >= t and p[0] == e[0]:
                table[e[0]] = [a + b for a, b in zip(table[e[0]], (1, -1, -1), strict=True)]
    return table


def by_length(hits, events, said, longest):
    """TP by the event's length, FP = predictions of that length - TP, FN = events of the given type - TP."""
    table = {}
    for g, of, _ in groups(events, said):
        v, kind = divmod(g, TYPES)
        tp = sum(video(e) == v and (e[2] - e[1] > longest) == bool(kind) for e in hits)
        n = sum(video(p) == v and (p[2] - p[1] > longest) == bool(kind) for p in said)
        table[g] = [tp, n - tp, len(of) - tp]
    return table


def lgsnet(events, said, t):
    hits = []
    for e in events:
        here = sorted((p for p in said if video(p) == video(e)), key=lambda p: p[1])
        if here and iou(e, here[best(e, here, iou)]) >= t and e[2] > e[1]:
            hits.append(e)
    return by_length(hits, events, said, 15)


def shengjianda(events, said, t):
    hits = []
    for e in events:
        for p in (p for p in said if video(p) == video(e)):
            if frames(e) & frames(p):
                if e[1:] == p[1:] and length(e) == 1:
                    raise Stops
                share = exclusive(e, p)
                if share >= t:
                    hits.append(e)
                if share >= Fraction(1, 5):
                    break
    return by_length(hits, events, said, FPS // 2)


def kddi(events, said, t):
    def group(x):
        return video(x) * TYPES + (2 * (x[2] - x[1]) >= FPS)

    table = {g: [0, 0, 0] for g in range(VIDEOS * TYPES)}
    free = list(said)
    for e in events:
        fits = [p for p in free if group(p) == group(e) and clamped(e, p) >= t]
        if len(fits) > 1:
            raise Stops
        table[group(e)][0 if fits else 2] += 1
        if fits:
            free.remove(fits[0])
    for p in free:
        table[group(p)][1] += 1
    return table


@per_group
def ltp2019(events, said, t):
    said = sorted(said)
    tp, fp, joined = 0, 0, set()
    for _, on, off in (e for e in events if length(e)):
        starts = [k for k, p in enumerate(said) if p[1] <= off]
        ends = [k for k, p in enumerate(said) if p[2] >= on]
        if not starts or not ends:
            continue
        k2, k1 = ends[0], starts[-1]
        left, right = said[k2][1], said[k1][2]
        gaps = sum(said[k][1] - said[k - 1][2] + 1 for k in range(k2 + 1, k1 + 1))
        hull = max(off, right) - min(on, left)
        if not hull:
            raise Stops
        joined |= set(range(k2, k1 + 1))
        if Fraction(min(off, right) - max(on, left) - gaps + 1, hull) >= t:
            tp += 1
        else:
            fp += 1
    return [tp, fp + len(said) - len(joined), len(events) - tp]


def ltp2019_me(events, said, t):
    with_events = {e[0] for e in events}
    return {g: row if g in with_events else [0, 0, 0] for g, row in ltp2019(events, said, t).items()}


def joint(events, said, t):
    """Only the sums over the types of a video are defined by words: the largest matching without types."""
    table = {g: [0, 0, 0] for g in range(VIDEOS * TYPES)}
    for v in range(VIDEOS):
        of, ps = ([x for x in side if video(x) == v] for side in (events, said))

        def most(i, free, of=of, ps=ps):
            if i == len(of):
                return 0
            return max([most(i + 1, free), *(1 + most(i + 1, free - {j}) for j in free if iou(of[i], ps[j]) >= t)])

        tp = most(0, frozenset(range(len(ps))))
        table[v * TYPES] = [tp, len(ps) - tp, len(of) - tp]
    return table


BY_HAND = {
    "joint": joint,
    "ltp2019": ltp2019,
    "ltp2019-me": ltp2019_me,
    "mdmd2020": mdmd2020,
    "hp1023": hp1023,
    "kddi": kddi,
    "tsmsnet": tsmsnet,
    "zhang-macro": zhang_macro,
    "lssnet": lssnet,
    "softnet": softnet,
    "sl-swin": sl_swin,
    "mtsn": mtsn,
    "abpn": abpn,
    "shengjianda": shengjianda,
    "lgsnet": lgsnet,
    "strs-official": strs_official,
}
