"""The scenarios: what the path /s/NAME[:ARGUMENT]/… makes the server do. Each is a coroutine over an
Exchange.

right.py has the answers that are right, however odd their bytes; refused.py the refusals a provider utters;
broken.py what breaks the protocol, stalls or leads elsewhere; batches.py the batch APIs.
"""

TABLE = {}
MESSAGES = {
    400: "The request is malformed.",
    401: "Incorrect API key provided.",
    403: "You may not use this model.",
    404: "The model does not exist or you do not have access to it.",
    408: "The request timed out.",
    413: "The request is too large.",
    422: "The request cannot be processed.",
    429: "Rate limit reached.",
    500: "The server had an error.",
    502: "Bad gateway.",
    503: "The service is unavailable.",
    504: "The upstream server timed out.",
    529: "Overloaded.",
}


def scenario(*names):
    def register(function):
        for name in names:
            TABLE[name] = function
        return function

    return register


def find(name):
    """The coroutine behind a name, or None; STATUS and STATUS-then-ok exist for every status."""
    from . import batches, broken, refused, right  # noqa: F401 they fill the table

    if name in TABLE:
        return TABLE[name]
    status, _, rest = name.partition("-")
    if status.isdigit() and rest in ("", "then-ok"):
        return refused.failing_first(int(status)) if rest else refused.failing(int(status))
    return None
