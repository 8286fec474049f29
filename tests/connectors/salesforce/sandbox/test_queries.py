"""What queries find."""

from datetime import timedelta

import pytest
import requests
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.salesforce.sandbox import SalesforceSandbox
from connectors.salesforce.sandbox.moments import canonical
from connectors.salesforce.sandbox.org import Org
from connectors.salesforce.sandbox.select import select
from connectors.salesforce.sandbox.soql import parse
from hub.testing import roster
from hub.testing.clock import SandboxClock
from hub.testing.roster import SalesforceKind, Verdict

PEOPLE = [person for person in roster.roster(200) if person.salesforce is SalesforceKind.CONTACT]


def codes(api, where):
    found = api.query(f"SELECT Customer_Code__c FROM Contact WHERE {where}")
    return {record["Customer_Code__c"] for record in found}


def of(chosen):
    return {person.customer_code for person in PEOPLE if chosen(person)}


def test_the_roster_is_there_and_overlaps_with_the_other_platforms(api):
    assert len(api.query("SELECT Id FROM Contact")) == len(PEOPLE) >= 120
    assert len(api.query("SELECT Id FROM Lead")) == 20


@pytest.mark.parametrize(
    ("where", "chosen"),
    [
        ("Store__c = '東京'", lambda p: p.store == "東京"),
        ("Store__c != '東京'", lambda p: p.store != "東京"),
        ("Store__c <> '東京'", lambda p: p.store != "東京"),
        ("NOT Store__c = '東京'", lambda p: p.store != "東京"),
        ("Store__c IN ('東京', '大阪')", lambda p: p.store in ("東京", "大阪")),
        ("Store__c NOT IN ('東京', '大阪')", lambda p: p.store not in ("東京", "大阪")),
        ("SMS_Opt_In__c = true", lambda p: p.verdict is not Verdict.NOT_CONSENTED),
        ("SMS_Opt_In__c = null", lambda p: p.verdict is Verdict.NOT_CONSENTED),
        ("SMS_Consent_Date__c = null", lambda p: p.consented_at is None),
        ("SMS_Consent_Date__c != NULL", lambda p: p.consented_at is not None),
        ("MobilePhone = ''", lambda p: not p.typed),
        ("LastName LIKE '%田'", lambda p: p.family.endswith("田")),
        ("Email LIKE 'CUSTOMER000000_@%'", lambda p: p.index < 10),
        (
            "SMS_Consent_Until__c > 2030-01-01",
            lambda p: p.consent_until and p.consent_until.year > 2029,
        ),
        (
            "SMS_Consent_Date__c >= 2025-06-01T00:00:00Z "
            "AND SMS_Consent_Date__c < 2025-07-01T09:00:00+09:00",
            lambda p: p.consented_at and p.consented_at.month == 6,
        ),
        ("Account.Name = '東京店'", lambda p: p.store == "東京"),
        ("Contact.LastName = '林'", lambda p: p.family == "林"),
        (
            "IndividualId IN (SELECT PartyId FROM ContactPointTypeConsent "
            "WHERE PrivacyConsentStatus = 'OptOut' AND DataUsePurpose.Name LIKE 'SMS%')",
            lambda p: p.verdict is Verdict.WITHDRAWN,
        ),
    ],
)
def test_filters_find_what_they_say(api, where, chosen):
    found = codes(api, where)
    assert found == of(chosen)
    assert found


def test_date_words_count_days_in_japan(salesforce, clock, contacts, sign_in):
    def found(where):
        return sign_in(salesforce).ids(f"SELECT Id FROM Contact WHERE SystemModstamp {where}")

    clock.advance(3600 * 14.5)  # 15:30 UTC, and 00:30 of the next day in Japan
    salesforce.hand.edit(contacts[0], {"Title": "x"})
    for word in ("TODAY", "LAST_N_DAYS:1", "THIS_WEEK", "THIS_MONTH", "THIS_YEAR"):
        assert contacts[0] in found(f"= {word}")
    assert found("= TODAY") == [contacts[0]]
    assert found("> TODAY") == found("= LAST_YEAR") == []
    clock.advance(86_400)
    assert found("= YESTERDAY") == [contacts[0]]
    assert contacts[0] not in found("< THIS_WEEK")
    assert len(found("!= YESTERDAY")) == len(contacts) - 1


