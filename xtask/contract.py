"""Credentials for Schemathesis: each request gets one that its operation asks for.

`VAFA_CONTRACT` names a JSON file: what `vafa seed` printed, with the server's `url`, the `emails` of an owner and an
editor of the shop, and the `password` of both.
"""

import base64
import hashlib
import hmac
import itertools
import json
import os
import time
import urllib.error
import urllib.request

import schemathesis

with open(os.environ["VAFA_CONTRACT"], encoding="utf-8") as file:
    SHOP = json.load(file)

COOKIE = "__Host-vafa"
NUMBERS = itertools.count()
MEMBER = "customer-1042"
# Erased in place of the other, about whom the rest of the requests is.
LEAVING = "customer-1043"


def base64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def member_token():
    """A token that the shop's server would sign (HS256); made anew before it ends."""
    now = int(time.time())
    key = SHOP["signing_key"]
    head = {"alg": "HS256", "typ": "JWT", "kid": key["kid"]}
    claims = {"iss": SHOP["program"], "aud": "vafa", "sub": MEMBER, "iat": now, "exp": now + 540}
    text = ".".join(base64url(json.dumps(part).encode()) for part in (head, claims))
    secret = base64.urlsafe_b64decode(key["secret"] + "=" * (-len(key["secret"]) % 4))
    signature = hmac.new(secret, text.encode(), hashlib.sha256).digest()
    return f"{text}.{base64url(signature)}"


def log_in(account):
    """The cookie of a new session."""
    body = {"program": SHOP["program"], "email": SHOP["emails"][account], "password": SHOP["password"]}
    request = urllib.request.Request(
        f"{SHOP['url']}/v1/sessions",
        data=json.dumps(body).encode(),
        headers={"Content-Type": "application/json", "Sec-Fetch-Site": "same-origin"},
    )
    with urllib.request.urlopen(request) as reply:
        return reply.headers["Set-Cookie"].split(";")[0].split("=", 1)[1]


def ask(method, path, token, body=None, cookie=""):
    """One request of the set-up; it has to go well."""
    request = urllib.request.Request(
        SHOP["url"] + path,
        method=method,
        data=None if body is None else json.dumps(body).encode(),
        headers={
            "Content-Type": "application/json",
            **({"Authorization": f"Bearer {token}"} if token else {}),
            **({"Cookie": f"{COOKIE}={cookie}", "Sec-Fetch-Site": "same-origin"} if cookie else {}),
            "Idempotency-Key": f"set-up-{next(NUMBERS)}",
        },
    )
    try:
        with urllib.request.urlopen(request) as reply:
            return json.load(reply)
    except urllib.error.HTTPError as refusal:
        raise RuntimeError(f"{method} {path}: {refusal.read().decode()}") from refusal


def endpoint():
    """A receiver of webhooks at a port where nobody listens."""
    body = {"url": "https://127.0.0.1:9/hooks/vafa", "kinds": ["points.earned"]}
    return ask("POST", "/v1/webhooks/endpoints", SHOP["secret_key"], body)["endpoint"]["id"]


def real():
    """Makes what the description's examples name, and gives our own ids and codes of it by those of the examples."""
    secret = SHOP["secret_key"]
    member = ask("PUT", f"/v1/members/{MEMBER}", secret, {"first_name": "Sara"})["member"]
    ask("PUT", f"/v1/members/{LEAVING}", secret, {})
    order = {
        "member": MEMBER,
        "status": "paid",
        "currency": "EUR",
        "items": [{"sku": "tea", "quantity": 20, "unit_price": 50000}],
    }
    ask("PUT", "/v1/orders/A-1001", secret, order)
    taken = ask("POST", "/v1/me/redemptions", member_token(), {"reward_id": "rwd_ship"})["redemption"]
    invitation = member["referral_code"]
    claims = f"/v1/referrals/{invitation}/claims?key={SHOP['publishable_key']}"
    claim = ask("POST", claims, "")["claim"]
    ask("POST", "/v1/partners/cinema/codes", secret, {"codes": [{"code": "FILM-1"}]})
    link = ask("POST", f"/v1/members/{MEMBER}/prompts", secret, {"survey_id": "srv_nps"})["prompt"]
    receiver = endpoint()
    message = ask("POST", f"/v1/webhooks/endpoints/{receiver}/test", secret)["message_id"]
    imported = ask("POST", "/v1/imports?kind=members", secret, {"external_id": "customer-1044"})["import"]
    staff = ask("GET", "/v1/staff", "", cookie=SESSIONS[""])["staff"]
    editor = next(one["staff"] for one in staff if one["email"] == SHOP["emails"][1])
    return {
        "mem_7v2yaz8x0w3k6m1q9r4t": member["id"],
        "prm_WyJ0ZW5fMSIsIm1lbV8xIiwic3J2X25wcyIsIiIsMCwxXQ.c2lnbmF0dXJl": link["id"],
        "whe_8x0w3k6m1q9r4t7v2yaz": receiver,
        "msg_8x0w3k6m1q9r4t7v2yaz": message,
        "imp_8x0w3k6m1q9r4t7v2yaz": imported["id"],
        "stf_1q9r4t7v2yaz8x0w3k6m": editor,
        "rdm_8x0w3k6m1q9r4t7v2yaz": taken["id"],
        "4AQR-P8GH-KXDZ": taken["code"],
        "7K2M-QXRT-9FVN": invitation,
        "clm_1q9r4t7v2yaz8x0w3k6m": claim["id"],
    }


