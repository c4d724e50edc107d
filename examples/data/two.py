"""Two models of a few lines (provider `command`): both know capitals, and only the second can do sums of three numbers."""
import json
import re
import sys

CAPITALS = {"France": "Paris", "Italy": "Rome", "Spain": "Madrid", "Japan": "Tokyo"}


def answer(who, asked):
    for country, capital in CAPITALS.items():
        if country in asked:
            return f"It is {capital}."
    numbers = [int(n) for n in re.findall(r"\d+", asked)]
    return f"It is {sum(numbers if who == 'large' else numbers[:2])}."


for line in sys.stdin:
    print(json.dumps({"text": answer(sys.argv[1], json.loads(line)["messages"][-1]["content"]), "usage": {"input": 20, "output": 5}}), flush=True)
