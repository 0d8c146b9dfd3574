#!/usr/bin/python3
"""Checks the web client's texts: both languages have the same keys, each key used exists, each key that exists is used,
and both languages fill the same places."""

import json
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
PUBLIC = ROOT / "Services/WebClient/public"
LANGUAGES = ("zh-CN", "en")
# Permissions are written like keys and are none.
PERMISSIONS = set(re.findall(r'"([a-z]+\.[a-z]+)"', (ROOT / "Services/CRM/Roles/Permission.swift").read_text(encoding="utf-8")))


def read(language):
    def refuse_twins(pairs):
        keys = [key for key, _ in pairs]
        twins = {key for key in keys if keys.count(key) > 1}
        if twins:
            raise ValueError(f"{language}.json: key given twice: {', '.join(sorted(twins))}")
        return dict(pairs)

    path = PUBLIC / "texts" / f"{language}.json"
    return json.loads(path.read_text(encoding="utf-8"), object_pairs_hook=refuse_twins)


def problems():
    texts = {language: read(language) for language in LANGUAGES}
    first, second = (texts[language] for language in LANGUAGES)
    for language, other in (LANGUAGES, reversed(LANGUAGES)):
        for key in sorted(texts[other].keys() - texts[language].keys()):
            yield f"texts/{language}.json lacks \"{key}\""
    for key in sorted(first.keys() & second.keys()):
        places = [set(re.findall(r"\{(\w+)\}", text[key])) for text in (first, second)]
        if places[0] != places[1]:
            yield f"\"{key}\" fills {sorted(places[0])} in one language and {sorted(places[1])} in the other"
        if not all(text[key].strip() for text in (first, second)):
            yield f"\"{key}\" is empty"
    yield from unknown_and_unused(first.keys() | second.keys())
    yield from unworded_refusals()


def unworded_refusals():
    """Services say in English what they refuse; the page says it in Chinese by its code."""
    codes = {"notFound", "unauthorized", "forbidden", "unavailable", "staleEpoch", "timeout", "unknown"}
    for folder in ("Services", "Shared"):
        for path in (ROOT / folder).rglob("*.swift"):
            codes |= set(re.findall(r'\bcode: "([A-Za-z_]+)"', path.read_text(encoding="utf-8")))
    words = read("refusals.zh-CN")
    for code in sorted(codes - words.keys()):
        yield f"texts/refusals.zh-CN.json lacks \"{code}\""
    for code in sorted(words.keys() - codes):
        yield f"texts/refusals.zh-CN.json has \"{code}\", which no service says"


def unknown_and_unused(keys):
    used = set()
    groups = {key.split(".")[0] for key in keys}
    for path in sorted(PUBLIC.rglob("*.js")):
        source = path.read_text(encoding="utf-8")
        literals = set(re.findall(r'"([A-Za-z]+(?:\.[A-Za-z][A-Za-z0-9]*)*)"', source))
        used |= literals & keys
        called = set(re.findall(r'\bt\("([^"]*)"', source))
        dotted = {text for text in literals if "." in text and text.split(".")[0] in groups}
        for key in sorted((called | dotted) - keys - PERMISSIONS):
            yield f"{path.relative_to(PUBLIC)} uses \"{key}\", which no text has"
    for key in sorted(keys - used):
        yield f"\"{key}\" is used nowhere"


if __name__ == "__main__":
    found = list(problems())
    for problem in found:
        print(problem, file=sys.stderr)
    sys.exit(1 if found else 0)
