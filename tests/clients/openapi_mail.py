"""Changes the mail settings with the client that `openapi-python-client` made of our OpenAPI document.

    SPS_PASSWORD=… python openapi_mail.py URL USER
"""

import os
import sys

import httpx
from sps_rest import Client
from sps_rest.api.management import get_management_email, replace_management_email
from sps_rest.api.transaction import get_transaction, open_transaction, replace_transaction
from sps_rest.models import Email, TransactionRequest

url, user = sys.argv[1:]

# The certificate of a simulator is its own.
login = httpx.get(f"{url}/api/authentication", auth=(user, os.environ["SPS_PASSWORD"]), verify=False)
login.raise_for_status()
client = Client(base_url=url, cookies=dict(login.cookies), verify_ssl=False, raise_on_unexpected_status=True)

before = get_management_email.sync(client=client).body
# A reference is an object in a response and a key in a request, so the body is made anew.
after = Email.from_dict(before.to_dict() | {"admin_address": "operations@example.com"})

opened = open_transaction.sync_detailed(client=client)
assert opened.status_code in (200, 201), opened
put = replace_management_email.sync_detailed(client=client, body=after)
assert put.status_code in (200, 201), put
committed = replace_transaction.sync_detailed(client=client, body=TransactionRequest.from_dict({"status": "commit"}))
assert committed.status_code in (200, 201), committed

assert get_transaction.sync(client=client).body.status == "closed"
now = get_management_email.sync(client=client).body
assert now.admin_address == "operations@example.com", now
print(f"mail settings: {before.admin_address} -> {now.admin_address}")
