"""What a request travels through: certificates, redirects, proxies, plain http (BARS.md, transport)."""

from harness import ANSWER, ask, equal, expect, for_each, jsonl, records, test, url


def over_tls(w, home, kind, tagged):
    home.provider("p", "openai", url(w, tagged, tls=kind))


@test
def a_certificate_of_an_authority_one_names_is_trusted(w):
    tagged = w.tagged("ok")
    with w.home(SSL_CERT_FILE=w.faults.ready["ca"]) as home:
        over_tls(w, home, "trusted", tagged)
        equal(ask(home, "-m", "p/any", "hello").text, ANSWER + "\n")
        equal(w.count(tagged), 1)


@for_each(("an authority unknown", "trusted", False), ("self-signed", "self-signed", True), ("expired", "expired", True), ("another host's", "wrong-host", True))
def a_bad_certificate_ends_the_call_before_anything_is_sent(w, _, kind, with_authority):
    tagged = w.tagged("ok")
    with w.home(**({"SSL_CERT_FILE": w.faults.ready["ca"]} if with_authority else {})) as home:
        over_tls(w, home, kind, tagged)
        result = ask(home, "-m", "p/any", "hello", code=5)
        expect("certificate" in result.words, result.words)
        expect("SSL_CERT_FILE" in result.words, "and how to trust an authority of one's own", result.words)
        equal(w.count(tagged), 0, "nothing reached the server")
        result = ask(home, "-m", "p/any", stdin=jsonl({"prompt": "x"}), code=3)
        equal(records(result)[0]["error"]["fault"], "unreachable")
        expect("1 failed" in result.words and "retries" not in result.words, "trying again does not help", result.words)


@for_each(("301", 301), ("302", 302), ("303", 303), ("307", 307), ("308", 308))
def a_key_follows_no_redirect_to_another_host(w, _, status):
    with w.at(f"redirect-other-host:{status}") as (home, tagged):
        before = [one for one in w.faults.journal() if one["listener"] == "other"]
        result = ask(home, "-m", "p/any", "hello", code=5)
        expect("redirect" in result.words and "base_url" in result.words, result.words)
        equal(w.count(tagged), 1, "and it is not tried again")
        after = [one for one in w.faults.journal() if one["listener"] == "other"]
        equal(len(after), len(before), "the other host saw nothing")


@for_each("redirect-same-host", "redirect-loop")
def other_redirects_are_told_and_not_followed(w, scenario):
    with w.at(scenario) as (home, tagged):
        result = ask(home, "-m", "p/any", "hello", code=5)
        expect("redirect" in result.words, result.words)
        equal(w.count(tagged), 1)


@test
def plain_http_to_another_machine_is_refused_before_any_connection(w):
    with w.home() as home:
        # the proxy would see any attempt
        env = {"http_proxy": w.faults.proxy("refuse"), "all_proxy": w.faults.proxy("refuse")}
        home.provider("far", "openai", "http://plain.example.com/v1")
        before = w.faults.count()["total"]
        result = ask(home, "-m", "far/any", "hello", code=2, env=env)
        expect("allow_http" in result.words, result.words)
        given = jsonl({"prompt": "x"})
        result = ask(home, "-m", "far/any", stdin=given, code=3, env=env)
        equal(records(result)[0]["error"]["fault"], "config")
        seen = [one for one in w.faults.journal()[before:] if "plain.example.com" in one["path"]]
        equal(seen, [])


@test
def allow_http_lets_it_pass_and_loopback_needs_no_leave(w):
    with w.home() as home:
        home.provider("far", "openai", "http://models.example.com/v1", allow_http=True)
        result = ask(home, "-m", "far/any", "--retries", 0, "hello", code=4, env={"http_proxy": w.faults.proxy("refuse")})
        expect("403" in result.words and "allow_http" not in result.words, result.words)
        for n, host in enumerate(("127.0.0.1", "localhost")):
            home.provider(f"near{n}", "openai", f"http://{host}:{w.faults.port}/s/ok/v1")
            equal(ask(home, "-m", f"near{n}/any", "hello").text, ANSWER + "\n")


@test
def an_address_with_a_password_in_it_is_refused(w):
    with w.home() as home:
        home.config('[provider.p]\nprotocol = "openai"\nbase_url = "https://me:hunter2@example.com/v1"\n')
        result = ask(home, "-m", "p/any", "hello", code=2)
        expect("hunter2" not in result.words, result.words)


@for_each("http", "https")
def a_proxy_of_the_environment_is_used(w, scheme):
    tagged = w.tagged("ok")
    with w.home(SSL_CERT_FILE=w.faults.ready["ca"]) as home:
        if scheme == "http":  # what is meant for this machine is not shown to a proxy, unless that is allowed
            home.provider("q", "openai", url(w, tagged, tls=None))
            ask(home, "-m", "q/any", "hello", env={"http_proxy": w.faults.proxy("forward")})
            equal([one for one in w.faults.journal() if one["listener"] == "proxy-forward" and tagged in one["path"]], [], "the proxy saw nothing")
        port = w.faults.ready["tls"]["trusted"] if scheme == "https" else w.faults.port
        home.provider("p", "openai", url(w, tagged, tls="trusted" if scheme == "https" else None), allow_http=True)

        def seen():  # by this test: the other one goes to another port
            return [one for one in w.faults.journal() if one["listener"] == "proxy-forward" and f":{port}" in one["path"] and (scheme == "https" or tagged in one["path"])]

        before = len(seen())
        result = ask(home, "-m", "p/any", "hello", env={f"{scheme}_proxy": w.faults.proxy("forward")})
        equal(result.text, ANSWER + "\n")
        expect(len(seen()) > before, "the proxy saw it", [one["path"] for one in seen()])
        if scheme == "https":
            equal([one for one in seen() if "authorization" in one["headers"]], [], "the key is not shown to the proxy")


@for_each(*((f"{kind} {scheme}", kind, scheme) for kind in ("refuse", "auth", "garble", "close") for scheme in ("http", "https")))
def a_proxy_that_does_not_work_is_told(w, _, kind, scheme):
    tagged = w.tagged("ok")
    with w.home(SSL_CERT_FILE=w.faults.ready["ca"]) as home:
        home.provider("p", "openai", url(w, tagged, tls="trusted" if scheme == "https" else None), allow_http=True)
        env = {f"{scheme}_proxy": w.faults.proxy(kind)}
        result = ask(home, "-m", "p/any", "--retries", 0, "hello", code=None, env=env)
        # a proxy for plain http answers in the server's place: 403 and 407 cannot be told from the server's own
        expect(result.code in ((4, 5) if scheme == "http" else (5,)), result.code, result.words)
        given = jsonl({"id": 1, "prompt": "x"}, {"id": 2, "prompt": "y"})
        result = ask(home, "-m", "p/any", "--retries", 0, stdin=given, code=3, env=env)
        faults = [one["error"]["fault"] for one in records(result)]
        if scheme == "https":
            equal(faults, ["unreachable"] * 2, result.out)
        else:
            expect(set(faults) <= {"unreachable", "auth", "refused", "provider"}, result.out)
        equal(w.count(tagged), 0)


@test
def a_base_url_that_is_none_is_a_configuration_error(w):
    with w.home() as home:
        for n, base in enumerate(("nonsense", "ftp://127.0.0.1/v1", "http://", "https://exa mple.com", "http://127.0.0.1:99999")):
            home.provider(f"p{n}", "openai", base)
            result = ask(home, "-m", f"p{n}/any", "hello", code=2)
            expect(base.split("/")[0] in result.words or f"p{n}" in result.words, result.words)