def test_comparisons_ignore_fractions_of_a_second(api, salesforce, clock, contacts):
    clock.advance(0.7)
    salesforce.hand.edit(contacts[3], {"Title": "x"})
    for where in ("= 2026-01-13T01:00:00Z", ">= 2026-01-13T01:00:00.999Z"):
        assert api.ids(f"SELECT Id FROM Contact WHERE SystemModstamp {where}") == [contacts[3]]
    assert api.ids("SELECT Id FROM Contact WHERE SystemModstamp > 2026-01-13T01:00:00Z") == []


def test_records_come_in_the_order_asked_for(api):
    rows = api.query("SELECT Store__c, Name FROM Contact ORDER BY Store__c DESC, Name")
    assert rows == sorted(
        sorted(rows, key=lambda row: row["Name"]), key=lambda row: row["Store__c"], reverse=True
    )


def test_empty_values_come_first_or_last(api):
    dates = [
        [row["SMS_Consent_Date__c"] for row in api.query(f"{soql} {nulls}")]
        for soql in ["SELECT SMS_Consent_Date__c FROM Contact ORDER BY SMS_Consent_Date__c"]
        for nulls in ("", "NULLS LAST")
    ]
    first, last = dates
    assert first[0] is None
    assert last[-1] is None
    assert sorted(first, key=str) == sorted(last, key=str)


def test_limit_and_offset_cut_the_answer(api):
    everybody = api.ids("SELECT Id FROM Contact ORDER BY Id")
    assert api.ids("SELECT Id FROM Contact ORDER BY Id LIMIT 3 OFFSET 5") == everybody[5:8]


def test_related_fields_come_as_objects_and_null_where_there_is_none(api, salesforce):
    salesforce.hand.add("Contact", {"LastName": "独", "Customer_Code__c": "X1"})
    soql = "SELECT Account.Name, Owner.Name, Individual.Name FROM Contact"
    (alone,) = api.query(f"{soql} WHERE Customer_Code__c = 'X1'")
    assert (alone["Account"], alone["Individual"]) == (None, None)
    assert alone["Owner"]["Name"] == "管理者"
    (other,) = api.query(f"{soql} WHERE Customer_Code__c = 'C0000001'")
    assert other["Account"]["attributes"]["type"] == "Account"
    assert other["Account"]["Name"] == "大阪店"


def test_a_way_with_two_ends_shows_the_record_that_is_there(api, salesforce):
    lead = salesforce.hand.ids("Lead")[0]
    salesforce.hand.add("Task", {"WhoId": lead, "Subject": "電話"})
    (task,) = api.query("SELECT Subject, Who.Name FROM Task")
    assert task["Who"]["attributes"]["type"] == "Lead"


def test_counting(api):
    _, page = api("GET", "query", params={"q": "SELECT COUNT() FROM Contact"})
    assert page == {"totalSize": 140, "done": True, "records": []}
    (row,) = api.query("SELECT COUNT(SMS_Consent_Date__c) FROM Contact")
    assert row["expr0"] == len(of(lambda p: p.consented_at))


def test_all_fields_need_a_limit(api):
    status, _ = api("GET", "query", params={"q": "SELECT FIELDS(ALL) FROM Contact"})
    assert status == 400
    (row,) = api.query("SELECT FIELDS(ALL) FROM Contact LIMIT 1")
    assert {"Id", "SystemModstamp", "SMS_Opt_In__c", "Description"} <= set(row)
    (row,) = api.query("SELECT FIELDS(CUSTOM) FROM Contact LIMIT 1")
    assert all(name.endswith("__c") for name in row)


