"""The page's style: inside the page, named by its hash in the content policy."""

import base64
import hashlib
from collections.abc import Sequence

CSS = """
*{box-sizing:border-box}
body{margin:0;background:#f3f5f7;color:#1b2733;font:17px/1.7 -apple-system,BlinkMacSystemFont,\
"Hiragino Sans","Noto Sans JP","Noto Sans CJK JP",Meiryo,Roboto,sans-serif}
main{max-width:34em;margin:0 auto;padding:20px 16px 40px}
.lang{text-align:right;margin:0 0 4px;font-size:15px}
.card{background:#fff;border:1px solid #dfe5ea;border-radius:14px;padding:22px 20px;margin:0 0 16px}
.card>:last-child{margin-bottom:0}
h1{font-size:24px;line-height:1.4;margin:0 0 8px}
h2{font-size:17px;line-height:1.5;margin:0 0 10px}
p{margin:0 0 12px}
.note{color:#566574;font-size:15px;margin:6px 0 0}
dl{margin:14px 0 18px;border-top:1px solid #e7ecf0}
dl div{display:flex;gap:12px;padding:9px 0;border-bottom:1px solid #e7ecf0}
dt{flex:0 0 8.5em;color:#566574;font-size:15px}
dd{margin:0;flex:1;overflow-wrap:anywhere}
form{margin:0}
input[type=submit]{-webkit-appearance:none;appearance:none;display:block;width:100%;min-height:48px;\
padding:10px 16px;font:inherit;font-weight:600;border-radius:10px;border:1px solid #8d9aa6;\
background:#fff;color:#1b2733;cursor:pointer;white-space:normal}
input.main{min-height:62px;font-size:19px;background:#0b5cad;border-color:#0b5cad;color:#fff}
input[type=submit]:focus-visible,a:focus-visible{outline:3px solid #f0a500;outline-offset:2px}
.said{border-color:#9fd0b4;background:#eef8f2}
.said h2{font-size:20px;color:#12613a;margin-bottom:4px}
.said form{margin-top:14px}
.second{margin-top:18px}
ul{list-style:none;margin:0;padding:0}
li{display:flex;gap:12px;align-items:center;justify-content:space-between;padding:10px 0;\
border-top:1px solid #e7ecf0}
li:first-child{border-top:0}
li input[type=submit]{width:auto;min-width:6.5em}
li b{color:#12613a;font-weight:600;white-space:nowrap}
a{color:#0b5cad}
fieldset{border:0;margin:0 0 18px;padding:0}
legend{padding:0;margin:0 0 8px;font-weight:600}
label.box{display:flex;gap:12px;align-items:flex-start;padding:12px 14px;margin:0 0 10px;\
border:1px solid #c3ccd4;border-radius:10px;cursor:pointer}
label.box input{flex:none;width:24px;height:24px;margin:3px 0 0}
label.box b,label.box small{display:block}
label.box small{font-size:15px;line-height:1.6;color:#566574;white-space:pre-line}
label.field{display:block;font-weight:600;margin:0 0 6px}
input[type=tel],input[type=text]{display:block;width:100%;min-height:52px;padding:10px 14px;\
font:inherit;font-size:19px;border:1px solid #8d9aa6;border-radius:10px;background:#fff;\
color:#1b2733}
input.code{letter-spacing:.35em;font-variant-numeric:tabular-nums;margin-bottom:18px}
input[aria-invalid=true]{border:2px solid #c3362b}
input:focus-visible{outline:3px solid #f0a500;outline-offset:2px}
.wrong{border-color:#e0a19c;background:#fdf1f0}
.wrong p{margin:0;color:#9b1c13;font-weight:600}
.shown{white-space:pre-line}
.hash{font-size:13px;overflow-wrap:anywhere}
footer.card{padding-top:11px;padding-bottom:11px}
footer dl{margin:0;border:0}
footer dl div:last-child{border:0}
@media (min-width:700px){main{padding-top:48px}.card{padding:30px 32px}\
footer.card{padding:16px 32px}}
@media (prefers-color-scheme:dark){body{background:#10161c;color:#e6ebef}\
.card{background:#19222b;border-color:#2c3843}dt,.note{color:#a4b1bd}\
dl,dl div,li{border-color:#2c3843}input[type=submit]{background:#19222b;color:#e6ebef}\
input.main{background:#2f7fd0;border-color:#2f7fd0;color:#fff}a{color:#7ab8f5}\
label.box{border-color:#3d4c59}label.box small{color:#a4b1bd}\
input[type=tel],input[type=text]{background:#10161c;color:#e6ebef;border-color:#5c6b78}\
.wrong{background:#2d1715;border-color:#6d322c}.wrong p{color:#f2a9a2}\
.said{background:#14281d;border-color:#2c5a40}.said h2,li b{color:#8fd6ae}}
"""

_DIGEST = base64.b64encode(hashlib.sha256(CSS.encode()).digest()).decode()


def content_policy(framed_by: Sequence[str] = ()) -> str:
    """Give the policy of a page: nothing may be loaded or run, only this style counts.

    `framed_by` are the origins whose pages may show it in a frame.
    """
    ancestors = " ".join(framed_by) or "'none'"
    return (
        f"default-src 'none'; style-src 'sha256-{_DIGEST}'; form-action 'self'; "
        f"frame-ancestors {ancestors}; base-uri 'none'"
    )


CONTENT_POLICY = content_policy()
"""The policy of a page that nobody may frame."""
