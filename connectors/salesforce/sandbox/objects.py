"""The objects of this org: standard ones as far as consent needs them, and its own SMS fields."""

from typing import Any

from connectors.salesforce.sandbox.schema import Field, SObject, sobject

STORES = ("東京", "大阪", "名古屋", "福岡", "札幌")
METHODS = ("来店時の申込書", "会員登録フォーム", "電話での申込")
STATUSES = ("NotSeen", "Seen", "OptIn", "OptOut")
POINTS = ("Email", "MailingAddress", "Phone", "Social", "Web")


def text(name: str, label: str, length: int = 255, **more: Any) -> Field:
    """A line of text."""
    return Field(name=name, type="string", label=label, length=length, **more)


def flag(name: str, label: str) -> Field:
    """A tick box."""
    return Field(name=name, type="boolean", label=label, default=False)


def choice(name: str, label: str, options: tuple[str, ...], **more: Any) -> Field:
    """A picklist."""
    return Field(name=name, type="picklist", label=label, length=255, options=options, **more)


def link(name: str, *refers: str, **more: Any) -> Field:
    """A reference to a record of one of these objects."""
    way = name.removesuffix("Id") if name.endswith("Id") else name.replace("__c", "__r")
    return Field(name=name, type="reference", length=18, refers=refers, relationship=way, **more)


def moment(name: str, label: str) -> Field:
    """A date and time."""
    return Field(name=name, type="datetime", label=label)


def day(name: str, label: str) -> Field:
    """A date."""
    return Field(name=name, type="date", label=label)


def long_text(name: str, label: str) -> Field:
    """A long text, which no filter takes."""
    return Field(name=name, type="textarea", label=label, length=32_000, long=True)


def objects() -> list[SObject]:
    """All objects, new."""
    return [
        sobject("Organization", "組織", "00D", _organization()),
        sobject("User", "ユーザ", "005", _user()),
        sobject("Account", "取引先", "001", [_name(), *_owned()]),
        sobject("Contact", "取引先責任者", "003", _contact()),
        sobject("Lead", "リード", "00Q", _lead()),
        sobject("Individual", "個人", "0PK", _individual()),
        sobject("DataUsePurpose", "データ使用目的", "0ZW", _purpose()),
        sobject("EngagementChannelType", "エンゲージメントチャネル種別", "0eF", [_name()]),
        sobject("ContactPointPhone", "連絡先の電話", "0ow", _phone()),
        sobject("ContactPointTypeConsent", "連絡先種別の同意", "0ZX", _type_consent()),
        sobject("ContactPointConsent", "連絡先の同意", "0ZY", _point_consent()),
        sobject("Task", "ToDo", "00T", _task()),
    ]


def _name() -> Field:
    return text("Name", "名前", 255, required=True, name_field=True)


def _owned() -> list[Field]:
    return [link("OwnerId", "User", label="所有者")]


def _organization() -> list[Field]:
    return [
        text("Name", "名前", 80, name_field=True),
        flag("IsSandbox", "Sandbox"),
        text("OrganizationType", "エディション", 40),
    ]


def _user() -> list[Field]:
    return [
        text("Name", "氏名", 121, written=False, name_field=True),
        text("Username", "ユーザ名", 80),
        Field(name="Email", type="email", label="メール", length=128),
        flag("IsActive", "有効"),
    ]


def _person(master: str) -> list[Field]:
    phones = (("Phone", "電話"), ("MobilePhone", "携帯"), ("Fax", "Fax"))
    return [
        link("MasterRecordId", master, written=False),
        text("LastName", "姓", 80, required=True),
        text("FirstName", "名", 40),
        text("Name", "氏名", 121, written=False, name_field=True),
        text("Title", "役職", 128),
        *(Field(name=name, type="phone", label=label, length=40) for name, label in phones),
        Field(name="Email", type="email", label="メール", length=80),
        choice("LeadSource", "リードソース", ("Web", "Phone Inquiry", "Other")),
        long_text("Description", "説明"),
        flag("HasOptedOutOfEmail", "メール送信除外"),
        flag("HasOptedOutOfFax", "Fax送信除外"),
        flag("DoNotCall", "電話禁止"),
        link("IndividualId", "Individual"),
        *_owned(),
        *_sms(),
    ]


