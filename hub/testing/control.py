"""How another process steers a sandbox: JSON over HTTP under `/_sandbox`.

| call | body or answer |
|---|---|
| `GET /_sandbox` | what there is: name, people, limits, clock, names of switches |
| `GET /_sandbox/requests` | `{"requests": [{"method", "path", "status", "at"}]}`, oldest first |
| `POST /_sandbox/faults` | one fault: `{"kind": "throttle", "times": 3, "retry_after": 30}` |
| `DELETE /_sandbox/faults` | switches all faults off |
| `POST /_sandbox/clock` | `{"set": "2026-01-05T10:00:00Z"}`, `{"advance": 60}`, `{"stop": true}` |
| `POST /_sandbox/switch/NAME` | the arguments of that switch, by name |

The keys of a fault are those of `hub.testing.faults.Fault`. Errors are 400 with
`{"error": "…"}`. It is for tests on loopback and asks for no credentials.
"""

from collections.abc import Callable
from dataclasses import fields
from datetime import datetime
from typing import TYPE_CHECKING, Any

import orjson
from werkzeug.wrappers import Request, Response

from hub.testing.faults import Fault, FaultKind, Rubbish

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

    from hub.testing.sandbox import Sandbox

PREFIX = "/_sandbox"


class ControlError(ValueError):
    """The order makes no sense; the text says why."""


def application(sandbox: "Sandbox") -> "WSGIApplication":
    """The WSGI application that steers this sandbox."""

    @Request.application
    def steer(request: Request) -> Response:
        order = request.path.removeprefix(PREFIX).strip("/")
        try:
            return _json(_obey(sandbox, request.method, order, request))
        except (ControlError, ValueError, TypeError, KeyError) as exc:
            return _json({"error": str(exc)}, 400)

    return steer


def _obey(sandbox: "Sandbox", method: str, order: str, request: Request) -> object:
    match method, order.split("/"):
        case "GET", [""]:
            return _overview(sandbox)
        case "GET", ["requests"]:
            return {"requests": [_call(call) for call in sandbox.calls()]}
        case "POST", ["faults"]:
            sandbox.faults.add(_fault(_body(request)))
            return {}
        case "DELETE", ["faults"]:
            sandbox.faults.clear()
            return {}
        case "POST", ["clock"]:
            _set_clock(sandbox, _body(request))
            return {"clock": sandbox.clock().isoformat()}
        case "POST", ["switch", name]:
            return {"result": _switch(sandbox, name)(**_body(request))}
    raise ControlError(f"{method} {PREFIX}/{order} is no order of a sandbox.")


def _overview(sandbox: "Sandbox") -> dict[str, object]:
    return {
        "name": sandbox.name,
        "people": sandbox.people,
        "limits": sandbox.limits,
        "clock": sandbox.clock().isoformat(),
        "faults": sandbox.faults.waiting(),
        "switches": sorted(sandbox.switches()),
    }


def _call(call: Any) -> dict[str, object]:
    return {
        "method": call.method,
        "path": call.path,
        "status": call.status,
        "at": call.at.isoformat(),
    }


def _fault(body: dict[str, Any]) -> Fault:
    known = {field.name for field in fields(Fault)}
    if unknown := sorted(set(body) - known):
        raise ControlError(f"A fault has no {unknown[0]!r}. It has {', '.join(sorted(known))}.")
    kinds = {"kind": FaultKind(body.get("kind", ""))}
    if "rubbish" in body:
        kinds |= {"rubbish": Rubbish(body["rubbish"])}  # type: ignore[dict-item]
    return Fault(**(body | kinds))


def _set_clock(sandbox: "Sandbox", body: dict[str, Any]) -> None:
    moment = datetime.fromisoformat(body["set"]) if "set" in body else None
    if body.get("stop"):
        sandbox.clock.stop(moment)
    elif moment:
        sandbox.clock.set(moment)
    if "advance" in body:
        sandbox.clock.advance(float(body["advance"]))


def _switch(sandbox: "Sandbox", name: str) -> Callable[..., object]:
    switches = sandbox.switches()
    if name not in switches:
        raise ControlError(f"There is no switch {name!r}. There are {', '.join(sorted(switches))}.")
    return switches[name]


def _body(request: Request) -> dict[str, Any]:
    body = orjson.loads(request.get_data() or b"{}")
    if not isinstance(body, dict):
        raise ControlError("The body has to be a JSON object.")
    return body


def _json(answer: object, status: int = 200) -> Response:
    return Response(orjson.dumps(answer), status, mimetype="application/json")
