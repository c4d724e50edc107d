"""A model of a few lines: it writes down what people say of themselves and answers from what it wrote (provider `command`)."""
import json
import re
import sys


def answer(turns):
    said = [t["content"] for t in turns if t["role"] == "user"][-1]
    noted = any(t["role"] == "tool" for t in turns[max(i for i, t in enumerate(turns) if t["role"] == "user"):])
    if re.search(r"\b(my|I am)\b", said, re.I) and "?" not in said and not noted:
        arguments = json.dumps({"label": "human", "content": said})
        return {"tool_calls": [{"id": "note", "type": "function", "function": {"name": "core_memory_append", "arguments": arguments}}]}
    if noted:
        return {"text": "I will remember that."}
    block = re.search(r'<block label="human"[^>]*>\n(.*?)\n</block>', turns[0]["content"], re.S)
    allergy = re.search(r"allergic to (\w+)", block.group(1)) if block else None
    return {"text": f"You told me: no {allergy.group(1)}." if allergy else "I do not know."}


for line in sys.stdin:
    print(json.dumps(answer(json.loads(line)["messages"])), flush=True)
