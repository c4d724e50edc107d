"""A batch API of a few lines, as OpenAI's: files and batches, done at the second look, each answer the prompt in capitals.
Prints its port."""
import json
import re
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer

files, looks = {}, {}


def answer(request):
    said = request["body"]["messages"][-1]["content"].upper()
    body = {"id": "a", "model": request["body"]["model"], "usage": {"prompt_tokens": 20, "completion_tokens": 10},
            "choices": [{"message": {"role": "assistant", "content": said}, "finish_reason": "stop"}]}
    return {"custom_id": request["custom_id"], "response": {"status_code": 200, "body": body}, "error": None}


class Batches(BaseHTTPRequestHandler):
    def reply(self, data):
        data = data if isinstance(data, bytes) else json.dumps(data).encode()
        self.send_response(200)
        self.send_header("Content-Length", len(data))
        self.end_headers()
        self.wfile.write(data)

    def shown(self, name):
        status = "completed" if looks[name] > 1 else "in_progress"
        return {"id": name, "status": status, "input_file_id": "in-" + name, "output_file_id": "out-" + name,
                "created_at": 0, "request_counts": {"total": files["in-" + name].count(b"\n")}}

    def do_POST(self):
        sent = self.rfile.read(int(self.headers["Content-Length"]))
        if self.path == "/v1/files":
            name = f"in-{len(files)}"
            files[name] = b"".join(re.findall(rb'^\{"custom_id".*\n', sent, re.M))
            return self.reply({"id": name})
        name = json.loads(sent)["input_file_id"][3:]
        looks[name] = 0
        self.reply(self.shown(name))

    def do_GET(self):
        name = self.path.split("/")[3]
        if self.path.endswith("/content"):
            lines = [answer(json.loads(line)) for line in files["in-" + name[4:]].splitlines()]
            return self.reply("".join(json.dumps(line) + "\n" for line in reversed(lines)).encode())
        looks[name] += 1
        self.reply(self.shown(name))

    def do_DELETE(self):
        self.reply({"deleted": True})

    def log_message(self, *_):
        pass


server = HTTPServer(("127.0.0.1", 0), Batches)
print(server.server_port, flush=True)
sys.stdout.close()
server.serve_forever()