@pytest.mark.parametrize(
    ("soql", "code"),
    [
        ("SELECT Nope FROM Contact", "INVALID_FIELD"),
        ("SELECT Id FROM Contact WHERE Nope = 1", "INVALID_FIELD"),
        ("SELECT Nope.Name FROM Contact", "INVALID_FIELD"),
        ("SELECT Account.Nope FROM Contact", "INVALID_FIELD"),
        ("SELECT Id, Id FROM Contact", "MALFORMED_QUERY"),
        ("SELECT Id FROM Nope", "INVALID_TYPE"),
        ("SELECT Id FROM Contact WHERE Id = '999'", "INVALID_QUERY_FILTER_OPERATOR"),
        ("SELECT Id FROM Contact WHERE LastName = 1", "INVALID_FIELD"),
        ("SELECT Id FROM Contact WHERE SMS_Opt_In__c = 'true'", "INVALID_FIELD"),
        ("SELECT Id FROM Contact WHERE SystemModstamp > '2026-01-01'", "INVALID_FIELD"),
        ("SELECT Id FROM Contact WHERE SystemModstamp > 2026-01-01", "INVALID_FIELD"),
        ("SELECT Id FROM Contact WHERE Description = 'x'", "INVALID_FIELD"),
        ("SELECT Id FROM Contact ORDER BY Description", "MALFORMED_QUERY"),
        ("SELECT Id FROM Contact WHERE SMS_Opt_In__c > false", "INVALID_QUERY_FILTER_OPERATOR"),
        ("SELECT Id FROM Contact WHERE Id LIKE '003%'", "INVALID_QUERY_FILTER_OPERATOR"),
    ],
)
def test_a_query_that_does_not_suit_its_object_is_refused(api, soql, code):
    assert api.code("GET", "query", params={"q": soql}) == (400, code)


def test_without_a_query_there_is_no_answer(api):
    assert api("GET", "query")[0] == 400


def test_deleted_records_are_found_by_query_all_only(api, salesforce, contacts):
    salesforce.hand.delete(contacts[0])
    soql = f"SELECT Id, IsDeleted FROM Contact WHERE Id = '{contacts[0]}'"
    assert api.query(soql) == []
    assert api.query(soql, deleted=True) == [{"Id": contacts[0], "IsDeleted": True}]
    salesforce.hand.purge(contacts[0])
    assert api.query(soql, deleted=True) == []


def test_pages_are_as_large_as_asked_within_bounds(clock, sign_in):
    with SalesforceSandbox(people=4_000, clock=clock) as sandbox:
        api = sign_in(sandbox)
        sizes = {}
        for wanted in (None, 1, 500, 9_999):
            options = {"Sforce-Query-Options": f"batchSize={wanted}"} if wanted else {}
            _, page = api("GET", "query", params={"q": "SELECT Id FROM Contact"}, headers=options)
            sizes[wanted] = len(page["records"])
            assert page["totalSize"] == 2_800
        assert sizes == {None: 2_000, 1: 200, 500: 500, 9_999: 2_000}


@pytest.mark.parametrize("size", [1, 7, 139, 140, 141])
def test_pages_of_any_size_read_everybody_once(api, salesforce, contacts, size):
    salesforce.havoc.page_size(size)
    assert api.ids("SELECT Id FROM Contact ORDER BY Id") == contacts


def test_a_next_page_names_its_place_and_closes(api, salesforce, clock):
    salesforce.havoc.page_size(50)
    _, page = api("GET", "queryAll", params={"q": "SELECT Id FROM Contact"})
    where = page["nextRecordsUrl"]
    assert where.startswith("/services/data/v66.0/query/0r8")
    assert where.endswith("-50")
    assert api("GET", where)[0] == 200
    clock.advance(timedelta(days=3).total_seconds())
    api.session.headers["Authorization"] = f"Bearer {salesforce.tokens.new()}"
    assert api.code("GET", where) == (400, "INVALID_QUERY_LOCATOR")
    assert api.code("GET", "query/rubbish") == (400, "INVALID_QUERY_LOCATOR")


