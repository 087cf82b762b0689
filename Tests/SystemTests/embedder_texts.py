# SPDX-License-Identifier: Apache-2.0
"""Texts as people send them, and as they do not: the same for the same number."""
import random

SUBJECTS = """my bank card|the invoice from March|a passport|a Kubernetes cluster|the second law of thermodynamics|my dog|the kettle
a refund|two-factor authentication|the Treaty of Westphalia|compound interest|a nested loop|my landlord|the router|a sourdough starter
an electric car|the New York office|quantum entanglement|a mortgage|the CSV export""".replace("\n", "|").split("|")
QUESTIONS = [
    "How do I cancel {}?", "What is the best way to replace {}?", "Why does {} not work since yesterday?", "explain {} to a child",
    "Who is responsible for {}?", "Can you compare {} with {}?", "I lost {}, what now?", "When was {} first described?",
    "Is it safe to share {} with {}?", "List {n} facts about {} and {}.", "where can i find {}", "{}: pros and cons",
    "Translate '{}' into French.", "How much does {} cost in {n}?", "What happens to {} if {} fails?",
]
CODE = [
    "for (int i = 0; i < {n}; i++) {{ sum += a[i] * b[i]; }}", "SELECT name, COUNT(*) FROM users WHERE id > {n} GROUP BY name;",
    "def f(x): return x ** {n} if x else None", "git rebase -i HEAD~{n} && git push --force-with-lease", "let x: [String: Int] = [:]",
    "https://example.com/a/b?c={n}&d=%20e#frag", "Error: ENOENT: no such file, open '/tmp/{n}/log.txt'", "<div class=\"a-{n}\">x</div>",
]
NUMBERS = ["{n}.{n} % of {n},000", "+49 (0)30 {n}-{n}", "2024-0{m}-1{m}T1{m}:00:00Z", "$-{n}.5e-{m}", "v{m}.{n}.0-rc{m}", "{n}²≠{m}½"]
OTHERS = [
    "Crème brûlée à la façon d'Élodie, s'il vous plaît", "Größe, Straße, Übermut und Ärger", "Ångström İstanbul ıssız ŁÓDŹ naïve",
    "北京的天气怎么样？", "日本語のテキストを埋め込む", "한국어 문장도 있습니다", "Привет, как дела?", "مرحبا بالعالم", "שלום עולם", "Ελληνικά Σίσυφος",
    "สวัสดีชาวโลก", "नमस्ते दुनिया", "😀 👍🏽 👩‍👩‍👧‍👦 is a family", "naïve café", "ﬁne ﬂow Ⅷ ™ ℃", "𝒜𝓁𝓅𝒽𝒶 𝟙𝟚𝟛", "“quoted” — ‘text’…",
    "zero\u200bwidth\u200djoiner\ufeff", "bell\x07 tab\t vertical\x0b feed\x0c nul\x00 del\x7f", "line\nbreak\r\nand\u2028separator\u00a0space",
    "replacement \ufffd private \ue000", "[CLS] is text, and so is [SEP] or [MASK]", "a" * 101, "b" * 100, "ab-" * 50, "###", "", "   ",
    "e\u0301e\u0301 combining \u0323\u0307dots", "1́2̂3̃", "ＦＵＬＬ　ＷＩＤＴＨ", "$€¥£₿ ±×÷√∞ ←→", "~`!@#$%^&*()_+-={}[]|\\:;\"'<>,.?/",
]


def texts(count):
    chance = random.Random(20)
    made = list(OTHERS)
    while len(made) < count:
        made.append(one(chance))
    return made[:count]


def one(chance):
    kind = chance.random()
    if kind < 0.55:
        return filled(chance.choice(QUESTIONS), chance)
    if kind < 0.70:
        return filled(chance.choice(CODE), chance)
    if kind < 0.80:
        return filled(chance.choice(NUMBERS), chance)
    if kind < 0.90:
        return " ".join(chance.sample(OTHERS, 2)) + " " + filled(chance.choice(QUESTIONS), chance)
    if kind < 0.95:
        return "".join(chance.choice("abcdefgh é中ß.,-0😀\u0301") for _ in range(chance.randrange(1, 60)))
    return " ".join(filled(chance.choice(QUESTIONS), chance) for _ in range(chance.randrange(5, 30)))


def filled(pattern, chance):
    while "{}" in pattern:
        pattern = pattern.replace("{}", chance.choice(SUBJECTS), 1)
    return pattern.replace("{n}", str(chance.randrange(2, 3000))).replace("{m}", str(chance.randrange(1, 10))).replace(
        "{{", "{").replace("}}", "}")
