"""Asks fifty questions of a real model over the Gutenberg archive: `python -m evals.model HOME MODEL [--questions N]`.

MODEL is `gguf:FILE` or `openai:NAME`. Forty questions are within the archive's subjects and ten without. Printed are
how many were answered by the model, by sentences, or not at all, what verification dropped and why, and the time.
"""

from __future__ import annotations

import argparse
import os
import statistics
import time
from collections import Counter
from pathlib import Path

from lyceum import config
from lyceum.library import Library, Question, Scope

WITHIN = (
    "Why did the Homestead strike fail?", "What does Wilde say about private property?",
    "How did children work in the coal breakers?", "What wages did women in laundries earn?",
    "How many hours did steel workers work?", "What did Douglass say about learning to read?",
    "Who spoke at the Haymarket meeting?", "What did Mother Jones do in West Virginia?",
    "What does Mill say about the subjection of women?", "What did Kropotkin write on mutual aid?",
    "What is the aim of the Communists?", "What does Bellamy say about money in the year 2000?",
    "How were the stockyards of Chicago described?", "What did Du Bois write about the colour line?",
    "What did Lafargue say about the right to be lazy?", "What does Carnegie say about wealth?",
    "What did Veblen call conspicuous consumption?", "What did Paine write about the rights of man?",
    "What did Wollstonecraft say about education of women?", "What did Thoreau say about government?",
    "How did Engels describe Manchester?", "What did Owen do at New Lanark?", "What did Morris say about useful work?",
    "What does Spencer say about the state?", "What did Burke say about the revolution in France?",
    "How did Booker T. Washington describe labour?", "What did Addams see at Hull House?",
    "What did London see in the East End?", "What did Riis write about tenements?",
    "What did Debs say to the jury?", "What did Goldman write about marriage?",
    "What did Foster say about the steel trust?", "What did George say about rent?",
    "What did Marx say about wages?", "What did Bernstein say about the mass strike?",
    "What did Zola write about the miners?", "What did Tolstoy say about slavery in our times?",
    "What did Shaw say about Fabian socialism?", "What did the Populists demand?",
    "What did Gompers say about strikes?",
)  # fmt: skip
WITHOUT = (
    "Who won the chess championship of 1972?", "What is the capital of Mongolia?", "How does a transistor work?",
    "When was the first e-mail sent?", "Who wrote the software of Apollo 11?", "What is the price of bitcoin?",
    "Which vaccine was used in 2021?", "Who painted the Sistine Chapel's ceiling in 1512?",
    "How many moons has Jupiter?", "Who won the football world cup in 1954?",
)  # fmt: skip


def main() -> None:
    """Prints a line a question and the totals."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("home", type=Path)
    parser.add_argument("model")
    parser.add_argument("--questions", type=int, default=50)
    options = parser.parse_args()
    chosen = [*WITHIN[: options.questions * 4 // 5], *WITHOUT[: options.questions // 5]]
    counted: Counter[str] = Counter()
    dropped: Counter[str] = Counter()
    seconds = []
    with Library.open(config.load(options.home, os.environ)) as library:
        for question in chosen:
            started = time.perf_counter()
            answer = library.ask(Question(question, Scope.everything()), model=options.model)
            seconds.append(time.perf_counter() - started)
            by = "silent" if answer.abstained else "sentences" if answer.model == "extractive" else "model"
            counted[f"{'within' if question in WITHIN else 'without'}: {by}"] += 1
            dropped.update(refusal.why for refusal in answer.refused)
            print(f"{seconds[-1]:6.0f} s  {by:9}  {question}")
            for claim in answer.claims[:2]:
                print(f"            {claim.text[:160]}")
    print(f"\n{dict(counted)}\ndropped: {dict(dropped)}\nmedian {statistics.median(seconds):.0f} s a question")


if __name__ == "__main__":
    main()
