"""Who a face is: shape, skin, eyes, brows and hair, drawn from a seed."""

from __future__ import annotations

from dataclasses import dataclass

from mebench.datasets.twin.sampling import Draws
from mebench.rendering.pack import head_pack

Colour = tuple[float, float, float]

_PAIRED = ("eyes", "cheek", "ears")
_RANGES = {"head": 0.40, "eyes": 0.40, "nose": 0.42, "mouth": 0.40, "cheek": 0.40, "chin": 0.40, "eyebrows": 0.5}
_RANGES |= {"forehead": 0.45, "ears": 0.5, "neck": 0.3}
"""Largest weight of a shape target; the source allows 1, where faces become grotesque."""
_OPPOSITES: tuple[tuple[str, str], ...] = (
    ("-decr", "-incr"),
    ("-down", "-up"),
    ("-in", "-out"),
    ("-concave", "-convex"),
    ("-backward", "-forward"),
)
_OPPOSITES += (("-compress", "-uncompress"),)

IRISES: dict[str, Colour] = {
    "dark": (0.055, 0.026, 0.014),
    "brown": (0.13, 0.058, 0.024),
    "hazel": (0.20, 0.13, 0.05),
    "green": (0.15, 0.19, 0.09),
    "grey": (0.22, 0.27, 0.30),
    "blue": (0.12, 0.22, 0.36),
}
"""Linear RGB."""
HAIRS: dict[str, Colour] = {
    "black": (0.010, 0.008, 0.007),
    "dark brown": (0.028, 0.017, 0.011),
    "brown": (0.075, 0.042, 0.022),
    "blond": (0.30, 0.19, 0.085),
    "red": (0.17, 0.055, 0.018),
    "grey": (0.26, 0.25, 0.24),
}
STYLES = ("cropped", "short", "side", "swept", "receding", "bob", "long", "tied")


@dataclass(frozen=True)
class Identity:
    """One synthetic person.

    Attributes
    ----------
    shape : tuple of (str, float)
        Target of the head pack and its weight.
    female, age : float
        0 to 1; age 0 is about 20 years, 1 about 75.
    african, asian, caucasian : float
        Mix of ancestry, sum 1.
    melanin, blood, yellow : float
        What the skin tone is mixed from, 0 to 1.
    iris, hair : (3,) tuples
        Linear RGB.
    lip : float
        How much redder and darker the lips are, 0 to 1.
    style : str
        One of :data:`STYLES`.
    hairline, volume, parting : float
        Height of the hairline (eye distances), thickness of the hair (1 is usual), where it parts (-1 to 1).
    brow_height, brow_thickness, brow_arch, brow_density : float
        Brows: offset in eye distances, factor, bend, and opacity.
    stubble, freckles, gloss : float
        0 to 1.
    moles : tuple of (x, y, radius)
        On the average face, in eye distances.
    light : (3,) tuple
        Where the key light stands: x right, y down, z to the camera.
    backdrop, cloth : (3,) tuples
        Linear RGB of wall and clothes.
    noise : int
        Seed of the skin's and hair's fine pattern.
    """

    shape: tuple[tuple[str, float], ...]
    female: float
    age: float
    african: float
    asian: float
    caucasian: float
    melanin: float
    blood: float
    yellow: float
    iris: Colour
    hair: Colour
    lip: float
    style: str
    hairline: float
    volume: float
    parting: float
    brow_height: float
    brow_thickness: float
    brow_arch: float
    brow_density: float
    stubble: float
    freckles: float
    gloss: float
    moles: tuple[tuple[float, float, float], ...]
    light: Colour
    backdrop: Colour
    cloth: Colour
    noise: int


def identity(seed: int, *words: str) -> Identity:
    """Return the person that a seed and any number of words (dataset, subject) name.

    The same name gives the same person in every process.
    """
    draws = Draws(seed, "identity", *words)
    shares = [-1.0 + 2.2 * draws.uniform() for _ in range(3)]
    powers = [2.718281828 ** (2.2 * share) for share in shares]
    african, asian, caucasian = (power / sum(powers) for power in powers)
    female = 1.0 if draws.uniform() < 0.5 else 0.0
    female += (0.5 - female) * draws.between(0.0, 0.35)
    age = draws.uniform() ** 1.8
    melanin = 0.88 * african + 0.24 * asian + 0.06 * caucasian + draws.between(-0.08, 0.12)
    fair = caucasian - 0.35 * african - 0.35 * asian
    return Identity(
        shape=tuple(_shape(draws, female, age, (african, asian, caucasian))),
        female=female,
        age=age,
        african=african,
        asian=asian,
        caucasian=caucasian,
        melanin=min(max(melanin, 0.0), 1.0),
        blood=draws.between(0.25, 0.85),
        yellow=min(max(0.75 * asian + 0.35 * african + draws.between(-0.1, 0.25), 0.0), 1.0),
        iris=_iris(draws, fair),
        hair=_hair(draws, fair, age),
        lip=draws.between(0.2, 0.65) + 0.25 * female,
        style=_style(draws, female, age),
        hairline=draws.between(-0.10, 0.10) - 0.08 * (1 - female) * age,
        volume=draws.between(0.75, 1.35),
        parting=draws.between(0.25, 0.7) * draws.pick((-1.0, 1.0)),
        brow_height=draws.between(-0.05, 0.045),
        brow_thickness=draws.between(0.8, 1.35) * (1.15 - 0.3 * female),
        brow_arch=draws.between(0.2, 1.0) * (0.6 + 0.5 * female),
        brow_density=draws.between(0.75, 1.0),
        stubble=max(0.0, draws.between(-0.5, 1.0)) * (1 - female) * (0.5 + 0.5 * caucasian + 0.2 * african),
        freckles=max(0.0, draws.between(-1.2, 1.0)) * max(0.0, fair),
        gloss=draws.between(0.5, 1.0),
        moles=tuple(
            (draws.between(-0.9, 0.9), draws.between(-1.0, 1.5), draws.between(0.010, 0.022))
            for _ in range(draws.below(4))
        ),
        light=(draws.pick((-1.0, 1.0)) * draws.between(0.25, 0.75), -draws.between(0.35, 0.75), 1.0),
        backdrop=_backdrop(draws),
        cloth=_cloth(draws),
        noise=draws.below(2**31),
    )


