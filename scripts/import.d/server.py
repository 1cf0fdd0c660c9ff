"""A server that speaks HTTP, over one connection that is kept."""

import base64
import dataclasses
import http.client
import json
import netrc
import os
import re
import socket
import ssl
import time
import urllib.parse

PATIENCE_SECONDS = 60
TIMEOUT_SECONDS = 60
#: What does not go away by waiting, if it is met by the first request.
HOPELESS = (ConnectionRefusedError, socket.gaierror, ssl.SSLError)
#: What OpenSSL makes of an answer in plain HTTP.
NO_TLS = ("WRONG_VERSION_NUMBER", "RECORD_LAYER_FAILURE", "PACKET_LENGTH_TOO_LONG")
TLS_WANTED = b"Client sent an HTTP request to an HTTPS server"


class ServerFailed(Exception):
    """The server cannot be reached, or does not answer as it should. The message is for people."""


@dataclasses.dataclass(frozen=True)
class Tls:
    """
    cacert: whose certificates to trust, None for those that the machine trusts; insecure: all;
    cert, key: to show to servers that ask for one, None for nothing.
    """

    cacert: str
    insecure: bool
    cert: str
    key: str

    def context(self):
        context = _readable(
            "--cacert", self.cacert, lambda: ssl.create_default_context(cafile=self.cacert)
        )
        if self.insecure:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        if self.cert:
            files = self.cert if self.key is None else f"{self.cert} and {self.key}"
            _readable("--cert, --key", files, lambda: context.load_cert_chain(self.cert, self.key))
        return context


def _readable(option, files, read):
    try:
        return read()
    except FileNotFoundError as e:
        raise ServerFailed(f'{option}: "{files}" (expected: what exists)') from e
    except ssl.SSLError as e:
        what = "certificates" if option == "--cacert" else "a certificate and its key"
        raise ServerFailed(f'{option}: "{files}" (expected: {what} in PEM)') from e
    except OSError as e:
        raise ServerFailed(f'{option}: "{files}": {e.strerror}') from e


class Server:
    """Requests are repeated while the server cannot be reached or says 503, for a minute."""

    def __init__(self, url, tls):
        parts = urllib.parse.urlsplit(url if "://" in url else "http://" + url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ServerFailed(f'"{url}" (expected: a URL such as http://host:9091)')
        try:
            port = parts.port
        except ValueError as e:
            raise ServerFailed(f'"{url}": {e}') from e
        self._scheme = parts.scheme
        self._host = parts.hostname
        self._port = port
        self._prefix = parts.path.rstrip("/")
        host = f"[{self._host}]" if ":" in self._host else self._host
        #: without user and password
        self.url = f"{parts.scheme}://{host}" + (f":{port}" if port else "") + self._prefix
        self._headers = self._authorization(parts)
        self._tls = None
        if parts.scheme == "https":
            self._tls = tls.context()
        self._connection = None

    def _authorization(self, parts):
        user, password = parts.username, parts.password
        if user is None:
            user, password = self._from_netrc()
        else:
            user = urllib.parse.unquote(user)
            password = urllib.parse.unquote(password or "")
        if user is None:
            return {}
        credentials = base64.b64encode(f"{user}:{password}".encode()).decode()
        return {"Authorization": "Basic " + credentials}

    def _from_netrc(self):
        path = os.environ.get("NETRC") or os.path.expanduser("~/.netrc")
        if not os.path.exists(path):
            return None, None
        try:
            found = netrc.netrc(path).authenticators(self._host)
        except (OSError, netrc.NetrcParseError) as e:
            raise ServerFailed(f"{path}: {e}") from e
        return (found[0], found[2] or "") if found else (None, None)

    def get(self, path, accept="*/*"):
        """Status, content type and body."""
        return self.request("GET", path, {"Accept": accept})

    def json(self, path):
        """What the API says; it must succeed."""
        status, _, body = self.get(path, "application/json")
        if status != 200:
            raise ServerFailed(f"{self.url}{path} answers {status}: {_first_line(body)}")
        try:
            return json.loads(body)["data"]
        except (ValueError, KeyError, TypeError) as e:
            raise ServerFailed(f"{self.url}{path} is not the API of a Pushgateway: {e}") from e

    def flags(self):
        """The server's flags; none if it does not tell."""
        status, _, body = self.get("/api/v1/status", "application/json")
        try:
            return json.loads(body)["data"]["flags"] if status == 200 else {}
        except (ValueError, KeyError, TypeError):
            return {}

    def request(self, method, path, headers=None, body=None):
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                status, kind, answer, retry_after = self._send(method, path, headers or {}, body)
            except (OSError, http.client.HTTPException) as e:
                self.close()
                is_hopeless = self._is_first and isinstance(e, HOPELESS)
                if is_hopeless or time.monotonic() > deadline:
                    raise ServerFailed(f"{self.url} cannot be reached: {self._reason(e)}") from e
                time.sleep(0.5)
                continue
            self._is_first = False
            if status == 401:
                raise ServerFailed(f"{self.url} {self._how_to_authenticate()}")
            if status == 400 and answer.startswith(TLS_WANTED):
                raise ServerFailed(f"{self.url} speaks TLS (expected: https:// in the URL)")
            if status != 503 or time.monotonic() > deadline:
                return status, kind, answer
            time.sleep(min(retry_after, 5))

    def _how_to_authenticate(self):
        if self._headers:
            return "takes neither this user nor this password"
        return (
            "wants a user and a password (expected: in ~/.netrc, or in the URL as"
            f" {self._scheme}://user:password@{self._host})"
        )

    @staticmethod
    def _reason(e):
        if isinstance(e, ssl.SSLCertVerificationError):
            return f"{e.verify_message} (expected: --cacert with who has signed its certificate)"
        if isinstance(e, ssl.SSLError) and e.reason in NO_TLS:
            return "it does not speak TLS (expected: http:// in the URL)"
        if isinstance(e, ssl.SSLError) and re.search("ALERT.*CERTIFICATE", str(e.reason)):
            return "it wants a certificate that it trusts (expected: --cert and --key)"
        return e

    _is_first = True

    def _send(self, method, path, headers, body):
        if self._connection is None:
            if self._scheme == "https":
                self._connection = http.client.HTTPSConnection(
                    self._host, self._port, timeout=TIMEOUT_SECONDS, context=self._tls
                )
            else:
                self._connection = http.client.HTTPConnection(
                    self._host, self._port, timeout=TIMEOUT_SECONDS
                )
        self._connection.request(method, self._prefix + path, body, {**self._headers, **headers})
        response = self._connection.getresponse()
        answer = response.read()
        retry_after = response.getheader("Retry-After", "1")
        seconds = int(retry_after) if retry_after.isdigit() else 1
        return response.status, response.getheader("Content-Type", ""), answer, seconds

    def close(self):
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def _first_line(body):
    text = body.decode(errors="replace").strip()
    return text.splitlines()[0][:200] if text else "(nothing)"
