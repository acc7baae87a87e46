"""Random templates and random assigns for the property tests.

Every name is used for one type only, but for everything: as an assign, as a loop variable, set, handed to a
macro. So the random templates shadow, leak and reorder as much as they can without being type errors.

Everything is drawn from a :class:`random.Random`: hypothesis passes one whose choices it can shrink.
"""

from __future__ import annotations

from random import Random
from typing import Any

from . import files

Assigns = dict[str, Any]

TEXTS = ["plain ", "<b>bold</b>", " & ", "<i title='", "'>x</i>", "\n  ", "<p>", '"quoted"', "é✓", ""]
STRINGS = ["s", "t", "u"]
NUMBERS = ["a", "n"]
FLAGS = ["flag", "show"]
LISTS = ["items", "others"]
ITEMS = ["m", "o"]
NAMES = [*STRINGS, *NUMBERS, *FLAGS, *LISTS, *ITEMS]
VALUES = ["", "x", "<script>", "a & b", '"q"', "'", "long " * 3, "ü✓"]


def boolean(random: Random) -> bool:
    """One of two."""
    return random.randint(0, 1) == 1


def item(random: Random, number: int | None = None) -> dict[str, Any]:
    """Something a list is made of."""
    return {
        "id": random.randint(0, 4) if number is None else number,
        "name": random.choice(VALUES),
        "done": boolean(random),
        "tags": [random.choice(["x", "<y>", "z"]) for _ in range(random.randint(0, 2))],
    }


def item_list(random: Random) -> list[dict[str, Any]]:
    """Mostly with different ids."""
    if random.randint(0, 3) == 0:
        return [item(random) for _ in range(random.randint(0, 4))]
    numbers = [0, 1, 2, 3, 4]
    random.shuffle(numbers)
    return [item(random, number) for number in numbers[: random.randint(0, 5)]]


def value(random: Random, name: str) -> Any:
    """A value for an assign."""
    if name in STRINGS:
        return random.choice(VALUES)
    if name in NUMBERS:
        return random.randint(0, 4)
    if name in FLAGS:
        return boolean(random)
    return item_list(random) if name in LISTS else item(random)


def assigns(random: Random) -> Assigns:
    """A value for every name."""
    return {name: value(random, name) for name in NAMES}


def change(random: Random, assigns: Assigns) -> set[str]:
    """Assign a few names again, some of them the same object changed in place; returns the names."""
    names = {random.choice(NAMES) for _ in range(random.randint(0, 3))}
    for name in sorted(names):
        current = assigns[name]
        if isinstance(current, list) and current and boolean(random):
            change_list(random, current)
        elif isinstance(current, dict) and boolean(random):
            current.update(item(random))
        else:
            assigns[name] = value(random, name)
    return names


def change_list(random: Random, items: list[dict[str, Any]]) -> None:
    """Change a list in place."""
    kind = random.randint(0, 4)
    if kind == 0:
        items.pop(random.randint(0, len(items) - 1))
    elif kind == 1:
        items.insert(random.randint(0, len(items)), item(random, 5 + random.randint(0, 3)))
    elif kind == 2:
        items.reverse()
    elif kind == 3:
        random.shuffle(items)
    else:
        items[random.randint(0, len(items) - 1)]["name"] = random.choice(VALUES)


def string(random: Random, depth: int = 0) -> str:
    """A string expression."""
    kind = random.randint(0, 13 if depth < 2 else 5)
    if kind <= 3:
        return str(random.choice(STRINGS))
    if kind == 4:
        return f"{random.choice(ITEMS)}.name"
    if kind == 5:
        return repr(random.choice(["", "lit", "<l>"]))
    inner = string(random, depth + 1)
    if kind == 6:
        return f"({inner}|upper)"
    if kind == 7:
        return f"({inner} ~ {number(random, depth + 1)})"
    if kind == 8:
        return f"({inner} if {flag(random, depth + 1)} else {string(random, depth + 1)})"
    if kind == 9:
        return f"({inner}).replace('x', {string(random, depth + 1)})"
    if kind == 10:
        return f"({random.choice(ITEMS)}.tags|join({inner}))"
    if kind == 11:
        return "clock()"
    if kind == 12:
        return f"({inner}|ago)"
    return f"({inner}|default('none')|e)"


def number(random: Random, depth: int = 0) -> str:
    """A whole number expression."""
    kind = random.randint(0, 7 if depth < 2 else 3)
    if kind <= 1:
        return str(random.choice(NUMBERS))
    if kind == 2:
        return str(random.randint(0, 3))
    if kind == 3:
        return f"{random.choice(ITEMS)}.id"
    if kind == 4:
        return f"({random.choice(LISTS)}|length)"
    if kind == 5:
        return f"({number(random, depth + 1)} + {number(random, depth + 1)})"
    if kind == 6:
        return f"({string(random, depth + 1)}|length)"
    return "counter.v" if depth else "(counter.v + 0)"


