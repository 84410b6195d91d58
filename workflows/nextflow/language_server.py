"""Asks Nextflow's own language server what is wrong with scripts: language_server.py JAR FILE...

Speaks the Language Server Protocol over a pipe. Prints each diagnostic as FILE:LINE: MESSAGE and ends
with status 1 if there is an error among them, or with 2 if the server does not answer.
"""

import json
import queue
import subprocess
import sys
import threading
from pathlib import Path

TIMEOUT = 120
ERROR = 1


class Server:
    def __init__(self, jar):
        self.process = subprocess.Popen(
            ["java", "-jar", jar],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        self.messages = queue.Queue()
        self.number = 0
        threading.Thread(target=self.listen, daemon=True).start()

    def listen(self):
        out = self.process.stdout
        while header := out.readline():
            length = 0
            while header.strip():
                name, _, value = header.decode().partition(":")
                if name.lower() == "content-length":
                    length = int(value)
                header = out.readline()
            self.messages.put(json.loads(out.read(length)))
        self.messages.put(None)

    def send(self, **message):
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
        self.process.stdin.flush()

    def notify(self, method, params):
        self.send(method=method, params=params)

    def next(self):
        """The next message; what the server asks for is answered with nothing."""
        message = self.messages.get(timeout=TIMEOUT)
        if message is None:
            raise EOFError("the server ended")
        if "id" in message and "method" in message:
            items = message.get("params", {}).get("items", [])
            self.send(id=message["id"], result=[None] * len(items) or None)
        return message

    def ask(self, method, params):
        self.number += 1
        self.send(id=self.number, method=method, params=params)
        while True:
            message = self.next()
            if message.get("id") == self.number and "method" not in message:
                return message.get("result")


def diagnostics(jar, files):
    """Diagnostics by URI, as the server publishes them for each file that it is shown."""
    server = Server(jar)
    try:
        root = Path(files[0]).resolve().parent.as_uri()
        server.ask(
            "initialize",
            {
                "processId": None,
                "rootUri": root,
                "capabilities": {"workspace": {"configuration": True}},
                "workspaceFolders": [{"uri": root, "name": "workflow"}],
            },
        )
        server.notify("initialized", {})
        # Any mode but the default one: the server reads its folder when a setting changes.
        settings = {"nextflow": {"errorReportingMode": "paranoid"}}
        server.notify("workspace/didChangeConfiguration", {"settings": settings})
        waiting, found = set(), {}
        for file in files:
            path = Path(file).resolve()
            waiting.add(path.as_uri())
            language = "nextflow-config" if path.suffix == ".config" else "nextflow"
            document = {
                "uri": path.as_uri(),
                "languageId": language,
                "version": 1,
                "text": path.read_text(),
            }
            server.notify("textDocument/didOpen", {"textDocument": document})
        while waiting:
            message = server.next()
            if message.get("method") == "textDocument/publishDiagnostics":
                params = message["params"]
                found[params["uri"]] = params["diagnostics"]
                waiting.discard(params["uri"])
        # A second round comes when includes are resolved.
        try:
            while True:
                message = server.messages.get(timeout=3)
                if message and message.get("method") == "textDocument/publishDiagnostics":
                    found[message["params"]["uri"]] = message["params"]["diagnostics"]
        except queue.Empty:
            return found
    finally:
        server.process.kill()
        server.process.wait()


def main(jar, *files):
    try:
        found = diagnostics(jar, files)
    except (queue.Empty, EOFError, OSError) as error:
        print(f"language_server.py: no answer: {error!r}", file=sys.stderr)
        return 2
    status = 0
    for uri, entries in sorted(found.items()):
        for entry in entries:
            line = entry["range"]["start"]["line"] + 1
            print(f"{uri.rsplit('/', 1)[-1]}:{line}: {entry['message']}")
            if entry.get("severity", ERROR) == ERROR:
                status = 1
    return status


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