def _shape(draws: Draws, female: float, age: float, races: tuple[float, float, float]) -> list[tuple[str, float]]:
    """Return weights of the targets: ancestry, sex and age first, then features, then a little asymmetry."""
    shape: list[tuple[str, float]] = []
    weight = draws.uniform()
    heavy = "maxweight" if weight > 0.5 else "minweight"
    for sex, of_sex in (("female", female), ("male", 1 - female)):
        for years, of_age in (("young", 1 - 0.8 * age), ("old", 0.8 * age)):
            share = of_sex * of_age
            for race, of_race in zip(("african", "asian", "caucasian"), races, strict=True):
                shape.append((f"macrodetails/{race}-{sex}-{years}", share * of_race))
            body = f"macrodetails/universal-{sex}-{years}-averagemuscle-{heavy}"
            shape.append((body, share * 0.9 * abs(2 * weight - 1)))
    shape += [("mouth/mouth-angles-up", 0.18), ("head/head-oval", 0.25)]
    shape += [(f"ears/{side}-ear-wing-decr", 0.3) for side in "lr"]
    shape += [("chin/chin-width-decr", 0.3 * female), ("chin/chin-triangle", 0.15 * female)]
    pack = head_pack()
    for group, choices in _features(tuple(pack.names(*_RANGES))).items():
        largest = _RANGES[group.partition("/")[0]]
        strength = largest * draws.uniform() ** 1.5
        shape += [(name, strength) for name in draws.pick(choices)]
    for name in draws.sample(pack.names("asym"), 7):
        shape.append((name, draws.between(0.05, 0.4)))
    return shape


def _features(names: tuple[str, ...]) -> dict[str, list[list[str]]]:
    """Group targets by what they change; each group holds its opposite choices, each with both sides of the face."""
    groups: dict[str, dict[str, list[str]]] = {}
    for name in names:
        if name.endswith(("-trans-in", "-trans-out")) and not name.startswith("eyes/"):
            continue  # these shift nose or mouth sideways
        folder, _, leaf = name.partition("/")
        if folder in _PAIRED:
            leaf = leaf.removeprefix("l-").removeprefix("r-")
        stem = leaf
        for pair in _OPPOSITES:
            for end in pair:
                stem = stem.removesuffix(end)
        groups.setdefault(f"{folder}/{stem}", {}).setdefault(leaf, []).append(name)
    return {stem: list(choices.values()) for stem, choices in groups.items()}


def _iris(draws: Draws, fair: float) -> Colour:
    """Return an iris colour; light ones only where ancestry makes them likely."""
    if draws.uniform() < max(0.0, fair) * 1.15:
        name = draws.pick(("blue", "blue", "grey", "green", "hazel", "brown"))
    else:
        name = draws.pick(("dark", "dark", "brown"))
    factor = draws.between(0.8, 1.25)
    red, green, blue = IRISES[name]
    return red * factor, green * factor, blue * factor


def _hair(draws: Draws, fair: float, age: float) -> Colour:
    """Return a hair colour, greying with age."""
    if draws.uniform() < max(0.0, fair) * 1.3:
        name = draws.pick(("dark brown", "brown", "brown", "blond", "blond", "red"))
    else:
        name = draws.pick(("black", "black", "dark brown"))
    grey = max(0.0, min(1.0, (age - 0.45) * 2.2)) * draws.uniform()
    factor = draws.between(0.8, 1.3)
    red, green, blue = (
        factor * ((1 - grey) * own + grey * old) for own, old in zip(HAIRS[name], HAIRS["grey"], strict=True)
    )
    return red, green, blue


def _style(draws: Draws, female: float, age: float) -> str:
    """Return a hair style."""
    if female > 0.5:
        return draws.pick(("bob", "long", "long", "tied", "side"))
    if age > 0.5 and draws.uniform() < 0.5:
        return "receding"
    return draws.pick(("cropped", "short", "short", "side", "swept"))


def _backdrop(draws: Draws) -> Colour:
    """Return a pale wall."""
    level = draws.between(0.22, 0.55)
    return level * draws.between(0.92, 1.05), level, level * draws.between(0.92, 1.08)


def _cloth(draws: Draws) -> Colour:
    """Return the colour of a shirt."""
    level = draws.pick((0.02, 0.05, 0.12, 0.3, 0.55))
    return level * draws.between(0.5, 1.4), level * draws.between(0.5, 1.4), level * draws.between(0.5, 1.4)
