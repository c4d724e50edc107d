"""A model of a few lines that draws facts: the sentences of users with "is" or "has" (provider `command`)."""
import json
import re
import sys

for line in sys.stdin:
    given = json.loads(line)["messages"][-1]["content"]
    if given.startswith("New facts:"):
        said = {"decisions": []}
    else:
        said = {"facts": [{"text": text, "turn": int(number)}
                          for number, text in re.findall(r"^\[(\d+)\] user \([^)]*\): (.*\b(?:is|has)\b.*)$", given, re.M)]}
    print(json.dumps({"text": json.dumps(said)}), flush=True)
