"""The opt-in form at `/f/<key>`, and the page behind it that takes the code.

No cookie and no script: the form acts for whoever fills it in and for nobody else, so there is
nothing that another site could make a visitor's browser do in their name. What is shown before the
code came back is the same for every number.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Protocol
from urllib.parse import urlencode

from flask import Blueprint, redirect, render_template, request
from werkzeug.wrappers import Response

from hub.config import Config
from hub.consent import codes, forms, purposes
from hub.consent.codes import Typed
from hub.consent.forms import Form
from hub.contacts.phone import Phone, normalise
from hub.errors import HubError
from hub.messages.sent_form import SentForm
from hub.messages.signups import SignUps
from hub.store.consent_requests import RequestRow
from hub.store.database import Database
from hub.values.words import Language
from hub.web.public.answers import Answers, with_headers
from hub.web.public.form_view import FormView, plain_text, view_of
from hub.web.public.form_words import FORM_TEXTS

_LONGEST_AGENT = 300
_LONGEST_NUMBER = 40
_LIMIT = 16 * 1024
"""The longest form that is read, in bytes."""


class ServesForms(Protocol):
    """What the form needs of the hub."""

    @property
    def config(self) -> Config: ...  # noqa: D102
    @property
    def database(self) -> Database: ...  # noqa: D102
    @property
    def sign_ups(self) -> SignUps: ...  # noqa: D102
    @property
    def clock(self) -> Callable[[], datetime]: ...  # noqa: D102


def blueprint(hub: ServesForms) -> Blueprint:
    """Give the opt-in forms of one hub."""
    pages = Blueprint("form", __name__, template_folder="templates")
    page = _Page(hub)

    @pages.before_request
    def bound() -> None:
        request.max_content_length = _LIMIT

    @pages.get("/f/<key>")
    def show(key: str) -> Response:
        return page.show(key)

    @pages.post("/f/<key>")
    def send(key: str) -> Response:
        return page.send(key)

    @pages.get("/f/<key>/<token>")
    def wait(key: str, token: str) -> Response:
        return page.wait(key, token)

    @pages.post("/f/<key>/<token>")
    def confirm(key: str, token: str) -> Response:
        return page.confirm(key, token)

    @pages.errorhandler(HubError)
    def down(error: HubError) -> Response:
        return page.down()

    return pages


class _Page:
    def __init__(self, hub: ServesForms) -> None:
        self._hub = hub
        self._answers = Answers(hub.config, FORM_TEXTS)

    def show(self, key: str) -> Response:
        found = self._find(key)
        return self._form(*found) if found else self._sorry(404, "form_gone")

    def send(self, key: str) -> Response:
        found = self._find(key)
        if found is None:
            return self._sorry(404, "form_gone")
        form, view = found
        typed = request.form.get("number", "")[:_LONGEST_NUMBER]
        boxes = view.ticked(request.form.getlist("purpose")[:50])
        phone = normalise(typed)
        wrong = None
        if request.form.get("seen") != view.digest:
            # Agreed to other words than these: nothing stays ticked.
            wrong, boxes = "form_changed", []
        elif not boxes:
            wrong = "form_no_box"
        elif not isinstance(phone, Phone):
            wrong = "form_no_number"
        if wrong is not None or not isinstance(phone, Phone):
            ticked = [box.purpose_key for box in boxes]
            return self._form(form, view, wrong=wrong, typed=typed, ticked=ticked)
        token = self._hub.sign_ups.submit(
            SentForm(
                form=form,
                number=phone.e164,
                boxes=boxes,
                form_url=f"{self._hub.config.public_url}/f/{form.key}?lang={view.language}",
                form_text=plain_text(self._rendered(view)),
                language=view.language,
                address=request.remote_addr or "",
                user_agent=str(request.user_agent)[:_LONGEST_AGENT],
            )
        )
        if token is None:
            return self._sorry(429, "form_many")
        return self._on(form, f"/f/{form.key}/{token}", {"lang": view.language})

    def wait(self, key: str, token: str) -> Response:
        found = self._request(key, token)
        if found is None:
            return self._sorry(404, "form_gone")
        row, form = found
        if row.confirmed_at is not None:
            with self._hub.database.read() as tx:
                known = purposes.get_all(tx, list(row.boxes))
            labels = [known[each].label for each in row.boxes if each in known]
            return self._page(
                form, "public/form_done.html", "done_title", labels=labels, at=row.confirmed_at
            )
        if not _is_waiting(row, self._hub.clock()):
            return self._page(form, "public/form_over.html", "code_over_title")
        left = codes.TRIES - row.tries if row.tries else 0
        return self._page(form, "public/form_code.html", "code_title", left=left)

    def confirm(self, key: str, token: str) -> Response:
        # Looked up without the write lock: a stranger's guesses must not keep anybody waiting.
        found = self._request(key, token)
        if found is None:
            return self._sorry(404, "form_gone")
        row, form = found
        if row.confirmed_at is None:
            outcome = self._hub.sign_ups.confirm(
                token,
                request.form.get("code", ""),
                url=f"{self._hub.config.public_url}/f/{form.key}?lang={row.language}",
                address=request.remote_addr or "",
                user_agent=str(request.user_agent)[:_LONGEST_AGENT],
            )
            if outcome is Typed.OVER:
                return self._page(form, "public/form_over.html", "code_over_title")
        return self._on(form, request.path, {"lang": self._language(form)})

    def down(self) -> Response:
        response = self._sorry(503, "form_down")
        response.headers["Retry-After"] = "120"
        return response

    def _find(self, key: str) -> tuple[Form, FormView] | None:
        with self._hub.database.read() as tx:
            form = forms.find(tx, key)
            if form is None:
                return None
            view = view_of(tx, form, self._answers.language(), self._hub.config)
        return (form, view) if view.boxes else None

    def _request(self, key: str, token: str) -> tuple[RequestRow, Form] | None:
        found = self._hub.sign_ups.find(token)
        return found if found is not None and found[1].key == key else None

    def _form(
        self,
        form: Form,
        view: FormView,
        *,
        wrong: str | None = None,
        typed: str = "",
        ticked: list[str] | None = None,
    ) -> Response:
        page = self._rendered(view, wrong=wrong, typed=typed, ticked=ticked or [])
        answer = Response(page, status=422 if wrong else 200, mimetype="text/html")
        return with_headers(answer, form.content.origins)

    def _rendered(self, view: FormView, **filled: object) -> str:
        """Give the page; with nothing filled in it is what is kept as proof."""
        values = {"wrong": None, "typed": "", "ticked": [], **filled}
        values |= {"shown": view, "title": view.texts.title, "view": True}
        return render_template(
            "public/form.html", **self._answers.values(view.language, view.other), **values
        )

    def _page(self, form: Form, template: str, heading: str, **values: object) -> Response:
        language = self._language(form)
        other = next((each for each in form.content.texts if each != language), None)
        return self._answers.page(
            template,
            200,
            language=language,
            other=other,
            framed_by=form.content.origins,
            heading=heading,
            back=f"/f/{form.key}",
            **values,
        )

    def _language(self, form: Form) -> Language:
        return self._answers.language(tuple(form.content.texts))

    def _on(self, form: Form, path: str, query: dict[str, str]) -> Response:
        answer = redirect(f"{path}?{urlencode(query)}", code=303)
        return with_headers(answer, form.content.origins)

    def _sorry(self, status: int, what: str) -> Response:
        language = self._answers.language()
        other: Language = "en" if language == "ja" else "ja"
        return self._answers.page(
            "public/sorry.html",
            status,
            language=language,
            other=other,
            heading=f"{what}_title",
            text=what,
        )


def _is_waiting(row: RequestRow, now: datetime) -> bool:
    open_ = row.state in ("waiting", "silent")
    return open_ and row.tries < codes.TRIES and now < row.expires_at
