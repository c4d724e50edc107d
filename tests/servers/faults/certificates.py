"""Certificates made at run with openssl: a small authority, and servers that are right and wrong in one way
each.
"""

import subprocess
from pathlib import Path

CONFIG = """
[req]
distinguished_name = name
[name]
[ca]
default_ca = here
[here]
dir = {folder}
new_certs_dir = {folder}
database = {folder}/index.txt
serial = {folder}/serial
default_md = sha256
policy = any
copy_extensions = copy
unique_subject = no
[any]
commonName = supplied
[authority]
basicConstraints = critical, CA:true
subjectKeyIdentifier = hash
"""
LOOPBACK = "DNS:localhost,IP:127.0.0.1,IP:127.0.0.2"
# What a client that checks must say: yes to the first, no to all others.
KINDS = ("trusted", "self-signed", "expired", "wrong-host")


def make(folder):
    """Writes ca.pem and for each kind KIND.pem and KIND.key into `folder`."""
    folder = Path(folder)
    config = folder / "openssl.cnf"
    config.write_text(CONFIG.format(folder=folder))
    (folder / "index.txt").touch()
    (folder / "serial").write_text("1000\n")

    def openssl(*arguments):
        subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True)

    def key(name):
        openssl("ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", folder / f"{name}.key")

    key("ca")
    openssl(
        "req",
        "-config",
        config,
        "-x509",
        "-new",
        "-key",
        folder / "ca.key",
        "-out",
        folder / "ca.pem",
        "-subj",
        "/CN=llm-utils test authority",
        "-extensions",
        "authority",
        "-days",
        "2",
    )
    for kind in KINDS:
        key(kind)
        names = "DNS:elsewhere.invalid" if kind == "wrong-host" else LOOPBACK
        request = [
            "req",
            "-config",
            config,
            "-new",
            "-key",
            folder / f"{kind}.key",
            "-subj",
            f"/CN={kind}",
            "-addext",
            f"subjectAltName={names}",
        ]
        if kind == "self-signed":
            openssl(*request, "-x509", "-days", "2", "-out", folder / f"{kind}.pem")
            continue
        openssl(*request, "-out", folder / f"{kind}.csr")
        dates = (
            ["-startdate", "20200101000000Z", "-enddate", "20200102000000Z"]
            if kind == "expired"
            else ["-days", "2"]
        )
        openssl(
            "ca",
            "-batch",
            "-notext",
            "-config",
            config,
            "-cert",
            folder / "ca.pem",
            "-keyfile",
            folder / "ca.key",
            "-in",
            folder / f"{kind}.csr",
            "-out",
            folder / f"{kind}.pem",
            *dates,
        )
