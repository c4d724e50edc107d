import json, sys

for line in sys.stdin:
    request = json.loads(line)
    asked = request["messages"][-1]["content"]
    text = "The answer is 42."
    if sys.argv[1] == "weak":
        text = "It is Paris." if "capital" in asked else "I'm sorry, but I can't help with that."
    print(json.dumps({"text": text, "usage": {"input": 10, "output": 5}}), flush=True)