def test_of_many_open_queries_the_oldest_is_closed(api, salesforce):
    salesforce.havoc.page_size(50)
    pages = [api("GET", "query", params={"q": "SELECT Id FROM Contact"})[1] for _ in range(11)]
    assert api.code("GET", pages[0]["nextRecordsUrl"]) == (400, "INVALID_QUERY_LOCATOR")
    assert api("GET", pages[1]["nextRecordsUrl"])[0] == 200


def test_answers_are_zipped_for_who_asks(api):
    params = {"q": "SELECT Id, Name FROM Contact"}
    zipped = api.send("GET", "query", params=params)
    plain = api.send("GET", "query", params=params, headers={"Accept-Encoding": "identity"})
    assert zipped.headers["Content-Encoding"] == "gzip"
    assert "Content-Encoding" not in plain.headers
    assert zipped.json() == plain.json()


def test_a_slash_at_the_end_and_both_schemes_are_taken(api, salesforce):
    token = salesforce.tokens.new()
    answer = requests.get(
        f"{salesforce.base_url}/services/data/v60.0/query/",
        params={"q": "SELECT Id FROM User"},
        headers={"Authorization": f"OAuth {token}", "X-PrettyPrint": "1"},
        timeout=5,
    )
    assert answer.json()["totalSize"] == 2


# ---- narrowing -------------------------------------------------------------------------------


def narrowed_org():
    clock = SandboxClock()
    clock.stop(SandboxClock()())
    org = Org(2_000, False, clock)
    contacts = org.tables["Contact"]
    for step, number in enumerate((1, 2, 5, 701, 1_203)):
        stamp = canonical(f"2026-01-05T01:00:0{step}Z")
        row = contacts.row(number)
        changed = row.with_values(row.values | {"Title": "x"}, stamp)
        contacts.put(changed)
    gone = contacts.row(703).with_values(
        contacts.row(703).values, canonical("2026-02-01T00:00:00Z")
    )
    gone.deleted = True
    contacts.put(gone)
    return org


ORG = narrowed_org()
IDS = [ORG.tables["Contact"].about.ids.of(number) for number in (1, 2, 8, 703, 1_203, 1_999, 5_000)]
stamps = st.sampled_from([f"2026-01-05T01:00:0{second}.000+0000" for second in range(10)])
tests = st.one_of(
    st.tuples(st.sampled_from(["=", "<", "<=", ">", ">="]), stamps).map(
        lambda pair: f"SystemModstamp {pair[0]} {pair[1]}"
    ),
    st.tuples(st.sampled_from(["=", "<", "<=", ">", ">="]), st.sampled_from(IDS)).map(
        lambda pair: f"Id {pair[0]} '{pair[1]}'"
    ),
    st.lists(st.sampled_from(IDS), min_size=1).map(
        lambda ids: "Id IN ({})".format(", ".join(f"'{each}'" for each in ids))
    ),
    st.sampled_from(["Customer_Code__c = 'c0000002'", "Title = 'x'", "Store__c = '東京'"]),
)
conditions = st.recursive(
    tests,
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from(["AND", "OR"]), inner).map(
            lambda parts: f"({parts[0]} {parts[1]} {parts[2]})"
        ),
        inner.map(lambda part: f"NOT {part}"),
    ),
    max_leaves=5,
)
orders = st.sampled_from(["", " ORDER BY Id", " ORDER BY SystemModstamp, Id"])


@settings(max_examples=60, deadline=None)
@given(conditions, orders, st.booleans())
def test_looking_at_fewer_records_finds_the_same(where, order, deleted):
    found = select(ORG, parse(f"SELECT Id FROM Contact WHERE {where}{order}"), deleted=deleted)
    # A test that is always true beside NOT takes all narrowing away.
    whole = f"SELECT Id FROM Contact WHERE (NOT Id = null) AND (NOT (NOT {where})) {order}"
    assert found.numbers == select(ORG, parse(whole), deleted=deleted).numbers
