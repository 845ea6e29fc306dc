"""What a shop's server says to its club, and hears from it. Python 3.10 or later, standard library only.

    member_token(session["customer"])       # answers /club-token, for whoever is logged in, never for an id out of the request
    report_order({"id": "1042", "member": "u-17", "status": "paid", "currency": "IRR",
                  "items": [{"sku": "tea", "quantity": 1, "unit_price": 2500000}]})   # from a queue: it may wait and ask again
    event = webhook(request.headers, request.body)                  # then answer 204; webhook-id tells a repetition

VAFA_URL is the club's address. `vafa seed` prints VAFA_PROGRAM, VAFA_SECRET_KEY, VAFA_SIGNING_KID and
VAFA_SIGNING_SECRET; VAFA_WEBHOOK_SECRET came with the endpoint.
"""

import base64, hashlib, hmac, http.client, json, os, re, time
import urllib.error, urllib.parse, urllib.request


class Refused(Exception):
    """The club said no. `problem` has its status, code, detail and errors, each with a pointer into the order."""

    def __init__(self, problem):
        faults = [f"{one['pointer']}: {one['detail']}" for one in problem.get("errors", [])]
        super().__init__("\n".join([f"{problem['code']}: {problem['detail']}", *faults]))
        self.problem = problem


def member_token(sub):
    """A member token, good for five minutes (ten at most). `sub` is the shop's id of the logged-in customer."""
    now = int(time.time())
    base64url = lambda data: base64.urlsafe_b64encode(data).rstrip(b"=").decode()
    header = {"alg": "HS256", "typ": "JWT", "kid": os.environ["VAFA_SIGNING_KID"]}
    claims = {"iss": os.environ["VAFA_PROGRAM"], "aud": "vafa", "sub": str(sub), "iat": now, "exp": now + 300}
    text = ".".join(base64url(json.dumps(part).encode()) for part in (header, claims))
    key = base64.urlsafe_b64decode(os.environ["VAFA_SIGNING_SECRET"] + "==")
    return text + "." + base64url(hmac.digest(key, text.encode(), hashlib.sha256))


def report_order(order):
    """Reports an order and gives it as the club has it. Amounts are integers in minor units. The same again changes nothing."""
    url = os.environ["VAFA_URL"] + "/v1/orders/" + urllib.parse.quote(str(order["id"]), safe="")
    body = json.dumps({name: value for name, value in order.items() if name != "id"}).encode()
    headers = {"Authorization": "Bearer " + os.environ["VAFA_SECRET_KEY"], "Content-Type": "application/json"}
    for tries in range(1, 6):
        status, after = 0, None
        try:
            try:
                answer = urllib.request.urlopen(urllib.request.Request(url, body, headers, method="PUT"), timeout=15)
            except urllib.error.HTTPError as error:
                answer = error
            with answer:
                text = answer.read().decode(errors="replace")
                status, after = answer.status, answer.headers["Retry-After"]
        except (OSError, http.client.HTTPException) as error:
            text = f"no answer from {url}: {error}"
        try:
            said = json.loads(text) or {}
        except ValueError:  # a proxy's page, or nothing
            said = {}
        if status in (200, 201) and "order" in said:
            return said["order"]
        wait = int(after) if re.fullmatch("[1-9][0-9]{0,8}", after or "") else 2 ** (tries - 1)
        if status not in (0, 408, 429, 502, 503, 504) or tries == 5 or wait > 60:
            raise Refused(said if "code" in said else {"status": status, "code": "no_problem", "detail": text[:300]})
        time.sleep(wait)


def webhook(headers, body):
    """The event of a webhook that the club sent, by its headers and its body as bytes, unparsed. ValueError for any other."""
    headers = {name.lower(): value for name, value in headers.items()}
    sent, sent_at = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if not re.fullmatch("[0-9]{1,12}", sent_at) or abs(time.time() - int(sent_at)) > 300:
        raise ValueError("the webhook is too old, or a clock is wrong")
    key = base64.b64decode(os.environ["VAFA_WEBHOOK_SECRET"].removeprefix("whsec_"))
    mac = hmac.digest(key, f"{sent}.{sent_at}.".encode() + body, hashlib.sha256)
    ours = b"v1," + base64.b64encode(mac)
    theirs = headers.get("webhook-signature", "").encode().split(b" ")
    if not any(hmac.compare_digest(one, ours) for one in theirs):
        raise ValueError("the signature does not fit")
    return json.loads(body)