def _sms() -> list[Field]:
    return [
        text("Customer_Code__c", "顧客コード", 20, external_id=True, unique=True),
        choice("Store__c", "店舗", STORES, restricted=True),
        moment("Visit_At__c", "来店予約日時"),
        flag("SMS_Opt_In__c", "SMS許諾"),
        moment("SMS_Consent_Date__c", "SMS許諾日時"),
        day("SMS_Consent_Until__c", "SMS許諾期限"),
        choice("SMS_Consent_Source__c", "SMS許諾の取得方法", METHODS),
        text("SMS_Consent_Wording__c", "SMS許諾文言"),
        flag("SMS_Opt_Out__c", "SMS配信停止"),
        moment("SMS_Opt_Out_Date__c", "SMS配信停止日時"),
    ]


def _contact() -> list[Field]:
    return [
        link("AccountId", "Account"),
        *_person("Contact"),
        text("Department", "部署", 80),
        day("Birthdate", "誕生日"),
        Field(name="HomePhone", type="phone", label="自宅電話", length=40),
    ]


def _lead() -> list[Field]:
    states = ("Open - Not Contacted", "Working - Contacted", "Closed - Converted")
    return [
        *_person("Lead"),
        text("Company", "会社名", 255, required=True),
        choice("Status", "状況", states, default=states[0]),
        Field(name="IsConverted", type="boolean", label="取引開始済み", written=False),
        Field(name="ConvertedDate", type="date", label="取引開始日", written=False),
        link("ConvertedContactId", "Contact", written=False),
        link("ConvertedAccountId", "Account", written=False),
    ]


def _individual() -> list[Field]:
    flags = (
        "HasOptedOutSolicit",
        "HasOptedOutProcessing",
        "HasOptedOutProfiling",
        "HasOptedOutTracking",
        "HasOptedOutGeoTracking",
        "CanStorePiiElsewhere",
        "ShouldForget",
        "SendIndividualData",
    )
    return [
        text("LastName", "姓", 80, required=True),
        text("FirstName", "名", 40),
        text("Name", "氏名", 121, written=False, name_field=True),
        *(flag(name, name) for name in flags),
        *_owned(),
    ]


def _purpose() -> list[Field]:
    return [
        _name(),
        long_text("Description", "説明"),
        flag("CanDataSubjectOptOut", "データ主体によるオプトアウト"),
        *_owned(),
    ]


def _phone() -> list[Field]:
    return [
        text("Name", "名前", 255, written=False, name_field=True),
        link("ParentId", "Individual", "Account", required=True),
        Field(name="TelephoneNumber", type="phone", label="電話番号", length=40, required=True),
        choice("PhoneType", "電話種別", ("Home", "Mobile")),
        flag("IsSmsCapable", "SMS対応"),
        flag("IsPrimary", "主番号"),
        day("ActiveFromDate", "有効開始日"),
        day("ActiveToDate", "有効終了日"),
        *_owned(),
    ]


def _consent() -> list[Field]:
    return [
        _name(),
        choice("PrivacyConsentStatus", "プライバシーの同意状況", STATUSES, restricted=True),
        moment("CaptureDate", "取得日"),
        choice("CaptureContactPointType", "取得した連絡先種別", POINTS, restricted=True),
        text("CaptureSource", "取得元"),
        moment("EffectiveFrom", "有効開始"),
        moment("EffectiveTo", "有効終了"),
        moment("DoubleConsentCaptureDate", "二重同意の取得日"),
        link("DataUsePurposeId", "DataUsePurpose"),
        *_owned(),
        text("SMS_Hub_Key__c", "SMSハブのキー", 80, external_id=True, unique=True),
    ]


def _type_consent() -> list[Field]:
    point = choice("ContactPointType", "連絡先種別", POINTS, restricted=True, required=True)
    return [*_consent(), link("PartyId", "Individual", required=True), point]


def _point_consent() -> list[Field]:
    return [
        *_consent(),
        link("ContactPointId", "ContactPointPhone", required=True),
        link("EngagementChannelTypeId", "EngagementChannelType"),
    ]


def _task() -> list[Field]:
    states = ("Not Started", "In Progress", "Completed")
    return [
        link("WhoId", "Contact", "Lead"),
        link("WhatId", "Account"),
        Field(name="Subject", type="combobox", label="件名", length=255),
        day("ActivityDate", "期日"),
        choice("Status", "状況", states, default=states[0]),
        choice("Priority", "優先度", ("High", "Normal", "Low"), default="Normal"),
        choice("TaskSubtype", "ToDo種別", ("Task", "Call", "Email"), default="Task"),
        long_text("Description", "コメント"),
        text("SMS_Activity_Id__c", "SMSハブの活動ID", 80, external_id=True, unique=True),
        *_owned(),
    ]
