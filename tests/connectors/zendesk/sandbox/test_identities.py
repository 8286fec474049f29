# SPDX-License-Identifier: GPL-3.0-or-later
"""Identities: addresses and direct lines of one user."""


def test_identities_are_listed_by_type_and_page(api, person):
    rows = api.get(f"users/{person}/identities?page[size]=1")
    assert len(rows["identities"]) == 1
    assert rows["meta"]["has_more"]
    both = api.get(f"users/{person}/identities?type[]=email&type[]=phone_number")["identities"]
    assert [row["type"] for row in both] == ["email", "phone_number"]
    assert both[1]["value"].startswith("+81")


def test_another_line_becomes_primary_and_the_phone_of_the_user(api, person):
    path = f"users/{person}/identities"
    order = {"identity": {"type": "phone_number", "value": "+819000000000"}}
    status, answer = api("POST", path, order)
    new = answer["identity"]
    assert (status, new["primary"], api("POST", path, order)[0]) == (201, False, 422)
    rows = api("PUT", f"{path}/{new['id']}/make_primary")[1]["identities"]
    primary = [row["primary"] for row in rows if row["type"] == "phone_number"]
    assert primary == [False, True]
    assert api.get(f"users/{person}")["user"]["phone"] == "+819000000000"
    assert api("DELETE", f"{path}/{new['id']}")[0] == 204
    assert api("GET", f"{path}/{new['id']}")[0] == 404


def test_an_unknown_type_is_refused(api, person):
    order = {"identity": {"type": "pigeon", "value": "coo"}}
    assert api("POST", f"users/{person}/identities", order)[0] == 422
