"""Names of classes from those of collections and keys: singular, in CamelCase."""

from collections.abc import Container

from .names import OF_MODULES, shortened, words_of

IRREGULAR = {
    "people": "person",
    "men": "man",
    "women": "woman",
    "children": "child",
    "feet": "foot",
    "teeth": "tooth",
    "geese": "goose",
    "mice": "mouse",
    "criteria": "criterion",
    "phenomena": "phenomenon",
    "indices": "index",
    "vertices": "vertex",
    "matrices": "matrix",
    "movies": "movie",
    "cookies": "cookie",
    "calories": "calorie",
    "zombies": "zombie",
    "selfies": "selfie",
    "ties": "tie",
    "quizzes": "quiz",
    "leaves": "leaf",
    "lives": "life",
    "knives": "knife",
    "wives": "wife",
    "halves": "half",
    "shelves": "shelf",
    "wolves": "wolf",
    "caches": "cache",
    "axes": "axis",
    "shoes": "shoe",
    "toes": "toe",
    "buses": "bus",
    "gases": "gas",
    "viruses": "virus",
    "bonuses": "bonus",
    "menus": "menu",
    "gurus": "guru",
    "aliases": "alias",
    "canvases": "canvas",
    "lenses": "lens",
    "viewers": "viewer",
    "analyses": "analysis",
    "bases": "base",
    "crises": "crisis",
    "diagnoses": "diagnosis",
    "hypotheses": "hypothesis",
    "theses": "thesis",
}

# Words that end in s and are one, or have no singular.
SAME = frozenset({
    *("news", "series", "species", "lens", "data", "media", "metadata", "info"),
    *("settings", "details", "preferences", "stats", "statistics", "analytics"),
    *("sms", "gps", "dns", "css", "js", "aws", "ios", "https", "rss", "tls"),
    *("gas", "atlas", "alias", "canvas", "bias", "chaos", "always", "has", "was"),
    *("yes", "this", "plus", "graphics", "physics", "politics", "economics"),
    *("mathematics", "sports", "goods", "means", "glasses", "clothes", "thanks"),
})

# {how a word ends: (letters to drop, letters to add)}, the first that fits.
ENDINGS = (
    ("ss", 0, ""),
    ("us", 0, ""),
    ("is", 0, ""),
    ("ies", 3, "y"),
    ("sses", 2, ""),
    ("shes", 2, ""),
    ("tches", 2, ""),
    ("ches", 2, ""),
    ("xes", 2, ""),
    ("tuses", 2, ""),
    ("puses", 2, ""),
    ("zzes", 2, ""),
    ("roes", 2, ""),
    ("toes", 2, ""),
    ("s", 1, ""),
)


def singular(word: str) -> str:
    """Return the singular of an English plural in lower case, as far as rules go."""
    if word in IRREGULAR:
        return IRREGULAR[word]
    if word in SAME or len(word) < 3:
        return word
    for ending, drop, add in ENDINGS:
        if word.endswith(ending):
            return word[: len(word) - drop] + add
    return word


def class_name(name: str, *, is_plural: bool = True) -> str:
    """Return the name of a class for a collection or a key."""
    words = words_of(name)
    if words and is_plural:
        last = words[-1].rstrip("0123456789")
        words[-1] = singular(last) + words[-1][len(last) :]
    result = "".join(word[0].upper() + word[1:] for word in words)
    if not result or not result.isidentifier():
        result = f"Collection{result}"
        result = result if result.isidentifier() else "Collection"
    return shortened(result)


def unique(wanted: str, taken: Container[str], owner: str = "") -> str:
    """Return ``wanted``, or what tells it apart: its owner's name before it, a number.

    ``taken``: names in lower case. The permissions of Documents have names in lower
    case, so no two may differ in that only.
    """
    candidates = [wanted] + ([shortened(owner + wanted)] if owner else [])
    for each in candidates:
        if each not in OF_MODULES and each.lower() not in taken:
            return each
    base = candidates[-1]
    if base in OF_MODULES:
        base += "Document"
    number = 1
    while (each := base if number == 1 else f"{base}{number}").lower() in taken:
        number += 1
    return each