def flag(random: Random, depth: int = 0) -> str:
    """A truth expression."""
    kind = random.randint(0, 5)
    if kind <= 1:
        return str(random.choice(FLAGS))
    if kind == 2:
        return f"{random.choice(ITEMS)}.done"
    if kind == 3:
        return f"({number(random, depth + 1)} > {number(random, depth + 1)})"
    if kind == 4:
        return f"({string(random, depth + 1)} == {string(random, depth + 1)})"
    return f"(not {random.choice(FLAGS)})"


def list_of_items(random: Random) -> str:
    """A list expression."""
    kind = random.randint(0, 5)
    name = str(random.choice(LISTS))
    if kind <= 2:
        return name
    if kind == 3:
        return f"{name}|sort(attribute='name')"
    if kind == 4:
        return f"({name} + {random.choice(LISTS)})"
    return f"({name} if {flag(random)} else [])"


class Writer:
    """Draws one template.

    Args:
        random: the source of all choices.
        budget: about how many statements.
    """

    def __init__(self, random: Random, budget: int) -> None:
        self.random = random
        self.budget = budget
        self.macros = 0

    def pick(self, options: list[str]) -> str:
        return str(self.random.choice(options))

    def body(self, depth: int = 0, in_loop: bool = False) -> str:
        """Some statements and text."""
        return "".join(self.statement(depth, in_loop) for _ in range(self.random.randint(1, 4)))

    def statement(self, depth: int, in_loop: bool) -> str:
        self.budget -= 1
        simple = ["text", "string", "string", "number", "set", "bump", "push", "append"]
        if in_loop:
            simple += ["loop", "loop"]
        nested = [
            "if",
            "if",
            "for",
            "for",
            "for",
            "with",
            "setblock",
            "macro",
            "call",
            "filter",
            "autoescape",
        ]
        nested += [
            "include",
            "import",
            "use",
            "use",
            "recursive",
            "controls",
            "attribute",
            "block",
            "do",
            "pairs",
        ]
        kind = self.pick(simple if depth > 2 or self.budget <= 0 else simple + nested * 2)
        return str(getattr(self, f"w_{kind}")(depth, in_loop))

    def w_text(self, depth: int, in_loop: bool) -> str:
        return self.pick(TEXTS)

    def w_string(self, depth: int, in_loop: bool) -> str:
        return "{{ " + string(self.random) + " }}"

    def w_number(self, depth: int, in_loop: bool) -> str:
        return "{{ " + number(self.random) + " }}"

    def w_loop(self, depth: int, in_loop: bool) -> str:
        return self.pick(["{{ loop.index }}", "{{ loop.last }}", "{{ loop.cycle('odd', 'even') }}"])

    def w_set(self, depth: int, in_loop: bool) -> str:
        if boolean(self.random):
            return "{% set " + self.pick(STRINGS) + " = " + string(self.random) + " %}"
        return "{% set " + self.pick(NUMBERS) + " = " + number(self.random) + " % 5 %}"

    def w_bump(self, depth: int, in_loop: bool) -> str:
        return "{% set counter.v = (counter.v + " + number(self.random) + ") % 7 %}"

    def w_push(self, depth: int, in_loop: bool) -> str:
        return "{{ bag.append(" + number(self.random) + ") or '' }}"

    def w_append(self, depth: int, in_loop: bool) -> str:
        return "{{ bag|join(',') }}"

    def w_do(self, depth: int, in_loop: bool) -> str:
        return "{% do bag.append(" + number(self.random) + ") %}"

    def w_if(self, depth: int, in_loop: bool) -> str:
        source = "{% if " + flag(self.random) + " %}" + self.body(depth + 1, in_loop)
        for _ in range(self.random.randint(0, 1)):
            source += "{% elif " + flag(self.random) + " %}" + self.body(depth + 1, in_loop)
        if boolean(self.random):
            source += "{% else %}" + self.body(depth + 1, in_loop)
        return source + "{% endif %}"

    def w_for(self, depth: int, in_loop: bool) -> str:
        target = self.pick(ITEMS)
        source = list_of_items(self.random)
        key = self.pick(["", "", '|keyed("id")'])
        test = " if " + flag(self.random) if self.random.randint(0, 3) == 0 else ""
        iterable = f"({source}){key}" if key else source
        opening = self.pick(
            ["", '<li id="i-{{ ' + target + '.id }}">', "<li class='x' id='{{ s }}-{{ m.id }}'>"]
        )
        body = opening + self.body(depth + 1, True)
        end = "{% else %}" + self.body(depth + 1, in_loop) if self.random.randint(0, 3) == 0 else ""
        return "{% for " + target + " in " + iterable + test + " %}" + body + end + "{% endfor %}"

    def w_pairs(self, depth: int, in_loop: bool) -> str:
        iterable = self.pick(
            ["m|dictsort", "m.items()", 'm|dictsort|keyed("s")', "items|map(attribute='name')"]
        )
        target = "s" if "map" in iterable else "s, t"
        return "{% for " + target + " in " + iterable + " %}" + self.body(depth + 2, True) + "{% endfor %}"

    def w_recursive(self, depth: int, in_loop: bool) -> str:
        body = self.body(depth + 2, True)
        return (
            "{% for m in items recursive %}"
            + body
            + "{% if loop.depth < 2 %}{{ loop(others) }}{% endif %}{% endfor %}"
        )

    def w_controls(self, depth: int, in_loop: bool) -> str:
        jump = self.pick(["break", "continue"])
        body = self.body(depth + 2, True)
        return (
            "{% for m in items %}{% if "
            + flag(self.random)
            + " %}{% "
            + jump
            + " %}{% endif %}"
            + body
            + "{% endfor %}"
        )

    def w_with(self, depth: int, in_loop: bool) -> str:
        head = "{% with " + self.pick(STRINGS) + " = " + string(self.random) + " %}"
        return head + self.body(depth + 1, in_loop) + "{% endwith %}"

    def w_setblock(self, depth: int, in_loop: bool) -> str:
        head = "{% set " + self.pick(STRINGS) + self.pick(["", " | upper"]) + " %}"
        return head + self.body(depth + 1, False) + "{% endset %}"

    def w_filter(self, depth: int, in_loop: bool) -> str:
        return (
            "{% filter "
            + self.pick(["upper", "e", "trim"])
            + " %}"
            + self.body(depth + 1, False)
            + "{% endfilter %}"
        )

    def w_autoescape(self, depth: int, in_loop: bool) -> str:
        value = self.pick(["true", "false", "flag", "show"])
        return "{% autoescape " + value + " %}" + self.body(depth + 1, in_loop) + "{% endautoescape %}"

    def w_macro(self, depth: int, in_loop: bool) -> str:
        self.macros += 1
        name = f"macro_{self.macros}"
        body = self.body(depth + 1, False)
        call = f"{name}({string(self.random)}, a={number(self.random)})"
        use = self.pick(["{{ %s }}", "{{ %s|upper }}", "{%% set u = %s %%}{{ u }}", "{{ '<' ~ %s }}"]) % call
        return "{% macro " + name + "(s, a=1) %}" + body + "{% endmacro %}" + use

    def w_call(self, depth: int, in_loop: bool) -> str:
        self.macros += 1
        name = f"macro_{self.macros}"
        before, inside = self.body(depth + 2, False), self.body(depth + 2, False)
        macro = "{% macro " + name + "(t) %}" + before + "{{ caller(t) }}<hr>{{ caller('2') }}{% endmacro %}"
        return macro + "{% call(u) " + f"{name}({string(self.random)})" + " %}" + inside + "{% endcall %}"

    def w_include(self, depth: int, in_loop: bool) -> str:
        plain = "'plain.html' without context" if not depth else "'plain.html'"
        what = self.pick(
            [
                plain,
                "'part.html'",
                "'list.html'",
                "['none.html', 'part.html']",
                "'part.html' if flag else 'list.html'",
                "'none.html' ignore missing",
                *files.INCLUDES,
            ]
        )
        return "{% include " + what + " %}"

    def w_import(self, depth: int, in_loop: bool) -> str:
        use = "{{ tools.badge(" + string(self.random) + ") }}"
        return self.pick(
            [
                "{% import 'tools.html' as tools %}" + use,
                "{% import 'tools.html' as tools with context %}" + use,
                "{% from 'tools.html' import badge %}{{ badge(s) }}",
                "{% from 'tools.html' import dated as badge %}{{ badge(s) }}",
                "{% from 'more.html' import redated as badge %}{{ badge(s) }}",
                "{% include 'dated.html' %}",
                "{% from 'tools.html' import badge with context %}{% call badge(t) %}{{ u }}{% endcall %}",
            ]
        )

    def w_use(self, depth: int, in_loop: bool) -> str:
        """One macro of a file where others read a clock."""
        use = self.pick(files.USES).replace("MACRO", self.pick(files.MACROS))
        return use.replace("STRING", string(self.random))

    def w_attribute(self, depth: int, in_loop: bool) -> str:
        inner = self.pick(
            ["{{ s }}", "{% if flag %}on{% endif %}", "{% if show %}{{ t }}{% else %}off{% endif %}"]
        )
        return (
            '<p class="c '
            + inner
            + '" {% if flag %}hidden{% endif %}>'
            + self.body(depth + 2, in_loop)
            + "</p>"
        )

    def w_block(self, depth: int, in_loop: bool) -> str:
        if in_loop or depth:
            return self.w_text(depth, in_loop)
        self.macros += 1
        return "{% block b" + str(self.macros) + " %}" + self.body(depth + 2, False) + "{% endblock %}"


def template(random: Random) -> str:
    """The source of one template."""
    writer = Writer(random, random.randint(3, 14))
    return "{% set counter = namespace(v=0) %}{% set bag = [] %}" + writer.body()