# Made before the tests use up the tries of this address. Logging out ends a session of its own, and who changes a
# password ends all sessions of that account: the owner's first one lives on.
SESSIONS = {"": log_in(0), "logOut": log_in(0), "setOwnPassword": log_in(1)}
REAL = real()
# What is taken away is another than the one about which the rest of the requests is.
GOING = {"eraseMember": {MEMBER: LEAVING}, "deleteEndpoint": {REAL["whe_8x0w3k6m1q9r4t7v2yaz"]: endpoint()}}


def schemes(case):
    """Names of the credentials of which one is enough."""
    asked = case.operation.definition.raw.get("security", [])
    return [name for alternative in asked for name in alternative]


@schemathesis.auth(refresh_interval=300)
class Credentials:
    def get(self, case, ctx):
        return member_token()

    def set(self, case, token, ctx):
        asked = schemes(case)
        if "member_token" in asked:
            case.headers["Authorization"] = f"Bearer {token}"
        elif "secret_key" in asked:
            case.headers["Authorization"] = f"Bearer {SHOP['secret_key']}"
        elif "publishable_key" in asked:
            case.query["key"] = SHOP["publishable_key"]
        elif "staff_session" in asked:
            name = case.operation.definition.raw["operationId"]
            case.cookies[COOKIE] = SESSIONS.get(name, SESSIONS[""])


@schemathesis.hook
def before_call(context, case, kwargs):
    """Examples of our own ids stand for what is there; and a page of the server says that it is one, as browsers do
    by themselves."""
    going = GOING.get(case.operation.definition.raw["operationId"], {})
    for name, value in (case.path_parameters or {}).items():
        if isinstance(value, str):
            value = REAL.get(value, value)
            case.path_parameters[name] = going.get(value, value)
    if not {"member_token", "secret_key", "publishable_key"}.intersection(schemes(case)):
        case.headers["Sec-Fetch-Site"] = "same-origin"


@schemathesis.hook
def filter_failure(context, failure, case, response):
    """A body may be right in form and still name what the program at hand has not: another currency, a score off the
    survey's scale, units that a reward is not sold in, a key that stands for another request. That is answered 422 with
    a code of its own, and no schema can say it. What the reader cannot read has the code `invalid`: if the schema
    allows that, the schema is wrong."""
    if failure.code == "ST201" and "in header - object with unexpected properties" in failure.message:
        # Who receives header fields that they do not know passes over them (RFC 9110, section 5.1).
        return False
    if failure.code == "ST201" and "Missing request body" in failure.message:
        # Of files an empty one is a file, without lines.
        return case.operation.path != "/v1/imports"
    if failure.code == "ST201" and case.media_type == "text/csv" and "in body - incorrect type" in failure.message:
        # Of texts every one is a text: what is meant for another type is written as one here.
        return False
    if failure.code != "ST202":
        return True
    if response.status_code == 412:
        # The tag was well formed, and stands for what has changed since.
        return False
    problem = response.json()
    if response.status_code == 400 and "cursor" in (case.query or {}):
        # A cursor is ours to give; a text that is none of ours is as wrong as one that cannot be read.
        return "cursor" not in problem["detail"]
    if response.status_code != 422:
        return True
    faults = problem.get("errors", [])
    # By JSON Schema `1.0` is an integer too. Money and points are written without a fraction here, and the description
    # says so in words.
    faults = [fault for fault in faults if "with a fraction" not in fault["detail"]]
    return any(fault["code"] == "invalid" for fault in faults)
