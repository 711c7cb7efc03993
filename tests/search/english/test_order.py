"""The order of a Chinese question."""

from __future__ import annotations

import pytest

from rag.search.english.order import arrange
from rag.search.english.tokens import tokens


@pytest.mark.parametrize(
    ("question", "pieces"),
    [
        ("What is the design speed of the Wangyu Bridge?", "Wangyu Bridge|design speed|是多少"),
        ("How many gold medals did the school win at the games?", "games|school|win|多少|gold medals"),
        ("Who is the director of the bureau?", "bureau|director|是谁"),
        ("Who directed the film?", "film|谁|directed"),
        ("Which company built the bridge?", "bridge|built|哪个|company"),
        ("When did the beer merge with the wine?", "wine|beer|什么时候|merge"),
        ("Where was the painter born?", "painter|born|在哪里"),
        ("In which year was the score invented?", "score|invented|哪一年"),
        ("How long is the kiln?", "kiln|多长"),
        ("How long did the trial last?", "trial|last|多久"),
        ("How much does a ticket cost?", "ticket|cost|多少钱"),
        ("How much is a ticket?", "ticket|多少钱"),
        ("How much is the total?", "total|多少"),
        ("What is the river called in Tibetan?", "Tibetan|river|叫什么"),
        ("What is the name of the airport?", "airport|叫什么"),
        ("What share of schools in Linhe is public?", "Linhe public|schools|比例是多少"),
        ("Is there a restaurant inside the library?", "library|有没有|restaurant"),
        ("Why was the road closed?", "road|为什么|closed"),
        ("How many schools are there, and how many work with the city?", "多少|schools|，|city|多少|work"),
        ("How many dens did the police of Yiyang destroy?", "Yiyang|police|destroy|多少|dens"),
        ("When will the line (a new one) open?", "line|什么时候|open|，|new"),
        ("Wangyu Bridge length", "Wangyu Bridge length"),
    ],
)
def test_what_modifies_stands_first(question: str, pieces: str) -> None:
    """Prepositional phrases come before what they hang on, the interrogative next to what it asks for."""
    found = arrange(tokens(question))
    assert "|".join(piece.said or " ".join(token.text for token in piece.tokens) for piece in found) == pieces
