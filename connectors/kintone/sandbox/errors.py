"""The errors kintone answers with: a status, a code, a message in the caller's language."""

from dataclasses import dataclass, field
from uuid import uuid4


@dataclass(frozen=True, kw_only=True)
class ErrorKind:
    """One error code with its HTTP status and its message in English and Japanese."""

    status: int
    en: str
    ja: str


# Statuses are those seen in recent answers; where no source shows one, 400 is what kintone moved
# its former 520s to. Callers decide by the code.
KINDS: dict[str, ErrorKind] = {
    "CB_VA01": ErrorKind(
        status=400, en="Missing or invalid input.", ja="入力内容が正しくありません。"
    ),
    "CB_IJ01": ErrorKind(status=400, en="Invalid JSON string.", ja="不正なJSON文字列です。"),
    "CB_IL02": ErrorKind(status=400, en="Illegal request.", ja="不正なリクエストです。"),
    "CB_AU01": ErrorKind(status=401, en="Please login.", ja="ログインしてください。"),
    "CB_WA01": ErrorKind(
        status=401,
        en="Password authentication failed. The password or user name is not right.",
        ja="パスワード認証に失敗しました。ユーザー名かパスワードが正しくありません。",
    ),
    "CB_NO02": ErrorKind(status=403, en="No privilege to proceed.", ja="権限がありません。"),
    "GAIA_NO01": ErrorKind(
        status=403,
        en="Using this API token, you cannot run the specified API.",
        ja="指定したAPIトークンではこのAPIを実行できません。",
    ),
    "GAIA_FU01": ErrorKind(
        status=403,
        en="You have no permission to edit the field.",
        ja="フィールドの編集権限がありません。",
    ),
    "GAIA_IA02": ErrorKind(
        status=400,
        en="The specified API token does not match the API token of an app.",
        ja="指定したAPIトークンは、アプリのAPIトークンと一致しません。",
    ),
    "GAIA_DA03": ErrorKind(
        status=400,
        en="More than one API token of the same app is given.",
        ja="同じアプリのAPIトークンが複数指定されています。",
    ),
    "GAIA_AP01": ErrorKind(
        status=404,
        en="The app (id: {id}) not found. It may have been deleted.",
        ja="指定したアプリ(id: {id})が見つかりません。削除された可能性があります。",
    ),
    "GAIA_RE01": ErrorKind(
        status=404,
        en="The specified record (ID: {id}) is not found.",
        ja="指定したレコード(id: {id})が見つかりません。",
    ),
    "GAIA_RE02": ErrorKind(
        status=400,
        en="The specified comment (ID: {id}) is not found.",
        ja="指定したコメント(id: {id})が見つかりません。",
    ),
    "GAIA_RE12": ErrorKind(
        status=400,
        en="The comment feature of the app is off.",
        ja="アプリのコメント機能が無効です。",
    ),
    "GAIA_RE20": ErrorKind(
        status=404,
        en="No record has this value of the update key.",
        ja="更新キーの値に一致するレコードがありません。",
    ),
    "GAIA_IQ27": ErrorKind(
        status=400,
        en='The field "{id}" cannot be an update key: it may hold duplicates.',
        ja="フィールド「{id}」は、値の重複を禁止していないため、更新キーに指定できません。",
    ),
    "GAIA_CO02": ErrorKind(
        status=409,
        en="The revision is not the latest. Someone may update a record.",
        ja="指定したrevisionは最新ではありません。ほかのユーザーがレコードを更新した可能性があります。",
    ),
    "GAIA_IQ03": ErrorKind(
        status=400,
        en='The operator "{op}" cannot be used with the field "{id}".',
        ja="フィールド「{id}」に演算子「{op}」は使用できません。",
    ),
    "GAIA_IQ07": ErrorKind(
        status=400,
        en='"=" and "!=" cannot be used with the table field "{id}". Use "in" or "not in".',
        ja="テーブル内のフィールド「{id}」には = と != ではなく in か not in を使用してください。",
    ),
    "GAIA_IQ10": ErrorKind(
        status=400,
        en='The field "{id}" has no such option.',
        ja="フィールド「{id}」に、指定した選択肢がありません。",
    ),
    "GAIA_IQ11": ErrorKind(
        status=400,
        en='The field code "{id}" is not found.',
        ja="指定されたフィールド(code: {id})が見つかりません。",
    ),
    "GAIA_QU01": ErrorKind(
        status=400, en="limit must be 500 or less.", ja="limitには500以下の値を指定してください。"
    ),
    "GAIA_QU02": ErrorKind(
        status=400,
        en="offset must be 10,000 or less.",
        ja="offsetには10,000以下の値を指定してください。",
    ),
    "GAIA_UN10": ErrorKind(
        status=400,
        en='The field "{id}" is set by kintone and cannot be written.',
        ja="フィールド「{id}」はシステムが設定するため、更新できません。",
    ),
    "GAIA_IL23": ErrorKind(
        status=400,
        en="The app is in a guest space. Use the path for guest spaces.",
        ja="ゲストスペース内のアプリです。ゲストスペース用のパスを使用してください。",
    ),
    "GAIA_TO04": ErrorKind(
        status=429,
        en="Too many concurrent requests. Wait and try again.",
        ja="同時接続数の上限を超えました。しばらくしてから再度お試しください。",
    ),
    "GAIA_TM12": ErrorKind(
        status=429,
        en="No more cursors can be made. Delete a cursor or wait.",
        ja="作成できるカーソルの上限に達しました。",
    ),
    "GAIA_CN01": ErrorKind(
        status=404, en="The cursor is not found.", ja="指定したカーソルが見つかりません。"
    ),
    "GAIA_DA02": ErrorKind(
        status=503,
        en="The database is locked. Wait and try again.",
        ja="データベースのロックに失敗しました。しばらくしてから再度お試しください。",
    ),
}


@dataclass
class KintoneError(Exception):
    """An answer that is an error.

    `about` fills the message; `errors` says which inputs are at fault: path -> (en, ja).
    """

    code: str
    about: dict[str, str] = field(default_factory=dict)
    errors: dict[str, tuple[str, str]] = field(default_factory=dict)

    @property
    def status(self) -> int:
        """The HTTP status of the answer."""
        return KINDS[self.code].status

    def body(self, language: str) -> dict[str, object]:
        """The answer's JSON in `ja` or `en`; its id is new each time, as kintone's is."""
        kind = KINDS[self.code]
        text = (kind.ja if language == "ja" else kind.en).format(**self.about)
        answer: dict[str, object] = {"code": self.code, "id": uuid4().hex[:20], "message": text}
        if self.errors:
            answer["errors"] = {
                path: {"messages": [messages[1] if language == "ja" else messages[0]]}
                for path, messages in self.errors.items()
            }
        return answer


REQUIRED = ("Required.", "必須です。")
NOT_AN_INTEGER = ("Enter an integer value.", "整数で指定してください。")
UNKNOWN_OPTION = ("The value is not in the options.", "選択肢にない値です。")
WRONG_FORMAT = ("The format is not right.", "形式が正しくありません。")
TOO_LONG = ("The value is too long.", "文字数が多すぎます。")
DUPLICATE = ("This value already exists in another record.", "値がほかのレコードと重複しています。")
NOT_A_NUMBER = ("Only numbers are allowed.", "数字でなければなりません。")


def invalid(path: str, messages: tuple[str, str]) -> KintoneError:
    """CB_VA01 for one input."""
    return KintoneError("CB_VA01", errors={path: messages})
