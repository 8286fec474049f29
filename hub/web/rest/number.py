"""The number in a body: one that can be texted, or told why it is none."""

from hub.contacts.phone import Phone, normalise
from hub.values.labels import VERDICTS
from hub.values.words import Words
from hub.web.rest.problem import wrong_field


def e164(text: str, pointer: str = "/number") -> str:
    """Give the number in E.164. Raises Refusal with the reason as code."""
    found = normalise(text)
    if isinstance(found, Phone):
        return found.e164
    why = VERDICTS[found.reason]
    words = Words(
        f"SMSを送信できる携帯電話番号ではありません({why.ja})。番号を確認してください。",
        f"It is no mobile number that can be texted ({why.en.lower()}). Correct it.",
    )
    raise wrong_field(pointer, str(found.reason), words)
