import pytest, re
from hub.testing.serving import Loopback
from tests.web.console.shop import Shop
from datetime import datetime, timedelta, timezone
from hub.store import access, sites
M = datetime(2026, 1, 13, 10, 0, tzinfo=timezone(timedelta(hours=9)))
@pytest.mark.parametrize("browser_page", [{"width":390,"height":844},{"width":1280,"height":800}], indirect=True)
def test_it(browser_page, valkey, tmp_path):
    shop=Shop(tmp_path, f"unix://{valkey.unix_socket_path}", M); shop.trade()
    with shop.hub.database.write() as tx:
        sites.put(tx,"tokyo","東京店",M); sites.put(tx,"osaka","大阪店",M)
    srv=Loopback(shop.app); srv.start(); a=f"http://localhost:{srv.port}"
    w=browser_page.viewport_size["width"]; n=[0]
    def shot(name):
        beyond=browser_page.evaluate("document.documentElement.scrollWidth - innerWidth")
        print(name,w,"beyond",beyond)
        browser_page.screenshot(path=f"/tmp/shots/{name}-{w}.png", full_page=True)
    p=browser_page
    said=[]; p.on("console", lambda m: said.append(m.text))
    p.goto(a+"/signin"); shot("signin"); p.goto(a+"/signin?lang=en"); shot("signin-en")
    p.goto(f"{a}/signin/{shop.link()}"); p.get_by_role("button").click()
    shot("account-new")
    for f in p.locator("input[type=password]").all(): f.fill("correct horse battery")
    p.get_by_role("button", name="設定する").click(); shot("account-set")
    p.get_by_role("link", name="設定する").click(); shot("twostep")
    p.get_by_text("読み取れない場合").click()
    secret=p.locator("pre").inner_text().replace(" ","")
    from base64 import b32decode
    from cryptography.hazmat.primitives.twofactor.totp import TOTP
    from cryptography.hazmat.primitives.hashes import SHA1
    p.get_by_label("コード").fill(TOTP(b32decode(secret),6,SHA1(),30).generate(int(shop.clock().timestamp())).decode())
    p.get_by_role("button", name="有効にする").click(); shot("recovery")
    p.goto(a+"/account"); shot("account"); p.goto(a+"/account?lang=en"); shot("account-en")
    p.goto(a+"/users"); p.get_by_label("ログイン名").fill("sato@example.jp"); p.get_by_label("名前", exact=True).fill("佐藤"); p.get_by_label("拠点: 東京店").check(); p.get_by_role("button", name="招待リンクを作る").click(); shot("users")
    link=p.locator("pre").inner_text()
    p.goto(a+"/users?lang=en"); shot("users-en")
    p.get_by_role("link", name="佐藤").click(); shot("user")
    p.goto(a+"/allow-list"); p.get_by_label("ネットワーク").first.fill("203.0.113.0/24"); p.get_by_role("button",name="保存する").first.click(); shot("allow"); p.goto(a+"/allow-list?lang=en"); shot("allow-en")
    p.goto(a+"/api-keys"); p.get_by_label("用途").fill("会員サイト"); p.get_by_label("consents:read").check(); p.get_by_role("button",name="作成する").click(); shot("keys"); 
    p.get_by_role("button", name="サインアウト").click()
    p.get_by_label("ログイン名").fill("administrator"); p.get_by_label("パスワード",exact=True).fill("wrong"); p.get_by_role("button", name="サインイン").click(); shot("signin-wrong")
    p.get_by_label("パスワード",exact=True).fill("correct horse battery"); p.get_by_role("button", name="サインイン").click(); shot("code")
    p.goto(a+"/"+link.split("/",3)[3]); shot("invitation")
    for l in ("新しいパスワード","もう一度"): p.get_by_label(l).fill("tangerine boat seven")
    p.get_by_role("button").click(); p.goto(a+"/"); shot("operator-home")
    p.goto(a+"/people"); shot("operator-people")
    print(said); srv.stop(); shop.close()
