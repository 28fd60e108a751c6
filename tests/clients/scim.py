"""A directory against our server: scim2-tester for the protocol, scim2-client for a person's way through the group.

Usage: scim.py SERVER_URL TOKENS_JSON. The server's data is beside TOKENS_JSON, or where $DATA says; $CONSORTIO is the binary,
by which the token is made and the accounts consent.
"""

import json
import os
import secrets
import subprocess
import sys

import requests
from httpx2 import Client
from scim2_client.engines.httpx2 import SyncSCIMClient
from scim2_tester import Status, check_server

URL = sys.argv[1].rstrip("/")
ACCOUNTS = {one["name"]: one for one in json.load(open(sys.argv[2]))["accounts"]}
HERE = os.path.dirname(os.path.abspath(__file__))
BINARY = os.environ.get("CONSORTIO", os.path.join(HERE, "../../target/debug/consortio"))
DATA = os.environ.get("DATA", os.path.join(os.path.dirname(os.path.abspath(sys.argv[2])), "data"))
RUN = secrets.token_hex(4)


def cli(*args):
    done = subprocess.run([BINARY, *args, "--data", DATA, "--json"], capture_output=True, text=True)
    assert done.returncode == 0, f"{args}: {done.stdout} {done.stderr}"
    return json.loads(done.stdout)


TOKEN = cli("scim", "create-token", "--account", "Central", f"clients {RUN}")["token"]
HEADERS = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/scim+json"}


def ask(method, path, body=None, status=200):
    reply = requests.request(method, f"{URL}/scim/v2{path}", headers=HEADERS, data=body and json.dumps(body), timeout=30)
    assert reply.status_code == status, f"{method} {path}: {reply.status_code} {reply.text}"
    return reply.json() if reply.text else None


def status_in(account, email):
    users = requests.get(f"{URL}/accounts/v1/users", headers={"Authorization": f"Bearer {ACCOUNTS[account]['token']}"}, timeout=30)
    return next((user["status"] for user in users.json()["results"] if user["email"] == email), None)


def the_protocol_is_kept():
    client = SyncSCIMClient(Client(base_url=f"{URL}/scim/v2", headers=HEADERS))
    results = check_server(client)
    good = [one for one in results if one.status == Status.SUCCESS]
    bad = [one for one in results if one.status in (Status.ERROR, Status.CRITICAL)]
    for one in bad:
        print(f"    {one.resource_type or ''} {one.title}: {one.reason}")
    # Searching people and groups at once is the only thing that is not done.
    skipped = {one.title for one in results if one.status == Status.SKIPPED}
    assert not bad, f"{len(bad)} checks of scim2-tester failed"
    assert skipped <= {"search_with_attributes"}, f"skipped: {skipped}"
    assert len(good) > 40, f"only {len(good)} checks were made"


def a_person_comes_and_goes_as_entra_id_tells_it():
    email = f"mia.{RUN}@group.example"
    assert ask("GET", f"/Users?filter=userName eq \"{email}\"")["totalResults"] == 0
    body = {
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": email, "externalId": f"ext-{RUN}", "active": True,
        "name": {"givenName": "Mia", "familyName": "Holm"}, "emails": [{"primary": True, "type": "work", "value": email}],
    }
    made = ask("POST", "/Users", body, 201)
    assert ask("POST", "/Users", body, 409)["scimType"] == "uniqueness"
    group = ask("POST", "/Groups", {"displayName": f"Reps {RUN}", "externalId": f"g-{RUN}"}, 201)
    cli("scim", "consent", "--account", "West")
    cli("scim", "grant", "--account", "West", f"Reps {RUN}", "--seat", "sales")
    add = {"Operations": [{"op": "Add", "path": "members", "value": [{"value": made["id"]}]}]}
    ask("PATCH", f"/Groups/{group['id']}?excludedAttributes=members", add)
    assert status_in("West", email) == "invited", status_in("West", email)
    assert status_in("East", email) is None, "East did not consent"
    found = ask("GET", f"/Users?filter=externalId eq \"ext-{RUN}\" and active eq true")["Resources"][0]
    assert found["groups"][0]["value"] == group["id"], found
    ask("PATCH", f"/Users/{made['id']}", {"Operations": [{"op": "Replace", "path": "active", "value": "False"}]})
    assert status_in("West", email) is None, "an invitation that was not accepted is withdrawn"
    ask("PATCH", f"/Users/{made['id']}", {"Operations": [{"op": "Replace", "value": {"active": True}}]})
    assert status_in("West", email) == "invited"
    ask("DELETE", f"/Groups/{group['id']}", status=204)
    assert status_in("West", email) is None
    ask("DELETE", f"/Users/{made['id']}", status=204)
    assert ask("GET", f"/Users/{made['id']}", status=404)["schemas"] == ["urn:ietf:params:scim:api:messages:2.0:Error"]
    cli("scim", "consent", "--account", "West", "--off")


def what_is_wrong_is_said_in_the_words_of_scim():
    assert ask("GET", "/Users?filter=userName is \"x\"", status=400)["scimType"] == "invalidFilter"
    assert ask("POST", "/Users", {"userName": "no address"}, 400)["scimType"] == "invalidValue"
    made = ask("POST", "/Users", {"userName": f"jo.{RUN}@group.example"}, 201)
    stale = requests.delete(f"{URL}/scim/v2/Users/{made['id']}", headers={**HEADERS, "If-Match": 'W/"9"'}, timeout=30)
    assert stale.status_code == 412, stale.text
    ask("DELETE", f"/Users/{made['id']}", status=204)
    refused = requests.get(f"{URL}/scim/v2/Users", headers={"Authorization": "Bearer scim-guessed"}, timeout=30)
    assert refused.status_code == 401 and refused.json()["status"] == "401", refused.text


failed = 0
for scenario in [the_protocol_is_kept, a_person_comes_and_goes_as_entra_id_tells_it, what_is_wrong_is_said_in_the_words_of_scim]:
    try:
        scenario()
        print(f"ok   {scenario.__name__}")
    except Exception as error:  # every scenario gets its turn
        failed += 1
        print(f"FAIL {scenario.__name__}: {error}")
sys.exit(1 if failed else 0)
